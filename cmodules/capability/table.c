/* table.c - slots, identifiers, and the tree of derived capabilities (contract in capability.h). */
#include "capability.h"
#include "../common/abi_table.h"

int32_t cap_check(const capability_table *table, uint32_t identifier, uint32_t need) {
    uint32_t slot = identifier & CAP_SLOT_MASK;
    if (slot >= table->size) return ABI_ERR_BADCAP;
    const capability *which = &table->slot[slot];
    if (identifier != which->identifier)
        return identifier >= CAP_GENERATION_STEP && identifier < which->identifier && slot ? ABI_ERR_REVOKED : ABI_ERR_BADCAP;
    if (!(which->held & need & CAP_KINDS)) return ABI_ERR_BADCAP;
    return need & ~which->held & ~CAP_KINDS ? ABI_ERR_DENIED : 0;
}

static void link_below(capability *which, capability *parent) {
    capability *head = parent->child;
    which->next = head;
    if (head) {
        which->previous = head->previous;
        head->previous = which;
    } else {
        which->previous = which;
        which->parent = parent;
    }
    parent->child = which;
}

capability *cap_insert(capability_table *table, mp_obj_t object, uint32_t held, capability *parent) {
    capability *which = table->first_free;
    if (!which) return NULL;
    table->first_free = which->next;
    link_below(which, parent);
    which->object = object;
    which->same = which->same_before = which;
    which->held = held;
    which->badge = 0;
    return which;
}

int32_t cap_derive(capability_table *table, capability *from, uint32_t rights) {
    if (rights & ~(from->held >> CAP_RIGHTS_SHIFT)) return ABI_ERR_DENIED;
    capability *which = cap_insert(table, from->object, (from->held & CAP_KINDS) | rights << CAP_RIGHTS_SHIFT, from);
    if (!which) return ABI_ERR_QUOTA;
    which->badge = from->badge;
    which->same = from->same;
    which->same_before = from;
    from->same->same_before = which;
    from->same = which;
    return (int32_t)which->identifier;
}

/* Takes a capability out of the tree; its children take its place among its siblings. */
static void unlink_from_tree(capability *which) {
    capability *after = which->next, *before = which->previous, *first = which->child, *last = before, *parent;
    if (first) {
        last = first->previous;
        which->child = NULL;
        last->next = after;
        if (after) after->previous = last;
    } else {
        first = after;
    }
    if (before->next) {
        parent = which->parent; /* valid if `which` was the last one */
        before->next = first;
        if (first) first->previous = before;
    } else { /* `which` was the first one, and `before` is the last */
        parent = before->parent;
        parent->child = first;
        if (first && after) first->previous = before;
    }
    if (!after && parent->child) {
        last->parent = parent; /* the list has a new last entry */
        parent->child->previous = last;
    }
}

void cap_move(capability *which, capability *parent) {
    capability *child = which->child;
    which->child = NULL; /* keeps its children below it */
    unlink_from_tree(which);
    which->child = child;
    link_below(which, parent);
}

mp_obj_t cap_end(capability *which) {
    capability_table *table = cap_table_of(which);
    unlink_from_tree(which);
    mp_obj_t object = which->same == which ? which->object : MP_OBJ_NULL;
    which->same->same_before = which->same_before;
    which->same_before->same = which->same;
    which->same = which->same_before = which;
    which->object = MP_OBJ_NULL;
    which->held = 0;
    which->next = NULL;
    which->identifier += CAP_GENERATION_STEP;
    if (which->identifier >> CAP_GENERATION_SHIFT <= table->generations) {
        if (table->first_free) {
            table->last_free->next = which;
        } else {
            table->first_free = which;
        }
        table->last_free = which;
    }
    return object;
}
