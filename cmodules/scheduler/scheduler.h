/* scheduler.h - what the scheduler knows of a task (its thread), and the order it keeps: queues, budgets, timers.
 *
 * The scheduler only keeps order. The kernel's loop decides how long it runs; the supervisor decides what happens to a task
 * that ends.
 *
 * - A task that has used up its budget of fuel runs only while no other task is ready, until its next period begins.
 * - A starvation guard gives a slice to a lower priority in turn after a higher one has run for so many slices. An endless
 *   loop therefore slows the others down and does not stop them. The guard never delays a task that has just become ready
 *   above the one that ran last, so a task of high priority is late by one slice at most.
 *
 * Invariants: a READY thread is in exactly one queue (`queue`), chained by `link` and `back`. A thread that waits for a time
 * is in the heap at `timer` (-1: it is not); one over its budget is in both, for the end of its period. Ticks have 30 bits
 * and wrap every 12.4 days, so only their differences are compared. Nothing here allocates but sched_reserve(). The cost of
 * a slice does not depend on the number of threads; the cost of a timer grows with its logarithm. One thread of the machine
 * runs all of this; nothing is safe in an interrupt handler.
 */
#ifndef SOV_SCHEDULER_H
#define SOV_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

/* The numbers are those of kernel.core.task, which a test compares. */
enum thread_state {
    THREAD_READY,
    THREAD_RUNNING,
    THREAD_SLEEPING,
    THREAD_WAITING,
    THREAD_RESTARTING,
    THREAD_ENDED,
    THREAD_FAULTED,
    THREAD_KILLED
};

#define SCHED_PRIORITIES 8                  /* 0 runs last, 7 first */
#define SCHED_OVER_BUDGET SCHED_PRIORITIES  /* the queue behind those of the priorities */
#define SCHED_TICKS_MASK 0x3fffffffu
#define SCHED_SLEEP_MOST 0x1fffffff         /* ms: the longest time whose end can be told from the past */

typedef struct thread {
    mp_obj_base_t base;
    mp_obj_t task;              /* whose it is; handlers get it */
    mp_obj_t instance;          /* the wasm3.Instance that runs; None: the kernel is to make one */
    mp_obj_t waiting;           /* what the call it is in waits for, None: nothing but a time */
    struct thread *link, *back; /* the next and the one before in its queue */
    int32_t timer;              /* place in the heap */
    uint32_t wake;              /* tick of the timer */
    uint32_t period;            /* ms of a budget */
    uint32_t period_end;        /* tick */
    int32_t budget;             /* fuel in a period; 0: no limit */
    int32_t left;               /* of it in this period; below 0: owed */
    int32_t slice;              /* fuel of one slice */
    int32_t answer;             /* of the call it slept in, given at the next resume */
    uint8_t state, priority, queue;
    uint8_t status;             /* enum sov_status: what the last resume came to */
} thread;

typedef struct {
    mp_obj_base_t base;
    thread *first[SCHED_PRIORITIES + 1], *last[SCHED_PRIORITIES + 1];
    thread **timers;            /* a binary heap: the earliest first, each before those at 2i+1 and 2i+2 */
    uint32_t room, waiting;     /* places there, and how many of them are taken */
    thread *running;            /* whose slice it is, or was last where the kernel has to look after it */
    uint32_t slices;            /* given so far, modulo 2^30 */
    uint8_t ready;              /* bit mask of the priorities that have a thread ready */
    uint8_t turn;               /* slices since the guard last gave one away, while a lower priority was ready */
    uint8_t recent;             /* priority of the last slice */
    uint8_t guarded;            /* the priority that the guard gave a slice to */
    mp_obj_t machine;           /* the HAL, for its ticks */
    mp_obj_t handlers;          /* tuple: by number of the call */
    mp_obj_t again, failed;     /* again(task): makes the call once more; failed(task, error): its error code */
} scheduler;

/* Milliseconds from `now` to `tick`; below 0 where it is past. Right across the wrap, up to SCHED_SLEEP_MOST apart. */
static inline int32_t sched_until(uint32_t tick, uint32_t now) { return (int32_t)((tick - now) << 2) >> 2; }

/* ---- queues.c */

/* Makes a thread that is nowhere ready, behind the others of its priority. */
void sched_add(scheduler *self, thread *which);

/* Takes the thread whose turn it is at tick `now` out of its queue, or NULL where none is ready. It is RUNNING then. */
thread *sched_next(scheduler *self, uint32_t now);

/* Takes a thread that is not running out of wherever it is. Raises ValueError for one of another scheduler. */
void sched_remove(scheduler *self, thread *which);

/* ---- timers.c */

/* Makes room for so many timers. Raises MemoryError, and has changed nothing then. */
void sched_reserve(scheduler *self, uint32_t count);

/* A timer at tick `which->wake`; a thread that has one already keeps its place. Raises MemoryError where reserve() was forgotten. */
void sched_start_timer(scheduler *self, thread *which);

/* The timer is gone; nothing where there is none. Raises ValueError for a thread of another scheduler. */
void sched_stop_timer(scheduler *self, thread *which);

extern const mp_obj_type_t scheduler_type; /* Scheduler, modscheduler.c */

/* ---- run.c: Scheduler.run */
MP_DECLARE_CONST_FUN_OBJ_2(sched_run_obj);

#endif
