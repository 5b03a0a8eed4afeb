/* How long unmodified wasm3 takes to make a module ready to run: parse, load, compile everything; nothing validated.
 *
 * usage: load_wasm3 MODULE TIMES
 */
#include "harness.h"
#include "wasm3.h"

static void check(const char *what, M3Result result) {
    if (result) {
        die(what, result);
    }
}

static void load(const uint8_t *bytes, uint32_t size) {
    IM3Environment environment = m3_NewEnvironment();
    IM3Runtime runtime = m3_NewRuntime(environment, 16 * 1024, NULL);
    IM3Module module;
    check("parse", m3_ParseModule(environment, &module, bytes, size));
    check("load", m3_LoadModule(runtime, module));
    check("compile", m3_CompileModule(module));
    m3_FreeRuntime(runtime);
    m3_FreeEnvironment(environment);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        die("usage", "load_wasm3 MODULE TIMES");
    }
    uint32_t size;
    uint8_t *bytes = read_module(argv[1], &size);
    load(bytes, size);
    int64_t start = cpu_ns();
    for (int i = 0; i < atoi(argv[2]); i++) {
        load(bytes, size);
    }
    printf("load_ns=%lld bytes=%u\n", (long long)(cpu_ns() - start), size);
    return 0;
}
