/* status.h - the part of a task that every room may use: its status, reasons for refusals, the check of a guest's pointer.
 *
 * It includes no header of wasm3 or MicroPython, so the files that face Python include it too.
 */
#ifndef SOV_STATUS_H
#define SOV_STATUS_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sov_status {
    SOV_PREEMPTED = 0, /* the task is out of fuel; resume it with more */
    SOV_SYSCALL = 1,   /* the task asks the kernel; resume it with the answer */
    SOV_EXITED = 2,    /* the task has ended; final until sov_task_start() */
    SOV_TRAPPED = 3,   /* the task has faulted; final */
};

/* Number of host calls whose number and answer a task keeps for its crash record. The last eight usually show the loop that a
 * program was in, and they cost 40 bytes of each region. */
#define SOV_CALLS_KEPT 8
#define SOV_NO_ANSWER INT32_MIN /* stands for the answer of a call without an answer; no call answers this value */

#define SOV_NOWHERE UINT32_MAX /* stands for the instruction of a frame where it is not known */

struct sov_task; /* lies in its region; the pointer is invalid after sov_task_kill() and sov_runtime_reset() */

/* Turns a guest's (address, length) into a pointer; no other function does so. NULL: the range is not inside linear memory,
 * for any values. The pointer is valid until the task is resumed or killed. A length of 0 is inside memory for every address
 * up to the memory's size. Does not block. */
uint8_t *sov_slice(struct sov_task *task, uint32_t address, uint32_t length);

/* Makes the task TRAPPED with a reason, which is copied and cut to SOV_ERROR_BYTES - 1. */
void sov_task_trap(struct sov_task *task, const char *reason, size_t length);

/* ---- reasons -------------------------------------------------------------------------------------- */

/* A reason is a text that says why a task or a module is refused. It stays valid until the next reason is made. */
#define SOV_REASON_BYTES 288 /* two names of 100 bytes and the words around them */
extern char sov_reason_text[SOV_REASON_BYTES]; /* sov_reason() and the validator write here */

/* Formats a reason, cut to SOV_REASON_BYTES - 1, and returns it. */
const char *sov_reason(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The reason for a quota or an arena that is too small. It is the only reason that is not the module's fault, so callers
 * recognise it by its pointer. */
extern const char sov_out_of_memory_text[];
bool sov_out_of_memory(const char *reason);

#endif
