/* system_calls.h - the pending system call of a task: what it asks, what it needs, how it is answered or left to the kernel.
 *
 * Part of task.h for the files that face Python, so it needs no header of wasm3.
 */
#ifndef SOV_SYSTEM_CALLS_H
#define SOV_SYSTEM_CALLS_H

#include "state/status.h"

struct sov_module;

/* How many system calls there are. */
extern const uint32_t sov_call_count;

/* What capability a call needs: bits 0-7 any of these kinds, 8-15 all of these rights; 0: none. */
uint32_t sov_call_needs(uint32_t number);

/* Number of the pending call; UINT32_MAX when none is pending. */
uint32_t sov_task_number(const struct sov_task *task);

/* Argument `index` of the pending call, checked; of an i32 the lower 32 bits count. 0 when there is none. */
int64_t sov_task_argument(const struct sov_task *task, uint32_t index);

/* The kernel tries the pending call again: charges its fixed fuel once more. */
void sov_task_charge_again(struct sov_task *task);

enum sov_disposition { SOV_ANSWERED, SOV_FOR_KERNEL, SOV_ENDED };

/* Checks the pending host call and charges it. SOV_ANSWERED: *answer is set. SOV_ENDED: the task exited or trapped. */
enum sov_disposition sov_dispose(struct sov_task *task, int64_t *answer);

/* Are all imported functions system calls of the ABI, with its types? NULL, or a reason that names the first that is not. */
const char *sov_check_imports(const struct sov_module *scan);

/* Links the imported functions to system calls of the ABI. NULL, or a reason. Allocates in the open heap. */
const char *sov_link_imports(struct sov_task *task, const struct sov_module *scan);

#endif
