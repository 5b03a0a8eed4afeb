/* revoke.c - ends capabilities one by one, in all tables (contract in capability.h).
 *
 * Invariant: an exception of an object's `release` does not stop a revocation. cap_raise() raises it again after every capability
 * has ended.
 */
#include "py/runtime.h"

#include "capability.h"

void cap_release(mp_obj_t object, mp_obj_t *failed) {
    nlr_buf_t nlr;
    if (object == MP_OBJ_NULL) return;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t method[2];
        mp_load_method(object, MP_QSTR_release, method);
        mp_call_method_n_kw(0, 0, method);
        nlr_pop();
    } else {
        *failed = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
}

void cap_raise(mp_obj_t failed) {
    if (failed != MP_OBJ_NULL) nlr_raise(failed);
}

/* Calls rouse(owner) for each table that lost a capability. */
static void rouse_all(capability_table *chain, mp_obj_t rouse, mp_obj_t *failed) {
    while (chain) {
        capability_table *next = chain->roused;
        chain->roused = NULL;
        chain->touched = false;
        if (rouse != mp_const_none && chain->owner != mp_const_none) {
            nlr_buf_t nlr;
            if (nlr_push(&nlr) == 0) {
                mp_call_function_1(rouse, chain->owner);
                nlr_pop();
            } else {
                *failed = MP_OBJ_FROM_PTR(nlr.ret_val);
            }
        }
        chain = next;
    }
}

mp_int_t cap_revoke(capability *top, bool itself, mp_obj_t rouse, mp_obj_t *failed) {
    capability_table *chain = NULL;
    mp_int_t count = 0;
    capability *which = top;
    for (;;) {
        while (which->child) which = which->child;
        if (which == top && !itself) break;
        capability *parent = which->previous->parent; /* `which` is a first child, unless it is `top`, whose parent is not used */
        capability_table *table = cap_table_of(which);
        if (!table->touched) {
            table->touched = true;
            table->roused = chain;
            chain = table;
        }
        count++;
        bool done = which == top;
        cap_release(cap_end(which), failed);
        if (done) break;
        which = parent;
    }
    rouse_all(chain, rouse, failed);
    return count;
}

void cap_clear(capability_table *self, mp_obj_t *failed) {
    for (capability *each = self->slot + 1; each < self->slot + self->size; each++) {
        while (each->held) {
            capability *which = each;
            while (which->child && cap_table_of(which->child) == self) which = which->child;
            cap_release(cap_end(which), failed);
        }
    }
    while (self->slot->child) cap_move(self->slot->child, cap_table_of(self->slot->child)->slot);
}
