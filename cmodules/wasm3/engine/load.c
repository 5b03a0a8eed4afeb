/* load.c - from validated wasm bytes to an instance: runtime, linear memory, table.
 *
 * wasm3's own loader moves memory and ignores the table's size; so this file does that work.
 *
 * Invariants: only a module that passed the validator is read here, and what the validator proved is not checked again;
 * nothing of the module runs here.
 */
#include "engine.h"

const char *sov_load(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size, uint32_t stack) {
    const char *reason;
    task->environment = m3_NewEnvironment();
    sov_parse(task, scan, wasm, size);
    IM3Module module = task->module;
    task->runtime = m3_NewRuntime(task->environment, stack & ~7u, task);
    IM3Runtime runtime = task->runtime;
    runtime->modules = module;
    module->runtime = runtime;
    task->header.runtime = runtime;
    task->header.maxStack = (m3slot_t *)runtime->stack + runtime->numStackSlots;
    runtime->memory.mallocated = &task->header;
    runtime->memory.numPages = scan->memory_pages;
    runtime->memory.maxPages = task->max_pages;
    if ((reason = sov_load_data(task, scan))) return reason;
    return sov_load_table(task, scan);
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
    }
}
