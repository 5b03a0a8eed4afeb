/* memory.c - buffers that tasks share, in the arena: read and written by copying, whole or a part.
 *
 * Which part a capability names is kept where an endpoint's keeps its badge: offset in the lower 16 bits, length above; 0 is all of it.
 * So a part costs nothing, and is passed on and derived like any capability.
 *
 * Invariants: a part lies within the one that it was derived from. Nothing here allocates on the Python heap but the constructor and
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
    uint32_t epoch; /* of the arena that they lie in */
} memory;

/* The bytes that the capability of the pending call names, and their number; an arena that was reset has none. */
static uint8_t *part(const instance_object *instance, uint32_t *length) {
    const capability *which = services_target(instance);
    const memory *self = MP_OBJ_TO_PTR(which->object);
    uint32_t offset = which->badge & 0xffff;
    *length = which->badge ? which->badge >> 16 : self->size;
    if (!self->bytes || self->epoch != sov_runtime_epoch()) *length = offset = 0;
    return offset ? self->bytes + offset : self->bytes;
}

/* The copying calls: their slice and its length, and the place in the buffer. Returns how many bytes there are to copy. */
static uint32_t range(const instance_object *instance, uint8_t **ours, uint8_t **buffer) {
    uint32_t length, wanted = services_argument(instance, 2), offset = services_argument(instance, 3);
    uint8_t *bytes = part(instance, &length);
    *ours = sov_slice(instance->task, services_argument(instance, 1), wanted);
    if (!bytes || offset >= length) return 0;
    *buffer = bytes + offset;
    return wanted < length - offset ? wanted : length - offset;
}

/* sp_mem_read(memory, to, offset) */
static mp_obj_t mem_read(mp_obj_t task) {
    uint8_t *to, *from = NULL;
    uint32_t count = range(services_instance(task), &to, &from);
    if (count) memcpy(to, from, count);
    return MP_OBJ_NEW_SMALL_INT(count);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_mem_read_obj, mem_read);

/* sp_mem_write(memory, bytes, offset) */
static mp_obj_t mem_write(mp_obj_t task) {
    uint8_t *to = NULL, *from;
    uint32_t count = range(services_instance(task), &from, &to);
    if (count) memcpy(to, from, count);
    return MP_OBJ_NEW_SMALL_INT(count);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_mem_write_obj, mem_write);

/* sp_mem_size(memory) */
static mp_obj_t mem_size(mp_obj_t task) {
    uint32_t length;
    part(services_instance(task), &length);
    return MP_OBJ_NEW_SMALL_INT(length);
}
MP_DEFINE_CONST_FUN_OBJ_1(services_mem_size_obj, mem_size);

/* sp_mem_derive(memory, offset, length, rights) */
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

/* Memory(name, size): without bytes yet. */
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

/* open(): takes its bytes, all 0, where it has none. Raises MemoryError. */
static mp_obj_t memory_open_or_raise(mp_obj_t self) {
    if (!memory_open(self)) mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("no room in the arena for a buffer"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(memory_open_obj, memory_open_or_raise);

/* end(): gives its bytes back. */
static mp_obj_t memory_end(mp_obj_t self_in) {
    memory *self = MP_OBJ_TO_PTR(self_in);
    if (self->bytes && self->epoch == sov_runtime_epoch()) sov_region_give_shared(self->bytes);
    self->bytes = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(memory_end_obj, memory_end);

static mp_obj_t memory_release(mp_obj_t self_in) {
    const memory *self = MP_OBJ_TO_PTR(self_in);
    if (self->shared.account == MP_OBJ_NULL) return mp_const_none; /* the manifest's stay */
    services_count(self->shared.account, MP_QSTR_buffers, -(mp_int_t)self->size);
    memory_end(self_in);
    return services_release(self_in);
}

SERVICES_TYPE(memory, "buffer ", MEMORY, Memory, memory_release, { MP_ROM_QSTR(MP_QSTR_open), MP_ROM_PTR(&memory_open_obj) },
    { MP_ROM_QSTR(MP_QSTR_end), MP_ROM_PTR(&memory_end_obj) }, );
