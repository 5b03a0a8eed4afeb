/* table.h - sets the elements of a task's table, for a new instance and for the instructions that copy elements.
 *
 * Included by segments.c and interpreter.c.
 *
 * Invariants: in a task that compiles on demand, `elements` has the function's index wherever table0 has a function, made or not;
 * table_changed is set once a function has been replaced in the table.
 */
#ifndef SOV_TABLE_H
#define SOV_TABLE_H

#include "engine.h"

static inline void set_element(struct sov_task *task, u32 at, IM3Function function, u32 index) {
    IM3Module module = task->module;
    IM3Function old = module->table0[at];
    bool same = old == function;
    if (task->elements) {
        same = old ? function && task->elements[at] == index : !function;
        if (same) return; /* keeps the function, whether it was made or not */
        task->elements[at] = (u16)index; /* fits, because the validator allows 21,000 functions */
    }
    if (old && !same) task->table_changed = true;
    module->table0[at] = function;
}

/* Returns the value that the table holds for a function index or for SOV_NO_ELEMENT. */
static inline IM3Function table_entry(const struct sov_task *task, u32 index) {
    IM3Module module = task->module;
    if (index == SOV_NO_ELEMENT) return NULL;
    return !task->functions || index < module->numFuncImports ? &module->functions[index] : (IM3Function)&sov_unmade;
}

#endif
