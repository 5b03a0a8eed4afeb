/* operations_control.h - operations that charge fuel, transfer control or leave the interpreter.
 *
 * They replace wasm3's operations of the same names. wasm3 keeps a C frame for every call and loop. These operations
 * only jump: a call stores its return address in the wasm stack, and a loop continues by jumping to its header. So a
 * task can stop between any two blocks, and its state is the five saved words.
 *
 * Fuel: every basic block begins with, or is entered through, exactly one charge. A charge that takes the counter below
 * zero suspends *after* the charge, at the operation that follows; the next slice pays the debt. So the sum of the
 * charges does not depend on the slices.
 *
 * Invariant: an operation ends in an indirect jump to the next operation, in a jump to leave_*(), or by returning a
 * trap. It never ends in a call: tools/check/check_tail_calls.py checks the object file.
 */
#ifndef SOV_OPERATIONS_CONTROL_H
#define SOV_OPERATIONS_CONTROL_H

/* Included by interpreter.c only, after m3_exec.h. */

const char sov_signal_preempted[] = "preempted";
const char sov_signal_syscall[] = "syscall";
const char sov_signal_exited[] = "exited";
const char sov_signal_compile[] = "compile";

#define cold __attribute__((noinline, cold))

/* Saves the registers so that the task resumes at _pc. Operations tail-call it, so they stay leaf functions. */
static cold m3ret_t leave_preempted(d_m3OpSig) {
    struct sov_execution *run = sov_execution_of(_mem);
    run->pc = _pc;
    run->sp = _sp;
    run->r0 = _r0;
    run->fp0 = _fp0;
    run->fuel = _fuel;
    return sov_signal_preempted;
}

/* Charges COST, then continues at _pc or suspends there. */
#define charge_and_next(COST)                                           \
    do {                                                                \
        _fuel -= (i32)(COST);                                           \
        if (UNLIKELY(_fuel < 0)) return leave_preempted(d_m3OpAllArgs); \
        nextOpDirect();                                                 \
    } while (0)

/* Enters the block whose cost cell is at CELL. */
#define enter_block(CELL)                    \
    do {                                     \
        pc_t cell = (CELL);                  \
        _pc = cell + 1;                      \
        charge_and_next(*(const u32 *)cell); \
    } while (0)

/* Enters one of two blocks, by two separate jumps instead of one jump to a selected address. A selected address would make
 * every later operation wait for the condition; a predicted branch does not. */
#define enter_either(CONDITION, CELL, OTHER_CELL) \
    do {                                          \
        if (CONDITION) enter_block(CELL);         \
        enter_block(OTHER_CELL);                  \
    } while (0)

/* The return address of the frame at SP is just below the frame. */
#define link_of(SP) (*(pc_t *)((SP) - SOV_LINK_SLOTS))

/* A block that has several entries begins with [Charge][cost]. Code that falls into the block runs the operation. Code that
 * jumps to the block charges by itself and enters after the cost. */
d_m3Op(metered_Charge) { enter_block(_pc); }

#define CELL_OF_TARGET(PC) ((PC) + 1)

/* Bridges between code pages keep wasm3's own op_Branch, because a bridge neither ends nor begins a block. */
d_m3Op(metered_Branch) { enter_block(CELL_OF_TARGET(*(pc_t *)_pc)); }

/* The block of the branch not taken follows directly: its cost cell is the operation's last immediate. */
d_m3Op(metered_BranchIf_r) {
    pc_t target = immediate(pc_t);
    enter_either((i32)_r0, CELL_OF_TARGET(target), _pc);
}

d_m3Op(metered_BranchIf_s) {
    i32 condition = slot(i32);
    pc_t target = immediate(pc_t);
    enter_either(condition, CELL_OF_TARGET(target), _pc);
}

d_m3Op(metered_If_r) {
    pc_t otherwise = immediate(pc_t);
    enter_either((i32)_r0, _pc, CELL_OF_TARGET(otherwise));
}

d_m3Op(metered_If_s) {
    i32 condition = slot(i32);
    pc_t otherwise = immediate(pc_t);
    enter_either(condition, _pc, CELL_OF_TARGET(otherwise));
}

/* When the branch is taken, moves of operands follow. The block that ends here has paid for them. */
d_m3Op(metered_BranchIfPrologue_r) {
    pc_t otherwise = immediate(pc_t);
    if ((i32)_r0) nextOpDirect();
    enter_block(CELL_OF_TARGET(otherwise));
}

d_m3Op(metered_BranchIfPrologue_s) {
    i32 condition = slot(i32);
    pc_t otherwise = immediate(pc_t);
    if (condition) nextOpDirect();
    enter_block(CELL_OF_TARGET(otherwise));
}

/* [Loop][cost]: a branch to the loop goes to the cost cell. */
d_m3Op(metered_Loop) { enter_block(_pc); }

d_m3Op(metered_ContinueLoop) { enter_block(*(pc_t *)_pc); }

d_m3Op(metered_ContinueLoopIf) {
    pc_t loop = immediate(pc_t);
    enter_either((i32)_r0, loop, _pc);
}

/* Leaves the interpreter so that the runtime compiles a function, then runs OPERATION again. r0 names the function: either
 * the function's address, which is even, or 2 * n + 1 for element n of the table. r0 is free, because the registers hold no
 * values at a call. */
static cold m3ret_t leave_compile(d_m3OpSig) {
    leave_preempted(d_m3OpAllArgs);
    return sov_signal_compile;
}

#define wanted_function(FUNCTION) ((m3reg_t)(size_t)(FUNCTION))
#define wanted_element(INDEX) ((m3reg_t)(2 * (u64)(INDEX) + 1))

#define leave_to_compile(WANTED, OPERATION)  \
    do {                                     \
        _r0 = (WANTED);                      \
        _pc = (OPERATION);                   \
        return leave_compile(d_m3OpAllArgs); \
    } while (0)

/* Starts a function that the kernel calls. */
d_m3Op(metered_Enter) {
    IM3Function function = sov_task_of(_mem)->root;
    if (UNLIKELY(!function->compiled)) leave_to_compile(wanted_function(function), _pc - 1);
    jumpOpDirect(function->compiled);
}

/* [callee][frame offset]; the return address is the operation that follows. */
d_m3Op(metered_Call) {
    pc_t callee = immediate(pc_t);
    i32 offset = immediate(i32);
    _sp += offset;
    link_of(_sp) = _pc;
    jumpOpDirect(callee);
}

/* [index slot][module][type][frame offset] */
d_m3Op(metered_CallIndirect) {
    u32 index = slot(u32);
    IM3Module module = immediate(IM3Module);
    IM3FuncType type = immediate(IM3FuncType);
    i32 offset = immediate(i32);
    if (UNLIKELY(index >= module->table0Size)) newTrap(m3Err_trapTableIndexOutOfRange);
    IM3Function function = module->table0[index];
    if (UNLIKELY(!function)) newTrap(m3Err_trapTableElementIsNull);
    if (UNLIKELY(function->funcType != type)) {
        if (function == &sov_unmade) leave_to_compile(wanted_element(index), _pc - 5);
        newTrap(m3Err_trapIndirectCallTypeMismatch);
    }
    pc_t callee = function->compiled;
    if (UNLIKELY(!callee)) leave_to_compile(wanted_function(function), _pc - 5);
    _sp += offset;
    link_of(_sp) = _pc;
    jumpOpDirect(callee);
}

/* [function][frame offset]: a call to a function that was not compiled when the call was compiled. The operation becomes a
 * plain call when it first runs. */
d_m3Op(metered_Compile) {
    IM3Function function = *(IM3Function *)_pc;
    if (UNLIKELY(!function->compiled)) leave_to_compile(wanted_function(function), _pc - 1);
    *(void **)(_pc - 1) = (void *)op_metered_Call;
    *(const void **)_pc = (const void *)function->compiled;
    jumpOpDirect(_pc - 1);
}

/* The frame offset is just before the return address, because it is the last immediate of both call operations. */
d_m3Op(metered_Return) {
    pc_t caller = link_of(_sp);
    _sp -= *(i32 *)(caller - 1);
    jumpOpDirect(caller);
}

typedef u64 __attribute__((aligned(4), may_alias)) slot_pair;

/* [function][cost]: checks the room for the whole frame before it writes to the frame. maxStackSlots covers every slot that
 * an operation of the function names, including the arguments of its calls. */
d_m3Op(metered_Entry) {
    IM3Function function = immediate(IM3Function);
    u32 cost = immediate(u32);
    if (UNLIKELY((void *)(_sp + function->maxStackSlots) >= _mem->maxStack)) newTrap(m3Err_trapStackOverflow);
    /* Writes and reads pairs of slots, so at most one slot too many; that slot is a free slot of the frame or padding of the
     * allocation. */
    slot_pair *word = (slot_pair *)(_sp + function->numRetAndArgSlots);
    slot_pair *end = (slot_pair *)((u8 *)word + function->numLocalBytes);
    for (; word < end; word++) *word = 0;
    const slot_pair *constant = function->constants;
    word = end;
    end = (slot_pair *)((u8 *)word + function->numConstantBytes);
    for (; word < end; word++, constant++) *word = *constant;
    charge_and_next(cost);
}

/* Every function begins with this operation until its first call, which pays for compiling the function. The charge comes
 * with the call and not with the compilation, because one task compiles at its creation and another while it runs, and both
 * pay the same at the same place. */
d_m3Op(metered_FirstEntry) {
    IM3Function function = *(IM3Function *)_pc;
    *(void **)(_pc - 1) = (void *)op_metered_Entry;
    _fuel -= (i32)sov_compile_fuel((size_t)function->wasmEnd - (size_t)function->wasm);
    jumpOpDirect(_pc - 1);
}

/* Ends the run; the outermost return jumps here. */
d_m3Op(metered_Halt) {
    sov_execution_of(_mem)->fuel = _fuel;
    return sov_signal_exited;
}

static cold m3ret_t leave_syscall(d_m3OpSig) {
    struct sov_execution *run = sov_execution_of(_mem);
    run->pc = _pc - 1;
    run->sp = _sp;
    run->fuel = _fuel;
    return sov_signal_syscall;
}

/* [function][number]: leaves for a host call. sov_answer() and backtraces read the function, which stands at the same place
 * as after Entry. The saved pc is this operation until sov_answer() changes it. */
d_m3Op(metered_HostCall) { return leave_syscall(d_m3OpAllArgs); }

/* Bytes that one unit of fuel pays for in bulk operations. */
#define SOV_BULK_BYTES_PER_FUEL 16u

/* Grows linear memory by moving its bound only: the bytes up to the limit were reserved and zeroed with the region. */
d_m3Op(metered_MemGrow) {
    struct sov_task *task = sov_task_of(_mem);
    M3Memory *memory = &task->runtime->memory;
    u32 more = (u32)_r0, pages = memory->numPages;
    if (more == 0) {
        _r0 = pages;
        charge_and_next(0);
    }
    if (pages > task->max_pages || more > task->max_pages - pages) {
        _r0 = (u32)-1;
        charge_and_next(0);
    }
    memory->numPages = pages + more;
    _mem->length = (size_t)memory->numPages * d_m3MemPageSize;
    _r0 = pages;
    charge_and_next(more * (d_m3MemPageSize / SOV_BULK_BYTES_PER_FUEL));
}

#endif
