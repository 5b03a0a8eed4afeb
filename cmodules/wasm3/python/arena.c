/* arena.c - shows the arena to Python: functions of the module `wasm3`, in the table of modwasm3.c. */
#include "py/runtime.h"

#include "python.h"

static mp_obj_t module_arena(void) {
    uint32_t value[4];
    mp_obj_t item[4];
    sov_arena(&value[0], &value[1], &value[2], &value[3]);
    for (int i = 0; i < 4; i++) item[i] = mp_obj_new_int_from_uint(value[i]);
    return mp_obj_new_tuple(4, item);
}
MP_DEFINE_CONST_FUN_OBJ_0(sov_module_arena_obj, module_arena);

/* room() -> (smallest region that the last creation without room would have needed, bytes free, largest free block, free blocks). */
static mp_obj_t module_room(void) {
    uint32_t size, free_bytes, largest, regions;
    sov_arena(&size, &free_bytes, &largest, &regions);
    mp_obj_t item[4] = { mp_obj_new_int_from_uint(sov_wanted_bytes()), mp_obj_new_int_from_uint(free_bytes),
        mp_obj_new_int_from_uint(largest), mp_obj_new_int_from_uint(sov_arena_pieces()) };
    return mp_obj_new_tuple(4, item);
}
MP_DEFINE_CONST_FUN_OBJ_0(sov_module_room_obj, module_room);

/* arena_resize(bytes): changes the size of the arena while no region is taken; ValueError gives the reason of a refusal. */
static mp_obj_t module_arena_resize(mp_obj_t bytes_in) {
    int64_t bytes = sov_python_number(bytes_in);
    const char *reason = bytes < 0 || bytes > INT32_MAX ? "the size of the arena is out of range" : sov_arena_resize((uint32_t)bytes);
    if (reason) mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), reason);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(sov_module_arena_resize_obj, module_arena_resize);

#if SOV_TEST_HOOKS
/* _fail_allocation(n): makes the n-th allocation from now fail; returns the previous count that was still left. */
static mp_obj_t module_fail_allocation(mp_obj_t n) { return mp_obj_new_int_from_uint(sov_fail_allocation(sov_python_u32(n))); }
MP_DEFINE_CONST_FUN_OBJ_1(sov_module_fail_allocation_obj, module_fail_allocation);

/* _arena_check() -> (whether the invariants hold, hash of the allocation map). */
static mp_obj_t module_arena_check(void) {
    mp_obj_t pair[2] = { mp_obj_new_bool(sov_arena_check()), mp_obj_new_int_from_uint(sov_arena_hash()) };
    return mp_obj_new_tuple(2, pair);
}
MP_DEFINE_CONST_FUN_OBJ_0(sov_module_arena_check_obj, module_arena_check);

/* _arena_bytes() -> the bytes of the arena, not a copy, for guard patterns. */
static mp_obj_t module_arena_bytes(void) {
    uint32_t size, free_bytes, largest, regions;
    sov_arena(&size, &free_bytes, &largest, &regions);
    return mp_obj_new_bytearray_by_ref(size, sov_arena_bytes());
}
MP_DEFINE_CONST_FUN_OBJ_0(sov_module_arena_bytes_obj, module_arena_bytes);
#endif
