/* create.c - from wasm bytes to a task ready to run.
 *
 * Validate the module, scan it, lay out a region, let wasm3 parse into it, initialise globals, memory and table here
 * (wasm3's own loader moves memory, ignores the table's size and runs init expressions as code), link host
 * functions, and compile: with a quota only what could turn out not to compile, else everything, and trim.
 *
 * Invariants: only a module that passed the validator is looked at here, and what the validator proved is not
 * checked again: so the bytes that are compiled later are those that were validated, or a copy that was; a creation
 * that fails gives everything back; nothing of the module runs before resume().
 */
#include "task/task_state.h"

#include "m3_exception.h"
#include "port/port.h"
#include "memory/region.h"
#include "validate/scan.h"
#include "validate/validate.h"

#include <stdio.h>

static const char *const out_of_memory = sov_out_of_memory_text;

/* The reason of the last failure; kept here because the region it belongs to is gone by then. */
static char reason_text[160];

/* Least wasm stack: a frame or two. Below that not even an empty function runs. */
#define LEAST_STACK 64u
#define MOST_STACK (1u << 24)

static const char *refuse(const char *text) {
    snprintf(reason_text, sizeof reason_text, "%s", text);
    return reason_text;
}

/* ---- linear memory -------------------------------------------------------------------------------- */

/* Decides how many bytes to reserve and how many the task has at first. */
static const char *plan_memory(const struct sov_module *module, uint32_t wanted, uint32_t *reserved, uint32_t *initial,
    uint32_t *most_pages) {
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
    if (limit > UINT32_MAX - 64) return out_of_memory;
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
            snprintf(reason_text, sizeof reason_text,
                "the C stack ends at byte %u of %u bytes of memory: raise memory, or link with -z stack-size=N --stack-first",
                (unsigned)stack_top, (unsigned)*initial);
            return reason_text;
        }
    }
    return NULL;
}

/* ---- initialisers --------------------------------------------------------------------------------- */

/* The value of an init expression, which is one constant and `end`; advances *at past it. */
static u64 constant_value(bytes_t *at, cbytes_t end) {
    u8 opcode;
    u32 word = 0;
    u64 value = 0;
    Read_u8(&opcode, at, end);
    switch (opcode) {
        case c_waOp_i32_const: ReadLEB_i32((i32 *)&word, at, end); value = word; break;
        case c_waOp_i64_const: ReadLEB_i64((i64 *)&value, at, end); break;
        case c_waOp_f32_const: Read_u32(&word, at, end); value = word; break;
        case c_waOp_f64_const: Read_u64(&value, at, end); break;
    }
    Read_u8(&opcode, at, end);
    return value;
}

static void load_globals(IM3Module module) {
    for (u32 i = 0; i < module->numGlobals; i++) {
        M3Global *global = &module->globals[i];
        bytes_t at = global->initExpr;
        global->intValue = (i64)constant_value(&at, global->initExpr + global->initExprSize);
    }
}

static const char *load_data(struct sov_task *task) {
    IM3Module module = task->module;
    for (u32 i = 0; i < module->numDataSegments; i++) {
        M3DataSegment *segment = &module->dataSegments[i];
        bytes_t at = segment->initExpr;
        u64 offset = constant_value(&at, segment->initExpr + segment->initExprSize);
        uint8_t *to = sov_slice(task, (uint32_t)offset, segment->size);
        if (!to) {
            snprintf(reason_text, sizeof reason_text,
                "data segment out of bounds: %u bytes at %u of %u bytes of memory; raise memory or link with less data",
                (unsigned)segment->size, (unsigned)offset, (unsigned)task->header.length); /* MicroPython's snprintf knows no %llu */
            return reason_text;
        }
        memcpy(to, segment->data, segment->size);
    }
    return NULL;
}

static const char *load_table(struct sov_task *task, u32 size) {
    IM3Module module = task->module;
    if (size) {
        module->table0 = m3_AllocArray(IM3Function, size);
        module->table0Size = size;
        /* Whom an element names is asked when it is first called through: looking for it in the segments each time
         * would take a task with a large table time that it does not pay for. */
        if (task->functions) task->elements = m3_AllocArray(u16, size);
    }
    bytes_t at = module->elementSection;
    cbytes_t end = module->elementSectionEnd;
    for (u32 i = 0; i < module->numElementSegments; i++) {
        u32 index, count;
        ReadLEB_u32(&index, &at, end);
        u64 offset = constant_value(&at, end);
        ReadLEB_u32(&count, &at, end);
        if (offset + count > size) {
            snprintf(reason_text, sizeof reason_text, "element segment out of bounds: %u elements at %u of a table of %u",
                (unsigned)count, (unsigned)offset, (unsigned)size);
            return reason_text;
        }
        for (u32 e = 0; e < count; e++) {
            ReadLEB_u32(&index, &at, end);
            bool is_made = !task->functions || index < module->numFuncImports;
            if (task->functions) task->elements[offset + e] = (u16)index; /* the validator allows 21,000 */
            module->table0[offset + e] = is_made ? &module->functions[index] : (IM3Function)&sov_unmade;
        }
    }
    return NULL;
}

/* ---- parsing -------------------------------------------------------------------------------------- */

M3Result ParseModuleSection(M3Module *o_module, u8 i_sectionType, bytes_t i_bytes, u32 i_numBytes);

/* wasm3's parser, section by section instead of through m3_ParseModule: without custom sections, whose
 * contents nobody vouches for (names come from sov_next_name), and without a memory section that declares no
 * memory, which wasm3 takes for an error. */
static M3Result parse(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size) {
    static const u8 order[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
    IM3Module module = task->module = m3_AllocStruct(M3Module);
    module->name = "";
    module->startFunction = -1;
    module->environment = task->environment;
    module->wasmStart = wasm;
    module->wasmEnd = wasm + size;
    for (unsigned i = 0; i < sizeof order; i++) {
        u8 id = order[i];
        if (task->on_demand) { /* functions are made when needed, and exports would only give them names */
            if (id == 3) sov_prepare_functions(task, scan);
            if (id == 3 || id == 7 || id == 10) continue;
        }
        if (!scan->section[id].start || (id == 5 && !scan->has_memory)) continue;
        M3Result result = ParseModuleSection(module, id, scan->section[id].start,
            (u32)(scan->section[id].end - scan->section[id].start));
        if (result) return result;
    }
    return m3Err_none;
}

/* ---- linking -------------------------------------------------------------------------------------- */

static const char *link_functions(IM3Module module, const struct sov_module *scan) {
    struct sov_import import;
    uint32_t at = 0;
    for (u32 i = 0; i < module->numFuncImports && sov_next_import(scan, &at, &import); i++) {
        /* Further on a name ends at its first zero: one that holds a zero is none of ours. */
        if (memchr(import.module, 0, import.module_length) || memchr(import.name, 0, import.name_length))
            return refuse("import with a zero in its name: no such host function");
        const char *reason = sov_link_import(module, &module->functions[i], reason_text, sizeof reason_text);
        if (reason) return reason;
    }
    return NULL;
}

/* A phase runs a function without arguments; results are allowed for the entry only. */
static const char *plan_phase(struct sov_task *task, enum sov_phase phase, const char *what, u32 index) {
    IM3Module module = task->module;
    IM3FuncType type = sov_function(module, index)->funcType;
    if (type->numArgs || (phase != SOV_PHASE_ENTRY && type->numRets)) {
        char text[24];
        sov_type_text(text, sizeof text, type);
        snprintf(reason_text, sizeof reason_text, "%s has type %s, expected v()", what, text);
        return reason_text;
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
    if (sov_find_export(scan, 0, "_initialize", 11, &index) &&
        (reason = plan_phase(task, SOV_PHASE_INITIALIZE, "_initialize", index)))
        return reason;
    if (!sov_find_export(scan, 0, options->entry, options->entry_length, &index)) {
        snprintf(reason_text, sizeof reason_text, "no exported function %.*s", (int)options->entry_length, options->entry);
        return reason_text;
    }
    return plan_phase(task, SOV_PHASE_ENTRY, "the entry", index);
}

/* ---- creation ------------------------------------------------------------------------------------- */

/* Everything that allocates from the region's heap; a failed allocation does not return from here. */
static const char *build(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size,
    const struct sov_options *options) {
    const char *reason;
    task->environment = m3_NewEnvironment();
    if ((reason = parse(task, scan, wasm, size))) return reason;
    IM3Module module = task->module;
    if (!task->on_demand) sov_keep_names(module, scan);
    task->runtime = m3_NewRuntime(task->environment, options->stack & ~7u, task);
    IM3Runtime runtime = task->runtime;
    runtime->modules = module;
    module->runtime = runtime;
    task->header.runtime = runtime;
    task->header.maxStack = (m3slot_t *)runtime->stack + runtime->numStackSlots;
    runtime->memory.mallocated = &task->header;
    runtime->memory.numPages = scan->memory_pages;
    runtime->memory.maxPages = task->most_pages;
    load_globals(module);
    if ((reason = load_data(task))) return reason;
    if ((reason = load_table(task, scan->table_size))) return reason;
    sov_choose_code_page(task);
    if ((reason = link_functions(module, scan))) return reason;
    return plan_phases(task, scan, options);
}

/* Everything where the size of the region is to be found out. Else what the validator is not sure that the compiler
 * has room for: a module that is accepted compiles. */
static const char *compile(struct sov_task *task, const struct sov_facts *facts) {
    IM3Module module = task->module;
    u32 next = 0; /* of facts->doubtful */
    for (u32 i = module->numFuncImports; i < module->numFunctions; i++) {
        if (next < facts->doubtful_count && facts->doubtful[next] == i) next++;
        else if (task->on_demand && next < SOV_DOUBTFUL_KEPT) continue;
        IM3Function function = sov_find_function(task, i);
        const char *reason = function ? sov_compile(task, function) : out_of_memory;
        if (reason) return reason;
    }
    return NULL;
}

/* Drops what points into the wasm bytes and is not needed any more: all of it where they may go away. Of a function
 * its size stays, for its first call. */
static void forget_wasm(struct sov_task *task) {
    IM3Module module = task->module;
    if (!task->on_demand) {
        for (u32 i = 0; i < module->numFunctions; i++) {
            M3Function *function = &module->functions[i];
            function->wasmEnd = (bytes_t)(size_t)(function->wasmEnd - function->wasm);
            function->wasm = NULL;
        }
        module->wasmStart = module->wasmEnd = NULL;
        module->elementSection = module->elementSectionEnd = NULL;
    }
    sov_heap_give(module->dataSegments);
    module->dataSegments = NULL;
    module->numDataSegments = 0;
}

/* Validates in the memory that will be the region's; NULL, or why not. */
static const char *validate(const uint8_t *wasm, uint32_t size, uint8_t *workspace, uint32_t workspace_bytes,
    struct sov_facts *facts) {
    switch (sov_validate(wasm, size, workspace, workspace_bytes, facts, reason_text, sizeof reason_text)) {
        case SOV_VALID: return NULL;
        case SOV_INVALID: return reason_text;
        default: return out_of_memory;
    }
}

/* Refuses what this machine has no stack to compile. */
static const char *check_stack(const struct sov_facts *facts) {
    uint32_t bytes = sov_compile_stack(facts->nesting, facts->values);
    if (sov_has_stack(bytes)) return NULL;
    snprintf(reason_text, sizeof reason_text, "blocks are nested %u deep: compiling them takes %u bytes of stack, there are %u",
        (unsigned)facts->nesting, (unsigned)bytes, (unsigned)sov_port_stack_left());
    return reason_text;
}

/* A region without a quota is the largest free block at first: the part of it that compiling will borrow as a stack is
 * given back before. Returns what is left. */
static uint32_t leave_room_for_stack(uint8_t *region, uint32_t bytes, const struct sov_facts *facts) {
    uint64_t room = (uint64_t)sov_compile_stack(facts->nesting, facts->values) + SOV_BORROWED_EXTRA;
    if (sov_port_stack_left() >= room || room >= bytes) return bytes;
    bytes = (bytes - (uint32_t)room) & ~7u;
    sov_region_trim(region, bytes);
    return bytes;
}

/* Lays the region out and builds the task in it. `region` is `bytes` long. */
static const char *create_in(uint8_t *region, uint32_t bytes, const uint8_t *wasm, uint32_t size,
    const struct sov_options *options) {
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
    if (fixed + 2 * POOL_HEADER_BYTES > bytes) return out_of_memory;

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
        reason = out_of_memory;
    } else {
        sov_heap_enter(&task->heap, &full);
        reason = build(task, &scan, wasm, size, options);
    }
    sov_heap_leave();
    if (!reason) reason = compile(task, &facts);
    if (!reason) forget_wasm(task);
    return reason;
}

const char *sov_task_create(struct sov_task **created, const uint8_t *wasm, uint32_t size, const struct sov_options *options) {
    *created = NULL;
    if (options->stack < LEAST_STACK || options->stack > MOST_STACK) return refuse("stack must be 64 bytes to 16 MB");
    if (sov_port_stack_left() < SOV_STACK_TO_CREATE) return refuse("too little of the C stack is left to create a task");

    /* The compiler's tables are taken first: at the bottom of the arena, where the next creation takes them
     * again, so they do not cut up the space between regions. A task that compiles on demand keeps its share. */
    if (!sov_tables_take()) return out_of_memory;
    uint32_t bytes = options->quota;
    uint8_t *region = options->quota ? sov_region_take(options->quota) : sov_region_take_largest(&bytes);
    if (region && options->quota && !options->immutable) {
        /* At the end of the region; what is validated is the copy. */
        bytes = size < bytes ? (bytes - size) & ~7u : 0;
        if (bytes) wasm = memcpy(region + bytes, wasm, size);
    }
    const char *reason = region && bytes ? create_in(region, bytes, wasm, size, options) : out_of_memory;
    if (reason || !options->quota) sov_tables_give();
    if (reason) {
        sov_region_give(region);
        return sov_out_of_memory(reason) || reason == reason_text ? reason : refuse(reason);
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
    if (sov_port_stack_left() < SOV_STACK_TO_CREATE) return refuse("too little of the C stack is left to validate a module");
    uint32_t bytes;
    struct sov_facts facts;
    uint8_t *workspace = sov_region_take_largest(&bytes);
    const char *reason = workspace ? validate(wasm, size, workspace, bytes, &facts) : out_of_memory;
    sov_region_give(workspace);
    return reason;
}
