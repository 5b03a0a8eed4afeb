/* runtime.c - wasm3's environment, runtime and code pages, as a task has them: one of each, which go with its region.
 *
 * Stands for m3_env.c and m3_module.c, most of which is for programs that share environments, free parts, or call wasm from C.
 *
 * Invariants: what is allocated lies in the open heap; types with the same values are the same object, so that a call through the table
 * compares pointers.
 */
#include "engine.h"

/* Adds a type, or takes the equal one that is there. */
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
    for (u32 result = c_m3Type_none; result <= c_m3Type_f64; result++) { /* the types of blocks with one result at most */
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
    runtime->stack = m3_Malloc(stack_bytes + 4 * sizeof(m3slot_t)); /* an entry writes slots in pairs */
    runtime->numStackSlots = stack_bytes / sizeof(m3slot_t);
    return runtime;
}

/* The first open page with so many lines free, or a new one. */
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
