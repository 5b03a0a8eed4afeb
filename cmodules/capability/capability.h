/* capability.h - the capabilities of a task: the only way a task reaches any object.
 *
 * Each task has one table. A slot holds an object and the task's rights to it. The module names a capability by an identifier
 * (CapId) made of the slot (bits 0-7) and the slot's generation (bits 8-29). Every drop or revocation raises the generation, so
 * the kernel recognises an old identifier however often its slot is used again.
 *
 * A capability that was opened through another one, or derived from it, is its child; parent and child may be in different tables.
 * Dropping a capability keeps its children: they move to its parent. Revoking a capability ends it and everything below it.
 *
 * Invariants: an identifier is positive and below 2^30 (a small integer on every machine), and 0 names nothing. Slots are
 * reused first in, first out, so that generations rise evenly. A slot whose generations are used up is never used again. Slot
 * 0 holds no capability: it is the root of the table's tree. An object is released when the last capability that names it
 * is gone. Nothing here allocates but the constructor, held() and grant(), and nothing recurses: no step's time depends on how many
 * capabilities there are. A table is cleared before it is freed, because its capabilities may have children in other tables. Not
 * safe in an interrupt handler.
 */
#ifndef SOV_CAPABILITY_H
#define SOV_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/obj.h"

#define CAP_SLOT_MASK 0xffu
#define CAP_GENERATION_SHIFT 8
#define CAP_GENERATION_STEP (1u << CAP_GENERATION_SHIFT)
#define CAP_SLOTS_MAX 255 /* bits 0-7 hold 256 slots; slot 0 is the root */
/* How often a slot is used. A generation has 22 bits; the value 0 is never used, and the last value means "used up". So the
 * identifier that stays in a retired slot is below 2^30 too. */
#define CAP_GENERATIONS ((1u << 22) - 2)

/* The layout of `held`, and of the `need` of a call: a mask of kinds in bits 0-15, rights above, as abi.toml's generator writes it. */
#define CAP_KINDS 0xffffu
#define CAP_RIGHTS_SHIFT 16

typedef struct capability {
    mp_obj_t object;                    /* MP_OBJ_NULL: the slot is free */
    struct capability *child;           /* its youngest child */
    struct capability *next, *previous; /* its siblings, the younger first. The last one's `next` is NULL; the first one's `previous`
                                         * is the last. Free slots are chained by `next` alone */
    struct capability *parent;          /* valid in the last sibling only, so that siblings change their parent in one step */
    struct capability *same, *same_before; /* a ring of the capabilities that name the same object */
    uint32_t identifier;                /* the valid identifier of the capability in this slot, or of the next one */
    uint32_t held;                      /* kind and rights; 0: free */
    uint32_t badge;                     /* tells a server whose call it received; derived capabilities inherit it */
} capability;

typedef struct capability_table {
    mp_obj_base_t base;
    mp_obj_t owner;                     /* the task; None: none yet */
    mp_obj_t names, granted;            /* tuples: the names of the grants, as bytes, and their identifiers */
    capability *first_free, *last_free;
    struct capability_table *roused;    /* during a revocation: the next table that lost a capability */
    uint32_t generations;               /* how often a slot is used */
    uint32_t renewals;                  /* restarts of the task: an identifier names a capability of one run alone */
    uint16_t size;                      /* number of slots, with the root */
    bool touched;                       /* the table is in the chain of `roused` */
    capability slot[];
} capability_table;

extern const mp_obj_type_t cap_table_type; /* Capabilities, modcapability.c */

/* Returns the name a capability was granted under, its length in *length, or NULL if it has none. O(grants). */
const char *cap_name(const capability_table *table, const capability *which, size_t *length);

/* ---- table.c */

/* Returns 0 if `identifier` names a capability of a needed kind with all needed rights, else the error code. */
int32_t cap_check(const capability_table *table, uint32_t identifier, uint32_t need);

/* Returns the slot of an identifier. cap_check() must have accepted the identifier just before. */
static inline capability *cap_at(capability_table *table, uint32_t identifier) { return &table->slot[identifier & CAP_SLOT_MASK]; }

static inline capability_table *cap_table_of(capability *which) {
    return (capability_table *)((char *)(which - (which->identifier & CAP_SLOT_MASK)) - offsetof(capability_table, slot));
}

/* Makes a capability to an object, as a child of `parent`, in a slot of `table`. Returns NULL if no slot is free. */
capability *cap_insert(capability_table *table, mp_obj_t object, uint32_t held, capability *parent);

/* Derives a capability with `rights` from `from` into `table`. Returns its identifier, DENIED if `from` has not all of these rights,
 * or QUOTA if no slot is free. */
int32_t cap_derive(capability_table *table, capability *from, uint32_t rights);

/* Moves a capability with everything derived from it below another parent, which may be in another table. */
void cap_move(capability *which, capability *parent);

/* Ends one capability; its parent adopts its children. Returns the object to release, or MP_OBJ_NULL if another capability names it. */
mp_obj_t cap_end(capability *which);

/* ---- revoke.c. The caller sets *failed to MP_OBJ_NULL; these functions put the last exception of a callback there, for cap_raise(). */

/* Calls release() of an object; does nothing for MP_OBJ_NULL. */
void cap_release(mp_obj_t object, mp_obj_t *failed);

/* Ends everything derived from a capability, the youngest first, and with `itself` the capability too. Calls rouse(owner) for each
 * table that lost one, unless `rouse` is None. Returns how many capabilities ended. O(that number), in bounded stack. */
mp_int_t cap_revoke(capability *top, bool itself, mp_obj_t rouse, mp_obj_t *failed);

/* Drops every capability of a table; capabilities derived from them in other tables stay. O(slots squared) for one long chain. */
void cap_clear(capability_table *table, mp_obj_t *failed);

/* Raises the exception `failed`, unless it is MP_OBJ_NULL. */
void cap_raise(mp_obj_t failed);

#endif
