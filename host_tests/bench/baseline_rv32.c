/* Runs `run` exports in unmodified wasm3 on QEMU's 32-bit RISC-V machine, without any other system: the yardstick of
 * speed there, in instructions.
 *
 * The modules lie in memory from MODULES on: for each its size in bytes, its bytes, padding to a multiple of four; a
 * size of zero ends them. Prints a line for each. Everything is compiled before the clock is read, and one call is
 * measured.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "wasm3.h"

#define MODULES ((const uint8_t *)0x84000000)

/* Low and high word of the real-time clock in nanoseconds, which under `-icount shift=0 -rtc clock=vm` are
 * instructions; reading the low word latches the high one. */
#define CLOCK_LOW (*(volatile uint32_t *)0x101000)
#define CLOCK_HIGH (*(volatile uint32_t *)0x101004)

static uint64_t instructions(void) {
    uint32_t low = CLOCK_LOW;
    return (uint64_t)CLOCK_HIGH << 32 | low;
}

static void check(const char *what, M3Result result) {
    if (result) {
        printf("%s: %s\n", what, result);
        exit(1);
    }
}

static void run(const uint8_t *bytes, uint32_t size) {
    IM3Environment environment = m3_NewEnvironment();
    IM3Runtime runtime = m3_NewRuntime(environment, 64 * 1024, NULL);
    IM3Module module;
    IM3Function function;
    check("parse", m3_ParseModule(environment, &module, bytes, size));
    check("load", m3_LoadModule(runtime, module));
    check("compile", m3_CompileModule(module));
    check("run", m3_FindFunction(&function, runtime, "run"));

    int32_t value = 0;
    uint64_t start = instructions();
    M3Result result = m3_CallV(function);
    uint64_t taken = instructions() - start;
    check("call", result);
    check("result", m3_GetResultsV(function, &value));
    printf("result=%ld insns=%llu\n", (long)value, (unsigned long long)taken);
    m3_FreeRuntime(runtime);
    m3_FreeEnvironment(environment);
}

int main(void) {
    const uint8_t *at = MODULES;
    for (uint32_t size; (size = *(const uint32_t *)at); at += sizeof size + (size + 3) / 4 * 4) {
        run(at + sizeof size, size);
    }
    return 0;
}
