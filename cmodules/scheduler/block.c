/* block.c - a task that waits for another one, in C: at an endpoint, for a reply, at a notification (contract in scheduler.h).
 *
 * Whoever has what it waits for calls sched_unblock(). What else makes it ready - its time is over, its capability is revoked -
 * is found out when its turn comes, in sched_woken().
 */
#include "py/runtime.h"

#include "../common/abi_table.h"
#include "python/python.h"
#include "scheduler.h"

static thread *thread_at(sched_link *link) { return (thread *)((char *)link - offsetof(thread, beside)); }

thread *sched_first(const sched_link *head) { return thread_at(head->next); }

static void leave(sched_link *link) {
    link->next->back = link->back;
    link->back->next = link->next;
    sched_ring(link);
}

static void join(sched_link *link, sched_link *head) {
    link->back = head->back;
    link->next = head;
    head->back->next = link;
    head->back = link;
}

static void stop(thread *which) {
    leave(&which->beside);
    which->block = MP_OBJ_NULL;
    which->server = NULL;
    which->waits++;
}

void sched_block(thread *which, mp_obj_t object, sched_link *head, int32_t milliseconds) {
    scheduler *self = which->home;
    leave(&which->beside);
    join(&which->beside, head);
    which->block = object;
    which->timed = milliseconds >= 0;
    if (which->timed) {
        /* One tick more, as for sp_sleep: ticks are rounded down. */
        if (milliseconds < SCHED_SLEEP_MOST) milliseconds++;
        which->wake = which->limit = (self->now + (uint32_t)milliseconds) & SCHED_TICKS_MASK;
        sched_start_timer(self, which);
    }
    which->state = THREAD_WAITING;
}

void sched_pass(thread *which, sched_link *head) {
    leave(&which->beside);
    join(&which->beside, head);
}

void sched_unblock(thread *which, int32_t answer) {
    stop(which);
    which->answer = answer;
    sched_remove(which->home, which);
    sched_add_first(which->home, which);
}

bool sched_woken(thread *which, int64_t *answer) {
    *answer = sov_instance_refused(which->instance);
    if (!*answer && which->timed && sched_until(which->limit, which->home->now) <= 0) *answer = ABI_ERR_TIMEOUT;
    if (*answer) {
        stop(which);
        return true;
    }
    if (which->timed) {
        which->wake = which->limit;
        sched_start_timer(which->home, which);
    }
    which->state = THREAD_WAITING;
    return false;
}

void sched_forget(thread *which) {
    if (which->block != MP_OBJ_NULL) stop(which);
    while (!sched_is_empty(&which->clients)) sched_unblock(sched_first(&which->clients), ABI_ERR_DEAD);
}
