/* compile.c - when functions are compiled, and on what memory and stack.
 *
 * A task with a quota compiles a function when the function is first called. A task without a quota compiles all functions at
 * its creation, because their total size decides the size of its region. The fuel is the same in both cases: the first call
 * pays (sov_compile_fuel). The compiler's tables are one block of the arena, shared by all tasks that may still compile. The
 * compiled code goes to the region of the task.
 *
 * Invariants: only one compilation runs at a time; a compilation that runs out of memory returns here by longjmp, on the stack
 * it began on, and ends only its own task; no compilation begins on a stack that could be too small for it.
 */
#include "engine.h"

#include "port/port.h"

#include <stdio.h>

/* ---- the compiler's tables ------------------------------------------------------------------------ */

static struct {
    M3Compilation *block;
    uint32_t users; /* tasks that compile on demand, plus one while a task is being created */
    uint32_t epoch; /* epoch of the arena that holds the block */
} tables;

static void forget_old_tables(void) {
    if (tables.epoch == sov_runtime_epoch()) return;
    tables.users = 0;
    tables.epoch = sov_runtime_epoch();
}

bool sov_tables_take(void) {
    forget_old_tables();
    if (!tables.users) {
        tables.block = sov_region_take_shared(sizeof *tables.block);
        if (!tables.block) return false;
        memset(tables.block, 0, sizeof *tables.block);
    }
    tables.users++;
    return true;
}

void sov_tables_give(void) {
    if (--tables.users == 0) sov_region_give_shared(tables.block);
}

M3Compilation *sov_tables(void) { return tables.block; }

/* ---- code pages ----------------------------------------------------------------------------------- */

/* The page size doubles with the size of the program: small pages waste little of a small program, and large pages need
 * few bridges in a large one. Compiled code takes about four times the wasm bytes on 32 bit, eight times on 64 bit. */
#define MAX_CODE_PAGE 4096u
/* On demand, pages are small, so that only functions that are called take room: 128 words; an unlucky page wastes a tenth. */
#define MAX_CODE_PAGE_ON_DEMAND (128u * (uint32_t)sizeof(code_t))

void sov_choose_code_page(const struct sov_task *task) {
    uint32_t code_bytes = sov_code_bytes(task);
    uint32_t max = task->on_demand ? MAX_CODE_PAGE_ON_DEMAND : MAX_CODE_PAGE;
    sov_code_page_bytes = SOV_MIN_CODE_PAGE;
    while (sov_code_page_bytes < max && sov_code_page_bytes < code_bytes * 2) sov_code_page_bytes *= 2;
}

/* ---- stack ---------------------------------------------------------------------------------------- */

uint32_t sov_compile_stack(uint32_t nesting, uint32_t values) {
    uint64_t bytes = SOV_STACK_BASE + (uint64_t)nesting * SOV_STACK_PER_BLOCK + (uint64_t)values * SOV_STACK_PER_VALUE;
    return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Takes memory for a stack of `bytes` from the free arena. NULL: no memory, or the machine cannot switch stacks. */
static void *borrow_stack(uint32_t bytes, uint32_t *with_extra) {
    uint64_t whole = (uint64_t)bytes + sov_port_stack_extra;
    if (!sov_port_stack_extra || whole > UINT32_MAX) return NULL;
    *with_extra = (uint32_t)whole;
    return sov_region_take(*with_extra);
}

bool sov_has_stack(uint32_t bytes) {
    if (sov_port_stack_left() >= bytes) return true;
    uint32_t with_extra;
    void *stack = borrow_stack(bytes, &with_extra);
    sov_region_give(stack);
    return stack != NULL;
}

bool sov_run_on_stack(void (*job)(void *context), void *context, uint32_t bytes) {
    if (sov_port_stack_left() >= bytes) {
        job(context);
        return true;
    }
    uint32_t with_extra;
    void *stack = borrow_stack(bytes, &with_extra);
    if (stack) sov_port_run_on(stack, with_extra, job, context);
    sov_region_give(stack);
    return stack != NULL;
}

/* ---- compiling ------------------------------------------------------------------------------------ */

struct job {
    struct sov_task *task;
    IM3Function function;
    const char *volatile reason; /* NULL: compiled */
};

static void run_job(void *context) {
    struct job *job = context;
    jmp_buf full;
    job->reason = sov_out_of_memory_text;
    if (!setjmp(full)) {
        sov_heap_enter(&job->task->heap, &full);
        job->reason = sov_compile_function(job->function);
    }
    sov_heap_leave();
}

const char *sov_compile(struct sov_task *task, IM3Function function) {
    struct job job = { .task = task, .function = function };
    /* Tries the bound of the task's deepest function first, because measuring this function takes a pass over its bytes. */
    uint32_t stack = sov_compile_stack(task->nesting, task->values), left = (uint32_t)sov_port_stack_left();
    if (stack > left) stack = sov_compile_stack(sov_function_nesting(function), task->values);
    sov_choose_code_page(task);
    task->runtime->scratch = tables.block;
    if (!sov_run_on_stack(run_job, &job, stack)) job.reason = sov_out_of_memory_text;
    task->runtime->scratch = NULL;
    if (job.reason) function->compiled = NULL; /* wasm3 sets it before it copies the constants, which can fail */
    return job.reason;
}

IM3Function sov_find_function(struct sov_task *task, u32 index) {
    IM3Function volatile function = NULL;
    jmp_buf full;
    if (!setjmp(full)) {
        sov_heap_enter(&task->heap, &full);
        function = sov_function(task->module, index);
    }
    sov_heap_leave();
    return function;
}

/* Compiles all functions of a task without a quota, because the size of the code decides the size of its region. For a task
 * with a quota, compiles only the functions for which the compiler's tables may be too small, so that a module that is
 * accepted always compiles. */
const char *sov_compile_at_creation(struct sov_task *task, const struct sov_facts *facts) {
    IM3Module module = task->module;
    u32 next = 0; /* index in facts->doubtful */
    for (u32 i = module->numFuncImports; i < module->numFunctions; i++) {
        if (next < facts->doubtful_count && facts->doubtful[next] == i) next++;
        else if (task->on_demand && next < SOV_DOUBTFUL_KEPT) continue;
        IM3Function function = sov_find_function(task, i);
        const char *reason = function ? sov_compile(task, function) : sov_out_of_memory_text;
        if (reason) return reason;
    }
    return NULL;
}

bool sov_compile_wanted(struct sov_task *task) {
    IM3Module module = task->module;
    const char *reason = sov_out_of_memory_text;
    u32 index;
    if (task->run.r0 & 1) {
        u32 element = (u32)((u64)task->run.r0 >> 1);
        index = sov_element_function(module, element);
        IM3Function function = sov_find_function(task, index);
        if (function) {
            module->table0[element] = function;
            return true;
        }
    } else {
        IM3Function function = (IM3Function)(size_t)task->run.r0;
        if (!(reason = sov_compile(task, function))) return true;
        index = sov_function_index(task, function);
    }
    int n = snprintf(task->error_text, sizeof task->error_text, "%s compiling function %u", reason, (unsigned)index);
    (void)n;
    task->error = task->error_text;
    task->status = SOV_TRAPPED;
    return false;
}
