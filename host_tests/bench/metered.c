/* Runs a module's `run` export as a task of our runtime, in slices of a given fuel.
 *
 * usage: metered MODULE [SLICE] [CALLS] [QUOTA]
 * SLICE: fuel per resume, 1..2^30-1 (default the most). CALLS: 1, or 0 for load and compile only, which is
 * what instruction counts subtract. QUOTA: bytes of a region that is compiled into on demand; without it
 * everything is compiled before the clock starts.
 */
#include "harness.h"
#include "task/task.h"

/* The deepest kernel recurses 33 frames of a few dozen bytes; a generous stack costs no time. */
#define STACK_BYTES 16384

int main(int argc, char **argv) {
    if (argc < 2) {
        die("usage", "metered MODULE [SLICE] [CALLS] [QUOTA]");
    }
    long slice = argc > 2 ? atol(argv[2]) : SOV_MAX_FUEL;
    int calls = argc > 3 ? atoi(argv[3]) : 1;
    if (slice < 1 || slice > SOV_MAX_FUEL || calls < 0 || calls > 1) {
        die("usage", "SLICE is 1..2^30-1, CALLS is 0 or 1");
    }
    uint32_t size;
    uint8_t *bytes = read_module(argv[1], &size);

    sov_runtime_reset();
    struct sov_task *task;
    struct sov_options options = {.entry = "run", .entry_length = 3, .stack = STACK_BYTES,
        .quota = argc > 4 ? (uint32_t)atol(argv[4]) : 0, .immutable = true};
    const char *reason = sov_task_create(&task, bytes, size, &options);
    if (reason) {
        die(argv[1], reason);
    }

    long long suspensions = 0;
    int64_t call_ns = 0;
    if (calls) {
        enum sov_status status;
        int64_t start = cpu_ns();
        while ((status = sov_task_resume(task, (int32_t)slice, 0)) == SOV_PREEMPTED) {
            suspensions++;
        }
        call_ns = cpu_ns() - start;
        if (status != SOV_EXITED) {
            die(argv[1], status == SOV_TRAPPED ? sov_task_error(task) : "made a system call");
        }
    }
    uint32_t peak, region;
    sov_task_region(task, &peak, &region);
    printf("result=%d cpu_ns=%lld fuel=%llu state_hash=%016llx suspensions=%lld region=%u\n",
        calls ? (int32_t)sov_task_result(task) : 0, (long long)call_ns,
        (unsigned long long)sov_task_fuel(task), (unsigned long long)sov_task_state_hash(task), suspensions, region);
    return 0;
}
