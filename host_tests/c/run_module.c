/* Creates a task from each module and calls every exported function, for runs under the sanitizers.
 *
 * usage: run_module SLICE QUOTA FILE...
 * QUOTA 0: everything is compiled at once. Else on demand, from the file's bytes, or from a copy where QUOTA is odd.
 * Prints a line for each module: functions that ended, that faulted, that asked the kernel, and a hash of all
 * results, fuel and state, which is the same for every slice; a function that runs for long ends the module.
 * Exit status 0 also for modules that are refused:
 * what counts is that nothing was read or written where it must not be.
 */
#include "validate/scan.h"
#include "task/task.h"

#include <stdio.h>
#include <stdlib.h>

#define STACK_BYTES 16384
#define MAX_FUEL 200000 /* of one call: the largest slice that it is played with */
#define MAX_ARGUMENTS 8

static uint64_t hash;

static void mix(uint64_t value) { hash = (hash ^ value) * 1099511628211ull; }

static uint8_t *read_file(const char *path, uint32_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(2);
    fseek(file, 0, SEEK_END);
    *size = (uint32_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size); /* exactly: a read past the end is an error */
    if (fread(bytes, 1, *size, file) != *size) exit(2);
    fclose(file);
    return bytes;
}

static bool visit(void *context, uint32_t function, const char *name, uint32_t length) {
    (void)context;
    mix(function);
    for (uint32_t i = 0; name && i < length; i++) mix((uint8_t)name[i]);
    return true;
}

/* Runs to the end, answering calls. False: it takes too long, and where it stood then depends on the slice. */
static bool run(struct sov_task *task, int32_t slice) {
    uint64_t start = sov_task_fuel(task);
    for (;;) {
        enum sov_status status = sov_task_resume(task, slice, -1);
        if (status == SOV_EXITED || status == SOV_TRAPPED) return true;
        if (status == SOV_SYSCALL) {
            mix(sov_task_number(task));
            for (uint32_t i = 0; i < 5; i++) mix((uint32_t)sov_task_argument(task, i));
        }
        if (sov_task_fuel(task) - start > MAX_FUEL) return false;
    }
}

static void observe(struct sov_task *task, unsigned counts[2]) {
    uint64_t bits;
    counts[sov_task_status(task) == SOV_TRAPPED]++;
    mix(sov_task_fuel(task));
    for (uint32_t i = 0; i < sov_task_result_count(task); i++) {
        mix((uint8_t)sov_task_result_at(task, i, &bits));
        mix(bits);
    }
    sov_task_backtrace(task, 40, visit, NULL);
    mix(sov_task_state_hash(task));
}

static void play(uint8_t *wasm, uint32_t size, int32_t slice, uint32_t quota, const char *path) {
    static const uint64_t arguments[][MAX_ARGUMENTS] = { { 0 }, { 1, 2, 3, 4, 5, 6, 7, 8 }, { ~0ull, ~0ull, 1ull << 63, 5, ~0ull } };
    struct sov_task *task;
    struct sov_module module;
    struct sov_export export;
    struct sov_options options = { .stack = STACK_BYTES, .quota = quota, .immutable = !(quota & 1) };
    unsigned counts[2] = { 0, 0 };
    hash = 14695981039346656037ull;
    const char *reason = sov_task_create(&task, wasm, size, &options);
    if (reason) {
        printf("%s refused: %s\n", path, reason);
        return;
    }
    sov_scan(&module, wasm, size);
    bool ends = run(task, slice);
    if (ends) observe(task, counts);
    for (uint32_t at = 0; ends && sov_next_export(&module, &at, &export);) {
        for (uint32_t i = 0; ends && export.kind == 0 && i < sizeof arguments / sizeof arguments[0]; i++) {
            uint32_t count = 0;
            while (count <= MAX_ARGUMENTS && sov_task_start(task, export.index, arguments[i], count)) count++;
            if (count > MAX_ARGUMENTS) continue;
            ends = run(task, slice);
            if (ends) observe(task, counts);
        }
    }
    sov_task_kill(task);
    printf("%s ended %u faulted %u hash %016llx\n", path, counts[0], counts[1], (unsigned long long)hash);
}

int main(int argc, char **argv) {
    sov_runtime_reset();
    uint32_t map = sov_arena_hash();
    for (int i = 3; i < argc; i++) {
        uint32_t size;
        uint8_t *wasm = read_file(argv[i], &size);
        play(wasm, size, (int32_t)atol(argv[1]), (uint32_t)atol(argv[2]), argv[i]);
        free(wasm);
        if (!sov_arena_check() || sov_arena_hash() != map) return 3;
    }
    return 0;
}
