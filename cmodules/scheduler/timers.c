/* timers.c - who wakes when: a binary heap of threads by the tick of their timer (contract in scheduler.h). */
#include "py/runtime.h"

#include "scheduler.h"

static bool is_later(uint32_t tick, uint32_t other) { return sched_until(tick, other) > 0; }

static void rise(scheduler *self, thread *which, uint32_t place) {
    while (place) {
        uint32_t above = (place - 1) / 2;
        thread *other = self->timers[above];
        if (!is_later(other->wake, which->wake)) break;
        self->timers[place] = other;
        other->timer = (int32_t)place;
        place = above;
    }
    self->timers[place] = which;
    which->timer = (int32_t)place;
}

static void sink(scheduler *self, thread *which, uint32_t place) {
    for (;;) {
        uint32_t below = 2 * place + 1;
        if (below >= self->waiting) break;
        thread *other = self->timers[below];
        if (below + 1 < self->waiting && is_later(other->wake, self->timers[below + 1]->wake)) other = self->timers[++below];
        if (!is_later(which->wake, other->wake)) break;
        self->timers[place] = other;
        other->timer = (int32_t)place;
        place = below;
    }
    rise(self, which, place);
}

void sched_reserve(scheduler *self, uint32_t count) {
    if (count <= self->room) return;
    self->timers = m_renew(thread *, (void *)self->timers, self->room, count);
    for (uint32_t i = self->room; i < count; i++) self->timers[i] = NULL;
    self->all = m_renew(thread *, (void *)self->all, self->room, count);
    for (uint32_t i = self->room; i < count; i++) self->all[i] = NULL;
    self->room = count;
}

void sched_start_timer(scheduler *self, thread *which) {
    if (which->timer >= 0) sched_stop_timer(self, which);
    if (self->waiting == self->room) sched_reserve(self, self->room + 1);
    rise(self, which, self->waiting++);
}

void sched_stop_timer(scheduler *self, thread *which) {
    if (which->timer < 0) return;
    uint32_t place = (uint32_t)which->timer;
    if (place >= self->waiting || self->timers[place] != which) mp_raise_ValueError(MP_ERROR_TEXT("the task is another scheduler's"));
    thread *moved = self->timers[--self->waiting];
    self->timers[self->waiting] = NULL; /* nothing keeps a task that is gone from the collector */
    which->timer = -1;
    if (moved != which) sink(self, moved, place);
}
