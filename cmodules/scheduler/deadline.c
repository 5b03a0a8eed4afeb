/* deadline.c - a slice ends when a timer is due that wakes a higher priority (contract in scheduler.h).
 *
 * Only fuel can end a slice, so the time until then is turned into fuel, by how much the thread used of late. That is a guess: what a
 * unit of fuel takes differs by a factor of 100 between instructions. A slice goes half the way therefore, then half of what is left, and
 * looks at the clock each time; the last 50 us in one. Where nothing is due within the slice all of this costs one comparison.
 *
 * Invariants: nothing here allocates. A part is at least 1 and at most all of the slice.
 */
#include "scheduler.h"

#define LAST_STEP 50 /* us: a few times of what a part costs besides its fuel, on a board */
#define FIRST_PART 16 /* of a slice whose thread's rate is not known */
#define LOOKS_MAX 32 /* timers looked at; beyond them a slice ends when the first of all is due */

static int priority_of(sched_timer *timer) { return timer->kind ? timer->kind->priority(timer) : sched_of_timer(timer)->priority; }

/* When the first timer is due that makes a priority above that one ready, or `horizon` where none is before. */
static int64_t first_above(const scheduler *self, uint8_t priority, int64_t horizon) {
    uint32_t open[LOOKS_MAX + 2] = { 0 }, count = 1;
    for (int looks = 0; count; looks++) {
        if (looks == LOOKS_MAX) return self->timers[0]->due;
        uint32_t place = open[--count];
        sched_timer *timer = self->timers[place];
        if (timer->due >= horizon) continue; /* and none behind it is earlier */
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
    /* What the slice takes, twice: it may be slower than it was. */
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
