/* runtime.c - makes wasm3's environment, runtime and code pages of a task.
 *
 * Each task has one environment and one runtime; both end with the task's region. This file replaces m3_env.c and m3_module.c,
 * which mostly serve programs that share environments, free single parts or call wasm from C.
 *
 * Invariants: all allocations are in the open heap; equal types are the same object, so a call through the table compares
 * pointers.
 */
#include "engine.h"

/* Adds a type to the environment; where an equal type exists, frees the new one and sets *type to the existing one. */
void Environment_AddFuncType(IM3Environment environment, IM3FuncType *type) {
    IM3FuncType same = environment->funcTypes;
    while (same && !AreFuncTypesEqual(same, *type)) same = same->next;
    if (same) {
        m3_Free(*type);
        *type = same;
    } else {
        (*type)->next = environment->funcTypes;
        environment->funcTypes = *type;
    }
}

IM3Environment m3_NewEnvironment(void) {
    IM3Environment environment = m3_AllocStruct(M3Environment);
    for (u32 result = c_m3Type_none; result <= c_m3Type_f64; result++) { /* types of blocks with at most one result */
        IM3FuncType type;
        AllocFuncType(&type, 1);
        type->numRets = result != c_m3Type_none;
        type->types[0] = (u8)result;
        Environment_AddFuncType(environment, &type);
        environment->retFuncTypes[result] = type;
    }
    return environment;
}

IM3Runtime m3_NewRuntime(IM3Environment environment, u32 stack_bytes, void *userdata) {
    IM3Runtime runtime = m3_AllocStruct(M3Runtime);
    runtime->environment = environment;
    runtime->userdata = userdata;
    runtime->stack = m3_Malloc(stack_bytes + 4 * sizeof(m3slot_t)); /* padding, because an entry writes slots in pairs */
    runtime->numStackSlots = stack_bytes / sizeof(m3slot_t);
    return runtime;
}

/* Takes the first open page that has at least `lines` free lines, else a new page. */
IM3CodePage AcquireCodePageWithCapacity(IM3Runtime runtime, u32 lines) {
    for (IM3CodePage *at = &runtime->pagesOpen; *at; at = &(*at)->info.next) {
        IM3CodePage page = *at;
        if (NumFreeLines(page) < lines) continue;
        *at = page->info.next;
        return page;
    }
    return NewCodePage(lines);
}

void ReleaseCodePage(IM3Runtime runtime, IM3CodePage page) {
    if (page) PushCodePage(NumFreeLines(page) < d_m3CodePageFreeLinesThreshold ? &runtime->pagesFull : &runtime->pagesOpen, page);
}
