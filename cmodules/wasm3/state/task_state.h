/* task_state.h - the structure of a task, for the rooms that build it and run it: engine and task.
 *
 * A region is laid out as
 *
 *     [struct sov_task ... M3MemoryHeader][linear memory, reserved to its limit][heap: wasm3's blocks]
 *
 * wasm3's operations carry one pointer to the M3MemoryHeader. Because the header is the last member, the execution
 * state (fuel, saved registers) is at a fixed negative offset from that pointer, and linear memory follows the header
 * directly, as wasm3 expects. The header never moves, so neither memory.grow nor calls reload the pointer.
 */
#ifndef SOV_TASK_STATE_H
#define SOV_TASK_STATE_H

#include "memory/memory.h"
#include "status.h"
#include "wasm3_headers.h"

#define SOV_ERROR_BYTES 80 /* longest reason of a fault that a task keeps, with the terminating zero */

/* The phases of an instance, in order. Each phase runs one function. */
enum sov_phase { SOV_PHASE_START, SOV_PHASE_INITIALIZE, SOV_PHASE_ENTRY, SOV_PHASE_COUNT };

/* The saved registers of a suspended task. */
struct sov_execution {
    pc_t pc;         /* next operation to run */
    m3stack_t sp;
    m3reg_t r0;
    f64 fp0;
    int32_t fuel;    /* fuel that is left; negative: a debt */
};

struct sov_task {
    uint32_t size;           /* bytes of the region */
    struct pool heap;
    IM3Environment environment;
    IM3Runtime runtime;
    IM3Module module;
    struct sov_functions *functions; /* functions of a task that compiles on demand, else NULL */
    uint16_t *elements;      /* in such a task: index of the function that each element of the table names */
    struct sov_segments *segments; /* segments of a module with a passive segment, else NULL */
    IM3Function root;        /* function that runs, or ran last, at the bottom of the stack */
    const char *error;       /* a static text, or error_text */
    uint64_t fuel_used;
    int64_t exit_code;
    uint32_t syscalls;
    int32_t call_answer[SOV_CALLS_KEPT]; /* answers of the last calls; call n is at n modulo SOV_CALLS_KEPT */
    uint8_t call_number[SOV_CALLS_KEPT];
    uint32_t memory_limit;   /* bytes reserved for linear memory */
    uint32_t max_pages;     /* pages that memory.grow may reach: within the reservation and the declared maximum */
    int32_t spent;
    uint64_t code_hash;      /* hash of the code section; a module passed for a backtrace must have the same */
    uint64_t fuel_billed;    /* the part of fuel_used that sov_task_bill() has returned */
    int32_t phase_function[SOV_PHASE_COUNT]; /* function index; -1: none */
    uint8_t phase;
    uint8_t status;          /* enum sov_status */
    bool exited;             /* the task ended by sp_exit: exit_code is valid, results are not */
    bool on_demand;          /* functions are compiled when first called, from bytes that stay valid */
    bool table_changed;      /* an element has changed its function, so the callee of an indirect call is no longer known */
    uint16_t nesting, values; /* deepest nesting and widest block of the module; they decide the C stack of a compilation */
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

/* Slots between two frames, which hold the return address. A frame has two also where a pointer has four bytes, so that the
 * layout of the wasm stack is the same on every machine. */
#define SOV_LINK_SLOTS 2

#endif
