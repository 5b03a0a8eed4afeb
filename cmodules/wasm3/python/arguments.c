/* arguments.c - converts Python arguments to C: instances to tasks, and integers (contract in python.h). */
#include "py/runtime.h"
#include "py/objint.h"

#include "python.h"

#include <string.h>

struct sov_task *sov_instance_task(mp_obj_t self_in) {
    instance_object *self = MP_OBJ_TO_PTR(self_in);
    if (!self->task || self->epoch != sov_runtime_epoch()) mp_raise_ValueError(MP_ERROR_TEXT("the task was killed"));
    return self->task;
}

uint64_t sov_python_bits(mp_obj_t value) {
    if (mp_obj_is_small_int(value)) return (uint64_t)(int64_t)MP_OBJ_SMALL_INT_VALUE(value);
    uint8_t bytes[8];
    mp_buffer_info_t info;
    if (mp_obj_is_type(value, &mp_type_bytearray) && mp_get_buffer(value, &info, MP_BUFFER_READ) && info.len == sizeof bytes) {
        memcpy(bytes, info.buf, sizeof bytes);
    } else {
        if (!mp_obj_is_int(value)) mp_raise_TypeError(MP_ERROR_TEXT("an int is needed"));
        mp_obj_int_to_bytes_impl(value, false, sizeof bytes, bytes);
    }
    uint64_t bits = 0;
    for (int i = 7; i >= 0; i--) bits = bits << 8 | bytes[i];
    return bits;
}

int64_t sov_python_number(mp_obj_t value) {
    if (mp_obj_is_small_int(value)) return MP_OBJ_SMALL_INT_VALUE(value);
    if (!mp_obj_is_int(value)) return mp_obj_get_int(value); /* raises TypeError, except for a bool */
    int64_t number = (int64_t)sov_python_bits(value);
    if (!mp_obj_equal(mp_obj_new_int_from_ll(number), value)) mp_raise_ValueError(MP_ERROR_TEXT("number needs more than 64 bits"));
    return number;
}

uint32_t sov_python_u32(mp_obj_t value) {
    int64_t number = sov_python_number(value);
    if (number < INT32_MIN || number > UINT32_MAX) mp_raise_ValueError(MP_ERROR_TEXT("number needs more than 32 bits"));
    return (uint32_t)number;
}
