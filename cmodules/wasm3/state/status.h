/* status.h - what every room may know of a task: its status, its reason for a refusal, and the check of a guest's pointer.
 *
 * Needs no header of wasm3 and none of MicroPython, so the files that face Python include it too.
 */
#ifndef SOV_STATUS_H
#define SOV_STATUS_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sov_status {
    SOV_PREEMPTED = 0, /* out of fuel; resume with more */
    SOV_SYSCALL = 1,   /* asks the kernel; resume with the answer */
    SOV_EXITED = 2,    /* ended; final until sov_task_start() */
    SOV_TRAPPED = 3,   /* faulted; final */
};

/* Host calls whose number and answer a task remembers, for its crash record: the last eight usually show the loop that a
 * program was in, and cost 40 bytes of each region. */
#define SOV_CALLS_KEPT 8
#define SOV_NO_ANSWER INT32_MIN /* of a call that was never answered; no call answers this */

#define SOV_NOWHERE UINT32_MAX /* of a frame: the instruction that it stands at is not known */

struct sov_task; /* lies in its region; the pointer is invalid after sov_task_kill() and sov_runtime_reset() */

/* The one place where a guest's (address, length) becomes a pointer: NULL when it does not lie inside
 * linear memory, whatever the values. Valid until the task is resumed or killed. A length of 0 is inside
 * for every address up to the size. Does not block. */
uint8_t *sov_slice(struct sov_task *task, uint32_t address, uint32_t length);

/* Turns the task TRAPPED with a reason (copied, cut to SOV_ERROR_BYTES - 1). */
void sov_task_trap(struct sov_task *task, const char *reason, size_t length);

/* ---- reasons -------------------------------------------------------------------------------------- */

/* A reason is a text that says why a task or a module is refused. It stays valid until the next reason is made. */
#define SOV_REASON_BYTES 288 /* two names of 100 bytes and the words around them */
extern char sov_reason_text[SOV_REASON_BYTES]; /* what sov_reason() writes; the validator writes here too */

/* Formats a reason, cut to SOV_REASON_BYTES - 1, and returns it. */
const char *sov_reason(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The reason for a quota or an arena that is too small. It is the one reason that is no fault of the module, so callers
 * compare pointers. */
extern const char sov_out_of_memory_text[];
bool sov_out_of_memory(const char *reason);

#endif
