/* task.h - tasks: wasm instances that run metered, suspend anywhere and live in one region each.
 *
 * The C interface of the runtime, without MicroPython and without wasm3's headers. Nothing here blocks and
 * nothing here is safe in an interrupt handler. One thread.
 *
 * Invariants: all state of a task is inside its region; a region is zeroed when taken; giving it back is
 * all it takes to end a task; a task never runs but inside sov_task_resume().
 */
#ifndef SOV_TASK_H
#define SOV_TASK_H

#include "memory/memory.h"
#include "state/status.h"
#include "system_calls.h"

struct sov_options {
    const char *entry;     /* exported function to run after start and _initialize; NULL: none */
    uint32_t entry_length; /* bytes of `entry` */
    uint32_t quota;        /* bytes of the region, functions are compiled when first called; 0: as much as needed with all
                            * of them compiled now, trimmed after creation */
    uint32_t stack;        /* bytes of wasm stack, at least 64; 0: what the module implies, see default_stack() in create.c */
    uint32_t memory;       /* most bytes of linear memory; 0: __heap_base if exported, else the initial pages */
    bool immutable;        /* nothing changes the wasm bytes, and they stay as long as the task; else a task with a quota
                            * keeps a copy in its region */
};

/* What the last creation that failed for want of memory asked for, in bytes: the region, at least. */
uint32_t sov_wanted_bytes(void);

/* Creates a task from `size` bytes of wasm, which are not needed afterwards unless they are promised to be immutable.
 * Returns NULL and sets *task, or returns a reason that stays valid until the next call; sov_out_of_memory() is the reason for a quota
 * or arena that is too small. */
const char *sov_task_create(struct sov_task **task, const uint8_t *wasm, uint32_t size, const struct sov_options *options);

/* Ends a task and keeps its region for the next one: clears it and returns it. The pointer to the task is invalid afterwards. */
void *sov_task_empty(struct sov_task *task);

/* As sov_task_create(), in a region that sov_task_empty() returned; with the same module and options it does not fail for want
 * of memory of the arena. The region stays the caller's when it fails. */
const char *sov_task_create_in(struct sov_task **task, void *region, const uint8_t *wasm, uint32_t size, const struct sov_options *options);

/* Gives a region back that sov_task_empty() returned. */
void sov_region_end(void *region);

/* Validates a module without creating anything: NULL or a reason, as above. Uses free memory of the arena. */
const char *sov_check_module(const uint8_t *wasm, uint32_t size);

/* Runs the task. fuel > 0 (at most 2^30-1): a new slice; what was left is dropped, a debt is carried.
 * fuel 0: goes on with what is left. result: the answer of a pending syscall. */
enum sov_status sov_task_resume(struct sov_task *task, int32_t fuel, int64_t result);

/* Starts function `index` on an instance that has EXITED (or never ran); `count` raw 64-bit arguments.
 * Returns NULL or a reason. */
const char *sov_task_start(struct sov_task *task, uint32_t index, const uint64_t *arguments, uint32_t count);

/* Gives the region back. The pointer is dead afterwards. */
void sov_task_kill(struct sov_task *task);

enum sov_status sov_task_status(const struct sov_task *task);
const char *sov_task_error(const struct sov_task *task); /* reason of the fault, NULL when there is none */
int64_t sov_task_result(const struct sov_task *task);    /* exit code, or first result, or 0 */
uint32_t sov_task_result_count(const struct sov_task *task);
char sov_task_result_at(const struct sov_task *task, uint32_t index, uint64_t *bits); /* type i I f F */
uint64_t sov_task_fuel(const struct sov_task *task);     /* total used */
int32_t sov_task_spent(const struct sov_task *task);     /* used by the last resume */
int32_t sov_task_bill(struct sov_task *task);            /* used since the last bill; what is above 2^30-1 is left for the next */
int32_t sov_task_debt(const struct sov_task *task);      /* fuel that the next slice takes before anything runs */
int32_t sov_task_left(const struct sov_task *task);      /* fuel that it may still use; 0 where it owes some */
uint32_t sov_task_syscalls(const struct sov_task *task); /* host calls so far, wraps at 2^32 */

/* Number and answer of a host call: age 0 is the last one, SOV_CALLS_KEPT - 1 the oldest that is remembered.
 * False where there were not so many. A larger answer than INT32_MAX (a time) is remembered as that. */
bool sov_task_call(const struct sov_task *task, uint32_t age, uint32_t *number, int32_t *answer);
uint32_t sov_task_memory(const struct sov_task *task);   /* bytes of linear memory now */
uint32_t sov_task_stack(const struct sov_task *task);    /* bytes of the wasm stack */
void sov_task_region(const struct sov_task *task, uint32_t *used_at_peak, uint32_t *size);
uint64_t sov_task_state_hash(const struct sov_task *task);
char sov_task_global(const struct sov_task *task, uint32_t index, uint64_t *bits); /* type, 0: no such global */

/* Walks the frames, innermost first: calls visit(context, function index, name or NULL, its bytes) until it returns
 * false. At most `most` frames; the index is SOV_NOWHERE where the element of the table that was called through names another
 * function now. A task that compiles on demand looks each name up in its module: O(module). */
void sov_task_backtrace(const struct sov_task *task, uint32_t max,
    bool (*visit)(void *context, uint32_t function, const char *name, uint32_t length), void *context);

/* Where the frames of sov_task_backtrace() stand: for each the instruction it faulted in, called in or goes on with, as an
 * offset from the start of the code section's contents (what DWARF counts from), SOV_NOWHERE where that cannot be told.
 * `wasm`: the module that the task was made of, where custom sections may differ; NULL: what the task itself keeps.
 * Compiles the functions on the stack again, in free memory of the arena; takes as long as that. Returns the number of
 * frames, at most 32, or SOV_NOWHERE for another module or none. */
uint32_t sov_task_locate(struct sov_task *task, const uint8_t *wasm, uint32_t size, uint32_t *offsets, uint32_t max);
uint64_t sov_task_code(const struct sov_task *task); /* a hash of the module's code section */

#endif
