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
 * A timer that is due makes a slice of lower priority end: slices are cut so that they end when it is (deadline.c).
 *
 * Time is a count of microseconds since an arbitrary moment in 64 bits, which never wraps.
 *
 * Invariants: a READY thread is in exactly one queue (`queue`), chained by `link` and `back`. A thread that waits for a time
 * is in the heap at `timer.place` (-1: it is not); one over its budget is in both, for the end of its period. Nothing here
 * allocates but sched_reserve(). The cost of a slice does not depend on the number of threads; the cost of a timer grows with its
 * logarithm. One thread of the machine runs all of this; nothing is safe in an interrupt handler.
 */
#ifndef SOV_SCHEDULER_H
#define SOV_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
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
#define SCHED_THREADS_MAX 4095            /* what a call's number has room for, see endpoint.c */
#define SCHED_AHEAD_MAX 32                /* as often as lower priorities get a slice, see queues.c */
#define SCHED_SLICES_MASK 0x3fffffffu       /* what counts slices stays a small integer of 32-bit MicroPython */
#define SCHED_SLEEP_MAX 0x1fffffff         /* ms: the longest timeout of the ABI */
#define SCHED_NEVER INT64_MAX

/* A place in a ring of threads: those that wait at one object, or that one server serves. A ring's head is no thread. */
typedef struct sched_link {
    struct sched_link *next, *back;
} sched_link;

/* What a thread holds alone, in the ring `holds`. ended(): the thread is over, or may not use the object any more. */
typedef struct sched_held {
    sched_link link;
    mp_obj_t object;
    void (*ended)(struct sched_held *self);
} sched_held;

typedef struct sched_timer sched_timer;
typedef struct thread thread;
typedef struct scheduler scheduler;

/* What a timer does that is no thread's. */
typedef struct {
    void (*fire)(sched_timer *self, int64_t now); /* it was due, and is stopped */
    int (*priority)(const sched_timer *self);     /* of whom it will make ready; -1: no task */
} sched_timer_kind;

struct sched_timer {
    int64_t due;
    int32_t place;                /* in the heap; -1: it does not run */
    const sched_timer_kind *kind; /* NULL: a thread's */
};

struct thread {
    mp_obj_base_t base;
    mp_obj_t task;              /* whose it is; handlers get it */
    mp_obj_t instance;          /* the wasm3.Instance that runs; None: the kernel is to make one */
    mp_obj_t waiting;           /* what the call it is in waits for, None: nothing but a time */
    struct thread *link, *back; /* the next and the one before in its queue */
    sched_timer timer;
    int64_t limit;              /* until when it waits for another task; SCHED_NEVER: no limit */
    uint32_t period;            /* ms of a budget */
    uint32_t period_end;        /* ms modulo 2^32 */
    int32_t budget;             /* fuel in a period; 0: no limit */
    int32_t left;               /* of it in this period; below 0: owed */
    int32_t slice;              /* fuel of one slice */
    int32_t rest;               /* of a slice that was cut for another task: it goes on with that; 0: none was */
    int32_t answer;             /* of the call it slept in, given at the next resume */
    /* Waiting for another task, in C. */
    mp_obj_t block;             /* the object it waits at, and `beside` is in a ring there; MP_OBJ_NULL: nowhere */
    sched_link beside;
    sched_link clients;         /* the ring of those whose calls it has received and not replied to */
    sched_link holds;           /* the ring of what it holds */
    struct thread *server;      /* who received the call that it waits in; NULL: none yet */
    struct scheduler *home;     /* the one that it was added to first */
    struct thread *lends_to;    /* whom it lends its priority; NULL: none */
    uint16_t lent[SCHED_PRIORITIES]; /* how many lend it each priority */
    uint32_t number;            /* bits 0-11: its place in `home->all`, from 1, 0: none yet; above: how often it waited for another
                                 * task, which tells a call from a later one */
    uint16_t rate;              /* fuel that it uses in SCHED_RATE_TIME us; 0: not known yet */
    uint8_t state, queue;
    uint8_t own, priority;      /* its own, and the highest of that and what is lent to it: that counts */
    uint8_t status;             /* enum sov_status: what the last resume came to */
};

#define SCHED_RATE_TIME 16 /* us: a PC uses up to 30,000 units in them, a board 4 at least */
#define SCHED_PLACE_BITS 12 /* of `number`: SCHED_THREADS_MAX fits */
#define SCHED_PLACE_MASK ((1u << SCHED_PLACE_BITS) - 1)

struct scheduler {
    mp_obj_base_t base;
    thread *first[SCHED_PRIORITIES + 1], *last[SCHED_PRIORITIES + 1];
    sched_timer **timers;       /* a binary heap: the earliest first, each before those at 2i+1 and 2i+2 */
    uint32_t timer_room, waiting; /* places there, and how many of them are taken */
    uint32_t others;            /* timers that are no thread's */
    thread **all;               /* every thread ever added */
    uint32_t room, threads;     /* places there, and how many of them are taken */
    thread *running;            /* whose slice it is, or was last where the kernel has to look after it */
    int32_t later;              /* fuel of the running slice beyond the part of it that runs */
    uint32_t slices;            /* given so far, modulo 2^30 */
    uint8_t ready;              /* bit mask of the priorities that have a thread ready */
    uint8_t turn;               /* slices since the guard last gave one away, while a lower priority was ready */
    uint8_t recent;             /* priority of the last slice */
    uint8_t ahead;              /* threads that went before others since one went behind them */
    uint8_t guarded;            /* the priority that the guard gave a slice to */
    void (*interrupted)(struct scheduler *self); /* what to do after an interrupt; NULL: nothing */
    sched_link sources;         /* whose interrupts those are */
    mp_obj_t machine;           /* the HAL, for its now() */
    mp_obj_t handlers;          /* tuple: by number of the call */
    mp_obj_t again, failed;     /* again(task): makes the call once more; failed(task, error): its error code */
};

/* Set in an interrupt handler: `interrupted` is to be called. */
extern volatile bool sched_interrupt_came;

/* The machine's time. */
int64_t sched_now(const scheduler *self);

/* ---- queues.c */

/* Makes a thread that is not over ready, wherever it was, behind the others of its priority. */
void sched_add(scheduler *self, thread *which);

/* As sched_add(), in front of the others of its priority. */
void sched_add_first(scheduler *self, thread *which);

/* Its priority changes; a thread that is ready stands first among those of the new one. */
void sched_set_priority(scheduler *self, thread *which, uint8_t priority);

/* Takes the thread whose turn it is at that time out of its queue, or NULL where none is ready. It is RUNNING then. */
thread *sched_next(scheduler *self, int64_t now);

/* Takes a thread that is not running out of wherever it is. Raises ValueError for one of another scheduler. */
void sched_remove(scheduler *self, thread *which);

/* ---- timers.c */

/* Makes room for so many threads and their timers. Raises MemoryError, and has changed nothing then. */
void sched_reserve(scheduler *self, uint32_t count);

/* Makes room for one timer more, of no thread, or takes it back. The first raises as sched_reserve(). */
void sched_reserve_timer(scheduler *self);
void sched_release_timer(scheduler *self);

/* A timer is due then; one that runs already is due then instead. Raises MemoryError where no room was reserved. */
void sched_start_timer(scheduler *self, sched_timer *which, int64_t due);

/* The timer runs no longer; nothing where it does not. Raises ValueError for one of another scheduler. */
void sched_stop_timer(scheduler *self, sched_timer *which);

/* Looks after interrupts that came, makes every thread ready whose time has come, whatever it waits for, and fires the other timers that are due. */
void sched_wake(scheduler *self, int64_t now);

static inline thread *sched_of_timer(sched_timer *timer) { return (thread *)((char *)timer - offsetof(thread, timer)); }

/* ---- deadline.c */

/* Of a thread's slice, the part that ends before a timer is due that makes a higher priority ready: of `fuel`, or all of it. */
int32_t sched_part(const scheduler *self, const thread *which, int32_t fuel, int64_t now);

/* A thread used so much fuel in so many microseconds. */
void sched_learn(thread *which, uint32_t fuel, int64_t took);

/* ---- block.c: waiting for another task */

static inline void sched_ring(sched_link *head) { head->next = head->back = head; }
static inline bool sched_is_empty(const sched_link *head) { return head->next == head; }

/* Last into a ring, out of the one it is in. A link that is in no ring is a ring of its own. */
void sched_join(sched_link *link, sched_link *head);
void sched_leave(sched_link *link);

/* The thread of a link `beside`. */
static inline thread *sched_at(sched_link *link) { return (thread *)((char *)link - offsetof(thread, beside)); }

/* The highest priority in a ring; -1 where it is empty. O(their number). */
int sched_highest(const sched_link *head);

/* The first thread of a ring that is not empty. */
static inline thread *sched_first(const sched_link *head) { return sched_at(head->next); }

/* The running thread, which may be in the ring already, waits at `object`, last in a ring of it, for sched_unblock(); for so many
 * milliseconds, or with -1 without an end. */
void sched_block(thread *which, mp_obj_t object, sched_link *head, int32_t milliseconds);

/* A waiting thread lends its priority to the other one, instead of whom it lent it before, until it waits no longer; what that one
 * has lent itself changes with it, and so on. O(their number). */
void sched_lend(thread *which, thread *to);

/* The task has lost a capability: it goes on where it waits, to find out, and the clients of an endpoint that it may not serve any
 * more get DEAD; what it holds and may not use any more it holds no longer. */
void sched_lost(thread *which);
MP_DECLARE_CONST_FUN_OBJ_1(sched_lost_obj); /* the same, lost(task) */

/* A waiting thread goes on with that answer, before the others of its priority; but every SCHED_AHEAD_MAX-th time behind them, so that
 * two that go on calling each other starve no task. */
void sched_unblock(thread *which, int32_t answer);

/* At that time a thread that waits was made ready by its limit, or because it lost a capability. True, and *answer is its answer, where it waits no
 * longer; false where it waits on. Raises nothing. */
bool sched_woken(thread *which, int64_t now, int64_t *answer);

/* The task of a thread has ended: it waits nowhere and holds nothing, and whom it served gets DEAD. */
void sched_forget(thread *which);

/* ---- modscheduler.c */

/* The Thread of a task: any object with that attribute. Raises TypeError or AttributeError. */
thread *sched_thread_of(mp_obj_t task);

extern const mp_obj_type_t scheduler_type; /* Scheduler */

/* ---- run.c: Scheduler.run */

/* Of the slice that runs, the fuel that its thread has not used; 1 at least. */
int32_t sched_left(const thread *running);

MP_DECLARE_CONST_FUN_OBJ_1(sched_run_obj);

#endif
