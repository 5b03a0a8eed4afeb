/* block.c - a task that waits for another task, in C: at an endpoint, for a reply, at a notification (contract in scheduler.h).
 *
 * The task or event that ends the wait calls sched_unblock(). A timeout or a revoked capability only makes the waiting thread
 * ready; sched_woken() finds the reason when the thread runs next.
 */
#include "py/runtime.h"

#include "../common/abi_table.h"
#include "python/python.h"
#include "scheduler.h"

void sched_leave(sched_link *link) {
    link->next->back = link->back;
    link->back->next = link->next;
    sched_ring(link);
}

void sched_join(sched_link *link, sched_link *head) {
    sched_leave(link);
    link->back = head->back;
    link->next = head;
    head->back->next = link;
    head->back = link;
}

int sched_highest(const sched_link *head) {
    int highest = -1;
    for (sched_link *link = head->next; link != head; link = link->next)
        if (sched_at(link)->priority > highest) highest = sched_at(link)->priority;
    return highest;
}

/* Recomputes a thread's effective priority: the highest of its own and those lent to it. Continues with the thread that it lends
 * to, along the chain, until a priority does not change. */
static void settle(thread *which) {
    while (which) {
        uint8_t priority = SCHED_PRIORITIES - 1, before = which->priority;
        while (priority > which->own && !which->lent[priority]) priority--;
        if (priority == before) break;
        sched_set_priority(which->home, which, priority);
        if (!which->lends_to) break;
        which->lends_to->lent[before]--;
        which->lends_to->lent[priority]++;
        which = which->lends_to;
    }
}

static void take_back(thread *which) {
    thread *to = which->lends_to;
    if (!to) return;
    which->lends_to = NULL;
    to->lent[which->priority]--;
    settle(to);
}

void sched_lend(thread *which, thread *to) {
    take_back(which);
    if (to == which) return;
    which->lends_to = to;
    to->lent[which->priority]++;
    settle(to);
}

static void stop(thread *which) {
    take_back(which);
    sched_leave(&which->beside);
    which->block = MP_OBJ_NULL;
    which->server = NULL;
    which->number += 1u << SCHED_PLACE_BITS;
}

void sched_block(thread *which, mp_obj_t object, sched_link *head, int32_t milliseconds) {
    scheduler *self = which->home;
    sched_join(&which->beside, head);
    which->block = object;
    which->limit = milliseconds < 0 ? SCHED_NEVER : sched_now(self) + (int64_t)milliseconds * 1000;
    if (which->limit != SCHED_NEVER) sched_start_timer(self, &which->timer, which->limit);
    which->state = THREAD_WAITING;
}

void sched_unblock(thread *which, int32_t answer) {
    stop(which);
    which->answer = answer;
    scheduler *self = which->home;
    if (++self->ahead < SCHED_AHEAD_MAX) {
        sched_add_first(self, which);
    } else {
        self->ahead = 0;
        sched_add(self, which);
    }
}

bool sched_woken(thread *which, int64_t now, int64_t *answer) {
    *answer = sov_instance_refused(which->instance);
    if (!*answer && which->limit <= now) *answer = ABI_ERR_TIMEOUT;
    if (*answer) {
        stop(which);
        return true;
    }
    if (which->limit != SCHED_NEVER) sched_start_timer(which->home, &which->timer, which->limit);
    which->state = THREAD_WAITING;
    return false;
}

bool sched_has(const thread *which, mp_obj_t object, uint32_t right) {
    const instance_object *instance = MP_OBJ_TO_PTR(which->instance);
    const capability_table *table = which->instance == mp_const_none ? NULL : instance->capabilities;
    for (uint32_t slot = 1; table && slot < table->size; slot++)
        if (table->slot[slot].object == object && table->slot[slot].held & right << CAP_RIGHTS_SHIFT) return true;
    return false;
}

void sched_lost(thread *which) {
    if (which->state == THREAD_WAITING) sched_add(which->home, which);
    for (sched_link *next = which->clients.next; next != &which->clients;) {
        thread *client = sched_at(next);
        next = next->next;
        if (sched_has(which, client->block, ABI_RIGHT_READ)) continue;
        int32_t refused = sov_instance_refused(client->instance); /* the client may have lost its capability in the same revocation */
        sched_unblock(client, refused ? refused : ABI_ERR_DEAD);
    }
    for (sched_link *next = which->holds.next; next != &which->holds;) {
        sched_held *held = (sched_held *)next;
        next = next->next;
        if (!sched_has(which, held->object, ABI_RIGHT_WRITE)) held->ended(held);
    }
}

static mp_obj_t lost(mp_obj_t task) {
    sched_lost(sched_thread_of(task));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(sched_lost_obj, lost);

void sched_forget(thread *which) {
    if (which->block != MP_OBJ_NULL) stop(which);
    while (!sched_is_empty(&which->holds)) {
        sched_held *held = (sched_held *)which->holds.next;
        held->ended(held);
    }
    while (!sched_is_empty(&which->clients)) sched_unblock(sched_first(&which->clients), ABI_ERR_DEAD);
}
