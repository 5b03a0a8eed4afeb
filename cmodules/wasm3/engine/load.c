/* load.c - from validated wasm bytes to an instance: parses the module, sets up globals, linear memory and table.
 *
 * wasm3's own loader moves memory, ignores the table's size and runs init expressions as code; so this file does that work.
 *
 * Invariants: only a module that passed the validator is read here, and what the validator proved is not checked again;
 * nothing of the module runs here.
 */
#include "engine.h"

#include "m3_exception.h"

/* ---- initialisers --------------------------------------------------------------------------------- */

static void load_globals(IM3Module module) {
    for (u32 i = 0; i < module->numGlobals; i++) {
        M3Global *global = &module->globals[i];
        bytes_t at = global->initExpr;
        global->intValue = (i64)sov_constant_value(&at, global->initExpr + global->initExprSize);
    }
}

static const char *load_data(struct sov_task *task) {
    IM3Module module = task->module;
    for (u32 i = 0; i < module->numDataSegments; i++) {
        M3DataSegment *segment = &module->dataSegments[i];
        bytes_t at = segment->initExpr;
        u64 offset = sov_constant_value(&at, segment->initExpr + segment->initExprSize);
        uint8_t *to = sov_slice(task, (uint32_t)offset, segment->size);
        if (!to) {
            return sov_reason("data segment out of bounds: %u bytes at %u of %u bytes of memory; raise memory or link with less data",
                (unsigned)segment->size, (unsigned)offset, (unsigned)task->header.length); /* MicroPython's printf knows no %llu */
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
        /* The first call through an element asks which function it names. A search of the segments at each such call
         * would take time that a task with a large table does not pay for. */
        if (task->functions) task->elements = m3_AllocArray(u16, size);
    }
    bytes_t at = module->elementSection;
    cbytes_t end = module->elementSectionEnd;
    for (u32 i = 0; i < module->numElementSegments; i++) {
        u32 index, count;
        ReadLEB_u32(&index, &at, end);
        u64 offset = sov_constant_value(&at, end);
        ReadLEB_u32(&count, &at, end);
        if (offset + count > size) {
            return sov_reason(
                "element segment out of bounds: %u elements at %u of a table of %u", (unsigned)count, (unsigned)offset, (unsigned)size);
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

/* Calls wasm3's parser for each section, instead of m3_ParseModule: the validator does not check the contents of custom
 * sections (names come from sov_next_name), and wasm3 takes a memory section that declares no memory for an error. */
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
        M3Result result = ParseModuleSection(module, id, scan->section[id].start, (u32)(scan->section[id].end - scan->section[id].start));
        if (result) return result;
    }
    return m3Err_none;
}

/* ---- loading -------------------------------------------------------------------------------------- */

const char *sov_load(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size, uint32_t stack) {
    const char *reason;
    task->environment = m3_NewEnvironment();
    if ((reason = parse(task, scan, wasm, size))) return reason;
    IM3Module module = task->module;
    if (!task->on_demand) sov_keep_names(module, scan);
    task->runtime = m3_NewRuntime(task->environment, stack & ~7u, task);
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
    return load_table(task, scan->table_size);
}

/* Of a task whose functions are compiled, all pointers into the bytes go, since the bytes may go away. The size of a function
 * stays: its first call is charged by it. */
void sov_forget_wasm(struct sov_task *task) {
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
