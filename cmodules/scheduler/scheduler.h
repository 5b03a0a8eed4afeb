/* scheduler.h - the scheduler's record of a task (its thread), and the order of threads: queues, budgets, timers.
 *
 * The scheduler decides only which task runs next. The kernel's loop decides how long the scheduler runs; the supervisor decides
 * what happens to a task that ends.
 *
 * - A task that has used up its budget of fuel runs only while no other task is ready, until its next period begins.
 * - A starvation guard gives every 32nd slice to a lower priority, to each one in turn. An endless loop therefore slows the other
 *   tasks down and does not stop them. The guard never delays a task that has just become ready above the one that ran last, so a
 *   task of high priority is late by one slice at most.
 *
 * The scheduler shortens a slice so that it ends when a timer is due that wakes a task of higher priority (deadline.c).
 *
 * Time is a 64-bit count of microseconds since an arbitrary moment; it never wraps.
 *
 * Invariants: a READY thread is in exactly one queue (`queue`), chained by `link` and `back`. A thread that waits for a time
 * is in the heap at `timer.place` (-1: it is not). A thread over its budget is in both; its timer ends its period. Nothing here
 * allocates but sched_reserve(). The cost of a slice does not depend on the number of threads; the cost of a timer grows with its
 * logarithm. One thread of the machine runs all of this; no function here is safe in an interrupt handler.
 */
#ifndef SOV_SCHEDULER_H
#define SOV_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/obj.h"

/* The numbers are those of kernel/core/task.py; a test compares them. */
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
#define SCHED_OVER_BUDGET SCHED_PRIORITIES  /* the queue of threads over their budget */
#define SCHED_THREADS_MAX 4095            /* a call's number has 12 bits for the thread, see endpoint.c */
#define SCHED_AHEAD_MAX 32                /* the same share that lower priorities get, see GUARD in queues.c */
#define SCHED_SLICES_MASK 0x3fffffffu       /* keeps the count of slices a small integer of 32-bit MicroPython */
#define SCHED_SLEEP_MAX 0x1fffffff         /* ms: the longest timeout of the ABI */
#define SCHED_NEVER INT64_MAX

/* A place in a ring of threads: the threads that wait at one object, or the clients of one server. A ring's head is no thread. */
typedef struct sched_link {
    struct sched_link *next, *back;
} sched_link;

/* An object that one thread holds exclusively (a mutex), in its ring `holds`. The scheduler calls ended() when the thread ends or
 * loses its right to the object. */
typedef struct sched_held {
    sched_link link;
    mp_obj_t object;
    void (*ended)(struct sched_held *self);
} sched_held;

typedef struct sched_timer sched_timer;
typedef struct thread thread;
typedef struct scheduler scheduler;

/* The operations of a timer that belongs to no thread. */
typedef struct {
    void (*fire)(sched_timer *self, int64_t now); /* called when the timer is due; the timer is stopped already */
    int (*priority)(const sched_timer *self);     /* priority of the task that the timer will make ready; -1: none */
} sched_timer_kind;

struct sched_timer {
    int64_t due;
    int32_t place;                /* index in the heap; -1: the timer does not run */
    const sched_timer_kind *kind; /* NULL: the timer of a thread */
};

struct thread {
    mp_obj_base_t base;
    mp_obj_t task;              /* the Python task of this thread; handlers receive it */
    mp_obj_t instance;          /* the wasm3.Instance that runs; None: the kernel has to make one */
    mp_obj_t waiting;           /* the object that its pending call waits for, in Python; None: only a time, or nothing */
    struct thread *link, *back; /* the next and the previous thread in its queue */
    sched_timer timer;
    int64_t limit;              /* when its wait for another task times out; SCHED_NEVER: no limit */
    uint32_t period;            /* ms: length of a budget's period */
    uint32_t period_end;        /* ms modulo 2^32 */
    int32_t budget;             /* fuel in a period; 0: no limit */
    int32_t left;               /* fuel of the budget left in this period; below 0: debt */
    int32_t slice;              /* fuel of one slice */
    int32_t rest;               /* fuel left of a slice that another task interrupted; the thread continues with it; 0: none */
    int32_t answer;             /* result of the call that suspended it, passed to the next resume */
    /* Waiting for another task, in C. */
    mp_obj_t block;             /* the object it waits at; `beside` is in a ring of it then; MP_OBJ_NULL: it does not wait */
    sched_link beside;
    sched_link clients;         /* the ring of threads whose calls it received and did not reply to yet */
    sched_link holds;           /* the ring of the objects it holds */
    struct thread *server;      /* the server that received its pending call; NULL: none yet */
    struct scheduler *home;     /* the scheduler that it was added to first */
    struct thread *lends_to;    /* the thread that it lends its priority to; NULL: none */
    uint16_t lent[SCHED_PRIORITIES]; /* how many threads lend it each priority */
    uint32_t number;            /* bits 0-11: its place in `home->all`, from 1; 0: none yet. Bits above: how often it waited for
                                 * another task, so that a later call has another number */
    uint16_t rate;              /* fuel that it uses in SCHED_RATE_TIME us; 0: not known yet */
    uint8_t state, queue;
    uint8_t own, priority;      /* its own priority, and the effective one: the highest of `own` and those lent to it */
    uint8_t status;             /* enum sov_status: the result of the last resume */
};

#define SCHED_RATE_TIME 16 /* us: in this time a PC uses up to 30,000 units of fuel, which fits 16 bits; a board uses at least 4 */
#define SCHED_PLACE_BITS 12 /* of `number`: SCHED_THREADS_MAX fits */
#define SCHED_PLACE_MASK ((1u << SCHED_PLACE_BITS) - 1)

struct scheduler {
    mp_obj_base_t base;
    thread *first[SCHED_PRIORITIES + 1], *last[SCHED_PRIORITIES + 1];
    sched_timer **timers;       /* a binary heap, the earliest timer first; the children of entry i are 2i+1 and 2i+2 */
    uint32_t timer_room, waiting; /* entries allocated there, and entries in use */
    uint32_t others;            /* number of timers that belong to no thread */
    thread **all;               /* every thread ever added */
    uint32_t room, threads;     /* entries allocated there, and entries in use */
    thread *running;            /* the thread whose slice runs, or whose task run() returned to the kernel last */
    int32_t later;              /* fuel of the running slice beyond the part that runs now (deadline.c) */
    uint32_t slices;            /* number of slices given so far, modulo 2^30 */
    uint8_t ready;              /* bit mask of the priorities that have a ready thread */
    uint8_t turn;               /* slices since the guard last gave one, counted while a lower priority is ready */
    uint8_t recent;             /* priority of the last slice that the guard did not give */
    uint8_t ahead;              /* how many unblocked threads went in front of their queue since one went to its back */
    uint8_t guarded;            /* the priority that the guard gave a slice to last */
    void (*interrupted)(struct scheduler *self); /* called after an interrupt, outside its handler; NULL: nothing */
    sched_link sources;         /* the ring of interrupt sources that `interrupted` looks at */
    mp_obj_t machine;           /* the HAL, for its now() */
    mp_obj_t handlers;          /* tuple of handlers, indexed by the number of the call */
    mp_obj_t again, failed;     /* again(task) retries the pending call; failed(task, error) returns the error code of an exception */
};

/* An interrupt handler sets it; sched_wake() then calls `interrupted`. */
extern volatile bool sched_interrupt_came;

/* Returns the machine's time in microseconds. */
int64_t sched_now(const scheduler *self);

/* ---- queues.c */

/* Makes a thread ready, at the back of the queue of its priority. The thread may be READY or waiting before, but not over. */
void sched_add(scheduler *self, thread *which);

/* Like sched_add(), but at the front of the queue. */
void sched_add_first(scheduler *self, thread *which);

/* Changes a thread's effective priority. A ready thread moves to the front of the new priority's queue. */
void sched_set_priority(scheduler *self, thread *which, uint8_t priority);

/* Returns the thread that runs next, or NULL if none is ready. Takes it out of its queue and sets it to RUNNING. */
thread *sched_next(scheduler *self, int64_t now);

/* Takes a thread out of its queue and stops its timer. The thread must not be running. Raises ValueError if it belongs to another
 * scheduler. */
void sched_remove(scheduler *self, thread *which);

/* ---- timers.c */

/* Makes room for `count` threads and their timers. Raises MemoryError; then nothing has changed. */
void sched_reserve(scheduler *self, uint32_t count);

/* Reserves, or releases, room for one timer that belongs to no thread. Reserving raises as sched_reserve() does. */
void sched_reserve_timer(scheduler *self);
void sched_release_timer(scheduler *self);

/* Starts a timer, or restarts it if it runs already. Raises MemoryError if no room was reserved and there is none. */
void sched_start_timer(scheduler *self, sched_timer *which, int64_t due);

/* Stops a timer; does nothing if it does not run. Raises ValueError if it belongs to another scheduler. */
void sched_stop_timer(scheduler *self, sched_timer *which);

/* Handles interrupts that came, makes every thread ready whose timer is due, and fires the other timers that are due. */
void sched_wake(scheduler *self, int64_t now);

static inline thread *sched_of_timer(sched_timer *timer) { return (thread *)((char *)timer - offsetof(thread, timer)); }

/* ---- deadline.c */

/* Returns how much of `fuel` a thread may use before the scheduler looks at the clock again: all of it, unless a timer is due within
 * the slice that makes a higher priority ready. */
int32_t sched_part(const scheduler *self, const thread *which, int32_t fuel, int64_t now);

/* Records that a thread used `fuel` in `took` microseconds; sched_part() estimates from this. */
void sched_learn(thread *which, uint32_t fuel, int64_t took);

/* ---- block.c: waiting for another task */

static inline void sched_ring(sched_link *head) { head->next = head->back = head; }
static inline bool sched_is_empty(const sched_link *head) { return head->next == head; }

/* sched_join() takes a link out of its ring and appends it to another one. A link that is in no ring is a ring of its own. */
void sched_join(sched_link *link, sched_link *head);
void sched_leave(sched_link *link);

/* Returns the thread whose link `beside` this is. */
static inline thread *sched_at(sched_link *link) { return (thread *)((char *)link - offsetof(thread, beside)); }

/* Returns the highest priority in a ring of threads, or -1 if it is empty. O(threads in the ring). */
int sched_highest(const sched_link *head);

/* Returns the first thread of a ring. The ring must not be empty. */
static inline thread *sched_first(const sched_link *head) { return sched_at(head->next); }

/* Blocks the running thread at `object`, until sched_unblock() or for `milliseconds` (-1: no limit). The thread is appended to the
 * ring `head` of that object; it may be in that ring already. */
void sched_block(thread *which, mp_obj_t object, sched_link *head, int32_t milliseconds);

/* A waiting thread lends its priority to the thread `to` until it is unblocked, and no longer to the one it lent it to before. The
 * loan is passed on if `to` lends its priority itself. O(length of that chain). */
void sched_lend(thread *which, thread *to);

/* Call this when a task has lost a capability. If the task waits, it becomes ready and checks whether it may still wait. Clients
 * of an endpoint that the task may no longer serve get DEAD. The task releases objects it holds and may no longer use. */
void sched_lost(thread *which);

/* Returns whether the thread has a capability to the object with that right. O(slots). */
bool sched_has(const thread *which, mp_obj_t object, uint32_t right);
MP_DECLARE_CONST_FUN_OBJ_1(sched_lost_obj); /* the same from Python: lost(task) */

/* Unblocks a waiting thread; its call returns `answer`. The thread goes to the front of its queue, but every SCHED_AHEAD_MAX-th
 * time to the back, so that two tasks that keep calling each other starve no other task. */
void sched_unblock(thread *which, int32_t answer);

/* Call this when a blocked thread runs because its limit passed or it lost a capability. Returns true if its wait is over, with
 * the error code in *answer. Returns false if the thread went back to waiting. Raises nothing. */
bool sched_woken(thread *which, int64_t now, int64_t *answer);

/* Call this when the task of a thread has ended. The thread waits no longer and releases what it holds; its clients get DEAD. */
void sched_forget(thread *which);

/* ---- modscheduler.c */

/* Returns the Thread of a task (any object with the attribute `thread`). Raises TypeError or AttributeError. */
thread *sched_thread_of(mp_obj_t task);

extern const mp_obj_type_t scheduler_type; /* Scheduler */

/* ---- run.c: Scheduler.run */

/* Returns the fuel that is left of the running slice, at least 1. */
int32_t sched_left(const thread *running);

MP_DECLARE_CONST_FUN_OBJ_1(sched_run_obj);

#endif
