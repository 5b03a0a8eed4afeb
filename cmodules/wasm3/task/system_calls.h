/* system_calls.h - the pending system call of a task: its number and arguments, the capability it needs, its first check.
 *
 * task.h includes it for the files that face Python, so it includes no header of wasm3.
 */
#ifndef SOV_SYSTEM_CALLS_H
#define SOV_SYSTEM_CALLS_H

#include "state/status.h"

struct sov_module;

/* The number of system calls in the ABI. */
extern const uint32_t sov_call_count;

/* The capability that a call needs. Bits 0-7: the accepted kinds, one of which is enough; bits 8-15: the rights, all of which
 * are needed. 0: the call needs no capability. */
uint32_t sov_call_needs(uint32_t number);

/* Number of the pending call; UINT32_MAX when none is pending. */
uint32_t sov_task_number(const struct sov_task *task);

/* Argument `index` of the pending call, after its check; only the lower 32 bits of an i32 are valid. 0: no such argument. */
int64_t sov_task_argument(const struct sov_task *task, uint32_t index);

/* Charges the fixed fuel of the pending call once more, because the kernel tries the call again. */
void sov_task_charge_again(struct sov_task *task);

enum sov_disposition { SOV_ANSWERED, SOV_FOR_KERNEL, SOV_ENDED };

/* Checks the pending host call and charges it. SOV_ANSWERED: *answer is the answer. SOV_FOR_KERNEL: the kernel must answer.
 * SOV_ENDED: the task has exited or trapped. */
enum sov_disposition sov_dispose(struct sov_task *task, int64_t *answer);

/* Checks that all imported functions are system calls of the ABI with the ABI's types. Returns NULL, or a reason that names the
 * first that is not. */
const char *sov_check_imports(const struct sov_module *scan);

/* Links the imported functions to system calls of the ABI. Returns NULL, or a reason. Allocates in the open heap. */
const char *sov_link_imports(struct sov_task *task, const struct sov_module *scan);

#endif
