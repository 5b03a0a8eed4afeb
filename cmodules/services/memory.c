/* memory.c - buffers in the arena that tasks share. Tasks copy bytes in and out; a capability names the whole buffer or a part.
 *
 * The badge of a capability says which part it names: offset in bits 0-15, length in bits 16-31; 0 means the whole buffer. So a part
 * needs no object of its own, and tasks pass it on and derive from it like any capability.
 *
 * Invariants: a part lies within the part that it was derived from. Nothing here allocates on the Python heap but the constructor and
 * text(). The bytes of a buffer that a task made go back to the arena with the last capability to it.
 */
#include <string.h>

#include "py/runtime.h"

#include "../common/abi_table.h"
#include "memory/memory.h"
#include "services.h"

typedef struct {
    shared_object shared;
    uint8_t *bytes; /* NULL: not open */
    uint32_t size;
    uint32_t epoch; /* of the arena when the bytes were taken */
} memory;

/* Returns the bytes that the capability of the pending call names, and their number in *length: 0 if the arena was reset since. */
static uint8_t *part(const instance_object *instance, uint32_t *length) {
    const capability *which = services_target(instance);
    const memory *self = MP_OBJ_TO_PTR(which->object);
    uint32_t offset = which->badge & 0xffff;
    *length = which->badge ? which->badge >> 16 : self->size;
    if (!self->bytes || self->epoch != sov_runtime_epoch()) *length = offset = 0;
    return offset ? self->bytes + offset : self->bytes;
}

/* Computes what sp_mem_read and sp_mem_write copy: *ours is the guest's slice, *buffer the place in the buffer. Returns the number of
 * bytes to copy; *buffer is not set if that is 0. */
static uint32_t range(const instance_object *instance, uint8_t **ours, uint8_t **buffer) {
    uint32_t length, wanted = services_argument(instance, 2), offset = services_argument(instance, 3);
    uint8_t *bytes = part(instance, &length);
    *ours = sov_slice(instance->task, services_argument(instance, 1), wanted);
    if (!bytes || offset >= length) return 0;
    *buffer = bytes + offset;
    return wanted < length - offset ? wanted : length - offset;
}

/* sp_mem_read(memory, to, offset): copies bytes of the buffer to the task. Returns how many. */
static mp_obj_t mem_read(mp_obj_t task) {
    uint8_t *to, *from = NULL;
    uint32_t count = range(services_instance(task), &to, &from);
    if (count) memcpy(to, from, count);
    return MP_OBJ_NEW_SMALL_INT(count);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_mem_read_obj, mem_read);

/* sp_mem_write(memory, bytes, offset): copies bytes of the task to the buffer. Returns how many. */
static mp_obj_t mem_write(mp_obj_t task) {
    uint8_t *to = NULL, *from;
    uint32_t count = range(services_instance(task), &from, &to);
    if (count) memcpy(to, from, count);
    return MP_OBJ_NEW_SMALL_INT(count);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_mem_write_obj, mem_write);

/* sp_mem_size(memory): returns the size of the buffer, or of the part that the capability names. */
static mp_obj_t mem_size(mp_obj_t task) {
    uint32_t length;
    part(services_instance(task), &length);
    return MP_OBJ_NEW_SMALL_INT(length);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_mem_size_obj, mem_size);

/* sp_mem_derive(memory, offset, length, rights): derives a capability to a part. INVAL if the part is not within `memory`. */
static mp_obj_t mem_derive(mp_obj_t task) {
    const instance_object *instance = services_instance(task);
    capability *from = services_target(instance);
    uint32_t within, offset = services_argument(instance, 1), length = services_argument(instance, 2);
    part(instance, &within);
    if (length > within || offset > within - length) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_INVAL);
    int32_t made = cap_derive(instance->capabilities, from, services_argument(instance, 3));
    if (made > 0) cap_at(instance->capabilities, (uint32_t)made)->badge = ((from->badge & 0xffff) + offset) | length << 16;
    return MP_OBJ_NEW_SMALL_INT(made);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_mem_derive_obj, mem_derive);

/* ---- the object ------------------------------------------------------------------------------------- */

/* Memory(name, size): a buffer that has no bytes yet. */
static mp_obj_t memory_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 2, 2, false);
    memory *self = mp_obj_malloc(memory, type);
    services_init(&self->shared, given[0]);
    self->size = (uint32_t)mp_obj_get_int(given[1]);
    self->bytes = NULL;
    return MP_OBJ_FROM_PTR(self);
}

bool memory_open(mp_obj_t self_in) {
    memory *self = MP_OBJ_TO_PTR(self_in);
    if (self->bytes && self->epoch == sov_runtime_epoch()) return true;
    self->bytes = sov_region_take_shared(self->size);
    self->epoch = sov_runtime_epoch();
    if (self->bytes) memset(self->bytes, 0, self->size);
    return self->bytes;
}

/* open(): takes the buffer's bytes out of the arena, all 0, unless it has them already. Raises MemoryError. */
static mp_obj_t memory_open_or_raise(mp_obj_t self) {
    if (!memory_open(self)) mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("no room in the arena for a buffer"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(memory_open_obj, memory_open_or_raise);

/* end(): gives the buffer's bytes back to the arena. */
static mp_obj_t memory_end(mp_obj_t self_in) {
    memory *self = MP_OBJ_TO_PTR(self_in);
    if (self->bytes && self->epoch == sov_runtime_epoch()) sov_region_give_shared(self->bytes);
    self->bytes = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(memory_end_obj, memory_end);

static mp_obj_t memory_release(mp_obj_t self_in) {
    const memory *self = MP_OBJ_TO_PTR(self_in);
    if (self->shared.account == MP_OBJ_NULL) return mp_const_none; /* a buffer of the manifest keeps its bytes */
    services_count(self->shared.account, MP_QSTR_buffers, -(mp_int_t)self->size);
    memory_end(self_in);
    return services_release(self_in);
}

SERVICES_TYPE(memory, "buffer ", MEMORY, Memory, memory_release, { MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&memory_open_obj) },
    { MP_ROM_QSTR(MP_QSTR_end), MP_ROM_PTR(&memory_end_obj) }, );
