/* phases.h - the phases of a task: the start function, `_initialize`, the entry. */
#ifndef SOV_PHASES_H
#define SOV_PHASES_H

struct sov_task;

/* Begins the next phase that has a function. Where none is left, the task exits. */
void sov_task_begin(struct sov_task *task);

#endif
