/* backtrace.c - shows the frames of a stopped instance to Python: methods of wasm3.Instance, in the table of modwasm3.c. */
#include "py/runtime.h"
#include "py/unicode.h"

#include "python.h"

/* Frames of a backtrace. A runaway recursion has thousands, and its innermost frames tell as much as all of them. */
#define BACKTRACE_FRAMES 32

/* Bytes of a function's name that a backtrace shows. A module chooses its names, and 32 names of 10,000 bytes would
 * fill the kernel's memory and hold up its console. */
#define NAME_BYTES 64u

/* Appends a frame to the list. A name that is not UTF-8 becomes None, because the validator does not check the name section. */
static bool append_frame(void *list, uint32_t function, const char *name, uint32_t length) {
    if (name && length > NAME_BYTES)
        for (length = NAME_BYTES; length && ((byte)name[length] & 0xc0) == 0x80;) length--; /* not within a character */
    if (name && !utf8_check((const byte *)name, length)) name = NULL;
    mp_obj_t index = function == SOV_NOWHERE ? MP_OBJ_NEW_SMALL_INT(-1) : mp_obj_new_int_from_uint(function);
    mp_obj_t pair[2] = { index, name ? mp_obj_new_str(name, length) : mp_const_none };
    mp_obj_list_append(MP_OBJ_FROM_PTR(list), mp_obj_new_tuple(2, pair));
    return true;
}

static mp_obj_t instance_backtrace(mp_obj_t self_in) {
    struct sov_task *task = sov_instance_task(self_in);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    sov_task_backtrace(task, BACKTRACE_FRAMES, append_frame, MP_OBJ_TO_PTR(list));
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_1(sov_instance_backtrace_obj, instance_backtrace);

/* locate([wasm]): for each frame of backtrace() the offset of its instruction in the code section, or None. */
static mp_obj_t instance_locate(size_t given, const mp_obj_t *args) {
    struct sov_task *task = sov_instance_task(args[0]);
    mp_buffer_info_t wasm = { 0 };
    if (given > 1) mp_get_buffer_raise(args[1], &wasm, MP_BUFFER_READ);
    if (given > 1 && !wasm.buf) wasm.buf = ""; /* an empty object is no module, but it was given: NULL would mean not given */
    uint32_t offsets[BACKTRACE_FRAMES];
    uint32_t count = sov_task_locate(task, wasm.buf, (uint32_t)wasm.len, offsets, BACKTRACE_FRAMES);
    if (count == SOV_NOWHERE) mp_raise_ValueError(MP_ERROR_TEXT("not the module of this task"));
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t i = 0; i < count; i++)
        mp_obj_list_append(list, offsets[i] == SOV_NOWHERE ? mp_const_none : mp_obj_new_int_from_uint(offsets[i]));
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_locate_obj, 1, 2, instance_locate);
