/* table.h - the elements of a task's table: one is set when the instance is made and by the instructions that copy elements.
 *
 * Included by segments.c and interpreter.c.
 *
 * Invariants: of a task that compiles on demand `elements` has the function's index wherever table0 has one, made or not; where one
 * function takes the place of another, table_changed says so.
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
        if (same) return; /* made or not */
        task->elements[at] = (u16)index; /* the validator allows 21,000 */
    }
    if (old && !same) task->table_changed = true;
    module->table0[at] = function;
}

/* What the table holds for a function, or for SOV_NO_ELEMENT. */
static inline IM3Function table_entry(const struct sov_task *task, u32 index) {
    IM3Module module = task->module;
    if (index == SOV_NO_ELEMENT) return NULL;
    return !task->functions || index < module->numFuncImports ? &module->functions[index] : (IM3Function)&sov_unmade;
}

#endif
