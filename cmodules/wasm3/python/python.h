/* python.h - shared by the files that face Python: the object `wasm3.Instance`, and readers of Python's integers. */
#ifndef SOV_PYTHON_H
#define SOV_PYTHON_H

#include "py/obj.h"

#include "capability.h"
#include "memory/memory.h"
#include "task/task.h"

typedef struct {
    mp_obj_base_t base;
    struct sov_task *task; /* NULL after kill() and empty() */
    void *region;          /* after empty(): the region for the next instance; else NULL */
    uint32_t epoch;        /* epoch of the arena that holds `task` */
    struct capability_table *capabilities; /* NULL: there is no table, so no capability is accepted */
    mp_obj_t wasm;         /* the bytes that the task still compiles from; the reference keeps them from the collector */
} instance_object;

extern const mp_obj_type_t sov_instance_type;
struct sov_task *sov_instance_task(mp_obj_t self); /* raises ValueError where the task was killed */

/* Checks the capability of the pending call. 0: the call has the capability that it needs, or needs none; else the error code
 * that answers the call. Raises ValueError as sov_instance_task() does. */
int32_t sov_instance_refused(mp_obj_t self);

/* Returns the 64 bits of an integer, or of a bytearray of 8 bytes, little-endian. The bytearray saves an allocation, because
 * on a 32-bit machine a large integer is a new object. */
uint64_t sov_python_bits(mp_obj_t value);

/* Returns a Python integer, also one that is an object (on a 32-bit machine from 2^30 on). Raises ValueError where 64 bits
 * cannot hold it. */
int64_t sov_python_number(mp_obj_t value);

/* Returns an address or index. A guest's pointer from 2^31 on arrives as a negative small int (see arg). Raises ValueError
 * where 32 bits cannot hold the number, so that it never becomes another number. */
uint32_t sov_python_u32(mp_obj_t value);

/* pending.c: methods of wasm3.Instance, in the table of modwasm3.c. */
MP_DECLARE_CONST_FUN_OBJ_1(sov_instance_nr_obj);
MP_DECLARE_CONST_FUN_OBJ_2(sov_instance_arg_obj);
MP_DECLARE_CONST_FUN_OBJ_3(sov_instance_read_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_readinto_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_write_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_match_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_escape_obj);
MP_DECLARE_CONST_FUN_OBJ_2(sov_instance_guard_obj);
MP_DECLARE_CONST_FUN_OBJ_1(sov_instance_refused_obj);
MP_DECLARE_CONST_FUN_OBJ_1(sov_instance_target_obj);

/* backtrace.c: methods of wasm3.Instance. */
MP_DECLARE_CONST_FUN_OBJ_1(sov_instance_backtrace_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_locate_obj);

/* contents.c: functions of the module. */
MP_DECLARE_CONST_FUN_OBJ_1(sov_module_exports_obj);
MP_DECLARE_CONST_FUN_OBJ_1(sov_module_imports_obj);
MP_DECLARE_CONST_FUN_OBJ_1(sov_module_stack_hint_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(sov_module_no_room_obj);

/* arena.c: functions of the module. */
MP_DECLARE_CONST_FUN_OBJ_0(sov_module_arena_obj);
MP_DECLARE_CONST_FUN_OBJ_0(sov_module_room_obj);
MP_DECLARE_CONST_FUN_OBJ_1(sov_module_arena_resize_obj);
MP_DECLARE_CONST_FUN_OBJ_1(sov_module_fail_allocation_obj);
MP_DECLARE_CONST_FUN_OBJ_0(sov_module_arena_check_obj);
MP_DECLARE_CONST_FUN_OBJ_0(sov_module_arena_bytes_obj);

#endif
