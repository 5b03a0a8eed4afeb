/* engine.h - what the engine offers to the rest of the runtime: load a module into a region, compile its functions, run
 * and walk the frames of a task.
 *
 * The engine is the only room that touches wasm3's internals. It knows nothing of system calls, of regions as a whole or
 * of a task's phases: the room `task` decides when what happens.
 *
 * Nothing here blocks. What allocates in a heap says so; a heap that is full does not return but jumps (memory.h).
 */
#ifndef SOV_ENGINE_H
#define SOV_ENGINE_H

#include "state/task_state.h"
#include "validate/validate.h"

/* ---- fuel of compilation ---------------------------------------------------------------------------- */

/* What compiling a function is charged for each byte of its entry in the code section, at the first call. Over the
 * benchmarks' kernels compiling a byte takes 200 instructions, and a unit of fuel 5 to 6 of RV32 (-Os) and 3 to 8 of
 * x86_64: 36 to 42 units. */
#define SOV_COMPILE_FUEL_PER_BYTE 40u

/* Halved, so that a debt on top of a block's still fits the counter. */
static inline uint32_t sov_compile_fuel(size_t body_bytes) {
    uint64_t fuel = (uint64_t)body_bytes * SOV_COMPILE_FUEL_PER_BYTE;
    return fuel < SOV_MAX_FUEL / 2 ? (uint32_t)fuel : SOV_MAX_FUEL / 2;
}

/* ---- load.c: from validated bytes to an instance ------------------------------------------------------ */

/* Parses the module, sets up runtime, globals, linear memory and table. `stack`: bytes of wasm stack. NULL, or a reason.
 * Allocates in the open heap. */
const char *sov_load(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size, uint32_t stack);

/* Drops what points into the wasm bytes and is not needed after creation. */
void sov_forget_wasm(struct sov_task *task);

/* ---- parse.c ------------------------------------------------------------------------------------------ */

/* Makes task->module in the open heap: all but memory, table and code. */
void sov_parse(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size);

bool sov_earlier_global(const void *module, uint32_t index, uint64_t *value); /* for sov_constant_value(); M3Module */

/* An LEB128 number of 32 bits in bytes that were validated: it ends. */
static inline u32 sov_number(bytes_t *at) {
    u32 value = 0;
    for (unsigned shift = 0;; shift += 7) {
        u8 byte = *(*at)++;
        value |= (u32)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
}

/* ---- segments.c --------------------------------------------------------------------------------------- */

struct sov_segment {
    const void *start; /* bytes, or the index of a function for each element as a u16 */
    u32 size;          /* bytes or elements */
};

#define SOV_NO_ELEMENT 0xffffu /* ref.null in an element segment: no function has that index */

const char *sov_load_data(struct sov_task *task, const struct sov_module *scan); /* NULL, or a reason; memory is there */
const char *sov_load_table(struct sov_task *task, const struct sov_module *scan);

/* What a segment of that number has left, as long as the task; dropping it means to set its size to 0, where it is not const. */
const struct sov_segment *sov_segment(const struct sov_task *task, bool is_data, u32 index);

/* ---- compile.c: compiles functions; its head says when ------------------------------------------------ */

bool sov_tables_take(void);                           /* wasm3's tables exist until they were given as often as taken */
void sov_tables_give(void);
M3Compilation *sov_tables(void);                      /* while they are taken */
void sov_choose_code_page(const struct sov_task *task);
uint32_t sov_compile_stack(uint32_t nesting, uint32_t values); /* bytes of C stack that compiling blocks like these takes */
bool sov_has_stack(uint32_t bytes);                   /* now, here or borrowed */
bool sov_run_on_stack(void (*job)(void *context), void *context, uint32_t bytes); /* here or borrowed; false: not run */
const char *sov_compile(struct sov_task *task, IM3Function function); /* NULL, or why not; the tables are taken */
const char *sov_compile_at_creation(struct sov_task *task, const struct sov_facts *facts); /* NULL, or why not */
bool sov_compile_wanted(struct sov_task *task);       /* after sov_signal_compile; false: the task has trapped */
IM3Function sov_find_function(struct sov_task *task, u32 index); /* sov_function() while no heap is open; NULL: no memory */

/* ---- functions.c: the functions of a task that compiles on demand -------------------------------------- */

/* A function is made when something names it. What makes one needs an open heap, and does not return where it is full. */
extern const M3Function sov_unmade;                   /* what the table holds for a function that was not made yet */
void sov_prepare_functions(struct sov_task *task, const struct sov_module *scan);
uint32_t sov_code_bytes(const struct sov_task *task);
IM3Function sov_function(IM3Module module, u32 index); /* for any task; makes it */
u32 sov_function_index(const struct sov_task *task, IM3Function function); /* O(functions): for backtraces */
u32 sov_element_function(IM3Module module, u32 element); /* index of the function that sov_unmade stands for there */

/* ---- names.c: names of functions, for backtraces ------------------------------------------------------- */

/* Copies the names into the open heap; does not return where it is full. */
void sov_keep_names(IM3Module module, const struct sov_module *scan);

/* Not terminated; NULL: it has none. Valid as long as the task. */
const char *sov_function_name(const struct sov_task *task, IM3Function function, uint32_t *length);

/* ---- interpreter.c: the only file that replaces parts of wasm3 ------------------------------------------ */

extern const char sov_signal_preempted[], sov_signal_syscall[], sov_signal_exited[], sov_signal_compile[];
const void *sov_interpret(struct sov_task *task);     /* runs from the saved registers to a signal or a trap */
void sov_enter(struct sov_task *task, IM3Function function); /* saved registers := first operation of function */
void sov_answer(struct sov_task *task, int64_t value); /* saved registers := return of the pending host call */
M3Result sov_compile_function(IM3Function function);  /* only from compile.c */
u32 sov_function_nesting(IM3Function function);       /* of its blocks, from its bytes */
M3Result sov_link_host(IM3Module module, IM3Function function, uint32_t number);
uint32_t sov_pending_number(const struct sov_task *task); /* of the host call that the saved pc stands at */
IM3FuncType sov_pending_type(const struct sov_task *task);
IM3Function sov_frame_callee(const struct sov_task *task, m3stack_t sp); /* function of the frame at sp; NULL: unknown */
m3stack_t sov_frame_caller(m3stack_t sp);             /* the frame that called the one at sp, NULL: none */
pc_t sov_frame_return(m3stack_t sp);                  /* what follows the call that made the frame at sp */

/* ---- locate.c: the instruction that an operation of compiled code was compiled from ---------------------- */

struct sov_place {
    IM3Function function;
    pc_t pc;
    bytes_t instruction; /* NULL: not found */
};
uint64_t sov_code_hash(const uint8_t *code, uint32_t size);
M3Result sov_compile_following(struct sov_task *task, IM3Function function, struct sov_place *places, uint32_t count);
void sov_compile_unfollow(void);

/* Where the frames of a stopped task stand; the contract is that of sov_task_locate() in task/task.h. */
uint32_t sov_locate(struct sov_task *task, const uint8_t *wasm, uint32_t size, uint32_t *offsets, uint32_t max);

#endif
