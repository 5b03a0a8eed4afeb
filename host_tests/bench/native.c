/* Runs a kernel compiled for this machine: the oracle for its checksum, and the speed of native code. */
#include "harness.h"

int run(void);

int main(void) {
    int64_t start = cpu_ns();
    int first = run();
    int64_t call_ns = cpu_ns() - start;
    if (run() != first) {
        die("run", "a second call gave another checksum");
    }
    printf("result=%d cpu_ns=%lld\n", first, (long long)call_ns);
    return 0;
}
