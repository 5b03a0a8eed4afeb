/* Runs a module's `run` export in unmodified wasm3: the yardstick of every speed figure.
 *
 * usage: baseline MODULE [CALLS]
 * CALLS (default 1) may be 0: load and compile only, which is what instruction counts subtract.
 * Everything is compiled before the clock starts.
 */
#include "harness.h"
#include "wasm3.h"

static void check(const char *what, M3Result result) {
    if (result) {
        die(what, result);
    }
}

int main(int argc, char **argv) {
    if (argc < 2) {
        die("usage", "baseline MODULE [CALLS]");
    }
    int calls = argc > 2 ? atoi(argv[2]) : 1;
    uint32_t size;
    uint8_t *bytes = read_module(argv[1], &size);

    IM3Environment environment = m3_NewEnvironment();
    IM3Runtime runtime = m3_NewRuntime(environment, 64 * 1024, NULL);
    IM3Module module;
    IM3Function function;
    check("parse", m3_ParseModule(environment, &module, bytes, size));
    check("load", m3_LoadModule(runtime, module));
    check("compile", m3_CompileModule(module));
    check("run", m3_FindFunction(&function, runtime, "run"));

    int32_t value = 0;
    int64_t start = cpu_ns();
    for (int i = 0; i < calls; i++) {
        check("call", m3_CallV(function));
    }
    int64_t call_ns = cpu_ns() - start;
    if (calls > 0) {
        check("result", m3_GetResultsV(function, &value));
    }
    printf("result=%d cpu_ns=%lld\n", value, (long long)call_ns);
    return 0;
}
