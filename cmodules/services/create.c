/* create.c - sp_cap_create: objects that tasks make, each task within its own quota.
 *
 * Invariant: a failed creation changes nothing.
 */
#include "py/runtime.h"

#include "../common/abi_table.h"
#include "services.h"

#define RIGHTS (ABI_RIGHT_READ | ABI_RIGHT_WRITE | ABI_RIGHT_GRANT)

static mp_int_t number(mp_obj_t account, qstr name) { return mp_obj_get_int(mp_load_attr(account, name)); }

/* Makes an object. Returns MP_OBJ_NULL if tasks may not make objects of this kind or the size is out of range. Raises MemoryError. */
static mp_obj_t make(uint32_t kind, mp_obj_t name, uint32_t size, scheduler *home) {
    static const struct {
        uint32_t kind;
        const mp_obj_type_t *type;
        uint32_t min, max; /* size */
    } known[] = {
        { ABI_KIND_ENDPOINT, &endpoint_type, 0, 0 },
        { ABI_KIND_NOTIFICATION, &notification_type, 0, 0 },
        { ABI_KIND_MUTEX, &mutex_type, 0, 0 },
        { ABI_KIND_SEMAPHORE, &semaphore_type, 0, (1u << 30) - 1 },
        { ABI_KIND_MEMORY, &memory_type, 1, SERVICES_BUFFER_MAX },
        { ABI_KIND_TIMER, &timer_type, 0, 0 },
    };
    const mp_obj_t given[2] = { name, MP_OBJ_NEW_SMALL_INT(size) };
    for (size_t i = 0; i < MP_ARRAY_SIZE(known); i++) {
        const mp_obj_type_t *type = known[i].type;
        if (known[i].kind != kind || size < known[i].min || size > known[i].max) continue;
        if (type == &timer_type) return timer_new(name, home);
        return MP_OBJ_TYPE_GET_SLOT(type, make_new)(type, known[i].max ? 2 : 1, 0, given);
    }
    return MP_OBJ_NULL;
}

/* sp_cap_create(kind, size): makes an object, charged to the task's quota, and returns a capability to it. QUOTA if the quota or the
 * capability table is full, INVAL for a wrong kind or size, NOMEM if the arena has no room for a buffer. */
static mp_obj_t cap_create(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    uint32_t kind = services_argument(instance, 0), size = services_argument(instance, 1);
    mp_int_t bytes = kind == ABI_KIND_MEMORY ? (mp_int_t)size : 0;
    mp_obj_t account = mp_load_attr(task, MP_QSTR_account);
    if (account == mp_const_none || !instance->capabilities->first_free ||
        number(account, MP_QSTR_objects) >= number(account, MP_QSTR_objects_max) ||
        number(account, MP_QSTR_buffers) + bytes > number(account, MP_QSTR_buffers_max))
        return MP_OBJ_NEW_SMALL_INT(ABI_ERR_QUOTA);
    /* An account's counters may want memory when they are first written: before anything is taken. */
    services_count(account, MP_QSTR_objects, 0);
    services_count(account, MP_QSTR_buffers, 0);
    mp_obj_t made = make(kind, mp_load_attr(task, MP_QSTR_name), size, sched_thread_of(task)->home);
    if (made == MP_OBJ_NULL) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_INVAL);
    if (bytes && !memory_open(made)) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_NOMEM);
    services_count(account, MP_QSTR_objects, 1);
    if (bytes) services_count(account, MP_QSTR_buffers, bytes);
    ((shared_object *)MP_OBJ_TO_PTR(made))->account = account;
    return MP_OBJ_NEW_SMALL_INT(
        cap_insert(instance->capabilities, made, kind | RIGHTS << CAP_RIGHTS_SHIFT, instance->capabilities->slot)->identifier);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_cap_create_obj, cap_create);
