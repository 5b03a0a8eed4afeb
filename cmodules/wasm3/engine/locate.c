/* locate.c - finds the wasm instruction of each frame of a stopped task (contract in task.h, search in follow.h).
 *
 * It compiles each function on the stack once more, in free memory of the arena, and gives that memory back. The bytes are the
 * task's own, or the caller passes them. The code section must have the same hash as the one that the task was made from,
 * because that one was validated.
 *
 * Invariant: only functions that were compiled before are compiled again. So every function that they name was made before
 * (functions.c), and the task keeps no pointer into the memory that is given back here.
 */
#include "engine.h"

#include <string.h>

#define MAX_PLACES 32u

/* Small pages, because memory may be short and speed does not matter. */
#define PAGE_BYTES 256u

/* The `struct pool` of the compilation's heap is at the beginning of the heap's memory. */
#define POOL_BYTES ((sizeof(struct pool) + 7u) & ~7u)

uint64_t sov_code_hash(const uint8_t *code, uint32_t size) {
    uint64_t hash = 14695981039346656037ull ^ size; /* FNV-1a over words of four bytes, for speed */
    uint32_t word; /* all our machines are little-endian */
    for (; size >= sizeof word; size -= sizeof word, code += sizeof word) {
        memcpy(&word, code, sizeof word);
        hash = (hash ^ word) * 1099511628211ull;
    }
    word = 0;
    while (size) word = word << 8 | code[--size];
    return (hash ^ word) * 1099511628211ull;
}

/* Lists the frames, innermost first, each with its function and the operation where it stands. Returns their number. */
static uint32_t find_places(const struct sov_task *task, struct sov_place *places, uint32_t max) {
    if (task->status == SOV_EXITED || !task->root) return 0;
    uint32_t count = 0;
    m3stack_t sp = task->run.sp;
    pc_t pc = task->run.pc;
    while (sp && count < max) {
        IM3Function function = sov_frame_callee(task, sp);
        places[count++] = (struct sov_place){ function, pc, NULL };
        pc = sov_frame_return(sp) - 1; /* within the call */
        sp = sov_frame_caller(sp);
    }
    return count;
}

/* Finds the entry of a function in the code section; an entry begins with its size. The section was validated. */
static const uint8_t *find_entry(const struct sov_module *scan, uint32_t index, const uint8_t **entry_end) {
    bytes_t at = scan->section[10].start;
    cbytes_t end = scan->section[10].end;
    u32 count, size;
    ReadLEB_u32(&count, &at, end);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = at;
        ReadLEB_u32(&size, &at, end);
        at += size;
        *entry_end = at;
        if (i == index) return entry;
    }
    return NULL;
}

struct job {
    struct sov_task *task;
    IM3Function function;
    struct sov_place *places;
    uint32_t count;
    struct pool *heap;
};

/* Compiles a function again and sets the instruction of each place that belongs to it. */
static void locate_in(void *context) {
    struct job *job = context;
    jmp_buf full;
    if (!setjmp(full)) {
        sov_heap_enter(job->heap, &full);
        sov_compile_following(job->task, job->function, job->places, job->count);
    }
    sov_compile_unfollow();
    sov_heap_leave();
}

/* Does the same on a stack that is large enough, and restores the state of the task afterwards. */
static void locate(struct job *job, const uint8_t *entry, const uint8_t *end) {
    IM3Function function = job->function;
    IM3Runtime runtime = job->task->runtime;
    const M3Function kept = *function;
    const M3Runtime kept_runtime = *runtime;
    const uint32_t kept_bytes = sov_code_page_bytes;
    function->wasm = entry;
    function->wasmEnd = end;
    runtime->scratch = sov_tables();
    runtime->pagesOpen = runtime->pagesFull = NULL;
    sov_code_page_bytes = PAGE_BYTES;
    sov_run_on_stack(locate_in, job, sov_compile_stack(sov_function_nesting(function), job->task->values));
    sov_code_page_bytes = kept_bytes;
    *runtime = kept_runtime;
    *function = kept;
}

/* Takes half of the largest free block, because the compilation may have to borrow a stack from the rest. */
static struct pool *take_memory(uint32_t *bytes) {
    struct pool *memory = sov_region_take_largest(bytes);
    if (memory && *bytes / 2 > POOL_BYTES) {
        *bytes = *bytes / 2 & ~7u;
        sov_region_trim(memory, *bytes);
        return memory;
    }
    sov_region_give(memory);
    return NULL;
}

uint32_t sov_locate(struct sov_task *task, const uint8_t *wasm, uint32_t size, uint32_t *offsets, uint32_t max) {
    struct sov_module scan;
    struct sov_place places[MAX_PLACES];
    IM3Module module = task->module;
    if (!wasm && task->on_demand) {
        wasm = module->wasmStart;
        size = (uint32_t)(module->wasmEnd - wasm);
    }
    if (!wasm || sov_scan(&scan, wasm, size)) return SOV_NOWHERE;
    if (sov_code_hash(scan.section[10].start, scan.code_bytes) != task->code_hash) return SOV_NOWHERE;
    uint32_t bytes, count = find_places(task, places, max < MAX_PLACES ? max : MAX_PLACES);
    for (uint32_t i = 0; i < count; i++) offsets[i] = SOV_NOWHERE;
    if (!sov_tables_take()) return count;
    struct pool *heap = take_memory(&bytes);
    for (uint32_t i = 0; heap && i < count; i++) {
        IM3Function function = places[i].function;
        u32 index = function ? sov_function_index(task, function) : 0;
        if (!function || !function->compiled || index < module->numFuncImports) continue; /* a host function has no instructions */
        bool seen = false;
        for (uint32_t j = 0; j < i; j++) seen |= places[j].function == function;
        const uint8_t *end, *entry = seen ? NULL : find_entry(&scan, index - module->numFuncImports, &end);
        if (!entry) continue;
        pool_init(heap, (uint8_t *)heap + POOL_BYTES, bytes - POOL_BYTES);
        locate(&(struct job){ task, function, places, count, heap }, entry, end);
    }
    sov_region_give(heap);
    sov_tables_give();
    for (uint32_t i = 0; i < count; i++)
        if (places[i].instruction) offsets[i] = (uint32_t)(places[i].instruction - scan.section[10].start);
    return count;
}
