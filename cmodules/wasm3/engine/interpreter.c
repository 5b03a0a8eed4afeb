/* interpreter.c - wasm3's operations and compiler, made metered and stackless.
 *
 * This is the only file that replaces parts of wasm3. The other files of this room read and fill wasm3's structures.
 * This file includes wasm3's sources and does not edit them. Each hook and its reason:
 *
 *   m3_exec.h      is included without its float operations (ours are in operations_float.h) and with wasm3's backtrace
 *                  macros, which here only record where a trap happened.
 *   memcpy         moves a value in place; with -Os the C compiler calls memcpy and saves all registers around the call.
 *   op_X           macros replace wasm3's control operations by op_metered_X. They replace some i32 arithmetic and, on 32-bit
 *                  machines, i64 shifts and all loads and stores by shorter operations (operations_*.h).
 *   Read_opcode    sees every instruction before it is compiled. It counts the instruction for fuel, opens a cost cell where a
 *                  basic block begins and checks nesting and values against the compiler's tables. It moves values out of
 *                  registers and shared slots where wasm3 would lose them, skips code that cannot be reached and turns the
 *                  bulk instructions that wasm3 does not know into one that it knows.
 *   Read_u8        reads the second part of a prefixed instruction as an LEB128 number.
 *   ReadLEB_i7     reads the index of a table or segment in any number of bytes; wasm3 reads one byte.
 *   EmitOp         sees every operation. It notes which operations carry a cost cell and copies the operands of a `br`
 *                  to a loop, which wasm3 0.5.0 forgets.
 *   EmitSlotOffset sees every slot that a function names, so that maxStackSlots is the true size of the frame;
 *                  wasm3 leaves out the arguments of calls.
 *   GetPC          sees every target of a branch.
 *   EnsureCodePageNumLines  sees bridges that no operation follows at once (follow.h).
 *   PushConst      finds an existing constant by a hash; wasm3 compares all constants.
 *   CopyStackSlotsR  is replaced by move_values(), which saves all values that a move would overwrite; corrects the range of values that leave a block.
 *   M3_MAX(1, x)   is the one place where wasm3 lays out a callee's frame; the macro adds the link slots below the frame.
 *   Module_GetFunction  makes functions of a task that compiles on demand (functions.c).
 *   compilation    is the compiler's tables, which are borrowed (wasm3_headers.h).
 *   Is64BitType and others  answer without a call (quick.h).
 *
 * Invariant: cost cells depend on the wasm code alone, never on slots, pages or the machine.
 */
#include "engine.h"

#include "m3_math_utils.h"
#include "m3_exception.h"
#include "m3_info.h"

/* ---- operations ---------------------------------------------------------------------------------- */

/* Records where a trap happened, for the backtrace, and the fuel that was left. Runs only when an operation traps. */
#define PushBacktraceFrame(RUNTIME, PC) \
    ((void)(sov_execution_of(_mem)->pc = (PC), sov_execution_of(_mem)->sp = _sp, sov_execution_of(_mem)->fuel = _fuel))
#define FillBacktraceFunctionInfo(RUNTIME, FUNCTION) ((void)0)

/* Moves a value of 1, 2, 4 or 8 bytes to or from linear memory, aligned or not. */
static inline void move_value(void *to, const void *from, size_t bytes) {
    typedef u16 __attribute__((aligned(1), may_alias)) two;
    typedef u32 __attribute__((aligned(1), may_alias)) four;
    typedef u64 __attribute__((aligned(1), may_alias)) eight;
    switch (bytes) {
        case 1: *(u8 *)to = *(const u8 *)from; break;
        case 2: *(two *)to = *(const two *)from; break;
        case 4: *(four *)to = *(const four *)from; break;
        case 8: *(eight *)to = *(const eight *)from; break;
        default: __builtin_unreachable();
    }
}

#undef d_m3HasFloat
#define d_m3HasFloat 0
#undef d_m3RecordBacktraces
#define d_m3RecordBacktraces 1
#define memcpy(TO, FROM, BYTES) move_value(TO, FROM, BYTES)
#include "m3_exec.h"
#undef memcpy
#undef d_m3RecordBacktraces
#define d_m3RecordBacktraces 0
#undef d_m3HasFloat
#define d_m3HasFloat 1

#include "operations_control.h"
#include "operations_bulk.h"
#include "operations_integer.h"
#include "operations_float.h"
#include "operations_memory.h"

#define op_Call op_metered_Call
#define op_CallIndirect op_metered_CallIndirect
#define op_Compile op_metered_Compile
#define op_Entry op_metered_FirstEntry
#define op_Loop op_metered_Loop
#define op_ContinueLoop op_metered_ContinueLoop
#define op_ContinueLoopIf op_metered_ContinueLoopIf
#define op_BranchIf_r op_metered_BranchIf_r
#define op_BranchIf_s op_metered_BranchIf_s
#define op_If_r op_metered_If_r
#define op_If_s op_metered_If_s
#define op_BranchIfPrologue_r op_metered_BranchIfPrologue_r
#define op_BranchIfPrologue_s op_metered_BranchIfPrologue_s
#define op_Return op_metered_Return
#define op_MemCopy op_metered_MemCopy
#define op_MemFill op_metered_MemFill
#define op_MemGrow op_metered_MemGrow

#include "quick.h"
#include "follow.h"
#define Module_GetFunction sov_function
#include "compiler_hooks.h"
#include "constants.h"
#include "moves.h"

#undef M3_MAX
#define M3_MAX(A, B) ((#A)[0] == '1' ? (B) + SOV_LINK_SLOTS : ((A) < (B) ? (B) : (A)))
#define Read_u8 metered_Read_u8
#define ReadLEB_i7 metered_ReadLEB_i7
#define Read_opcode(VALUE, BYTES, END) metered_Read_opcode(o, VALUE, BYTES, END)
#define EmitOp metered_EmitOp
#define EmitSlotOffset metered_EmitSlotOffset
#define GetPC metered_GetPC
#define EnsureCodePageNumLines follow_EnsureCodePageNumLines
#define AcquireCodePage metered_AcquireCodePage
#define compilation scratch[0]
#define memset(TABLES, ZERO, BYTES) clear_compilation(TABLES)
#include "m3_compile.c"
#undef memset
#undef Module_GetFunction
#undef compilation
#undef PushConst
#undef AcquireCodePage
#undef CopyStackSlotsR
#undef EnsureCodePageNumLines
#undef GetPC
#undef EmitSlotOffset
#undef EmitOp
#undef Read_opcode
#undef ReadLEB_i7
#undef Read_u8

/* ---- what the rest of the runtime calls ------------------------------------------------------------ */

/* The outermost return finds this code at its link: a frame offset of 0 and the operation that ends the run. */
static const code_t halt_code[] = { 0, (code_t)op_metered_Halt };
static const code_t return_code[] = { (code_t)op_metered_Return };
static const code_t enter_code[] = { (code_t)op_metered_Enter };
#define sov_halt_pc (&halt_code[1])

const void *sov_interpret(struct sov_task *task) {
    struct sov_execution *run = &task->run;
    pc_t pc = run->pc;
    return ((IM3Operation)*pc)(pc + 1, run->sp, &task->header, run->r0, run->fp0, run->fuel);
}

void sov_enter(struct sov_task *task, IM3Function function) {
    m3stack_t sp = (m3stack_t)task->runtime->stack + SOV_LINK_SLOTS;
    link_of(sp) = sov_halt_pc;
    task->root = function;
    task->run.pc = enter_code;
    task->run.sp = sp;
    task->run.r0 = 0;
    task->run.fp0 = 0;
}

void sov_answer(struct sov_task *task, int64_t value) {
    m3stack_t sp = task->run.sp;
    IM3Function function = (IM3Function)task->run.pc[1];
    if (function->funcType->numRets) {
        if (SizeOfType(function->funcType->types[0]) == sizeof(u32)) *(u32 *)sp = (u32)value;
        else *(u64 *)sp = (u64)value;
    }
    task->run.pc = return_code;
}

/* Compiles a function and adds the charge of its entry. An entry pays like a bulk operation for the locals and constants
 * that it writes. The number of constants that wasm3 writes depends on its heuristics: it reserves room for bytes that look
 * like constants and shares some. So the charge counts the constants in the body, up to the size of the table, which gives
 * a rule that can be documented. */
M3Result sov_compile_function(IM3Function function) {
    meter.open = &meter.unreachable;
    meter.next = BLOCK_GOES_ON;
    meter.plain = false;
    meter.constant_bytes = 0;
    memset(&constants, 0, sizeof constants);
    M3Result result = CompileFunction(function);
    if (!result) {
        u32 *entry_cost = (u32 *)(function->compiled + 2);
        u32 constants = M3_MIN(meter.constant_bytes, d_m3MaxConstantTableSize * sizeof(m3slot_t));
        *entry_cost += (function->numLocalBytes + constants) / SOV_BULK_BYTES_PER_FUEL;
    }
    return result;
}

/* The deepest nesting of blocks in a function. Declarations of locals come before the instructions and do not nest. */
u32 sov_function_nesting(IM3Function function) {
    bytes_t at = function->wasm;
    cbytes_t end = function->wasmEnd;
    u32 groups = 0, depth = 0, deepest = 0;
    at = skip_number(at, end); /* the size of the body */
    ReadLEB_u32(&groups, &at, end);
    while (groups--) at = skip_number(at, end) + 1;
    for (; at < end; at = skip_instruction(at, end)) {
        if (*at == c_waOp_block || *at == c_waOp_loop || *at == c_waOp_if) {
            if (++depth > deepest) deepest = depth;
        } else if (*at == c_waOp_end && depth) {
            depth--;
        }
    }
    return deepest;
}

M3Result sov_compile_following(struct sov_task *task, IM3Function function, struct sov_place *places, uint32_t count) {
    memset(&follow, 0, sizeof follow);
    follow.heap = &task->heap;
    follow.start = function->compiled;
    follow.places = places;
    follow.count = count;
    follow.on = true;
    return sov_compile_function(function);
}

void sov_compile_unfollow(void) { follow.on = false; }

M3Result sov_link_host(IM3Module module, IM3Function function, u32 number) {
    IM3CodePage page = AcquireCodePageWithCapacity(module->runtime, 3);
    if (!page) return m3Err_mallocFailedCodePage;
    function->compiled = GetPagePC(page);
    function->module = module;
    EmitWord(page, op_metered_HostCall);
    EmitWord(page, function);
    EmitWord(page, (size_t)number);
    ReleaseCodePage(module->runtime, page);
    return m3Err_none;
}

uint32_t sov_pending_number(const struct sov_task *task) { return (uint32_t)(size_t)task->run.pc[2]; }

IM3FuncType sov_pending_type(const struct sov_task *task) { return ((IM3Function)task->run.pc[1])->funcType; }

/* Finds the function of the frame at sp from the immediates of the call that made the frame. A direct call has its target
 * just before the frame offset, and the second word of the target is the function. An indirect call has one of the
 * environment's types there; its table index is still in the caller's frame, below the callee's frame. */
IM3Function sov_frame_callee(const struct sov_task *task, m3stack_t sp) {
    pc_t return_pc = link_of(sp);
    if (return_pc == sov_halt_pc) return task->root;
    const void *target = return_pc[-2];
    for (IM3FuncType type = task->environment->funcTypes; type; type = type->next) {
        if (type != target) continue;
        if (task->table_changed) return NULL;
        m3stack_t caller = sp - *(i32 *)(return_pc - 1);
        u32 index = *(u32 *)(caller + *(i32 *)(return_pc - 4));
        return index < task->module->table0Size ? task->module->table0[index] : NULL;
    }
    return (IM3Function)((pc_t)target)[1];
}

pc_t sov_frame_return(m3stack_t sp) { return link_of(sp); }

m3stack_t sov_frame_caller(m3stack_t sp) {
    pc_t return_pc = link_of(sp);
    return return_pc == sov_halt_pc ? NULL : sp - *(i32 *)(return_pc - 1);
}
