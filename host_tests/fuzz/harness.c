/* harness.c - one input of the fuzzer: validate, create, run, look at it, and run it again differently cut.
 *
 * An input is four bytes of options and a module:
 *   byte 0: bits 0-2 wasm stack, bits 3-5 most bytes of linear memory, bit 6 an entry, bit 7 nothing
 *   byte 1: quota in units of 512 bytes, 0: as much as needed
 *   byte 2: the allocation that fails, 0: none
 *   byte 3: fuel of the slices of the second run, and what host calls answer
 *
 * A quota makes a task that compiles on demand, from a copy of its own or, with bit 6 of byte 3, from the bytes given.
 *
 * Besides what the sanitizers find, these end the process:
 * - a module that the validator takes is refused by wasm3 for a reason that the validator should have seen;
 * - cut into other slices, the same module gives another status, reason, result, fuel or state;
 * - a function that is compiled on demand does not compile, for another reason than memory;
 * - a task without a quota allocates while it runs, or wasm3 gives back what it never had (regions.c).
 */
#include "validate/scan.h"
#include "task/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_BYTES 4
#define FUEL_OF_A_CALL 20000 /* enough for a few rounds of any loop, little enough for thousands of inputs a second */
#define CALLS 6              /* functions run one after the other, each with what the others left behind */
#define ARGUMENTS 8

static const uint32_t stacks[8] = { 64, 96, 160, 256, 512, 1024, 4096, 16384 };
static const uint32_t memories[8] = { 0, 1, 64, 1000, 4096, 65535, 65536, 131072 };

/* Reasons that a valid module may be refused for. */
static const char *const expected[] = {
    "out of memory", "the C stack ends at", "data segment out of bounds", "element segment out of bounds", "import ",
    "the start function has type", "the entry has type", "_initialize has type", "no exported function",
    "compiling function overran its stack height limit", /* values of two slots: the validator counts values */
};

/* The input's module, for as long as it is played. */
static const uint8_t *module;
static uint32_t module_bytes;

static void fail(const char *what, const char *detail) {
    fprintf(stderr, "fuzz: %s: %s\n", what, detail);
    abort();
}

static bool is_expected(const char *reason) {
    for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strncmp(reason, expected[i], strlen(expected[i]))) return true;
    return false;
}

struct run {
    struct sov_task *task;
    int32_t slice;
    uint32_t answers; /* of the next host call */
    bool complete;    /* ended by itself before the fuel did */
};

static bool look(void *context, uint32_t function, const char *name, uint32_t length) {
    *(uint32_t *)context += function + (name ? length : 0);
    return true;
}

/* What the kernel may do with a stopped task. */
static uint64_t inspect(const struct sov_task *task) {
    uint32_t sum = 0, used, size;
    sov_task_backtrace(task, 40, look, &sum);
    sov_task_region(task, &used, &size);
    return sov_task_state_hash(task);
}

/* Answers a host call as the kernel does: a buffer is written, or a number comes back. */
static int64_t answer(struct run *run) {
    run->answers = run->answers * 1664525u + 1013904223u;
    for (uint32_t i = 0; i + 1 < 4; i++) {
        uint32_t length = (uint32_t)sov_task_argument(run->task, i + 1) % 300;
        uint8_t *bytes = sov_slice(run->task, (uint32_t)sov_task_argument(run->task, i), length);
        if (bytes) memset(bytes, (int)(run->answers >> 24), length);
    }
    return (int32_t)run->answers >> (run->answers & 31);
}

/* What is told of a fault: every frame of wasm has its place, unless there was no memory to look for it. */
static void locate(const struct run *run) {
    uint32_t offsets[32], count = sov_task_locate(run->task, module, module_bytes, offsets, 32);
    if (count == SOV_NOWHERE) fail("not its module", "");
    for (uint32_t i = 0; i < count; i++)
        if (offsets[i] != SOV_NOWHERE && offsets[i] >= module_bytes) fail("a place outside of the module", "");
}

/* A task that had no room to compile: it stands where it stood, and the run says nothing of the other one. */
static bool starved(const struct sov_task *task) {
    static const char mark[] = " compiling function ";
    const char *error = sov_task_error(task);
    if (!error || !strstr(error, mark)) return false;
    if (strncmp(error, "out of memory", 13)) fail("accepted but does not compile", error);
    return true;
}

static void drive(struct run *run, int64_t fuel) {
    enum sov_status status = sov_task_status(run->task);
    int64_t result = 0;
    run->complete = false;
    bool inspected = false;
    while (fuel > 0 && status != SOV_EXITED && status != SOV_TRAPPED) {
        status = sov_task_resume(run->task, run->slice, result);
        fuel -= sov_task_spent(run->task) > 0 ? sov_task_spent(run->task) : 1;
        if (!inspected) inspect(run->task);
        inspected = true;
        if (status == SOV_SYSCALL) {
            result = answer(run);
            if (run->answers % 61 == 0) {
                sov_task_trap(run->task, "test", 4);
                status = SOV_TRAPPED;
            }
        }
    }
    run->complete = (status == SOV_EXITED || status == SOV_TRAPPED) && !starved(run->task);
    if (status == SOV_TRAPPED) locate(run);
    inspect(run->task);
}

static void same(const char *what, uint64_t a, uint64_t b) {
    char detail[80];
    if (a == b) return;
    snprintf(detail, sizeof detail, "%llu and %llu", (unsigned long long)a, (unsigned long long)b);
    fail(what, detail);
}

/* Two complete runs of one module must not differ. */
static void compare(const struct run *a, const struct run *b) {
    const char *error = sov_task_error(a->task), *other = sov_task_error(b->task);
    same("status", sov_task_status(a->task), sov_task_status(b->task));
    if ((error != NULL) != (other != NULL) || (error && strcmp(error, other))) fail("reason of the trap", error ? error : other);
    same("fuel", sov_task_fuel(a->task), sov_task_fuel(b->task));
    same("state", sov_task_state_hash(a->task), sov_task_state_hash(b->task));
    uint32_t count = sov_task_result_count(a->task);
    same("number of results", count, sov_task_result_count(b->task));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t x, y;
        char type = sov_task_result_at(a->task, i, &x);
        same("type of a result", (uint64_t)type, (uint64_t)sov_task_result_at(b->task, i, &y));
        same("result", x, y);
    }
}

/* Starts one more function in all runs, with arguments it accepts. */
static bool start(struct run *runs, unsigned count, uint32_t function, uint8_t seed) {
    uint64_t arguments[ARGUMENTS];
    for (uint32_t i = 0; i < ARGUMENTS; i++) arguments[i] = (uint64_t)(int64_t)(int8_t)(seed + i) * (seed & 1 ? 1 : 0x0101010101ull);
    for (uint32_t given = 0; given <= ARGUMENTS; given++) {
        const char *reason = sov_task_start(runs[0].task, function, arguments, given);
        if (reason && !strcmp(reason, "wrong number of arguments")) continue;
        if (count > 1) {
            const char *other = sov_task_start(runs[1].task, function, arguments, given);
            if ((reason != NULL) != (other != NULL)) fail("start", reason ? reason : other);
        }
        return !reason;
    }
    return false;
}

static void run_all(struct run *runs, unsigned count, uint8_t seed) {
    for (uint32_t call = 0; call <= CALLS; call++) {
        drive(&runs[0], FUEL_OF_A_CALL);
        if (count > 1) {
            /* The second run may overshoot: a slice of one block after the other adds up to the same total. */
            drive(&runs[1], FUEL_OF_A_CALL + (FUEL_OF_A_CALL >> 1));
            if (!runs[0].complete || !runs[1].complete) return;
            compare(&runs[0], &runs[1]);
        }
        if (!runs[0].complete) return;
        if (call < CALLS && !start(runs, count, call, seed)) return;
    }
}

static const char *create(struct run *run, const uint8_t *options, const uint8_t *wasm, uint32_t size) {
    struct sov_options given = {
        .entry = options[0] & 0x40 ? "_start" : NULL, .entry_length = 6, .quota = options[1] * 512u,
        .stack = stacks[options[0] & 7], .memory = memories[options[0] >> 3 & 7], .immutable = options[3] & 0x40,
    };
    return sov_task_create(&run->task, wasm, size, &given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < OPTION_BYTES) return -1;
    /* A copy of exactly the module: reading past its end is found. */
    module = data + OPTION_BYTES;
    module_bytes = (uint32_t)(size - OPTION_BYTES);
    uint8_t *wasm = malloc(module_bytes ? module_bytes : 1);
    memcpy(wasm, data + OPTION_BYTES, module_bytes);
    sov_runtime_reset();

    const char *invalid = sov_check_module(wasm, module_bytes);
    bool valid = !invalid;
    bool too_large = invalid && sov_out_of_memory(invalid);
    if (invalid && !too_large && strncmp(invalid, "offset 0x", 9)) fail("reason without a place", invalid);
    struct run runs[2] = { { .slice = FUEL_OF_A_CALL, .answers = data[3] }, { .slice = 1 + (data[3] & 0x1f), .answers = data[3] } };
    sov_fail_allocation(data[2]);
    const char *reason = create(&runs[0], data, wasm, module_bytes);
    sov_fail_allocation(0);
    if (!reason && !valid) fail("created though invalid", invalid);
    if (reason && valid && !is_expected(reason)) fail("valid but refused", reason);
    if (!reason) {
        unsigned count = 1;
        if (data[3] & 0x20) {
            reason = create(&runs[1], data, wasm, module_bytes);
            if (reason && !sov_out_of_memory(reason)) fail("created once only", reason);
            if (!reason) count = 2;
        }
        if (!data[1] || !(data[3] & 0x40)) { /* nobody promised that the bytes would stay */
            free(wasm);
            wasm = NULL;
        }
        run_all(runs, count, data[3]);
        for (unsigned i = 0; i < count; i++) sov_task_kill(runs[i].task);
    }
    free(wasm);
    return 0;
}
