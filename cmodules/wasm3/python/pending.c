/* pending.c - shows the pending system call of a suspended task to Python: number, arguments, memory, capability.
 *
 * This file checks the capability of a call in the task's table (cmodules/capability), before the kernel runs any handler.
 *
 * Invariant: nr, arg, refused, target, readinto, write, match and escape allocate nothing on the Python heap.
 */
#include "py/runtime.h"

#include "../../common/abi_table.h"
#include "python.h"

#include <string.h>

static mp_obj_t instance_nr(mp_obj_t self_in) { return MP_OBJ_NEW_SMALL_INT((int32_t)sov_task_number(sov_instance_task(self_in))); }
MP_DEFINE_CONST_FUN_OBJ_1(sov_instance_nr_obj, instance_nr);

static mp_obj_t instance_arg(mp_obj_t self_in, mp_obj_t index) {
    return MP_OBJ_NEW_SMALL_INT((int32_t)sov_task_argument(sov_instance_task(self_in), (uint32_t)mp_obj_get_int(index)));
}
MP_DEFINE_CONST_FUN_OBJ_2(sov_instance_arg_obj, instance_arg);

static uint8_t *slice_or_raise(struct sov_task *task, uint32_t address, int64_t length) {
    uint8_t *bytes = length < 0 || length > INT32_MAX ? NULL : sov_slice(task, address, (uint32_t)length);
    if (!bytes) mp_raise_ValueError(MP_ERROR_TEXT("outside linear memory"));
    return bytes;
}

static mp_obj_t instance_read(mp_obj_t self_in, mp_obj_t address, mp_obj_t length_in) {
    int64_t length = sov_python_number(length_in);
    return mp_obj_new_bytes(slice_or_raise(sov_instance_task(self_in), sov_python_u32(address), length), (size_t)length);
}
MP_DEFINE_CONST_FUN_OBJ_3(sov_instance_read_obj, instance_read);

/* Arguments (task, address, buffer, start=0, n=rest) -> the part of the buffer that a copy uses. */
static uint8_t *buffer_part(size_t count, const mp_obj_t *args, mp_uint_t access, int64_t *length) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[2], &buffer, access);
    int64_t start = count > 3 ? sov_python_number(args[3]) : 0;
    if (start < 0 || start > (int64_t)buffer.len) mp_raise_ValueError(MP_ERROR_TEXT("start is outside the buffer"));
    *length = count > 4 ? sov_python_number(args[4]) : (int64_t)buffer.len - start;
    if (*length < 0 || *length > (int64_t)buffer.len - start) mp_raise_ValueError(MP_ERROR_TEXT("n is outside the buffer"));
    return (uint8_t *)buffer.buf + start;
}

static mp_obj_t instance_readinto(size_t count, const mp_obj_t *args) {
    int64_t length;
    struct sov_task *task = sov_instance_task(args[0]);
    uint8_t *to = buffer_part(count, args, MP_BUFFER_WRITE, &length);
    memcpy(to, slice_or_raise(task, sov_python_u32(args[1]), length), (size_t)length);
    return MP_OBJ_NEW_SMALL_INT(length);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_readinto_obj, 3, 5, instance_readinto);

static mp_obj_t instance_write(size_t count, const mp_obj_t *args) {
    int64_t length;
    struct sov_task *task = sov_instance_task(args[0]);
    const uint8_t *from = buffer_part(count, args, MP_BUFFER_READ, &length);
    memcpy(slice_or_raise(task, sov_python_u32(args[1]), length), from, (size_t)length);
    return MP_OBJ_NEW_SMALL_INT(length);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_write_obj, 3, 5, instance_write);

/* match(address, length, names) -> index of the first name in the list or tuple that equals the guest's bytes, or -1. */
static mp_obj_t instance_match(size_t count, const mp_obj_t *args) {
    (void)count;
    int64_t length = sov_python_number(args[2]);
    const uint8_t *bytes = slice_or_raise(sov_instance_task(args[0]), sov_python_u32(args[1]), length);
    size_t names;
    mp_obj_t *name;
    mp_obj_get_array(args[3], &names, &name);
    for (size_t i = 0; i < names; i++) {
        mp_buffer_info_t buffer;
        mp_get_buffer_raise(name[i], &buffer, MP_BUFFER_READ);
        if ((size_t)length == buffer.len && !memcmp(bytes, buffer.buf, buffer.len)) return MP_OBJ_NEW_SMALL_INT(i);
    }
    return MP_OBJ_NEW_SMALL_INT(-1);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_match_obj, 4, 4, instance_match);

/* escape(address, length, buffer, at) -> end of the text. Writes the guest's bytes into the buffer from `at` on, as printable ASCII:
 * a backslash is doubled, other bytes become \xNN. ValueError where four bytes of text for each byte do not fit. */
static mp_obj_t instance_escape(size_t count, const mp_obj_t *args) {
    (void)count;
    int64_t length = sov_python_number(args[2]), at = sov_python_number(args[4]);
    const uint8_t *from = slice_or_raise(sov_instance_task(args[0]), sov_python_u32(args[1]), length);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[3], &buffer, MP_BUFFER_WRITE);
    if (at < 0 || at > (int64_t)buffer.len || length * 4 > (int64_t)buffer.len - at)
        mp_raise_ValueError(MP_ERROR_TEXT("does not fit the buffer"));
    uint8_t *to = (uint8_t *)buffer.buf + at;
    for (int64_t i = 0; i < length; i++) {
        uint8_t byte = from[i];
        bool printable = byte >= ' ' && byte <= '~';
        if (!printable || byte == '\\') *to++ = '\\';
        if (printable) {
            *to++ = byte;
        } else {
            *to++ = 'x';
            *to++ = (uint8_t)"0123456789abcdef"[byte >> 4];
            *to++ = (uint8_t)"0123456789abcdef"[byte & 15];
        }
    }
    return MP_OBJ_NEW_SMALL_INT(to - (uint8_t *)buffer.buf);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sov_instance_escape_obj, 5, 5, instance_escape);

/* ---- the capability of the call --------------------------------------------------------------------- */

/* guard(capabilities): from now on, refused() checks capabilities in this table, a capability.Capabilities. */
static mp_obj_t instance_guard(mp_obj_t self_in, mp_obj_t table) {
    instance_object *self = MP_OBJ_TO_PTR(self_in);
    if (!mp_obj_is_type(table, &cap_table_type)) mp_raise_TypeError(MP_ERROR_TEXT("no Capabilities"));
    self->capabilities = MP_OBJ_TO_PTR(table);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(sov_instance_guard_obj, instance_guard);

int32_t sov_instance_refused(mp_obj_t self_in) {
    const instance_object *self = MP_OBJ_TO_PTR(self_in);
    const struct sov_task *task = sov_instance_task(self_in);
    uint32_t need = sov_call_needs(sov_task_number(task));
    if (!need) return 0;
    return self->capabilities ? cap_check(self->capabilities, (uint32_t)sov_task_argument(task, 0), need) : ABI_ERR_BADCAP;
}

/* refused() -> the result of sov_instance_refused(), see python.h. */
static mp_obj_t instance_refused(mp_obj_t self_in) { return MP_OBJ_NEW_SMALL_INT(sov_instance_refused(self_in)); }
MP_DEFINE_CONST_FUN_OBJ_1(sov_instance_refused_obj, instance_refused);

/* target() -> the object of the capability in argument 0, which refused() has just accepted. */
static mp_obj_t instance_target(mp_obj_t self_in) {
    const instance_object *self = MP_OBJ_TO_PTR(self_in);
    uint32_t identifier = (uint32_t)sov_task_argument(sov_instance_task(self_in), 0);
    if (!self->capabilities || cap_check(self->capabilities, identifier, CAP_KINDS)) return mp_const_none;
    return cap_at(self->capabilities, identifier)->object;
}
MP_DEFINE_CONST_FUN_OBJ_1(sov_instance_target_obj, instance_target);
