/* task.h - the C interface to tasks: wasm instances that run metered, can suspend anywhere and use one region each.
 *
 * It includes no header of MicroPython or wasm3. No function here blocks, and none may be called in an interrupt handler
 * or from a second thread.
 *
 * Invariants: all state of a task is inside its region; whatever a task can see in a new region is zeroed; giving the region
 * back is enough to end a task; a task runs only inside sov_task_resume().
 */
#ifndef SOV_TASK_H
#define SOV_TASK_H

#include "memory/memory.h"
#include "state/status.h"
#include "system_calls.h"

struct sov_options {
    const char *entry;     /* exported function to run after the start function and _initialize; NULL: none */
    uint32_t entry_length; /* bytes of `entry` */
    uint32_t quota;        /* bytes of the region; functions are compiled when first called. 0: all functions are compiled at
                            * creation, and the region is trimmed to the size that this takes */
    uint32_t stack;        /* bytes of wasm stack, 64 to 16 MB; 0: what the module implies, see default_stack() in create.c */
    uint32_t memory;       /* maximum bytes of linear memory; 0: __heap_base if exported, else the initial pages */
    bool immutable;        /* the caller promises that the wasm bytes do not change and stay as long as the task; otherwise
                            * a task with a quota keeps a copy in its region */
};

/* The smallest region, in bytes, that the last creation without room would have needed. */
uint32_t sov_wanted_bytes(void);

/* Creates a task from `size` bytes of wasm. The task reads the bytes afterwards only if it has a quota and they are immutable.
 * Returns NULL and sets *task, or returns a reason that stays valid until the next call; sov_out_of_memory() is true for it where
 * the quota or the arena is too small. */
const char *sov_task_create(struct sov_task **task, const uint8_t *wasm, uint32_t size, const struct sov_options *options);

/* Ends a task, clears its region and returns the region for the next task. The pointer to the task is invalid afterwards. */
void *sov_task_empty(struct sov_task *task);

/* Creates a task as sov_task_create() does, in a region that sov_task_empty() returned. With the same module and options it never
 * fails for lack of arena memory. On failure the caller still owns the region. */
const char *sov_task_create_in(struct sov_task **task, void *region, const uint8_t *wasm, uint32_t size, const struct sov_options *options);

/* Gives back a region that sov_task_empty() returned. */
void sov_region_end(void *region);

/* Validates a module without creating a task. Returns NULL or a reason, as above. Uses free memory of the arena. */
const char *sov_check_module(const uint8_t *wasm, uint32_t size);

/* Runs the task. fuel > 0 (at most 2^30-1): begins a new slice; fuel left of the last slice is dropped, a debt is carried over.
 * fuel 0: continues with the fuel that is left. result: the answer to a pending syscall. */
enum sov_status sov_task_resume(struct sov_task *task, int32_t fuel, int64_t result);

/* Starts function `index` on an instance that has EXITED or never ran, with `count` raw 64-bit arguments.
 * Returns NULL or a reason. */
const char *sov_task_start(struct sov_task *task, uint32_t index, const uint64_t *arguments, uint32_t count);

/* Ends a task and gives its region back. The pointer is invalid afterwards. */
void sov_task_kill(struct sov_task *task);

enum sov_status sov_task_status(const struct sov_task *task);
const char *sov_task_error(const struct sov_task *task); /* reason of the fault; NULL: no fault */
int64_t sov_task_result(const struct sov_task *task);    /* exit code of sp_exit, else the first result, else 0 */
uint32_t sov_task_result_count(const struct sov_task *task);
char sov_task_result_at(const struct sov_task *task, uint32_t index, uint64_t *bits); /* its type: i I f F */
uint64_t sov_task_fuel(const struct sov_task *task);     /* total fuel used */
int32_t sov_task_spent(const struct sov_task *task);     /* fuel used by the last resume */
int32_t sov_task_bill(struct sov_task *task);            /* fuel used since the last bill; more than 2^30-1 waits for the next bill */
int32_t sov_task_debt(const struct sov_task *task);      /* fuel that the next slice takes before anything runs */
int32_t sov_task_left(const struct sov_task *task);      /* fuel that the task may still use; 0 for a task with a debt */
uint32_t sov_task_syscalls(const struct sov_task *task); /* host calls so far; wraps at 2^32 */

/* Number and answer of an earlier host call. Age 0 is the last call, age SOV_CALLS_KEPT - 1 the oldest that is kept.
 * False: there were not so many calls. An answer above INT32_MAX (a time) is kept as INT32_MAX. */
bool sov_task_call(const struct sov_task *task, uint32_t age, uint32_t *number, int32_t *answer);
uint32_t sov_task_memory(const struct sov_task *task);   /* bytes of linear memory now */
uint32_t sov_task_stack(const struct sov_task *task);    /* bytes of the wasm stack */
void sov_task_region(const struct sov_task *task, uint32_t *used_at_peak, uint32_t *size);
uint64_t sov_task_state_hash(const struct sov_task *task);
char sov_task_global(const struct sov_task *task, uint32_t index, uint64_t *bits); /* its type; 0: no such global */

/* Walks at most `max` frames, innermost first: calls visit(context, function index, name or NULL, bytes of the name) until
 * visit returns false. The index is SOV_NOWHERE where a function was called through the table and the table has changed since.
 * A task that compiles on demand searches its module for each name: O(module). */
void sov_task_backtrace(const struct sov_task *task, uint32_t max,
    bool (*visit)(void *context, uint32_t function, const char *name, uint32_t length), void *context);

/* Finds the instruction at which each frame of sov_task_backtrace() faulted, called or will continue. Writes its offset from
 * the start of the code section's contents, as DWARF counts; SOV_NOWHERE: not found. `wasm`: the module of the task, whose
 * custom sections may differ; NULL: the bytes that the task keeps. Compiles the functions on the stack again, in free memory
 * of the arena, and takes as long as that. Returns the number of frames, at most 32, or SOV_NOWHERE where `wasm` is another
 * module or the task keeps no bytes. */
uint32_t sov_task_locate(struct sov_task *task, const uint8_t *wasm, uint32_t size, uint32_t *offsets, uint32_t max);
uint64_t sov_task_code(const struct sov_task *task); /* a hash of the module's code section */

#endif
