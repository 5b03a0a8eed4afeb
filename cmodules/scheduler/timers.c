/* timers.c - the timers of threads and objects: a binary heap, the earliest timer first (contract in scheduler.h). */
#include "py/runtime.h"

#include "scheduler.h"

static void put(scheduler *self, sched_timer *which, uint32_t place) {
    self->timers[place] = which;
    which->place = (int32_t)place;
}

static void rise(scheduler *self, sched_timer *which, uint32_t place) {
    while (place && self->timers[(place - 1) / 2]->due > which->due) {
        put(self, self->timers[(place - 1) / 2], place);
        place = (place - 1) / 2;
    }
    put(self, which, place);
}

static void sink(scheduler *self, sched_timer *which, uint32_t place) {
    for (;;) {
        uint32_t below = 2 * place + 1;
        if (below >= self->waiting) break;
        if (below + 1 < self->waiting && self->timers[below]->due > self->timers[below + 1]->due) below++;
        if (self->timers[below]->due >= which->due) break;
        put(self, self->timers[below], place);
        place = below;
    }
    rise(self, which, place);
}

static void make_room(scheduler *self, uint32_t count) {
    if (count <= self->timer_room) return;
    self->timers = m_renew(sched_timer *, (void *)self->timers, self->timer_room, count);
    for (uint32_t i = self->timer_room; i < count; i++) self->timers[i] = NULL;
    self->timer_room = count;
}

void sched_reserve(scheduler *self, uint32_t count) {
    if (count <= self->room) return;
    make_room(self, count + self->others);
    self->all = m_renew(thread *, (void *)self->all, self->room, count);
    for (uint32_t i = self->room; i < count; i++) self->all[i] = NULL;
    self->room = count;
}

void sched_reserve_timer(scheduler *self) {
    make_room(self, self->room + self->others + 1);
    self->others++;
}

void sched_release_timer(scheduler *self) { self->others--; }

void sched_start_timer(scheduler *self, sched_timer *which, int64_t due) {
    sched_stop_timer(self, which);
    which->due = due;
    if (self->waiting == self->timer_room) make_room(self, self->timer_room + 1);
    rise(self, which, self->waiting++);
}

void sched_stop_timer(scheduler *self, sched_timer *which) {
    if (which->place < 0) return;
    uint32_t place = (uint32_t)which->place;
    if (place >= self->waiting || self->timers[place] != which) mp_raise_ValueError(MP_ERROR_TEXT("the timer is another scheduler's"));
    sched_timer *moved = self->timers[--self->waiting];
    self->timers[self->waiting] = NULL; /* a stale pointer would keep an ended task alive in the garbage collector */
    which->place = -1;
    if (moved != which) sink(self, moved, place);
}

volatile bool sched_interrupt_came;

void sched_wake(scheduler *self, int64_t now) {
    if (sched_interrupt_came && self->interrupted) {
        sched_interrupt_came = false; /* cleared first, so that an interrupt during the call is handled next time */
        self->interrupted(self);
    }
    while (self->waiting && self->timers[0]->due <= now) {
        sched_timer *which = self->timers[0];
        if (which->kind) {
            sched_stop_timer(self, which);
            which->kind->fire(which, now);
        } else {
            sched_add(self, sched_of_timer(which));
        }
    }
}
