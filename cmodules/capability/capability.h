/* capability.h - a task's capabilities: the only way it reaches anything.
 *
 * Each task has one table. A slot holds an object and the rights the task has to it; what the module sees is an identifier
 * made of the slot (bits 0-7) and the slot's generation (bits 8-29). Every drop or revocation raises the generation, so an
 * old identifier is recognised however often its slot is used again.
 *
 * What was opened through a capability, or derived from it, is its child, in whatever table. Dropping a capability keeps its
 * children: they move to its parent. Revoking ends everything below it.
 *
 * Invariants: an identifier is positive and below 2^30 (a small integer on every machine), and 0 names nothing. Slots are
 * reused first in, first out, so that generations rise evenly. A slot whose generations are used up is never used again. Slot
 * 0 holds no capability: it is the root of the table's tree. An object is released when the last capability that names it
 * is gone. Nothing here allocates but the constructor, held() and grant(), and nothing recurses: no step's time depends on how many
 * capabilities there are. A table is cleared before it goes: others may have children in it. Not safe in an interrupt
 * handler.
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
#define CAP_SLOTS_MAX 255 /* what bits 0-7 hold, without slot 0 */
/* How often a slot is used. Of the 22 bits of a generation the value 0 is never used, and the last one stands for "used
 * up": so what is kept of a retired slot is below 2^30 too. */
#define CAP_GENERATIONS ((1u << 22) - 2)

/* Of `held` and of what a call needs: below, a mask of kinds; above, rights. As abi.toml's generator writes it. */
#define CAP_KINDS 0xffffu
#define CAP_RIGHTS_SHIFT 16

typedef struct capability {
    mp_obj_t object;                    /* MP_OBJ_NULL: the slot is free */
    struct capability *child;           /* the one that was made of it last */
    struct capability *next, *previous; /* its brothers, the younger first. The last one's `next` is NULL; the first one's `previous`
                                         * is the last. Free slots are chained by `next` alone */
    struct capability *parent;          /* kept of the last brother only: children change their parent all at once */
    struct capability *same, *same_before; /* a ring of those that name the same object */
    uint32_t identifier;                /* the one that is good now for what the slot holds or will hold next */
    uint32_t held;                      /* kind and rights; 0: free */
    uint32_t badge;                     /* tells a server whose this is; what is derived has the same */
} capability;

typedef struct capability_table {
    mp_obj_base_t base;
    mp_obj_t owner;                     /* the task; None: none yet */
    mp_obj_t names, granted;            /* tuples: names that the manifest granted, as bytes, and their identifiers */
    capability *first_free, *last_free;
    struct capability_table *roused;    /* while something is revoked: the next table that lost something */
    uint32_t generations;
    uint16_t size;                      /* slots, and the root */
    bool touched;                       /* it is in the chain of `roused` */
    capability slot[];
} capability_table;

extern const mp_obj_type_t cap_table_type; /* Capabilities, modcapability.c */

/* The name a capability was granted under, its bytes in *length, or NULL. O(names granted). */
const char *cap_name(const capability_table *table, const capability *which, size_t *length);

/* ---- table.c */

/* 0 where `identifier` is good for what is needed, else the error code. */
int32_t cap_check(const capability_table *table, uint32_t identifier, uint32_t need);

/* The slot of an identifier that cap_check() has just accepted. */
static inline capability *cap_at(capability_table *table, uint32_t identifier) { return &table->slot[identifier & CAP_SLOT_MASK]; }

static inline capability_table *cap_table_of(capability *which) {
    return (capability_table *)((char *)(which - (which->identifier & CAP_SLOT_MASK)) - offsetof(capability_table, slot));
}

/* A new capability to an object, below `parent`, in a slot of `table`; NULL where there is none. */
capability *cap_insert(capability_table *table, mp_obj_t object, uint32_t held, capability *parent);

/* The identifier of a new capability to what `from` names, below it, with these rights; DENIED where it has not all of them, QUOTA
 * where there is no slot. */
int32_t cap_derive(capability_table *table, capability *from, uint32_t rights);

/* Moves a capability with all that was made of it below another one, of whatever table. */
void cap_move(capability *which, capability *parent);

/* Ends one capability; its children stand where it stood. Returns the object to release, or MP_OBJ_NULL where others name it. */
mp_obj_t cap_end(capability *which);

/* ---- revoke.c. *failed: MP_OBJ_NULL, and then the last exception that a `release` raised, for cap_raise() at the end. */

/* Calls release() of an object; nothing for MP_OBJ_NULL. */
void cap_release(mp_obj_t object, mp_obj_t *failed);

/* Ends everything below a capability, the youngest first, and with `itself` that too. Calls rouse(owner) for each table that lost
 * some, unless it is None. Returns how many were ended. O(that), in bounded stack. */
mp_int_t cap_revoke(capability *top, bool itself, mp_obj_t rouse, mp_obj_t *failed);

/* Drops every capability of a table; what others made of them stays theirs. O(slots squared, for one long chain). */
void cap_clear(capability_table *table, mp_obj_t *failed);

/* Raises it, unless it is MP_OBJ_NULL. */
void cap_raise(mp_obj_t failed);

#endif
