/* How long our runtime takes to validate a module, and to make a task of it: validate, parse, compile everything.
 *
 * usage: load MODULE TIMES
 */
#include "harness.h"
#include "task/task.h"

/* Room for the largest module's memory and code; the program's own arena holds what a board's does. */
#define ARENA_BYTES (16u << 20)

static void load(const uint8_t *bytes, uint32_t size) {
    struct sov_options options = { .entry = NULL, .stack = 16 * 1024 };
    struct sov_task *task;
    const char *reason = sov_task_create(&task, bytes, size, &options);
    if (reason) {
        die("create", reason);
    }
    sov_task_kill(task);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        die("usage", "load MODULE TIMES");
    }
    uint32_t size;
    uint8_t *bytes = read_module(argv[1], &size);
    int times = atoi(argv[2]);
    sov_runtime_reset();
    const char *reason = sov_arena_resize(ARENA_BYTES);
    if (reason || (reason = sov_check_module(bytes, size))) {
        die(argv[1], reason);
    }
    int64_t start = cpu_ns();
    for (int i = 0; i < times; i++) {
        sov_check_module(bytes, size);
    }
    int64_t validate_ns = cpu_ns() - start;
    load(bytes, size);
    start = cpu_ns();
    for (int i = 0; i < times; i++) {
        load(bytes, size);
    }
    printf("validate_ns=%lld load_ns=%lld bytes=%u\n", (long long)validate_ns, (long long)(cpu_ns() - start), size);
    return 0;
}
