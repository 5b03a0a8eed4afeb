/* create.c - creates a task that is ready to run from wasm bytes.
 *
 * It examines the module first: it validates and scans the module, checks the imports and plans the memory. Only then it takes a
 * region, lets the engine load the module into it, links the imports and plans the phases. Last, the engine compiles: with a quota
 * only the functions that could fail to compile later, else all functions, after which the region is trimmed. So a refusal
 * has the first of these reasons that applies: the module is malformed or unsupported, an import or the entry is missing,
 * there is no room.
 *
 * Invariants: only a module that passed the validator is loaded, and nothing changes its bytes in between; what the validator
 * proved is not checked again; a creation that fails gives everything back; no code of the module runs before resume(); a
 * module that was created in a region can be created in that region again.
 */
#include "phases.h"
#include "system_calls.h"
#include "task.h"

#include "engine/engine.h"
#include "port/port.h"

#include <stdio.h>
#include <string.h>

/* The smallest wasm stack: one or two frames. With less, not even an empty function runs. */
#define MIN_STACK 64u
#define MAX_STACK (1u << 24)

/* Default wasm stacks: SMALL_STACK suits the modules of the SDK, and USUAL_STACK suits an ordinary program of Rust,
 * AssemblyScript or Emscripten. A module without __stack_pointer gets USUAL_STACK where that is at most an eighth of the quota
 * and eight such stacks are at most a quarter of the arena. */
#define SMALL_STACK 1024u
#define USUAL_STACK 4096u
#define LARGE_ARENA (128u * 1024u)

/* The facts about a module that are known before it has a region. */
struct examined {
    struct sov_module scan;
    struct sov_facts facts;
    uint32_t entry;      /* index of the entry function, where the options name one */
    uint32_t stack;      /* bytes of wasm stack */
    uint32_t reserved;   /* bytes of linear memory that the region reserves */
    uint32_t initial;    /* bytes of linear memory that the task has at first */
    uint32_t max_pages; /* pages that memory.grow may reach */
};

static uint32_t wanted_bytes;

uint32_t sov_wanted_bytes(void) { return wanted_bytes; }

static const char *no_room(uint64_t bytes) {
    wanted_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
    return sov_out_of_memory_text;
}

/* Returns the validator's reason. Where the reason names no unsupported feature, adds the first one that the module asks for. */
static const char *invalid(const uint8_t *wasm, uint32_t size) {
    const char *name;
    uint32_t length;
    size_t at = strlen(sov_reason_text);
    if (!strstr(sov_reason_text, "not supported") && sov_missing_feature(wasm, size, &name, &length))
        snprintf(sov_reason_text + at, sizeof sov_reason_text - at,
            " (the module asks for %.*s, which is not supported: build with -mno-%.*s)", (int)length, name, (int)length, name);
    return sov_reason_text;
}

/* ---- what the module implies ---------------------------------------------------------------------- */

/* Decides how many bytes of linear memory to reserve and how many the task has at first. `wanted`: the option `memory`. */
static const char *plan_memory(struct examined *module, uint32_t wanted) {
    const struct sov_module *scan = &module->scan;
    if (!scan->has_memory) return NULL;
    uint64_t declared = (uint64_t)scan->memory_pages * d_m3MemPageSize, max = (uint64_t)scan->memory_max_pages * d_m3MemPageSize;
    uint32_t heap_base, stack_top;
    uint64_t limit = wanted;
    if (!wanted) {
        limit = declared;
        if (sov_exported_global(scan, "__heap_base", 11, &heap_base) && heap_base < limit) limit = heap_base;
    }
    if (limit > max) limit = max;
    if (limit > UINT32_MAX - 64) return no_room(limit);
    module->reserved = (uint32_t)limit & ~7u;
    if (limit >= declared) { /* memory.grow reaches whole pages, sp_memory_bytes the rest */
        module->initial = (uint32_t)declared;
        module->max_pages = (uint32_t)(limit / d_m3MemPageSize);
        return NULL;
    }
    /* The limit is less than the module declares: the task gets all of it at once and cannot grow. */
    module->initial = module->reserved;
    module->max_pages = scan->memory_pages;
    if (sov_stack_pointer(scan, &stack_top) && stack_top > module->initial)
        return sov_reason("the C stack ends at byte %u of %u bytes of memory: raise memory, or link with -z stack-size=N --stack-first",
            (unsigned)stack_top, (unsigned)module->initial);
    return NULL;
}

/* The wasm stack where the options give no size: as large as the module's C stack, within bounds, because deep calls use
 * both stacks. */
static uint32_t default_stack(const struct sov_module *scan, uint32_t quota) {
    uint32_t top, size, free_bytes, largest, regions;
    if (sov_stack_pointer(scan, &top)) return top <= SMALL_STACK ? SMALL_STACK : top < USUAL_STACK ? (top + 7u) & ~7u : USUAL_STACK;
    sov_arena(&size, &free_bytes, &largest, &regions);
    return size >= LARGE_ARENA && (!quota || quota >= 8 * USUAL_STACK) ? USUAL_STACK : SMALL_STACK;
}

/* Refuses a module whose blocks need more C stack to compile than this machine has. */
static const char *check_stack(const struct sov_facts *facts) {
    uint32_t bytes = sov_compile_stack(facts->nesting, facts->values);
    if (sov_has_stack(bytes)) return NULL;
    return sov_reason("blocks are nested %u deep: compiling them takes %u bytes of stack, there are %u", (unsigned)facts->nesting,
        (unsigned)bytes, (unsigned)sov_port_stack_left());
}

/* The smallest region that the module can have, in bytes. */
static uint64_t min_bytes(const struct examined *module, const struct sov_options *options) {
    return options->quota ? options->quota : sizeof(struct sov_task) + (uint64_t)module->reserved + module->stack;
}

/* Examines a module as far as that needs no region. Returns NULL, or the first reason to refuse the module. */
static const char *examine(struct examined *module, const uint8_t *wasm, uint32_t size, uint8_t *workspace, uint32_t workspace_bytes,
    const struct sov_options *options) {
    const char *reason;
    memset(module, 0, sizeof *module);
    enum sov_verdict verdict = SOV_WORKSPACE_FULL;
    if (workspace) verdict = sov_validate(wasm, size, workspace, workspace_bytes, &module->facts, sov_reason_text, sizeof sov_reason_text);
    if (verdict == SOV_INVALID) return invalid(wasm, size);
    if ((reason = sov_scan(&module->scan, wasm, size))) return reason;
    if ((reason = sov_check_imports(&module->scan))) return reason;
    if (options->entry && !sov_find_export(&module->scan, 0, options->entry, options->entry_length, &module->entry))
        return sov_reason("no exported function %.*s", (int)options->entry_length, options->entry);
    module->stack = options->stack ? options->stack : default_stack(&module->scan, options->quota);
    if ((reason = plan_memory(module, options->memory))) return reason;
    if (verdict == SOV_VALID) return NULL;
    uint64_t min = min_bytes(module, options);
    return no_room(min > workspace_bytes ? min : (uint64_t)workspace_bytes + 8);
}

/* ---- phases --------------------------------------------------------------------------------------- */

/* Plans a phase. Its function must take no arguments; only the entry may have results. */
static const char *plan_phase(struct sov_task *task, enum sov_phase phase, const char *what, u32 index) {
    IM3Module module = task->module;
    IM3FuncType type = sov_function(module, index)->funcType;
    if (type->numArgs || (phase != SOV_PHASE_ENTRY && type->numRets)) {
        char text[24];
        sov_type_text(text, sizeof text, type->types, type->numRets, type->types + type->numRets, type->numArgs);
        return sov_reason("%s has type %s, expected v()", what, text);
    }
    task->phase_function[phase] = (int32_t)index;
    return NULL;
}

static const char *plan_phases(struct sov_task *task, const struct examined *module, const struct sov_options *options) {
    const char *reason;
    u32 index;
    for (int i = 0; i < SOV_PHASE_COUNT; i++) task->phase_function[i] = -1;
    if (task->module->startFunction >= 0 &&
        (reason = plan_phase(task, SOV_PHASE_START, "the start function", (u32)task->module->startFunction)))
        return reason;
    if (!options->entry) return NULL;
    if (sov_find_export(&module->scan, 0, "_initialize", 11, &index) && index != module->entry &&
        (reason = plan_phase(task, SOV_PHASE_INITIALIZE, "_initialize", index)))
        return reason;
    return plan_phase(task, SOV_PHASE_ENTRY, "the entry", module->entry);
}

/* ---- creation ------------------------------------------------------------------------------------- */

/* Does everything that allocates from the region's heap; does not return when an allocation fails. */
static const char *build(
    struct sov_task *task, const struct examined *module, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    const char *reason;
    if ((reason = sov_load(task, &module->scan, wasm, size, module->stack))) return reason;
    sov_choose_code_page(task);
    if ((reason = sov_link_imports(task, &module->scan))) return reason;
    return plan_phases(task, module, options);
}

/* Gives back a part of a region without a quota, from which the compilation can borrow its stack: the region is the largest
 * free block at first. Returns the bytes that are left. */
static uint32_t leave_room_for_stack(uint8_t *region, uint32_t bytes, const struct sov_facts *facts) {
    uint64_t room = (uint64_t)sov_compile_stack(facts->nesting, facts->values) + sov_port_stack_extra + POOL_HEADER_BYTES;
    if (!sov_port_stack_extra || sov_port_stack_left() >= room || room >= bytes) return bytes;
    bytes = (bytes - (uint32_t)room) & ~7u;
    sov_region_trim(region, bytes);
    return bytes;
}

/* Lays out the region of `bytes` bytes and builds the task in it. */
static const char *create_in(
    uint8_t *region, uint32_t bytes, const struct examined *module, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    const char *volatile reason;
    uint64_t fixed = (uint64_t)sizeof(struct sov_task) + module->reserved;
    if (fixed + module->stack + 2 * POOL_HEADER_BYTES > bytes) return no_room(fixed + module->stack + 2 * POOL_HEADER_BYTES);

    /* Clears the whole linear memory up to the limit it may grow to, because the task can see it. The heap clears each block
     * when it is taken. */
    memset(region, 0, (size_t)fixed);
    struct sov_task *task = (struct sov_task *)region;
    task->size = bytes; /* finish() sets the final size */
    task->on_demand = options->quota != 0;
    task->nesting = (uint16_t)module->facts.nesting;
    task->values = (uint16_t)module->facts.values;
    task->memory_limit = module->reserved;
    task->max_pages = module->max_pages;
    task->code_hash = sov_code_hash(module->scan.section[10].start, module->scan.code_bytes);
    task->header.length = module->initial;
    pool_init(&task->heap, region + fixed, bytes - (uint32_t)fixed);
    jmp_buf full;
    if (setjmp(full)) {
        reason = sov_out_of_memory_text;
    } else {
        sov_heap_enter(&task->heap, &full);
        reason = build(task, module, wasm, size, options);
    }
    sov_heap_leave();
    if (!reason) reason = sov_compile_at_creation(task, &module->facts);
    if (sov_out_of_memory(reason)) no_room((uint64_t)bytes + 8);
    if (!reason) sov_forget_wasm(task);
    return reason;
}

/* The bytes of a region of `bytes` that are left beside the copy of the module, where the task must keep a copy. 0: the copy
 * does not fit. */
static uint32_t beside_copy(uint32_t bytes, uint32_t size, const struct sov_options *options) {
    if (!options->quota || options->immutable) return bytes;
    return size < bytes ? (bytes - size) & ~7u : 0;
}

/* Returns the wasm bytes that the task keeps: the caller's bytes, or a copy at the end of the region. Scans the copy again,
 * because the scan points into the bytes. Subtracts the copy from *bytes, the size of the region; 0: the copy does not fit. */
static const uint8_t *keep_wasm(
    uint8_t *region, uint32_t *bytes, struct examined *module, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    *bytes = beside_copy(*bytes, size, options);
    if (!*bytes || !options->quota || options->immutable) return wasm;
    wasm = memcpy(region + *bytes, wasm, size);
    sov_scan(&module->scan, wasm, size);
    return wasm;
}

/* Finishes the task: without a quota, trims a new region to the size that the task needs. A kept region (!is_new) keeps its
 * size. */
static void finish(struct sov_task *task, bool is_new, const struct examined *module, const struct sov_options *options) {
    if (options->quota) {
        task->size = options->quota;
    } else {
        task->heap.size = task->heap.reach;
        task->size = (uint32_t)(task->heap.base - (uint8_t *)task) + task->heap.reach;
        /* The region must hold the validator's workspace too, because the next creation in this region validates in it. */
        if (is_new) sov_region_trim(task, task->size > module->facts.workspace ? task->size : module->facts.workspace);
    }
    sov_task_begin(task);
}

static const char *check_options(const struct sov_options *options) {
    if (options->stack && (options->stack < MIN_STACK || options->stack > MAX_STACK)) return sov_reason("stack must be 64 bytes to 16 MB");
    if (sov_port_stack_left() < SOV_STACK_TO_CREATE) return sov_reason("too little of the C stack is left to create a task");
    return NULL;
}

/* Makes a reason that stays valid, because a reason of wasm3 may be in the region. */
static const char *kept_reason(const char *reason) {
    return !reason || sov_out_of_memory(reason) || reason == sov_reason_text ? reason : sov_reason("%s", reason);
}

/* Examines a module in free memory of the arena: in a block as large as the region will be, so that nothing outside is
 * written. Where there is no such block, uses the largest one, so that every other reason is found before "no room". */
static const char *examine_in_free_memory(struct examined *module, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    uint32_t bytes = options->quota;
    uint8_t *workspace = bytes ? sov_region_take(bytes) : sov_region_take_largest(&bytes);
    bool fits = workspace != NULL;
    if (!fits && options->quota) workspace = sov_region_take_largest(&bytes);
    if (fits) bytes = beside_copy(bytes, size, options);
    const char *reason = examine(module, wasm, size, workspace, bytes, options);
    sov_region_give(workspace);
    return reason || fits ? reason : no_room(options->quota);
}

const char *sov_task_create(struct sov_task **created, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    struct examined module;
    *created = NULL;
    const char *reason = check_options(options);
    if (!reason) reason = examine_in_free_memory(&module, wasm, size, options);
    if (reason) return kept_reason(reason);

    /* Takes the compiler's tables first, so that they lie at the bottom of the arena and do not split the space between
     * regions; the next creation takes them at the same place. Every task keeps its share, because it may be created again. */
    uint64_t min = min_bytes(&module, options);
    if (!sov_tables_take()) return no_room(min);
    uint32_t bytes = options->quota;
    uint8_t *region = bytes ? sov_region_take(bytes) : sov_region_take_largest(&bytes);
    if (region) {
        if (!options->quota) bytes = leave_room_for_stack(region, bytes, &module.facts);
        wasm = keep_wasm(region, &bytes, &module, wasm, size, options);
        bool fits = bytes && (!options->quota || module.facts.workspace <= bytes);
        reason = fits ? check_stack(&module.facts) : no_room(min + 8);
        if (!reason) reason = create_in(region, bytes, &module, wasm, size, options);
    } else {
        reason = no_room(min);
    }
    if (reason) {
        reason = kept_reason(reason);
        sov_region_give(region);
        sov_tables_give();
        return reason;
    }
    finish((struct sov_task *)region, true, &module, options);
    *created = (struct sov_task *)region;
    return NULL;
}

const char *sov_task_create_in(
    struct sov_task **created, void *region, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    struct examined module;
    uint32_t bytes = sov_region_bytes(region);
    *created = NULL;
    const char *reason = check_options(options);
    if (reason) return reason;
    if (options->quota > bytes) return no_room(options->quota);
    if (options->quota && options->quota < bytes) bytes = options->quota;
    reason = examine(&module, wasm, size, region, beside_copy(bytes, size, options), options);
    if (!reason) {
        wasm = keep_wasm(region, &bytes, &module, wasm, size, options);
        reason = bytes ? check_stack(&module.facts) : no_room((uint64_t)options->quota + 8);
    }
    if (!reason) reason = create_in(region, bytes, &module, wasm, size, options);
    if (reason) return kept_reason(reason);
    finish(region, false, &module, options);
    *created = region;
    return NULL;
}

const char *sov_check_module(const uint8_t *wasm, uint32_t size) {
    if (sov_port_stack_left() < SOV_STACK_TO_CREATE) return sov_reason("too little of the C stack is left to validate a module");
    uint32_t bytes;
    struct sov_facts facts;
    uint8_t *workspace = sov_region_take_largest(&bytes);
    enum sov_verdict verdict = SOV_WORKSPACE_FULL;
    if (workspace) verdict = sov_validate(wasm, size, workspace, bytes, &facts, sov_reason_text, sizeof sov_reason_text);
    sov_region_give(workspace);
    return verdict == SOV_VALID ? NULL : verdict == SOV_INVALID ? invalid(wasm, size) : no_room((uint64_t)bytes + 8);
}
