/* deadline.c - ends a slice when a timer is due that wakes a higher priority (contract in scheduler.h).
 *
 * Only fuel can end a slice, so the scheduler converts the time until the timer is due into fuel, by the thread's recent rate. The
 * result is an estimate: on a PC, whose floats are hardware, the time of one unit of fuel differs by a factor of 100. A slice therefore runs for
 * half of the time left, then half of the rest, and so on; the scheduler looks at the clock after each part. The last 50 us run as
 * one part. If no timer is due within the slice, all of this costs one comparison.
 *
 * Invariants: nothing here allocates. A part is at least 1 and at most all of the slice.
 */
#include "scheduler.h"

#define LAST_STEP 50 /* us: a few times the overhead of one part on a board */
#define FIRST_PART 16 /* a thread of unknown rate first gets 1/16 of its slice */
#define LOOKS_MAX 32 /* most timers looked at; if that is not enough, the slice ends when the earliest timer is due */

static int priority_of(sched_timer *timer) { return timer->kind ? timer->kind->priority(timer) : sched_of_timer(timer)->priority; }

/* Returns when the first timer is due that makes a priority above `priority` ready, or `horizon` if none is due before that. */
static int64_t first_above(const scheduler *self, uint8_t priority, int64_t horizon) {
    uint32_t open[LOOKS_MAX + 2] = { 0 }, count = 1;
    for (int looks = 0; count; looks++) {
        if (looks == LOOKS_MAX) return self->timers[0]->due;
        uint32_t place = open[--count];
        sched_timer *timer = self->timers[place];
        if (timer->due >= horizon) continue; /* its children are not earlier */
        if (priority_of(timer) > priority) {
            horizon = timer->due;
            continue;
        }
        for (uint32_t below = 2 * place + 1; below <= 2 * place + 2 && below < self->waiting; below++) open[count++] = below;
    }
    return horizon;
}

int32_t sched_part(const scheduler *self, const thread *which, int32_t fuel, int64_t now) {
    if (!self->waiting) return fuel;
    /* Twice the expected time of the slice: the thread may run slower than before. */
    int64_t takes = which->rate ? (int64_t)fuel * 2 * SCHED_RATE_TIME / which->rate : SCHED_NEVER - now;
    if (self->timers[0]->due >= now + takes) return fuel;
    int64_t left = first_above(self, which->priority, now + takes) - now;
    if (left >= takes) return fuel;
    if (!which->rate) return fuel > FIRST_PART ? fuel / FIRST_PART : fuel;
    int64_t part = left * which->rate / SCHED_RATE_TIME;
    if (left > LAST_STEP) part /= 2;
    return part < 1 ? 1 : part < fuel ? (int32_t)part : fuel;
}

void sched_learn(thread *which, uint32_t fuel, int64_t took) {
    if (took < SCHED_RATE_TIME || !fuel) return; /* too short to tell */
    int64_t rate = (int64_t)fuel * SCHED_RATE_TIME / took;
    which->rate = (uint16_t)(rate < 1 ? 1 : rate > UINT16_MAX ? UINT16_MAX : rate);
}
