/* modwasm3.c - the module `wasm3`: instances as Python objects.
 *
 * Every method only converts its arguments from Python to C and calls task.h. docs/RUNTIME.md documents the Python API.
 *
 * Invariants: a region holds no Python object; an Instance whose task was killed or whose arena was reset raises ValueError;
 * resume, bill, debt and again allocate nothing on the Python heap.
 */
#include "py/runtime.h"
#include "py/gc.h"
#include "py/objstr.h"
#include "py/objint.h"
#include "py/binary.h"

#include "port/port.h"
#include "python.h"

#include <string.h>

static uint32_t get_size(mp_obj_t value, const char *what) {
    int64_t size = sov_python_number(value);
    if (size < 0 || size > INT32_MAX) mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s is out of range"), what);
    return (uint32_t)size;
}

/* Raises the exception for a reason of the runtime; NULL raises nothing. */
static void raise_for(const char *reason) {
    if (!reason) return;
    if (sov_out_of_memory(reason)) mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("quota or arena exhausted"));
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), reason);
}

/* ---- creation ------------------------------------------------------------------------------------- */

/* Are these bytes unchangeable as long as a task refers to them? The machine's read-only memory and `bytes` are. A read-only
 * memoryview is not enough, because its bytes may belong to a bytearray. */
static bool is_immutable(mp_obj_t object, const mp_buffer_info_t *buffer) {
    return mp_obj_is_type(object, &mp_type_bytes) || sov_port_is_read_only(buffer->buf, (uint32_t)buffer->len);
}

/* Returns the emptied instance, whose region is kept; raises ValueError for any other object. */
static instance_object *emptied(mp_obj_t object) {
    instance_object *old = mp_obj_is_type(object, &sov_instance_type) ? MP_OBJ_TO_PTR(object) : NULL;
    if (!old || !old->region || old->epoch != sov_runtime_epoch()) mp_raise_ValueError(MP_ERROR_TEXT("into is no emptied instance"));
    return old;
}

/* Runs the collector, which gives back the regions of instances without references. True: the arena has more free bytes. */
static bool collect_regions(void) {
    uint32_t size, before, after, largest, regions;
    if (gc_is_locked()) return false;
    sov_arena(&size, &before, &largest, &regions);
    gc_collect();
    sov_arena(&size, &after, &largest, &regions);
    return after > before;
}

static mp_obj_t instance_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *all) {
    enum { ARG_wasm, ARG_entry, ARG_quota, ARG_stack, ARG_memory, ARG_into };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_wasm, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_entry, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR__start) } },
        { MP_QSTR_quota, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(0) } },
        { MP_QSTR_stack, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(1024) } },
        { MP_QSTR_memory, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(0) } },
        { MP_QSTR_into, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t given[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(count, keywords, all, MP_ARRAY_SIZE(allowed), allowed, given);
    mp_buffer_info_t wasm;
    mp_get_buffer_raise(given[ARG_wasm].u_obj, &wasm, MP_BUFFER_READ);
    struct sov_options options = {
        .quota = get_size(given[ARG_quota].u_obj, "quota"),
        .stack = get_size(given[ARG_stack].u_obj, "stack"),
        .memory = get_size(given[ARG_memory].u_obj, "memory"),
        .immutable = is_immutable(given[ARG_wasm].u_obj, &wasm),
    };
    if (given[ARG_entry].u_obj != mp_const_none) {
        size_t length;
        options.entry = mp_obj_str_get_data(given[ARG_entry].u_obj, &length);
        options.entry_length = (uint32_t)length;
    }
    /* Allocates the object first, so that no region is taken when the Python heap is full. */
    instance_object *self = mp_obj_malloc_with_finaliser(instance_object, type);
    self->task = NULL;
    self->region = NULL;
    self->epoch = sov_runtime_epoch();
    self->capabilities = NULL;
    self->wasm = options.quota && options.immutable ? given[ARG_wasm].u_obj : MP_OBJ_NULL;
    if (given[ARG_into].u_obj != mp_const_none) {
        instance_object *old = emptied(given[ARG_into].u_obj);
        raise_for(sov_task_create_in(&self->task, old->region, wasm.buf, (uint32_t)wasm.len, &options));
        old->region = NULL;
        return MP_OBJ_FROM_PTR(self);
    }
    const char *reason = sov_task_create(&self->task, wasm.buf, (uint32_t)wasm.len, &options);
    if (reason && sov_out_of_memory(reason) && collect_regions())
        reason = sov_task_create(&self->task, wasm.buf, (uint32_t)wasm.len, &options);
    raise_for(reason);
    return MP_OBJ_FROM_PTR(self);
}

/* Gives the region back, whether it holds a task or is kept empty. False: the instance has no region any more. */
static bool give_region(instance_object *self) {
    struct sov_task *task = self->task;
    void *region = self->region;
    self->task = NULL;
    self->region = NULL;
    self->wasm = MP_OBJ_NULL;
    if (self->epoch != sov_runtime_epoch() || (!task && !region)) return false;
    if (task) sov_task_kill(task);
    else sov_region_end(region);
    return true;
}

/* kill(): gives the region back, including a region that empty() kept. */
static mp_obj_t instance_kill(mp_obj_t self_in) {
    if (!give_region(MP_OBJ_TO_PTR(self_in))) sov_instance_task(self_in); /* raises */
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(instance_kill_obj, instance_kill);

/* empty(): ends the task and keeps its region, cleared, until `Instance(wasm, ..., into=self)` or kill(). */
static mp_obj_t instance_empty(mp_obj_t self_in) {
    struct sov_task *task = sov_instance_task(self_in);
    instance_object *self = MP_OBJ_TO_PTR(self_in);
    self->task = NULL;
    self->wasm = MP_OBJ_NULL;
    self->region = sov_task_empty(task);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(instance_empty_obj, instance_empty);

/* The finaliser: an Instance without references gives its region back. */
static mp_obj_t instance_del(mp_obj_t self_in) {
    give_region(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(instance_del_obj, instance_del);

/* ---- running -------------------------------------------------------------------------------------- */

static mp_obj_t instance_resume(size_t count, const mp_obj_t *args) {
    struct sov_task *task = sov_instance_task(args[0]);
    int64_t fuel = sov_python_number(args[1]);
    if (fuel < 0 || fuel > SOV_MAX_FUEL) mp_raise_ValueError(MP_ERROR_TEXT("fuel must be 0 to 2**30-1"));
    int64_t result = count > 2 ? (int64_t)sov_python_bits(args[2]) : 0;
    return MP_OBJ_NEW_SMALL_INT(sov_task_resume(task, (int32_t)fuel, result));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(instance_resume_obj, 2, 3, instance_resume);

static mp_obj_t instance_start(size_t count, const mp_obj_t *args) {
    struct sov_task *task = sov_instance_task(args[0]);
    uint32_t index = sov_python_u32(args[1]);
    if (sov_task_status(task) != SOV_EXITED && sov_task_status(task) != SOV_TRAPPED)
        mp_raise_ValueError(MP_ERROR_TEXT("the task is still running"));
    uint64_t arguments[128]; /* the specification's tests have functions of 100 parameters */
    if (count - 2 > MP_ARRAY_SIZE(arguments)) mp_raise_ValueError(MP_ERROR_TEXT("too many arguments"));
    for (size_t i = 2; i < count; i++) arguments[i - 2] = sov_python_bits(args[i]);
    const char *reason = sov_task_start(task, index, arguments, (uint32_t)(count - 2));
    raise_for(reason);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(instance_start_obj, 2, instance_start);

static mp_obj_t instance_trap(mp_obj_t self_in, mp_obj_t text_in) {
    size_t length;
    const char *text = mp_obj_str_get_data(text_in, &length);
    sov_task_trap(sov_instance_task(self_in), text, length);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(instance_trap_obj, instance_trap);

/* ---- inspection ----------------------------------------------------------------------------------- */

static mp_obj_t new_text(const char *text) { return text ? mp_obj_new_str(text, strlen(text)) : mp_const_none; }

static mp_obj_t instance_result(mp_obj_t self_in) { return mp_obj_new_int_from_ll(sov_task_result(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_result_obj, instance_result);

static mp_obj_t typed_value(char type, uint64_t bits) {
    mp_obj_t pair[2] = { mp_obj_new_str(&type, 1), mp_obj_new_int_from_ull(bits) };
    return mp_obj_new_tuple(2, pair);
}

static mp_obj_t instance_results(mp_obj_t self_in) {
    struct sov_task *task = sov_instance_task(self_in);
    uint32_t count = sov_task_result_count(task);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t bits;
        char type = sov_task_result_at(task, i, &bits);
        mp_obj_list_append(list, typed_value(type, bits));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(instance_results_obj, instance_results);

static mp_obj_t instance_global(mp_obj_t self_in, mp_obj_t index) {
    uint64_t bits;
    char type = sov_task_global(sov_instance_task(self_in), sov_python_u32(index), &bits);
    if (!type) mp_raise_ValueError(MP_ERROR_TEXT("no such global"));
    return typed_value(type, bits);
}
static MP_DEFINE_CONST_FUN_OBJ_2(instance_global_obj, instance_global);

static mp_obj_t instance_error(mp_obj_t self_in) { return new_text(sov_task_error(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_error_obj, instance_error);

static mp_obj_t instance_code(mp_obj_t self_in) { return mp_obj_new_int_from_ull(sov_task_code(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_code_obj, instance_code);

static mp_obj_t instance_fuel(mp_obj_t self_in) { return mp_obj_new_int_from_ull(sov_task_fuel(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_fuel_obj, instance_fuel);

static mp_obj_t instance_spent(mp_obj_t self_in) { return mp_obj_new_int(sov_task_spent(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_spent_obj, instance_spent);

static mp_obj_t instance_syscalls(mp_obj_t self_in) { return mp_obj_new_int_from_uint(sov_task_syscalls(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_syscalls_obj, instance_syscalls);

static mp_obj_t instance_bill(mp_obj_t self_in) { return MP_OBJ_NEW_SMALL_INT(sov_task_bill(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_bill_obj, instance_bill);

static mp_obj_t instance_debt(mp_obj_t self_in) { return MP_OBJ_NEW_SMALL_INT(sov_task_debt(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_debt_obj, instance_debt);

static mp_obj_t instance_again(mp_obj_t self_in) {
    sov_task_charge_again(sov_instance_task(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(instance_again_obj, instance_again);

static mp_obj_t instance_calls(mp_obj_t self_in) {
    struct sov_task *task = sov_instance_task(self_in);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t age = SOV_CALLS_KEPT; age-- > 0;) {
        uint32_t number;
        int32_t answer;
        if (!sov_task_call(task, age, &number, &answer)) continue;
        mp_obj_t pair[2] = { mp_obj_new_int_from_uint(number), answer == SOV_NO_ANSWER ? mp_const_none : mp_obj_new_int(answer) };
        mp_obj_list_append(list, mp_obj_new_tuple(2, pair));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(instance_calls_obj, instance_calls);

static mp_obj_t instance_memory(mp_obj_t self_in) { return mp_obj_new_int_from_uint(sov_task_memory(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_memory_obj, instance_memory);

static mp_obj_t instance_stack(mp_obj_t self_in) { return mp_obj_new_int_from_uint(sov_task_stack(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_stack_obj, instance_stack);

static mp_obj_t instance_region(mp_obj_t self_in) {
    uint32_t used, size;
    sov_task_region(sov_instance_task(self_in), &used, &size);
    mp_obj_t pair[2] = { mp_obj_new_int_from_uint(used), mp_obj_new_int_from_uint(size) };
    return mp_obj_new_tuple(2, pair);
}
static MP_DEFINE_CONST_FUN_OBJ_1(instance_region_obj, instance_region);

static mp_obj_t instance_state_hash(mp_obj_t self_in) { return mp_obj_new_int_from_ull(sov_task_state_hash(sov_instance_task(self_in))); }
static MP_DEFINE_CONST_FUN_OBJ_1(instance_state_hash_obj, instance_state_hash);

/* MicroPython searches the table from its start, so the methods that every call needs come first. */
static const mp_rom_map_elem_t instance_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_refused), MP_ROM_PTR(&sov_instance_refused_obj) },
    { MP_ROM_QSTR(MP_QSTR_resume), MP_ROM_PTR(&instance_resume_obj) },
    { MP_ROM_QSTR(MP_QSTR_arg), MP_ROM_PTR(&sov_instance_arg_obj) },
    { MP_ROM_QSTR(MP_QSTR_target), MP_ROM_PTR(&sov_instance_target_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&sov_instance_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&sov_instance_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_nr), MP_ROM_PTR(&sov_instance_nr_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&sov_instance_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_bill), MP_ROM_PTR(&instance_bill_obj) },
    { MP_ROM_QSTR(MP_QSTR_again), MP_ROM_PTR(&instance_again_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&instance_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_guard), MP_ROM_PTR(&sov_instance_guard_obj) },
    { MP_ROM_QSTR(MP_QSTR_escape), MP_ROM_PTR(&sov_instance_escape_obj) },
    { MP_ROM_QSTR(MP_QSTR_match), MP_ROM_PTR(&sov_instance_match_obj) },
    { MP_ROM_QSTR(MP_QSTR_trap), MP_ROM_PTR(&instance_trap_obj) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&instance_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_result), MP_ROM_PTR(&instance_result_obj) },
    { MP_ROM_QSTR(MP_QSTR_results), MP_ROM_PTR(&instance_results_obj) },
    { MP_ROM_QSTR(MP_QSTR_global_), MP_ROM_PTR(&instance_global_obj) },
    { MP_ROM_QSTR(MP_QSTR_error), MP_ROM_PTR(&instance_error_obj) },
    { MP_ROM_QSTR(MP_QSTR_backtrace), MP_ROM_PTR(&sov_instance_backtrace_obj) },
    { MP_ROM_QSTR(MP_QSTR_locate), MP_ROM_PTR(&sov_instance_locate_obj) },
    { MP_ROM_QSTR(MP_QSTR_code), MP_ROM_PTR(&instance_code_obj) },
    { MP_ROM_QSTR(MP_QSTR_fuel), MP_ROM_PTR(&instance_fuel_obj) },
    { MP_ROM_QSTR(MP_QSTR_spent), MP_ROM_PTR(&instance_spent_obj) },
    { MP_ROM_QSTR(MP_QSTR_syscalls), MP_ROM_PTR(&instance_syscalls_obj) },
    { MP_ROM_QSTR(MP_QSTR_debt), MP_ROM_PTR(&instance_debt_obj) },
    { MP_ROM_QSTR(MP_QSTR_calls), MP_ROM_PTR(&instance_calls_obj) },
    { MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&instance_memory_obj) },
    { MP_ROM_QSTR(MP_QSTR_region), MP_ROM_PTR(&instance_region_obj) },
    { MP_ROM_QSTR(MP_QSTR_state_hash), MP_ROM_PTR(&instance_state_hash_obj) },
    { MP_ROM_QSTR(MP_QSTR_kill), MP_ROM_PTR(&instance_kill_obj) },
    { MP_ROM_QSTR(MP_QSTR_empty), MP_ROM_PTR(&instance_empty_obj) },
    { MP_ROM_QSTR(MP_QSTR_stack), MP_ROM_PTR(&instance_stack_obj) },
};
static MP_DEFINE_CONST_DICT(instance_locals, instance_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    sov_instance_type, MP_QSTR_Instance, MP_TYPE_FLAG_NONE, make_new, instance_make_new, locals_dict, &instance_locals);

/* ---- the module ----------------------------------------------------------------------------------- */

/* Empties the arena at the first import of a VM: after a soft reset, the arena still holds tasks that no object refers to.
 * MicroPython runs this function at *every* import of a built-in module, so it records the first one in sys.modules, which
 * a reset clears. Later imports find the module there. */
extern const mp_obj_module_t sov_module;
static mp_obj_t module_init(void) {
    mp_obj_t loaded = MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_loaded_modules_dict)), name = MP_OBJ_NEW_QSTR(MP_QSTR_wasm3);
    if (!mp_map_lookup(mp_obj_dict_get_map(loaded), name, MP_MAP_LOOKUP)) {
        mp_obj_dict_store(loaded, name, MP_OBJ_FROM_PTR(&sov_module));
        sov_runtime_reset();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(module_init_obj, module_init);

/* validate(wasm): returns None, or raises ValueError("offset: reason") or MemoryError. */
static mp_obj_t module_validate(mp_obj_t wasm_in) {
    mp_buffer_info_t wasm;
    mp_get_buffer_raise(wasm_in, &wasm, MP_BUFFER_READ);
    raise_for(sov_check_module(wasm.buf, (uint32_t)wasm.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(module_validate_obj, module_validate);

#if SOV_TEST_HOOKS
/* _is_immutable(wasm) -> whether a task with a quota would need no copy of the module. */
static mp_obj_t module_is_immutable(mp_obj_t wasm_in) {
    mp_buffer_info_t wasm;
    mp_get_buffer_raise(wasm_in, &wasm, MP_BUFFER_READ);
    return mp_obj_new_bool(is_immutable(wasm_in, &wasm));
}
static MP_DEFINE_CONST_FUN_OBJ_1(module_is_immutable_obj, module_is_immutable);
#endif

static const mp_rom_map_elem_t module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_wasm3) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&module_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_Instance), MP_ROM_PTR(&sov_instance_type) },
    { MP_ROM_QSTR(MP_QSTR_arena), MP_ROM_PTR(&sov_module_arena_obj) },
    { MP_ROM_QSTR(MP_QSTR_room), MP_ROM_PTR(&sov_module_room_obj) },
    { MP_ROM_QSTR(MP_QSTR_no_room), MP_ROM_PTR(&sov_module_no_room_obj) },
    { MP_ROM_QSTR(MP_QSTR_stack_hint), MP_ROM_PTR(&sov_module_stack_hint_obj) },
    { MP_ROM_QSTR(MP_QSTR_arena_resize), MP_ROM_PTR(&sov_module_arena_resize_obj) },
    { MP_ROM_QSTR(MP_QSTR_validate), MP_ROM_PTR(&module_validate_obj) },
    { MP_ROM_QSTR(MP_QSTR_exports), MP_ROM_PTR(&sov_module_exports_obj) },
    { MP_ROM_QSTR(MP_QSTR_imports), MP_ROM_PTR(&sov_module_imports_obj) },
    { MP_ROM_QSTR(MP_QSTR_PREEMPTED), MP_ROM_INT(SOV_PREEMPTED) },
    { MP_ROM_QSTR(MP_QSTR_SYSCALL), MP_ROM_INT(SOV_SYSCALL) },
    { MP_ROM_QSTR(MP_QSTR_EXITED), MP_ROM_INT(SOV_EXITED) },
    { MP_ROM_QSTR(MP_QSTR_TRAPPED), MP_ROM_INT(SOV_TRAPPED) },
#if SOV_TEST_HOOKS
    { MP_ROM_QSTR(MP_QSTR__fail_allocation), MP_ROM_PTR(&sov_module_fail_allocation_obj) },
    { MP_ROM_QSTR(MP_QSTR__is_immutable), MP_ROM_PTR(&module_is_immutable_obj) },
    { MP_ROM_QSTR(MP_QSTR__arena_check), MP_ROM_PTR(&sov_module_arena_check_obj) },
    { MP_ROM_QSTR(MP_QSTR__arena_bytes), MP_ROM_PTR(&sov_module_arena_bytes_obj) },
#endif
};
static MP_DEFINE_CONST_DICT(module_globals, module_globals_table);

const mp_obj_module_t sov_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&module_globals,
};
MP_REGISTER_MODULE(MP_QSTR_wasm3, sov_module);
