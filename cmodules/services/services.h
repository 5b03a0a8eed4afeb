/* services.h - what the handlers in C share. Each is handler(task), named like its call in the module `services`. */
#ifndef SOV_SERVICES_H
#define SOV_SERVICES_H

#include "py/obj.h"

#include "python/python.h"
#include "scheduler.h"

/* The instance whose call is pending, of a Python task. Raises TypeError. */
instance_object *services_instance(mp_obj_t task);

/* The instance of a thread that has one. */
static inline instance_object *services_of(const thread *which) { return MP_OBJ_TO_PTR(which->instance); }

/* Argument `index` of the pending call. */
static inline uint32_t services_argument(const instance_object *instance, uint32_t index) {
    return (uint32_t)sov_task_argument(instance->task, index);
}

/* The capability of the pending call. */
static inline capability *services_target(const instance_object *instance) {
    return cap_at(instance->capabilities, services_argument(instance, 0));
}

/* A word of the guest's memory, little-endian. */
static inline void services_put_word(uint8_t *to, uint32_t word) {
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(word >> (8 * i));
}

/* May a thread that waits still do so? One that has lost the capability it waits with gets its error, and waits no longer. */
bool services_may_wait(thread *which);

/* The first thread of a ring that may wait, or NULL. */
thread *services_first(sched_link *head);

/* The text of an object for users: what it is, and its name. */
mp_obj_t services_text(const char *what, mp_obj_t name);

/* The type of an object that tasks share: `type` has a `name`, and lives as long as the system. what: in words; KIND: of abi.toml. */
#define SERVICES_TYPE(type, what, KIND, Name)                                                                       \
    static mp_obj_t type##_text(mp_obj_t self) { return services_text(what, ((type *)MP_OBJ_TO_PTR(self))->name); } \
    static MP_DEFINE_CONST_FUN_OBJ_1(type##_text_obj, type##_text);                                                 \
    static const mp_rom_map_elem_t type##_locals_table[] = {                                                        \
        { MP_ROM_QSTR(MP_QSTR_kind), MP_ROM_INT(ABI_KIND_##KIND) },                                                 \
        { MP_ROM_QSTR(MP_QSTR_text), MP_ROM_PTR(&type##_text_obj) },                                                \
        { MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&services_release_obj) },                                        \
    };                                                                                                              \
    static MP_DEFINE_CONST_DICT(type##_locals, type##_locals_table);                                                \
    MP_DEFINE_CONST_OBJ_TYPE(type##_type, MP_QSTR_##Name, MP_TYPE_FLAG_NONE, make_new, type##_make_new, locals_dict, &type##_locals)

/* ---- endpoint.c, notification.c: what tasks tell each other through */

typedef struct endpoint endpoint;

typedef struct notification {
    mp_obj_base_t base;
    mp_obj_t name;
    endpoint *bound;      /* its server is told in what it receives; NULL: none */
    uint32_t word;        /* the bits that were signalled and not taken yet */
    sched_link waiting;
} notification;

struct endpoint {
    mp_obj_base_t base;
    mp_obj_t name;
    notification *bound;  /* NULL: none */
    thread *server;       /* who received a call here last; NULL: nobody yet */
    sched_link callers;   /* who called and was not received yet */
    sched_link receivers; /* who waits for a call */
};

extern const mp_obj_type_t endpoint_type, notification_type, mutex_type, semaphore_type;

/* Gives what is signalled to a server that waits at the endpoint the notification is bound to. */
void endpoint_notify(endpoint *self);

MP_DECLARE_CONST_FUN_OBJ_1(services_release_obj); /* release() of what lives as long as the system */
MP_DECLARE_CONST_FUN_OBJ_1(services_ipc_call_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_ipc_receive_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_ipc_reply_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_notify_signal_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_notify_wait_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_notify_bind_obj);

/* ---- sync.c: what keeps tasks apart */
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_lock_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_unlock_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_take_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_give_obj);

/* ---- capability_calls.c */
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_list_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_info_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_derive_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_drop_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_revoke_obj);

#endif
