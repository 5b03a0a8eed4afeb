/* create.c - from wasm bytes to a task ready to run.
 *
 * Validates the module, scans it, lays out a region, lets the engine load the module into it, links its imports, plans its
 * phases, and lets the engine compile: with a quota only what could turn out not to compile, else everything, and trims.
 *
 * Invariants: only a module that passed the validator is looked at here, and what the validator proved is not
 * checked again: so the bytes that are compiled later are those that were validated, or a copy that was; a creation
 * that fails gives everything back; nothing of the module runs before resume().
 */
#include "phases.h"
#include "system_calls.h"
#include "task.h"

#include "engine/engine.h"
#include "port/port.h"

/* Least wasm stack: a frame or two. Below that not even an empty function runs. */
#define LEAST_STACK 64u
#define MOST_STACK (1u << 24)

/* ---- linear memory -------------------------------------------------------------------------------- */

/* Decides how many bytes to reserve and how many the task has at first. */
static const char *plan_memory(
    const struct sov_module *module, uint32_t wanted, uint32_t *reserved, uint32_t *initial, uint32_t *most_pages) {
    *reserved = *initial = *most_pages = 0;
    if (!module->has_memory) return NULL;
    uint64_t declared = (uint64_t)module->memory_pages * d_m3MemPageSize;
    uint32_t heap_base, index;
    bool is_mutable;
    uint64_t limit = wanted;
    if (!wanted) {
        limit = declared;
        if (sov_find_export(module, 3, "__heap_base", 11, &index) && sov_constant_global(module, index, &heap_base, &is_mutable) &&
            heap_base < limit)
            limit = heap_base;
    }
    if (limit > UINT32_MAX - 64) return sov_out_of_memory_text;
    *most_pages = module->memory_pages;
    if (limit >= declared) { /* whole pages: growing is honest up to what fits */
        *initial = (uint32_t)declared;
        uint64_t pages = limit / d_m3MemPageSize;
        *most_pages = (uint32_t)(pages < module->memory_most_pages ? pages : module->memory_most_pages);
        *reserved = *most_pages * d_m3MemPageSize;
        if (*most_pages < module->memory_pages) *most_pages = module->memory_pages;
    } else { /* less than the module declares: all it gets, and it cannot grow */
        *reserved = *initial = (uint32_t)limit & ~7u;
        uint32_t stack_top;
        if (sov_constant_global(module, 0, &stack_top, &is_mutable) && is_mutable && stack_top > *initial) {
            return sov_reason("the C stack ends at byte %u of %u bytes of memory: raise memory, or link with -z stack-size=N --stack-first",
                (unsigned)stack_top, (unsigned)*initial);
        }
    }
    return NULL;
}

/* ---- phases --------------------------------------------------------------------------------------- */

/* A phase runs a function without arguments; results are allowed for the entry only. */
static const char *plan_phase(struct sov_task *task, enum sov_phase phase, const char *what, u32 index) {
    IM3Module module = task->module;
    IM3FuncType type = sov_function(module, index)->funcType;
    if (type->numArgs || (phase != SOV_PHASE_ENTRY && type->numRets)) {
        char text[24];
        sov_type_text(text, sizeof text, type);
        return sov_reason("%s has type %s, expected v()", what, text);
    }
    task->phase_function[phase] = (int32_t)index;
    return NULL;
}

static const char *plan_phases(struct sov_task *task, const struct sov_module *scan, const struct sov_options *options) {
    const char *reason;
    u32 index;
    for (int i = 0; i < SOV_PHASE_COUNT; i++) task->phase_function[i] = -1;
    if (task->module->startFunction >= 0 &&
        (reason = plan_phase(task, SOV_PHASE_START, "the start function", (u32)task->module->startFunction)))
        return reason;
    if (!options->entry) return NULL;
    if (sov_find_export(scan, 0, "_initialize", 11, &index) && (reason = plan_phase(task, SOV_PHASE_INITIALIZE, "_initialize", index)))
        return reason;
    if (!sov_find_export(scan, 0, options->entry, options->entry_length, &index)) {
        return sov_reason("no exported function %.*s", (int)options->entry_length, options->entry);
    }
    return plan_phase(task, SOV_PHASE_ENTRY, "the entry", index);
}

/* ---- creation ------------------------------------------------------------------------------------- */

/* Everything that allocates from the region's heap; a failed allocation does not return from here. */
static const char *build(
    struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    const char *reason;
    if ((reason = sov_load(task, scan, wasm, size, options->stack))) return reason;
    sov_choose_code_page(task);
    if ((reason = sov_link_imports(task, scan))) return reason;
    return plan_phases(task, scan, options);
}

/* Validates in the memory that will be the region's; NULL, or why not. */
static const char *validate(const uint8_t *wasm, uint32_t size, uint8_t *workspace, uint32_t workspace_bytes, struct sov_facts *facts) {
    switch (sov_validate(wasm, size, workspace, workspace_bytes, facts, sov_reason_text, sizeof sov_reason_text)) {
        case SOV_VALID: return NULL;
        case SOV_INVALID: return sov_reason_text;
        default: return sov_out_of_memory_text;
    }
}

/* Refuses what this machine has no stack to compile. */
static const char *check_stack(const struct sov_facts *facts) {
    uint32_t bytes = sov_compile_stack(facts->nesting, facts->values);
    if (sov_has_stack(bytes)) return NULL;
    return sov_reason("blocks are nested %u deep: compiling them takes %u bytes of stack, there are %u", (unsigned)facts->nesting,
        (unsigned)bytes, (unsigned)sov_port_stack_left());
}

/* A region without a quota is the largest free block at first: the part of it that compiling will borrow as a stack is
 * given back before. Returns what is left. */
static uint32_t leave_room_for_stack(uint8_t *region, uint32_t bytes, const struct sov_facts *facts) {
    uint64_t room = (uint64_t)sov_compile_stack(facts->nesting, facts->values) + sov_port_stack_extra + POOL_HEADER_BYTES;
    if (!sov_port_stack_extra || sov_port_stack_left() >= room || room >= bytes) return bytes;
    bytes = (bytes - (uint32_t)room) & ~7u;
    sov_region_trim(region, bytes);
    return bytes;
}

/* Lays the region out and builds the task in it. `region` is `bytes` long. */
static const char *create_in(uint8_t *region, uint32_t bytes, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    struct sov_module scan;
    struct sov_facts facts;
    uint32_t reserved, initial, most_pages;
    const char *volatile reason;
    if ((reason = validate(wasm, size, region, bytes, &facts))) return reason;
    if (!options->quota) bytes = leave_room_for_stack(region, bytes, &facts);
    if ((reason = check_stack(&facts))) return reason;
    if ((reason = sov_scan(&scan, wasm, size))) return reason;
    if ((reason = plan_memory(&scan, options->memory, &reserved, &initial, &most_pages))) return reason;
    uint64_t fixed = (uint64_t)sizeof(struct sov_task) + reserved;
    if (fixed + 2 * POOL_HEADER_BYTES > bytes) return sov_out_of_memory_text;

    /* What a task can see is cleared here: its linear memory, whole, to the limit it may grow to. The heap
     * clears each block when it is taken. */
    memset(region, 0, (size_t)fixed);
    struct sov_task *task = (struct sov_task *)region;
    task->size = bytes; /* but for what sov_task_create() knows of */
    task->on_demand = options->quota != 0;
    task->nesting = (uint16_t)facts.nesting;
    task->values = (uint16_t)facts.values;
    task->memory_limit = reserved;
    task->most_pages = most_pages;
    task->code_hash = sov_code_hash(scan.section[10].start, scan.code_bytes);
    task->header.length = initial;
    pool_init(&task->heap, region + fixed, bytes - (uint32_t)fixed);
    jmp_buf full;
    if (setjmp(full)) {
        reason = sov_out_of_memory_text;
    } else {
        sov_heap_enter(&task->heap, &full);
        reason = build(task, &scan, wasm, size, options);
    }
    sov_heap_leave();
    if (!reason) reason = sov_compile_at_creation(task, &facts);
    if (!reason) sov_forget_wasm(task);
    return reason;
}

const char *sov_task_create(struct sov_task **created, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    *created = NULL;
    if (options->stack < LEAST_STACK || options->stack > MOST_STACK) return sov_reason("stack must be 64 bytes to 16 MB");
    if (sov_port_stack_left() < SOV_STACK_TO_CREATE) return sov_reason("too little of the C stack is left to create a task");

    /* The compiler's tables are taken first: at the bottom of the arena, where the next creation takes them
     * again, so they do not cut up the space between regions. A task that compiles on demand keeps its share. */
    if (!sov_tables_take()) return sov_out_of_memory_text;
    uint32_t bytes = options->quota;
    uint8_t *region = options->quota ? sov_region_take(options->quota) : sov_region_take_largest(&bytes);
    if (region && options->quota && !options->immutable) {
        /* At the end of the region; what is validated is the copy. */
        bytes = size < bytes ? (bytes - size) & ~7u : 0;
        if (bytes) wasm = memcpy(region + bytes, wasm, size);
    }
    const char *reason = region && bytes ? create_in(region, bytes, wasm, size, options) : sov_out_of_memory_text;
    if (reason || !options->quota) sov_tables_give();
    if (reason) {
        sov_region_give(region);
        return sov_out_of_memory(reason) || reason == sov_reason_text ? reason : sov_reason("%s", reason);
    }
    struct sov_task *task = (struct sov_task *)region;
    if (options->quota) {
        task->size = options->quota;
    } else {
        task->size = (uint32_t)(task->heap.base - region) + task->heap.reach;
        sov_region_trim(region, task->size);
        task->heap.size = task->heap.reach;
    }
    sov_task_begin(task);
    *created = task;
    return NULL;
}

const char *sov_check_module(const uint8_t *wasm, uint32_t size) {
    if (sov_port_stack_left() < SOV_STACK_TO_CREATE) return sov_reason("too little of the C stack is left to validate a module");
    uint32_t bytes;
    struct sov_facts facts;
    uint8_t *workspace = sov_region_take_largest(&bytes);
    const char *reason = workspace ? validate(wasm, size, workspace, bytes, &facts) : sov_out_of_memory_text;
    sov_region_give(workspace);
    return reason;
}
