/* task_state.h - the structure of a task, for the files of the runtime only.
 *
 * A region is laid out as
 *
 *     [struct sov_task ... M3MemoryHeader][linear memory, reserved to its limit][heap: wasm3's blocks]
 *
 * wasm3's operations carry one pointer to the M3MemoryHeader; because the header is the last member, the
 * execution state (fuel, saved registers) is at a fixed negative offset from that pointer, and linear memory
 * follows it directly, as wasm3 expects. The header never moves, so neither grow nor calls reload it.
 */
#ifndef SOV_TASK_STATE_H
#define SOV_TASK_STATE_H

#include "memory/pool.h"
#include "task.h"
#include "engine/wasm3_headers.h"

#define SOV_ERROR_BYTES 80 /* longest reason kept of a fault that the kernel names */

/* What an instance runs, in order: each phase is one call from the kernel's side. */
enum sov_phase { SOV_PHASE_START, SOV_PHASE_INITIALIZE, SOV_PHASE_ENTRY, SOV_PHASE_COUNT };

/* The registers of a suspended task, and what the operations touch. */
struct sov_execution {
    pc_t pc;         /* next operation to run */
    m3stack_t sp;
    m3reg_t r0;
    f64 fp0;
    int32_t fuel;    /* what is left; negative: a debt */
};

struct sov_task {
    uint32_t size;           /* bytes of the region */
    struct pool heap;
    IM3Environment environment;
    IM3Runtime runtime;
    IM3Module module;
    struct sov_functions *functions; /* of a task that compiles on demand, else NULL */
    uint16_t *elements;      /* of such a task: whom each element of the table names */
    IM3Function root;        /* function that the kernel's side called last */
    const char *error;       /* static text, or error_text */
    uint64_t fuel_used;
    int64_t exit_code;
    uint32_t syscalls;
    int32_t call_answer[SOV_CALLS_KEPT]; /* of the last calls, each at its count modulo SOV_CALLS_KEPT */
    uint8_t call_number[SOV_CALLS_KEPT];
    uint32_t memory_limit;   /* bytes reserved for linear memory */
    uint32_t most_pages;     /* what memory.grow may reach: fits the reservation and the declared maximum */
    int32_t spent;
    uint64_t code_hash;      /* of the code section: locate.c knows the module by it */
    uint64_t fuel_billed;    /* of fuel_used, by sov_task_bill */
    int32_t phase_function[SOV_PHASE_COUNT]; /* -1: none */
    uint8_t phase;
    uint8_t status;          /* enum sov_status */
    bool exited;             /* by sp_exit: exit_code counts, results do not */
    bool on_demand;          /* functions are compiled when first called, from bytes that stay */
    uint16_t nesting, values; /* of the module's deepest and widest blocks: what compiling takes of the C stack */
    char error_text[SOV_ERROR_BYTES];
    struct sov_execution run;
#if M3_SIZEOF_PTR == 4
    uint32_t alignment;      /* keeps linear memory at a multiple of 8 */
#endif
    M3MemoryHeader header;   /* last: linear memory follows */
};

_Static_assert(sizeof(struct sov_task) == offsetof(struct sov_task, header) + sizeof(M3MemoryHeader),
    "linear memory must follow the header without padding");
_Static_assert(sizeof(struct sov_task) % 8 == 0, "linear memory must be aligned for 64-bit access");

static inline struct sov_task *sov_task_of(const M3MemoryHeader *memory) {
    return (struct sov_task *)((uint8_t *)memory - offsetof(struct sov_task, header));
}

static inline struct sov_execution *sov_execution_of(const M3MemoryHeader *memory) { return &sov_task_of(memory)->run; }

/* Slots between two frames that hold the return address: two, so that the layout of the wasm stack is the
 * same where a pointer has four bytes. */
#define SOV_LINK_SLOTS 2

/* What compiling a function is charged for each byte of its entry in the code section, at the first call. Over the
 * benchmarks' kernels compiling a byte takes 200 instructions, and a unit of fuel 5 to 6 of RV32 (-Os) and 3 to 8 of
 * x86_64: 36 to 42 units. */
#define SOV_COMPILE_FUEL_PER_BYTE 40u

/* Halved, so that a debt on top of a block's still fits the counter. */
static inline uint32_t sov_compile_fuel(size_t body_bytes) {
    uint64_t fuel = (uint64_t)body_bytes * SOV_COMPILE_FUEL_PER_BYTE;
    return fuel < SOV_MOST_FUEL / 2 ? (uint32_t)fuel : SOV_MOST_FUEL / 2;
}

/* compile.c: compiles functions, whenever that is; its head says when. */
extern const char sov_out_of_memory_text[];           /* the one reason that is no mistake of the module */
bool sov_tables_take(void);                           /* wasm3's tables are there until they were given as often as taken */
void sov_tables_give(void);
M3Compilation *sov_tables(void);                      /* while they are taken */
void sov_choose_code_page(const struct sov_task *task);
uint32_t sov_compile_stack(uint32_t nesting, uint32_t values); /* bytes of C stack that compiling blocks like these takes */
bool sov_has_stack(uint32_t bytes);                   /* now, here or borrowed */
const char *sov_compile(struct sov_task *task, IM3Function function); /* NULL, or why not; the tables are taken */
bool sov_compile_wanted(struct sov_task *task);       /* after sov_signal_compile; false: the task has trapped */
IM3Function sov_find_function(struct sov_task *task, u32 index); /* sov_function() while it does not run; NULL: no memory */

/* functions.c: the functions of a task that compiles on demand, made when something names them. What makes one needs an
 * open heap (region.h), and does not return where there is no memory. */
struct sov_module;
extern const M3Function sov_unmade;                   /* what the table holds for a function that was not made yet */
void sov_prepare_functions(struct sov_task *task, const struct sov_module *scan);
uint32_t sov_code_bytes(const struct sov_task *task);
IM3Function sov_function(IM3Module module, u32 index); /* for any task; makes it */
u32 sov_function_index(const struct sov_task *task, IM3Function function); /* O(functions): for people */
u32 sov_element_function(IM3Module module, u32 element); /* whom sov_unmade stands for there */

/* names.c: copies the names into the open heap; does not return where it is full. */
void sov_keep_names(IM3Module module, const struct sov_module *scan);

/* names.c: not terminated; NULL: it has none. Valid as long as the task. */
const char *sov_function_name(const struct sov_task *task, IM3Function function, uint32_t *length);

/* task.c: begins the next phase, or ends the task. */
void sov_task_begin(struct sov_task *task);

/* interpreter.c: the only file that knows wasm3's operations and compiler. */
extern const char sov_signal_preempted[], sov_signal_syscall[], sov_signal_exited[], sov_signal_compile[];
const void *sov_interpret(struct sov_task *task);     /* runs from the saved registers to a signal or a trap */
void sov_enter(struct sov_task *task, IM3Function function); /* saved registers := first operation of function */
void sov_answer(struct sov_task *task, int64_t value); /* saved registers := return of the pending host call */
M3Result sov_compile_function(IM3Function function);  /* only from compile.c */
u32 sov_function_nesting(IM3Function function);       /* of its blocks, from its bytes */
M3Result sov_link_host(IM3Module module, IM3Function function, uint32_t number);
uint32_t sov_pending_number(const struct sov_task *task); /* of the host call that the saved pc stands at */
IM3FuncType sov_pending_type(const struct sov_task *task);
IM3Function sov_frame_callee(const struct sov_task *task, m3stack_t sp); /* whose frame lies at sp; NULL: unknown */
m3stack_t sov_frame_caller(m3stack_t sp);             /* the frame that called the one at sp, NULL: none */
pc_t sov_frame_return(m3stack_t sp);                  /* what follows the call that made the frame at sp */

/* locate.c: whose instruction an operation of compiled code belongs to. */
struct sov_place {
    IM3Function function;
    pc_t pc;
    bytes_t instruction; /* NULL: not found */
};
uint64_t sov_code_hash(const uint8_t *code, uint32_t size);
M3Result sov_compile_following(struct sov_task *task, IM3Function function, struct sov_place *places, uint32_t count);
void sov_compile_unfollow(void);

/* syscall.c: answers inside the runtime, or leaves the call to the kernel. */
enum sov_disposition { SOV_ANSWERED, SOV_FOR_KERNEL, SOV_ENDED };
enum sov_disposition sov_dispose(struct sov_task *task, int64_t *answer);
const char *sov_link_import(IM3Module module, IM3Function function, char *reason, size_t bytes); /* NULL or why not */
void sov_type_text(char *text, size_t bytes, IM3FuncType type);

#endif
