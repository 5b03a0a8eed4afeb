/* engine.h - the engine's interface: load a module into a region, compile its functions, run a task and walk its frames.
 *
 * The engine is the only room that touches wasm3's internals. It knows nothing of system calls, of whole regions or
 * of a task's phases: the room `task` decides when to call the engine.
 *
 * No function here blocks. A function that allocates in a heap says so; when the heap is full, it does not return but
 * leaves by longjmp (memory.h).
 */
#ifndef SOV_ENGINE_H
#define SOV_ENGINE_H

#include "state/task_state.h"
#include "validate/validate.h"

/* ---- fuel of compilation ---------------------------------------------------------------------------- */

/* Fuel that the first call of a function pays for each byte of the function's entry in the code section. On the benchmarks'
 * kernels, compiling a byte takes 200 machine instructions, and a unit of fuel takes 5 to 6 machine instructions of RV32
 * (-Os) and 3 to 8 of x86_64: a byte costs 36 to 42 units. */
#define SOV_COMPILE_FUEL_PER_BYTE 40u

/* The charge of a compilation. Its limit is half the counter's range, so that its sum with a block's charge still fits. */
static inline uint32_t sov_compile_fuel(size_t body_bytes) {
    uint64_t fuel = (uint64_t)body_bytes * SOV_COMPILE_FUEL_PER_BYTE;
    return fuel < SOV_MAX_FUEL / 2 ? (uint32_t)fuel : SOV_MAX_FUEL / 2;
}

/* ---- load.c: from validated bytes to an instance ------------------------------------------------------ */

/* Parses the module and sets up runtime, globals, linear memory and table. `stack`: bytes of wasm stack. Returns NULL, or
 * the reason of a failure. Allocates in the open heap. */
const char *sov_load(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size, uint32_t stack);

/* Clears the pointers into the wasm bytes that the task does not need after its creation. */
void sov_forget_wasm(struct sov_task *task);

/* ---- parse.c ------------------------------------------------------------------------------------------ */

/* Makes task->module in the open heap: everything except memory, table and code. */
void sov_parse(struct sov_task *task, const struct sov_module *scan, const uint8_t *wasm, uint32_t size);

bool sov_earlier_global(const void *module, uint32_t index, uint64_t *value); /* for sov_constant_value(); M3Module */

/* Reads an LEB128 number of 32 bits. There is no bound: the validator has proved that the number ends. */
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
    const void *start; /* data: the bytes; elements: a function index as a u16 for each element */
    u32 size;          /* in bytes or elements */
};

#define SOV_NO_ELEMENT 0xffffu /* stands for ref.null in an element segment: no function has that index */

const char *sov_load_data(struct sov_task *task, const struct sov_module *scan); /* NULL, or a reason; linear memory must exist */
const char *sov_load_table(struct sov_task *task, const struct sov_module *scan);

/* The present contents of segment `index`; the pointer is valid as long as the task. An operation drops a segment by setting
 * its size to 0. Where the module has no passive segments, the result is a constant empty segment that nothing may write. */
const struct sov_segment *sov_segment(const struct sov_task *task, bool is_data, u32 index);

/* ---- compile.c: compiles functions; the head of the file says when ------------------------------------ */

bool sov_tables_take(void);                           /* the compiler's tables exist until every take has its give */
void sov_tables_give(void);
M3Compilation *sov_tables(void);                      /* valid while the tables are taken */
void sov_choose_code_page(const struct sov_task *task);
uint32_t sov_compile_stack(uint32_t nesting, uint32_t values); /* bytes of C stack to compile blocks of this nesting and size */
bool sov_has_stack(uint32_t bytes);                   /* is that much stack available now, on this stack or a borrowed one? */
bool sov_run_on_stack(void (*job)(void *context), void *context, uint32_t bytes); /* this stack or a borrowed one; false: not run */
const char *sov_compile(struct sov_task *task, IM3Function function); /* NULL, or the reason; the caller holds the tables */
const char *sov_compile_at_creation(struct sov_task *task, const struct sov_facts *facts); /* NULL, or the reason */
bool sov_compile_wanted(struct sov_task *task);       /* after sov_signal_compile; false: the task has trapped */
IM3Function sov_find_function(struct sov_task *task, u32 index); /* sov_function() while no heap is open; NULL: no memory */

/* ---- functions.c: the functions of a task that compiles on demand -------------------------------------- */

/* A function's structure is made when something first names the function. Making one needs an open heap; it does not return
 * when the heap is full. */
extern const M3Function sov_unmade;                   /* stands in the table for every function that was not made yet */
void sov_prepare_functions(struct sov_task *task, const struct sov_module *scan);
uint32_t sov_code_bytes(const struct sov_task *task);
IM3Function sov_function(IM3Module module, u32 index); /* for any task; makes the function if necessary */
u32 sov_function_index(const struct sov_task *task, IM3Function function); /* O(functions): for backtraces */
u32 sov_element_function(IM3Module module, u32 element); /* index of the function for which this element holds sov_unmade */

/* ---- names.c: names of functions, for backtraces ------------------------------------------------------- */

/* Copies the names into the open heap; does not return when the heap is full. */
void sov_keep_names(IM3Module module, const struct sov_module *scan);

/* The name of a function, without a terminating zero; NULL: the function has no name. Valid as long as the task. */
const char *sov_function_name(const struct sov_task *task, IM3Function function, uint32_t *length);

/* ---- interpreter.c: the only file that replaces parts of wasm3 ------------------------------------------ */

extern const char sov_signal_preempted[], sov_signal_syscall[], sov_signal_exited[], sov_signal_compile[];
const void *sov_interpret(struct sov_task *task);     /* runs from the saved registers until a signal or a trap, and returns it */
void sov_enter(struct sov_task *task, IM3Function function); /* saved registers := start of the function */
void sov_answer(struct sov_task *task, int64_t value); /* saved registers := return of the pending host call with this value */
M3Result sov_compile_function(IM3Function function);  /* for compile.c only */
u32 sov_function_nesting(IM3Function function);       /* deepest nesting of its blocks, from its bytes */
M3Result sov_link_host(IM3Module module, IM3Function function, uint32_t number);
uint32_t sov_pending_number(const struct sov_task *task); /* number of the host call at the saved pc */
IM3FuncType sov_pending_type(const struct sov_task *task);
IM3Function sov_frame_callee(const struct sov_task *task, m3stack_t sp); /* function of the frame at sp; NULL: unknown */
m3stack_t sov_frame_caller(m3stack_t sp);             /* frame that called the one at sp; NULL: none */
pc_t sov_frame_return(m3stack_t sp);                  /* operation after the call that made the frame at sp */

/* ---- locate.c: finds the wasm instruction that an operation was compiled from ---------------------------- */

struct sov_place {
    IM3Function function;
    pc_t pc;
    bytes_t instruction; /* NULL: not found */
};
uint64_t sov_code_hash(const uint8_t *code, uint32_t size);
M3Result sov_compile_following(struct sov_task *task, IM3Function function, struct sov_place *places, uint32_t count);
void sov_compile_unfollow(void);

/* Finds the instruction at which each frame of a stopped task stands. Contract: sov_task_locate() in task/task.h. */
uint32_t sov_locate(struct sov_task *task, const uint8_t *wasm, uint32_t size, uint32_t *offsets, uint32_t max);

#endif
