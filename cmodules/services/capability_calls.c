/* capability_calls.c - the calls on a task's own capabilities: list, info, derive, drop, revoke. See docs/ABI.md.
 *
 * The runtime has checked the arguments and the scheduler's loop the capability in argument 0 before a handler runs.
 *
 * Invariant: nothing here allocates on the Python heap.
 */
#include <string.h>

#include "py/runtime.h"

#include "capability.h"
#include "../common/abi_table.h"
#include "services.h"

/* sp_cap_list(to, length): writes the identifiers that fit, in the order of the slots. Returns how many the task holds. */
static mp_obj_t cap_list(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    const capability_table *table = instance->capabilities;
    uint32_t room = services_argument(instance, 1) / 4, count = 0;
    uint8_t *to = sov_slice(instance->task, services_argument(instance, 0), 4 * room);
    for (uint32_t slot = 1; slot < table->size; slot++) {
        if (!table->slot[slot].held) continue;
        if (count < room) services_put_word(to + (size_t)4 * count, table->slot[slot].identifier);
        count++;
    }
    return MP_OBJ_NEW_SMALL_INT(count);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_cap_list_obj, cap_list);

/* sp_cap_info(which, to, length): writes kind, rights and name. Returns the length of all of it, even if less fits. */
static mp_obj_t cap_info(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    const capability *which = services_target(instance);
    uint8_t words[8];
    size_t length = 0, room = services_argument(instance, 2);
    const char *name = cap_name(instance->capabilities, which, &length);
    uint8_t *to = sov_slice(instance->task, services_argument(instance, 1), (uint32_t)room);
    services_put_word(words, which->held & CAP_KINDS);
    services_put_word(words + 4, which->held >> CAP_RIGHTS_SHIFT);
    memcpy(to, words, room < sizeof words ? room : sizeof words);
    if (name && room > sizeof words) memcpy(to + sizeof words, name, room - sizeof words < length ? room - sizeof words : length);
    return MP_OBJ_NEW_SMALL_INT(sizeof words + length);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_cap_info_obj, cap_info);

/* sp_cap_derive(from, rights): makes a capability to the same object, with the same rights or fewer. */
static mp_obj_t cap_derive_call(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    return MP_OBJ_NEW_SMALL_INT(cap_derive(instance->capabilities, services_target(instance), services_argument(instance, 1)));
}
MP_DEFINE_CONST_FUN_OBJ_1(services_cap_derive_obj, cap_derive_call);

/* sp_cap_drop(which): ends the capability; capabilities derived from it stay. */
static mp_obj_t cap_drop(mp_obj_t task) {
    mp_obj_t failed = MP_OBJ_NULL;
    cap_release(cap_end(services_target(services_instance(task))), &failed);
    sched_lost(sched_thread_of(task));
    cap_raise(failed);
    return MP_OBJ_NEW_SMALL_INT(0);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_cap_drop_obj, cap_drop);

/* sp_cap_revoke(which): ends everything derived from the capability, in all tables, but not the capability itself. Returns how many
 * ended. */
static mp_obj_t cap_revoke_call(mp_obj_t task) {
    mp_obj_t failed = MP_OBJ_NULL;
    mp_int_t ended = cap_revoke(services_target(services_instance(task)), false, MP_OBJ_FROM_PTR(&sched_lost_obj), &failed);
    cap_raise(failed);
    return MP_OBJ_NEW_SMALL_INT(ended);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_cap_revoke_obj, cap_revoke_call);
