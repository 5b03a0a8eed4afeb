/* queues.c - which thread runs next: a queue for each priority, budgets of fuel, the starvation guard (contract in scheduler.h). */
#include "scheduler.h"

/* The guard gives every 32nd slice: lower priorities get 3 % of the processor, and with slices of 2 ms one turn every 64 ms. */
#define GUARD 32

static void append(scheduler *self, thread *which, uint8_t queue) {
    thread *last = self->last[queue];
    which->queue = queue;
    which->link = NULL;
    which->back = last;
    if (last) {
        last->link = which;
    } else {
        self->first[queue] = which;
    }
    self->last[queue] = which;
}

static void prepend(scheduler *self, thread *which, uint8_t queue) {
    thread *first = self->first[queue];
    which->queue = queue;
    which->link = first;
    which->back = NULL;
    if (first) {
        first->back = which;
    } else {
        self->last[queue] = which;
    }
    self->first[queue] = which;
}

static void unlink_from_queue(scheduler *self, thread *which) {
    thread *before = which->back, *after = which->link;
    if (before) {
        before->link = after;
    } else {
        self->first[which->queue] = after;
        if (!after) self->ready &= (uint8_t)~(1u << which->queue);
    }
    if (after) {
        after->back = before;
    } else {
        self->last[which->queue] = before;
    }
    which->link = which->back = NULL;
}

void sched_remove(scheduler *self, thread *which) {
    sched_stop_timer(self, &which->timer);
    if (which->state == THREAD_READY) {
        unlink_from_queue(self, which);
        which->state = THREAD_RUNNING; /* the state of a thread in no queue */
    }
}

static void make_ready(scheduler *self, thread *which, void (*put)(scheduler *, thread *, uint8_t)) {
    sched_remove(self, which);
    which->state = THREAD_READY;
    put(self, which, which->priority);
    self->ready |= (uint8_t)(1u << which->priority);
}

void sched_add(scheduler *self, thread *which) { make_ready(self, which, append); }
void sched_add_first(scheduler *self, thread *which) { make_ready(self, which, prepend); }

void sched_set_priority(scheduler *self, thread *which, uint8_t priority) {
    which->priority = priority;
    if (which->state == THREAD_READY && which->queue != SCHED_OVER_BUDGET) sched_add_first(self, which);
}

/* Returns 0 if the thread has budget left in this period, else the time at which its next period begins. Debt is subtracted from the
 * next period's budget. `period_end` wraps and may be long past: an impossible distance to it starts a new period. */
static int64_t over_budget_until(thread *which, int64_t now) {
    int64_t ms = now / 1000;
    uint32_t rest = which->period_end - (uint32_t)ms;
    if (rest == 0 || rest > which->period) {
        rest = which->period;
        which->period_end = (uint32_t)ms + rest;
        which->left = which->budget + (which->left < 0 ? which->left : 0);
    }
    return which->left > 0 ? 0 : (ms + rest) * 1000;
}

/* Chooses the next ready priority below the last one that the guard chose, round robin, so that each gets its turn. */
static uint8_t guard(scheduler *self, uint8_t highest) {
    uint8_t priority = self->guarded;
    for (int i = 0; i < SCHED_PRIORITIES; i++) {
        priority = priority ? (uint8_t)(priority - 1) : highest;
        if (self->ready & (1u << priority)) break;
    }
    return self->guarded = priority;
}

static uint8_t choose(scheduler *self) {
    uint8_t priority = SCHED_PRIORITIES - 1;
    while (!(self->ready & (1u << priority))) priority--;
    if (!(self->ready & ((1u << priority) - 1))) {
        self->turn = 0;
    } else if (++self->turn >= GUARD && priority <= self->recent) {
        self->turn = 0;
        return guard(self, priority);
    } else if (self->turn > GUARD) {
        self->turn = GUARD; /* the guard's slice stays due until no task of higher priority has just become ready */
    }
    return self->recent = priority;
}

thread *sched_next(scheduler *self, int64_t now) {
    thread *which;
    int64_t until;
    while (self->ready) {
        which = self->first[choose(self)];
        unlink_from_queue(self, which);
        if (which->budget && (until = over_budget_until(which, now))) {
            append(self, which, SCHED_OVER_BUDGET);
            sched_start_timer(self, &which->timer, until);
            continue;
        }
        which->state = THREAD_RUNNING;
        return which;
    }
    which = self->first[SCHED_OVER_BUDGET];
    if (which) {
        unlink_from_queue(self, which);
        sched_stop_timer(self, &which->timer);
        which->state = THREAD_RUNNING;
    }
    return which;
}
