/* locate.c - where the frames of a stopped task stand in its module (contract in task.h, the search in locate.h).
 *
 * Each function on the stack is compiled once more, in free memory of the arena, and forgotten again. The bytes come
 * from whoever asks; only those whose code section is the one that the task was made of are looked at, since they were
 * validated then.
 */
#include "task_state.h"

#include "region.h"
#include "scan.h"

#define MOST_PLACES 32u

/* Small pages: memory may be short, and speed is of no interest. */
#define PAGE_BYTES 256u

/* The heap of the compilation describes itself at the beginning of its memory. */
#define POOL_BYTES ((sizeof(struct pool) + 7u) & ~7u)

uint64_t sov_code_hash(const uint8_t *code, uint32_t size) {
    uint64_t hash = 14695981039346656037ull ^ size; /* FNV-1a, over words of four bytes for speed */
    for (uint32_t at = 0; at < size; at += 4) {
        uint32_t word = 0;
        for (uint32_t i = at; i < size && i < at + 4; i++) word |= (uint32_t)code[i] << (8 * (i - at));
        hash = (hash ^ word) * 1099511628211ull;
    }
    return hash;
}

uint64_t sov_task_code(const struct sov_task *task) { return task->code_hash; }

/* The frames, innermost first: whose, and the operation they stand at. */
static uint32_t find_places(const struct sov_task *task, struct sov_place *places, uint32_t most) {
    if (task->status == SOV_EXITED || !task->root) return 0;
    uint32_t count = 0;
    m3stack_t sp = task->run.sp;
    pc_t pc = task->run.pc;
    while (sp && count < most) {
        IM3Function function = sov_frame_callee(task, sp);
        if (!function) break;
        places[count++] = (struct sov_place){ function, pc, NULL };
        pc = sov_frame_return(sp) - 1; /* within the call */
        sp = sov_frame_caller(sp);
    }
    return count;
}

/* The entry of a function in the code section, its size first. The section was validated. */
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

/* Compiles `function` again and sets the instructions of those of the places that are its. */
static void locate_in(struct sov_task *task, IM3Function function, struct sov_place *places, uint32_t count,
    struct pool *memory, void *tables) {
    IM3Runtime runtime = task->runtime;
    const M3Function kept = *function;
    const M3Runtime kept_runtime = *runtime;
    const uint32_t kept_bytes = sov_code_page_bytes;
    jmp_buf full;
    sov_code_page_bytes = PAGE_BYTES;
    runtime->scratch = tables;
    runtime->pagesOpen = runtime->pagesFull = NULL;
    if (!setjmp(full)) {
        sov_heap_enter(memory, &full);
        sov_compile_following(task, function, places, count);
    }
    sov_compile_unfollow();
    sov_heap_leave();
    sov_code_page_bytes = kept_bytes;
    *runtime = kept_runtime;
    *function = kept;
}

uint32_t sov_task_locate(struct sov_task *task, const uint8_t *wasm, uint32_t size, uint32_t *offsets, uint32_t most) {
    struct sov_module scan;
    struct sov_place places[MOST_PLACES];
    uint32_t bytes, count = find_places(task, places, most < MOST_PLACES ? most : MOST_PLACES);
    for (uint32_t i = 0; i < count; i++) offsets[i] = SOV_NOWHERE;
    if (sov_scan(&scan, wasm, size) || sov_code_hash(scan.section[10].start, scan.code_bytes) != task->code_hash) return SOV_NOWHERE;
    void *tables = sov_region_take(sizeof(M3Compilation));
    uint8_t *memory = tables ? sov_region_take_largest(&bytes) : NULL;
    if (memory && bytes <= POOL_BYTES) {
        sov_region_give(memory);
        memory = NULL;
    }
    for (uint32_t i = 0; memory && i < count; i++) {
        IM3Function function = places[i].function;
        u32 index = (u32)(function - task->module->functions);
        bool seen = index < task->module->numFuncImports; /* a host function has no instructions */
        for (uint32_t j = 0; j < i; j++) seen |= places[j].function == function;
        const uint8_t *end, *entry = seen ? NULL : find_entry(&scan, index - task->module->numFuncImports, &end);
        if (!entry) continue;
        struct pool *heap = (struct pool *)memory;
        pool_init(heap, memory + POOL_BYTES, bytes - POOL_BYTES);
        bytes_t kept = function->wasm, kept_end = function->wasmEnd;
        function->wasm = entry;
        function->wasmEnd = end;
        locate_in(task, function, places, count, heap, tables);
        function->wasm = kept;
        function->wasmEnd = kept_end;
    }
    sov_region_give(memory);
    sov_region_give(tables);
    for (uint32_t i = 0; i < count; i++)
        if (places[i].instruction) offsets[i] = (uint32_t)(places[i].instruction - scan.section[10].start);
    return count;
}
