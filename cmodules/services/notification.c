/* notification.c - a word that tasks OR bits into and other tasks wait for. A bit signalled several times is delivered once.
 *
 * Invariants: each bit goes to one waiter. A signal never blocks. Nothing here allocates but the constructor and text().
 */
#include "py/runtime.h"

#include "../common/abi_table.h"
#include "services.h"

static notification *target(const instance_object *instance) { return MP_OBJ_TO_PTR(services_target(instance)->object); }

/* Gives the waiters the bits they wait for, in the order in which they came, while bits are left. O(waiters). */
static void give(notification *self) {
    sched_link *next = self->waiting.next;
    while (next != &self->waiting && self->word) {
        thread *which = sched_at(next);
        next = next->next;
        if (!services_may_wait(which)) continue;
        uint32_t taken = self->word & services_argument(services_of(which), 1);
        if (!taken) continue;
        self->word &= ~taken;
        sched_unblock(which, (int32_t)taken);
    }
}

void notification_signal(notification *self, uint32_t bits) {
    self->word |= bits;
    give(self);
    if (self->bound && self->word) endpoint_notify(self->bound);
}

int notification_priority(const notification *self) {
    int priority = sched_highest(&self->waiting), server = self->bound ? sched_highest(&self->bound->receivers) : -1;
    return server > priority ? server : priority;
}

/* sp_notify_signal(notification, bits): ORs bits into the word and wakes tasks that wait for them. */
static mp_obj_t notify_signal(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    notification_signal(target(instance), services_argument(instance, 1));
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_notify_signal_obj, notify_signal);

/* sp_notify_wait(notification, mask, timeout): takes the signalled bits of `mask`, or waits for one of them. */
static mp_obj_t notify_wait(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    notification *at = target(instance);
    uint32_t taken = at->word & services_argument(instance, 1);
    int32_t timeout = (int32_t)services_argument(instance, 2);
    at->word &= ~taken;
    if (taken) return MP_OBJ_NEW_SMALL_INT(taken);
    if (timeout == 0) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_AGAIN);
    sched_block(sched_thread_of(task), MP_OBJ_FROM_PTR(at), &at->waiting, timeout);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(services_notify_wait_obj, notify_wait);

/* sp_notify_bind(notification, endpoint): sp_ipc_receive at the endpoint takes the bits too. Replaces older bindings of both; 0: none. */
static mp_obj_t notify_bind(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    notification *from = target(instance);
    uint32_t identifier = services_argument(instance, 1), need = ABI_KIND_ENDPOINT | ABI_RIGHT_READ << CAP_RIGHTS_SHIFT;
    int32_t refused = identifier ? cap_check(instance->capabilities, identifier, need) : 0;
    if (refused) return MP_OBJ_NEW_SMALL_INT(refused);
    if (from->bound) from->bound->bound = NULL;
    from->bound = NULL;
    if (!identifier) return MP_OBJ_NEW_SMALL_INT(0);
    endpoint *to = MP_OBJ_TO_PTR(cap_at(instance->capabilities, identifier)->object);
    if (to->bound) to->bound->bound = NULL;
    to->bound = from;
    from->bound = to;
    from->hold = services_hold_of(instance->capabilities, services_argument(instance, 0));
    if (from->word) endpoint_notify(to);
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_notify_bind_obj, notify_bind);

/* ---- the object ------------------------------------------------------------------------------------- */

/* Notification(name) */
static mp_obj_t notification_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 1, 1, false);
    notification *self = mp_obj_malloc(notification, type);
    services_init(&self->shared, given[0]);
    self->hold.table = NULL;
    self->bound = NULL;
    self->word = 0;
    sched_ring(&self->waiting);
    return MP_OBJ_FROM_PTR(self);
}

SERVICES_TYPE(notification, "notification ", NOTIFICATION, Notification, services_release, );
