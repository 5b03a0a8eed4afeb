/* modcapability.c - the module `capability`: a task's table as a Python object, `Capabilities`.
 *
 * An object that a capability names has an attribute `kind`, one bit, and a method `release()`, called when the last capability
 * to it is gone. The tests compare random operations with a plain model.
 *
 * Invariant: check, insert, derive, drop, revoke and find allocate nothing on the Python heap.
 */
#include <string.h>

#include "py/runtime.h"
#include "py/objtuple.h"

#include "../common/abi_table.h"
#include "capability.h"

#define SLOTS_DEFAULT 16 /* several times as many as a task of the demo uses; a table takes 650 bytes of a board's heap */

static capability_table *table_of(mp_obj_t object) {
    if (!mp_obj_is_type(object, &cap_table_type)) mp_raise_TypeError(MP_ERROR_TEXT("no Capabilities"));
    return MP_OBJ_TO_PTR(object);
}

static uint32_t identifier_of(mp_obj_t given) { return (uint32_t)mp_obj_get_int_truncated(given); }

/* Returns the slot of a valid identifier. Raises ValueError for any other. */
static capability *slot_of(capability_table *table, mp_obj_t given) {
    uint32_t identifier = identifier_of(given), slot = identifier & CAP_SLOT_MASK;
    if (slot >= table->size || !slot || table->slot[slot].identifier != identifier || !table->slot[slot].held)
        mp_raise_ValueError(MP_ERROR_TEXT("no such capability"));
    return &table->slot[slot];
}

/* ---- making ------------------------------------------------------------------------------------------ */

/* Resets every slot of a table to its first generation and forgets all names. The table must hold nothing. */
static void table_reset(capability_table *self) {
    self->names = self->granted = mp_const_empty_tuple;
    memset(self->slot, 0, self->size * sizeof(capability));
    for (uint32_t i = 1; i < self->size; i++) {
        self->slot[i].identifier = CAP_GENERATION_STEP | i;
        self->slot[i].next = i + 1u < self->size ? &self->slot[i + 1] : NULL;
    }
    self->first_free = &self->slot[1];
    self->last_free = &self->slot[self->size - 1];
}

/* Capabilities(most=16, generations=2^22-2): an empty table. `most`: number of slots, 1 to 255; `generations`: how often a slot is
 * used. */
static mp_obj_t table_make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *given) {
    mp_arg_check_num(count, keywords, 0, 2, false);
    mp_int_t max = count > 0 ? mp_obj_get_int(given[0]) : SLOTS_DEFAULT;
    mp_int_t generations = count > 1 ? mp_obj_get_int(given[1]) : CAP_GENERATIONS;
    if (max < 1 || max > CAP_SLOTS_MAX || generations < 1 || generations > (mp_int_t)CAP_GENERATIONS)
        mp_raise_ValueError(MP_ERROR_TEXT("a capability table has 1 to 255 slots"));
    size_t size = (size_t)max + 1;
    capability_table *self = mp_obj_malloc_var(capability_table, slot, capability, size, type);
    memset((void *)&self->owner, 0, sizeof *self - offsetof(capability_table, owner));
    self->owner = mp_const_none;
    self->generations = (uint32_t)generations;
    self->size = (uint16_t)size;
    table_reset(self);
    return MP_OBJ_FROM_PTR(self);
}

/* insert(thing, rights, parent=0) -> the identifier of a new capability, or QUOTA if no slot is free. `parent`: the capability that
 * `thing` was opened through. */
static mp_obj_t table_insert(size_t count, const mp_obj_t *given) {
    capability_table *self = MP_OBJ_TO_PTR(given[0]);
    uint32_t kind = (uint32_t)mp_obj_get_int(mp_load_attr(given[1], MP_QSTR_kind)), rights = (uint32_t)mp_obj_get_int(given[2]);
    uint32_t parent = count > 3 ? identifier_of(given[3]) : 0;
    capability *above = parent ? slot_of(self, given[3]) : self->slot;
    const capability *made = cap_insert(self, given[1], (kind & CAP_KINDS) | rights << CAP_RIGHTS_SHIFT, above);
    return MP_OBJ_NEW_SMALL_INT(made ? (int32_t)made->identifier : ABI_ERR_QUOTA);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(table_insert_obj, 3, 4, table_insert);

/* derive(identifier, rights, into=self) -> the identifier of a capability derived into the table `into`; DENIED if `identifier` has
 * not all of these rights, QUOTA if no slot is free. */
static mp_obj_t table_derive(size_t count, const mp_obj_t *given) {
    capability *from = slot_of(MP_OBJ_TO_PTR(given[0]), given[1]);
    return MP_OBJ_NEW_SMALL_INT(cap_derive(table_of(given[count > 3 ? 3 : 0]), from, (uint32_t)mp_obj_get_int(given[2])));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(table_derive_obj, 3, 4, table_derive);

/* grant(name, thing, rights, badge=0) -> as insert(). The module can find the capability by `name`, a string. */
static mp_obj_t table_grant(size_t count, const mp_obj_t *given) {
    capability_table *self = MP_OBJ_TO_PTR(given[0]);
    size_t length;
    const char *text = mp_obj_str_get_data(given[1], &length);
    mp_obj_t name = mp_obj_new_bytes((const byte *)text, length);
    mp_obj_t arguments[3] = { given[0], given[2], given[3] };
    mp_obj_t identifier = table_insert(MP_ARRAY_SIZE(arguments), arguments);
    if (MP_OBJ_SMALL_INT_VALUE(identifier) > 0) {
        mp_obj_t names = mp_binary_op(MP_BINARY_OP_ADD, self->names, mp_obj_new_tuple(1, &name));
        self->granted = mp_binary_op(MP_BINARY_OP_ADD, self->granted, mp_obj_new_tuple(1, &identifier));
        self->names = names;
        if (count > 4) slot_of(self, identifier)->badge = (uint32_t)mp_obj_get_int(given[4]);
    }
    return identifier;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(table_grant_obj, 4, 5, table_grant);

/* ---- ending ------------------------------------------------------------------------------------------ */

/* drop(identifier) -> 0: ends a capability; its identifier is REVOKED from now on. Capabilities derived from it stay. */
static mp_obj_t table_drop(mp_obj_t self_in, mp_obj_t identifier) {
    mp_obj_t failed = MP_OBJ_NULL;
    cap_release(cap_end(slot_of(MP_OBJ_TO_PTR(self_in), identifier)), &failed);
    cap_raise(failed);
    return MP_OBJ_NEW_SMALL_INT(0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(table_drop_obj, table_drop);

/* revoke(identifier, itself=True, rouse=None) -> how many capabilities ended: everything derived from `identifier`, in all tables,
 * and with `itself` that capability too. Calls rouse(owner) for each table that lost one. An exception of an object's `release` is
 * raised after all of them have ended. */
static mp_obj_t table_revoke(size_t count, const mp_obj_t *given) {
    mp_obj_t failed = MP_OBJ_NULL;
    capability *top = slot_of(MP_OBJ_TO_PTR(given[0]), given[1]);
    mp_int_t ended = cap_revoke(top, count < 3 || mp_obj_is_true(given[2]), count < 4 ? mp_const_none : given[3], &failed);
    cap_raise(failed);
    return MP_OBJ_NEW_SMALL_INT(ended);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(table_revoke_obj, 2, 4, table_revoke);

/* Returns whether a capability names `thing`, or `thing` opened as a file. */
static bool names_thing(const capability *which, mp_obj_t thing) {
    mp_obj_t found[2];
    if (which->object == thing) return true;
    mp_load_method_maybe(which->object, MP_QSTR_file, found);
    return found[0] == thing && found[1] == MP_OBJ_NULL;
}

/* revoke_thing(thing, rouse=None) -> how many capabilities ended: every capability of this table to an object (to a file: its open
 * files too), and everything derived from them. */
static mp_obj_t table_revoke_thing(size_t count, const mp_obj_t *given) {
    capability_table *self = MP_OBJ_TO_PTR(given[0]);
    mp_obj_t failed = MP_OBJ_NULL;
    mp_int_t ended = 0;
    for (capability *which = self->slot + 1; which < self->slot + self->size; which++)
        if (which->held && names_thing(which, given[1])) ended += cap_revoke(which, true, count < 3 ? mp_const_none : given[2], &failed);
    cap_raise(failed);
    return MP_OBJ_NEW_SMALL_INT(ended);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(table_revoke_thing_obj, 2, 3, table_revoke_thing);

/* clear(): drops every capability of the table, the youngest of each chain first; capabilities derived into other tables stay. For
 * a task that is over. */
static mp_obj_t table_clear(mp_obj_t self_in) {
    capability_table *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t failed = MP_OBJ_NULL;
    cap_clear(self, &failed);
    cap_raise(failed);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(table_clear_obj, table_clear);

/* renew(): clears the table and makes it like a new one without allocating, for a task that restarts. Generations begin again, because
 * the memory that held the old identifiers is gone. Whoever else keeps an identifier compares `renewals` too. */
static mp_obj_t table_renew(mp_obj_t self_in) {
    table_clear(self_in);
    table_reset(MP_OBJ_TO_PTR(self_in));
    ((capability_table *)MP_OBJ_TO_PTR(self_in))->renewals++;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(table_renew_obj, table_renew);

/* ---- looking ----------------------------------------------------------------------------------------- */

/* check(identifier, need) -> 0 if the capability is of a needed kind and has the needed rights, else an error code. `need`: as in
 * abi.NEEDS. */
static mp_obj_t table_check(mp_obj_t self_in, mp_obj_t identifier, mp_obj_t need) {
    return MP_OBJ_NEW_SMALL_INT(cap_check(MP_OBJ_TO_PTR(self_in), identifier_of(identifier), (uint32_t)mp_obj_get_int(need)));
}
static MP_DEFINE_CONST_FUN_OBJ_3(table_check_obj, table_check);

/* get(identifier) -> the object of a capability. Raises ValueError if the identifier is not valid. */
static mp_obj_t table_get(mp_obj_t self_in, mp_obj_t identifier) { return slot_of(MP_OBJ_TO_PTR(self_in), identifier)->object; }
static MP_DEFINE_CONST_FUN_OBJ_2(table_get_obj, table_get);

/* rights(identifier) -> the rights of a capability. Raises ValueError if the identifier is not valid. */
static mp_obj_t table_rights(mp_obj_t self_in, mp_obj_t identifier) {
    return MP_OBJ_NEW_SMALL_INT(slot_of(MP_OBJ_TO_PTR(self_in), identifier)->held >> CAP_RIGHTS_SHIFT);
}
static MP_DEFINE_CONST_FUN_OBJ_2(table_rights_obj, table_rights);

/* full() -> True if no slot is free for insert(). */
static mp_obj_t table_full(mp_obj_t self_in) {
    const capability_table *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(!self->first_free);
}
static MP_DEFINE_CONST_FUN_OBJ_1(table_full_obj, table_full);

/* find(instance, address, length) -> the identifier of the grant whose name is in the task's memory at `address`, NOTFOUND or
 * REVOKED. `instance` has match(address, length, names). */
static mp_obj_t table_find(size_t count, const mp_obj_t *given) {
    (void)count;
    const capability_table *self = MP_OBJ_TO_PTR(given[0]);
    mp_obj_t method[5];
    mp_load_method(given[1], MP_QSTR_match, method);
    method[2] = given[2];
    method[3] = given[3];
    method[4] = self->names;
    mp_int_t place = mp_obj_get_int(mp_call_method_n_kw(3, 0, method));
    size_t length;
    mp_obj_t *granted;
    mp_obj_tuple_get(self->granted, &length, &granted);
    if (place < 0 || (size_t)place >= length) return MP_OBJ_NEW_SMALL_INT(ABI_ERR_NOTFOUND);
    bool good = self->slot[identifier_of(granted[place]) & CAP_SLOT_MASK].identifier == identifier_of(granted[place]);
    return good ? granted[place] : MP_OBJ_NEW_SMALL_INT(ABI_ERR_REVOKED);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(table_find_obj, 4, 4, table_find);

const char *cap_name(const capability_table *self, const capability *which, size_t *length) {
    size_t count, names;
    mp_obj_t *granted, *name;
    mp_obj_tuple_get(self->granted, &count, &granted);
    mp_obj_tuple_get(self->names, &names, &name);
    for (size_t i = 0; i < count; i++)
        if (identifier_of(granted[i]) == which->identifier) return mp_obj_str_get_data(name[i], length);
    return NULL;
}

/* Returns the name a capability was granted under, as a string, or None. */
static mp_obj_t name_of(const capability_table *self, const capability *which) {
    size_t length;
    const char *text = cap_name(self, which, &length);
    return text ? mp_obj_new_str(text, length) : mp_const_none;
}

/* held() -> list of (identifier, object, rights, name or None), one entry for each capability, for the prompt. */
static mp_obj_t table_held(mp_obj_t self_in) {
    const capability_table *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (const capability *which = self->slot + 1; which < self->slot + self->size; which++) {
        if (!which->held) continue;
        mp_obj_t entry[4] = { MP_OBJ_NEW_SMALL_INT(which->identifier), which->object, MP_OBJ_NEW_SMALL_INT(which->held >> CAP_RIGHTS_SHIFT),
            name_of(self, which) };
        mp_obj_list_append(list, mp_obj_new_tuple(4, entry));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(table_held_obj, table_held);

/* _age(slot, generation): sets the generation of a free slot, for tests. */
static mp_obj_t table_age(mp_obj_t self_in, mp_obj_t slot_in, mp_obj_t generation) {
    capability_table *self = MP_OBJ_TO_PTR(self_in);
    mp_int_t slot = mp_obj_get_int(slot_in), used = mp_obj_get_int(generation);
    if (slot < 1 || slot >= self->size || self->slot[slot].held || used < 1 || used > (mp_int_t)self->generations)
        mp_raise_ValueError(MP_ERROR_TEXT("no free slot"));
    self->slot[slot].identifier = (uint32_t)used << CAP_GENERATION_SHIFT | (uint32_t)slot;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(table_age_obj, table_age);

/* Attributes. owner: the task of the table, writable; slots: how many capabilities the table can hold. */
static void table_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    capability_table *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        if (name == MP_QSTR_owner) {
            dest[0] = self->owner;
        } else if (name == MP_QSTR_slots) {
            dest[0] = MP_OBJ_NEW_SMALL_INT(self->size - 1);
        } else {
            dest[1] = MP_OBJ_SENTINEL; /* a method */
        }
    } else if (name == MP_QSTR_owner && dest[1] != MP_OBJ_NULL) {
        self->owner = dest[1];
        dest[0] = MP_OBJ_NULL;
    }
}

static const mp_rom_map_elem_t table_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_insert), MP_ROM_PTR(&table_insert_obj) },
    { MP_ROM_QSTR(MP_QSTR_drop), MP_ROM_PTR(&table_drop_obj) },
    { MP_ROM_QSTR(MP_QSTR_rights), MP_ROM_PTR(&table_rights_obj) },
    { MP_ROM_QSTR(MP_QSTR_full), MP_ROM_PTR(&table_full_obj) },
    { MP_ROM_QSTR(MP_QSTR_check), MP_ROM_PTR(&table_check_obj) },
    { MP_ROM_QSTR(MP_QSTR_find), MP_ROM_PTR(&table_find_obj) },
    { MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&table_get_obj) },
    { MP_ROM_QSTR(MP_QSTR_derive), MP_ROM_PTR(&table_derive_obj) },
    { MP_ROM_QSTR(MP_QSTR_revoke), MP_ROM_PTR(&table_revoke_obj) },
    { MP_ROM_QSTR(MP_QSTR_revoke_thing), MP_ROM_PTR(&table_revoke_thing_obj) },
    { MP_ROM_QSTR(MP_QSTR_grant), MP_ROM_PTR(&table_grant_obj) },
    { MP_ROM_QSTR(MP_QSTR_held), MP_ROM_PTR(&table_held_obj) },
    { MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&table_clear_obj) },
    { MP_ROM_QSTR(MP_QSTR_renew), MP_ROM_PTR(&table_renew_obj) },
    { MP_ROM_QSTR(MP_QSTR__age), MP_ROM_PTR(&table_age_obj) },
};
static MP_DEFINE_CONST_DICT(table_locals, table_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    cap_table_type, MP_QSTR_Capabilities, MP_TYPE_FLAG_NONE, make_new, table_make_new, attr, table_attr, locals_dict, &table_locals);

static const mp_rom_map_elem_t capability_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_capability) },
    { MP_ROM_QSTR(MP_QSTR_Capabilities), MP_ROM_PTR(&cap_table_type) },
    { MP_ROM_QSTR(MP_QSTR_SLOTS_DEFAULT), MP_ROM_INT(SLOTS_DEFAULT) },
    { MP_ROM_QSTR(MP_QSTR_SLOTS_MAX), MP_ROM_INT(CAP_SLOTS_MAX) },
};
static MP_DEFINE_CONST_DICT(capability_globals, capability_globals_table);

const mp_obj_module_t capability_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&capability_globals,
};
MP_REGISTER_MODULE(MP_QSTR_capability, capability_module);
