/* services.h - what the handlers in C share: the object `Services`, and the task that a call is of. */
#ifndef SOV_SERVICES_H
#define SOV_SERVICES_H

#include "py/obj.h"

#include "python/python.h"
#include "scheduler.h"

typedef struct {
    mp_obj_base_t base;
    scheduler *scheduler;
    mp_obj_t rouse; /* its method, for revocations */
} services;

/* The caller of a pending call: its Python task, and the instance whose arguments are asked for. Raises TypeError. */
instance_object *services_instance(mp_obj_t task);

/* ---- capability_calls.c: the handlers of sp_cap_*, each handler(services, task) */
MP_DECLARE_CONST_FUN_OBJ_2(services_cap_list_obj);
MP_DECLARE_CONST_FUN_OBJ_2(services_cap_info_obj);
MP_DECLARE_CONST_FUN_OBJ_2(services_cap_derive_obj);
MP_DECLARE_CONST_FUN_OBJ_2(services_cap_drop_obj);
MP_DECLARE_CONST_FUN_OBJ_2(services_cap_revoke_obj);

#endif
