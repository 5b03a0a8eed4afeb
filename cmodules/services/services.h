/* services.h - declarations that the handlers in C share. Each is handler(task), named like its call in the module `services`.
 *
 * A handler returns the result of the call, or None if the task waits now.
 */
#ifndef SOV_SERVICES_H
#define SOV_SERVICES_H

#include "py/obj.h"

#include "python/python.h"
#include "scheduler.h"

/* Returns the instance of a Python task whose call is pending. Raises TypeError if the task has none. */
instance_object *services_instance(mp_obj_t task);

/* Returns the instance of a thread. The thread must have one. */
static inline instance_object *services_of(const thread *which) { return MP_OBJ_TO_PTR(which->instance); }

/* Returns argument `index` of the pending call. */
static inline uint32_t services_argument(const instance_object *instance, uint32_t index) {
    return (uint32_t)sov_task_argument(instance->task, index);
}

/* Returns the capability that argument 0 of the pending call names. The scheduler's loop has checked it. */
static inline capability *services_target(const instance_object *instance) {
    return cap_at(instance->capabilities, services_argument(instance, 0));
}

/* Writes a word to the guest's memory, little-endian. */
static inline void services_put_word(uint8_t *to, uint32_t word) {
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(word >> (8 * i));
}

/* Returns whether a waiting thread still has the capability that it waits with. If not, unblocks the thread with the error code. */
bool services_may_wait(thread *which);

/* Returns the first thread of a ring that may wait, or NULL. Unblocks the threads before it, which may not. */
thread *services_first(sched_link *head);

/* The first member of every object that tasks share. An object of the manifest lives as long as the system; an object that a task
 * made ends with the last capability to it. */
typedef struct {
    mp_obj_base_t base;
    mp_obj_t name;    /* its name in the manifest, or the name of the task that made it */
    mp_obj_t account; /* the quota it counts against, with attributes `objects` and `buffers`; MP_OBJ_NULL: none */
} shared_object;

/* Initialises a new object with a name and without an account. */
static inline void services_init(shared_object *self, mp_obj_t name) {
    self->name = name;
    self->account = MP_OBJ_NULL;
}

/* Returns an object's description for users: `what` it is, and its name. */
mp_obj_t services_text(const char *what, mp_obj_t self);

/* Adds `by` to the count `what` of an account. */
void services_count(mp_obj_t account, qstr what, mp_int_t by);

/* Called when the last capability to the object is gone: takes the object off its account. */
mp_obj_t services_release(mp_obj_t self);

/* Defines the type of an object that tasks share. what: its description; KIND: its kind in abi.toml; released: a function like
 * services_release(); further arguments: more entries of its dictionary. */
#define SERVICES_TYPE(type, what, KIND, Name, released, ...)                                                                            \
    static mp_obj_t type##_text(mp_obj_t self) { return services_text(what, self); }                                                    \
    static MP_DEFINE_CONST_FUN_OBJ_1(type##_text_obj, type##_text);                                                                     \
    static MP_DEFINE_CONST_FUN_OBJ_1(type##_release_obj, released);                                                                     \
    static const mp_rom_map_elem_t type##_locals_table[] = { { MP_ROM_QSTR(MP_QSTR_kind), MP_ROM_INT(ABI_KIND_##KIND) },                \
        { MP_ROM_QSTR(MP_QSTR_text), MP_ROM_PTR(&type##_text_obj) }, { MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&type##_release_obj) }, \
        __VA_ARGS__ };                                                                                                                  \
    static MP_DEFINE_CONST_DICT(type##_locals, type##_locals_table);                                                                    \
    MP_DEFINE_CONST_OBJ_TYPE(type##_type, MP_QSTR_##Name, MP_TYPE_FLAG_NONE, make_new, type##_make_new, locals_dict, &type##_locals)

/* ---- endpoint.c, notification.c: communication between tasks */

typedef struct endpoint endpoint;

/* The capability by which a task has bound one object to another. The binding ends with the capability. */
typedef struct {
    capability_table *table; /* NULL: none */
    uint32_t identifier;
    uint32_t renewals;       /* of the table, when the capability was bound */
} services_hold;

/* Returns a hold on a capability of a table; a table of NULL holds nothing. */
static inline services_hold services_hold_of(capability_table *table, uint32_t identifier) {
    return (services_hold){ table, identifier, table ? table->renewals : 0 };
}

/* Returns the object of the capability if it still has the needed kind and rights. Else returns NULL and clears the hold. */
void *services_held(services_hold *hold, uint32_t need);

typedef struct notification {
    shared_object shared;
    endpoint *bound;      /* the endpoint whose server receives the bits as a message; NULL: none */
    services_hold hold;   /* the capability by which it was bound */
    uint32_t word;        /* the bits that were signalled and not taken yet */
    sched_link waiting;
} notification;

struct endpoint {
    shared_object shared;
    notification *bound;  /* NULL: none */
    thread *server;       /* the server that received a call here last; NULL: none yet */
    sched_link callers;   /* clients whose calls no server has received yet */
    sched_link receivers; /* servers that wait for a call */
};

extern const mp_obj_type_t endpoint_type, notification_type, mutex_type, semaphore_type, memory_type, timer_type, irq_type, watch_type;

/* Signals bits and wakes the tasks that wait for them. */
void notification_signal(notification *self, uint32_t bits);

/* Returns the highest priority of the tasks that a signal could make ready, or -1 if no task waits. */
int notification_priority(const notification *self);

/* Delivers the bits of the notification bound to an endpoint to the first server that waits there, if both exist. */
void endpoint_notify(endpoint *self);

MP_DECLARE_CONST_FUN_OBJ_1(services_ipc_call_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_ipc_receive_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_ipc_reply_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_notify_signal_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_notify_wait_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_notify_bind_obj);

/* ---- sync.c: mutual exclusion and counting */
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_lock_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_unlock_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_take_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_sync_give_obj);

/* ---- memory.c: buffers */
MP_DECLARE_CONST_FUN_OBJ_1(services_mem_read_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_mem_write_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_mem_size_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_mem_derive_obj);

#define SERVICES_BUFFER_MAX 65535 /* offset and length of a part are kept in 16 bits each */

/* Takes the bytes of a Memory out of the arena. Returns false if there is no room. */
bool memory_open(mp_obj_t self);

/* ---- event.c: timers, and edges of pins */
MP_DECLARE_CONST_FUN_OBJ_1(services_sleep_until_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_timer_set_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_event_wait_obj); /* sp_timer_wait, sp_irq_wait, sp_task_wait */
MP_DECLARE_CONST_FUN_OBJ_1(services_event_bind_obj); /* sp_timer_bind, sp_irq_bind, sp_task_bind */

/* Makes a stopped timer. Raises MemoryError. */
mp_obj_t timer_new(mp_obj_t name, scheduler *home);

/* Safe in an interrupt handler. Counts an edge of an Irq's pin at the time `now`, in microseconds modulo 2^32. */
void services_edge(mp_obj_t irq, uint32_t now);

/* ---- create.c */
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_create_obj);

/* ---- capability_calls.c */
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_list_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_info_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_derive_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_drop_obj);
MP_DECLARE_CONST_FUN_OBJ_1(services_cap_revoke_obj);

#endif
