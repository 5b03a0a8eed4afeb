/* interpreter.c - wasm3's operations and compiler, made metered and stackless. The one file that touches
 * wasm3's internals.
 *
 * wasm3's sources are included, not edited. Each hook and its reason:
 *
 *   m3_exec.h      included with floats off (ours are in operations_float.h) and with wasm3's backtrace
 *                  macros on, which here only note where a trap happened.
 *   op_X           control operations are replaced by op_metered_X through macros of wasm3's names.
 *   Read_opcode    sees every instruction before it is compiled: counts it for fuel, opens a cost cell
 *                  where a basic block begins, bounds nesting and values against the compiler's tables, saves
 *                  registers before calls.
 *   Read_u8        reads the second part of a prefixed instruction, as the LEB128 number it is.
 *   EmitOp         sees every operation: notes which ones carry a cost cell, copies the operands of a `br`
 *                  to a loop (wasm3 0.5.0 forgets them).
 *   EmitSlotOffset sees every slot a function names, so that maxStackSlots really is the frame's size;
 *                  wasm3 leaves out the arguments of calls.
 *   GetPC          sees every place that branches are pointed at.
 *   CopyStackSlotsR  corrects the range of values that leave a block.
 *   M3_MAX(1, x)   is the one place where wasm3 lays out a callee's frame: adds the link slots below it.
 *   compilation    the compiler's tables, borrowed (wasm3_headers.h).
 *
 * Invariant: cost cells depend on the wasm code alone, never on slots, pages or the machine.
 */
#include "task_state.h"

#include "m3_math_utils.h"
#include "m3_exception.h"
#include "m3_info.h"

/* ---- operations ---------------------------------------------------------------------------------- */

/* Where a trap happened, for the backtrace, and what fuel was left. Runs on the way out only. */
#define PushBacktraceFrame(RUNTIME, PC) \
    ((void)(sov_execution_of(_mem)->pc = (PC), sov_execution_of(_mem)->sp = _sp, sov_execution_of(_mem)->fuel = _fuel))
#define FillBacktraceFunctionInfo(RUNTIME, FUNCTION) ((void)0)

#undef d_m3HasFloat
#define d_m3HasFloat 0
#undef d_m3RecordBacktraces
#define d_m3RecordBacktraces 1
#include "m3_exec.h"
#undef d_m3RecordBacktraces
#define d_m3RecordBacktraces 0
#undef d_m3HasFloat
#define d_m3HasFloat 1

#include "operations_control.h"
#include "operations_integer.h"
#include "operations_float.h"

#define op_Call op_metered_Call
#define op_CallIndirect op_metered_CallIndirect
#define op_Compile op_metered_Compile
#define op_Entry op_metered_Entry
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

/* ---- cost cells ---------------------------------------------------------------------------------- */

/* What the compiler must do about fuel before the next instruction. */
enum next_block {
    BLOCK_GOES_ON,   /* same basic block */
    BLOCK_CELL,      /* the operation just emitted carries the next block's cost as its last immediate */
    BLOCK_OPERATION, /* a block begins that can be entered from elsewhere: an operation of its own charges */
};

/* State of the function being compiled; one function at a time. */
static struct {
    u32 *open;            /* cost cell of the block being compiled */
    u32 unreachable;      /* the cell of code that cannot be reached */
    enum next_block next;
    u16 ended;            /* depth of the block whose `end` was read last */
    u32 constant_bytes;   /* of all constants of the function, each as often as it is written */
} meter;

M3Result PreserveRegisterIfOccupied(IM3Compilation o, u8 i_registerType);
M3Result GetBlockScope(IM3Compilation o, IM3CompilationScope *o_scope, i32 i_depth);
M3Result ResolveBlockResults(IM3Compilation o, IM3CompilationScope i_targetBlock, bool i_isBranch);
M3Result AllocateSlots(IM3Compilation o, u16 *o_slot, u8 i_type);
M3Result CopyStackIndexToSlot(IM3Compilation o, u16 i_destSlot, u16 i_stackIndex);
void DeallocateSlot(IM3Compilation o, i16 i_slot, u8 i_type);
void TouchSlot(IM3Compilation o, u16 i_slot);

#include "m3_emit.c"

static void open_cell(IM3Compilation o) {
    meter.open = (u32 *)GetPagePC(o->page);
    EmitWord32(o->page, 0);
}

u16 GetMaxUsedSlotPlusOne(IM3Compilation o);

/* Is there room in the compiler's tables for `values` more values of two slots each, above all that is in use?
 * wasm3 checks one value at a time and, when it lays out results, not at all. */
static bool has_room(IM3Compilation o, u32 values) {
    return GetMaxUsedSlotPlusOne(o) + SOV_LINK_SLOTS + 2 * (values + 2) < d_m3MaxFunctionSlots &&
        o->stackIndex + values + 2 < d_m3MaxFunctionStackHeight;
}

/* Parameters and results of the block whose type is read next. */
static u32 block_values(IM3Compilation o) {
    bytes_t at = o->wasm;
    i64 code;
    if (ReadLebSigned(&code, 33, &at, o->wasmEnd) || code == -64) return 0;
    if (code < 0) return 1;
    if ((u64)code >= o->module->numFuncTypes) return 0; /* the compiler will say it better */
    IM3FuncType type = o->module->funcTypes[code];
    return 2u * type->numArgs + type->numRets; /* parameters are recorded and pushed again */
}

/* wasm3 keeps values below a call's arguments in registers and relied on a C frame to save them. */
static M3Result save_registers_below_arguments(IM3Compilation o, m3opcode_t opcode) {
    M3Result result = m3Err_none;
    bytes_t at = o->wasm;
    u32 index;
    if (ReadLEB_u32(&index, &at, o->wasmEnd)) return m3Err_none; /* the compiler will say it better */
    IM3FuncType type = NULL;
    u32 consumed = 0;
    if (opcode == c_waOp_call) {
        IM3Function function = Module_GetFunction(o->module, index);
        if (function) type = function->funcType;
    } else {
        if (index < o->module->numFuncTypes) type = o->module->funcTypes[index];
        consumed = 1;
    }
    consumed += GetFuncTypeNumParams(type);
    if (!has_room(o, (u32)GetFuncTypeNumParams(type) + GetFuncTypeNumResults(type))) return m3Err_functionStackOverflow;
    for (u32 reg = 0; reg < 2; reg++) {
        if (o->regStackIndexPlusOne[reg] && o->regStackIndexPlusOne[reg] + consumed <= o->stackIndex)
_           (PreserveRegisterIfOccupied(o, reg ? c_m3Type_f64 : c_m3Type_i64));
    }
_catch:
    return result;
}

/* A float that leaves a block does so in the register, and what was there moves to a slot on the way: in code
 * that runs only when the branch is taken (br_if), or taken to the first target (br_table), while the compiler
 * counts on it everywhere. So it moves before. */
static M3Result save_float_below_branch(IM3Compilation o, m3opcode_t opcode) {
    M3Result result = m3Err_none;
    if (o->regStackIndexPlusOne[1] && o->regStackIndexPlusOne[1] + 1 != o->stackIndex) {
        bool leaves_in_register = opcode == c_waOp_branchTable;
        bytes_t at = o->wasm;
        u32 depth;
        IM3CompilationScope scope;
        if (!leaves_in_register && !ReadLEB_u32(&depth, &at, o->wasmEnd) && depth <= o->block.depth) {
_           (GetBlockScope(o, &scope, depth));
            leaves_in_register = scope->opcode != c_waOp_loop && GetFuncTypeNumResults(scope->type);
        }
        if (leaves_in_register)
_           (PreserveRegisterIfOccupied(o, c_m3Type_f64));
    }
_catch:
    return result;
}

/* A parameter of a block that shares its slot with another value loses count of who uses it: wasm3 marks the
 * slots of parameters as used once. So each gets a slot of its own before. */
static M3Result own_slots_for_parameters(IM3Compilation o, m3opcode_t opcode) {
    M3Result result = m3Err_none;
    bytes_t at = o->wasm;
    i64 index;
    if (ReadLebSigned(&index, 33, &at, o->wasmEnd) || index < 0 || index >= o->module->numFuncTypes) return m3Err_none;
    u32 above = opcode == c_waOp_if, count = GetFuncTypeNumParams(o->module->funcTypes[index]);
    if (o->block.isPolymorphic || o->stackIndex < o->block.blockStackIndex + above + count) return m3Err_none;
    for (u16 i = o->stackIndex - above - count; i < o->stackIndex - above; i++) {
        u16 slot = o->wasmStack[i], own;
        u8 type = o->typeStack[i];
        if (slot >= d_m3Reg0SlotAlias || (slot >= o->slotFirstConstIndex && slot < o->slotMaxConstIndex)) continue;
        bool is_dynamic = slot >= o->slotFirstDynamicIndex;
        if (is_dynamic && o->m3Slots[slot] == 1) continue;
_       (AllocateSlots(o, &own, type));
_       (CopyStackIndexToSlot(o, own, i));
        if (is_dynamic) DeallocateSlot(o, slot, type);
        o->wasmStack[i] = own;
    }
_catch:
    return result;
}

/* Block-ending instructions, before they are compiled. EmitOp may still turn BLOCK_OPERATION into
 * BLOCK_CELL when the operation it emits for them carries a cell. */
static enum next_block block_after(IM3Compilation o, m3opcode_t opcode) {
    switch (opcode) {
        case c_waOp_else: case c_waOp_branch: case c_waOp_branchIf: case c_waOp_branchTable:
        case 0x0f /* return */: case 0x00 /* unreachable */:
            return BLOCK_OPERATION;
        case c_waOp_end: /* joins only where something jumps to: not after loops or blocks nobody left early */
            if (o->block.opcode == c_waOp_if || o->block.opcode == c_waOp_else || o->block.patches) return BLOCK_OPERATION;
            return BLOCK_GOES_ON;
        default:
            return BLOCK_GOES_ON;
    }
}

/* ---- code that cannot be reached ------------------------------------------------------------------ */

static bytes_t skip_number(bytes_t at, cbytes_t end) {
    while (at < end && (*at++ & 0x80)) {}
    return at;
}

static bytes_t skip_numbers(bytes_t at, cbytes_t end, u32 count) {
    while (count-- && at < end) at = skip_number(at, end);
    return at;
}

/* The instruction after the one at `at`. The module is valid: widths and counts are in order. */
static bytes_t skip_instruction(bytes_t at, cbytes_t end) {
    u8 opcode = *at++;
    u32 number = 0;
    switch (opcode) {
        case c_waOp_block: case c_waOp_loop: case c_waOp_if: case c_waOp_branch: case c_waOp_branchIf: case c_waOp_call:
        case c_waOp_getLocal: case c_waOp_setLocal: case c_waOp_teeLocal: case c_waOp_getGlobal: case 0x24 /* global.set */:
        case 0x3f /* memory.size */: case 0x40 /* memory.grow */: case c_waOp_i32_const: case c_waOp_i64_const:
            return skip_number(at, end);
        case c_waOp_branchTable:
            ReadLEB_u32(&number, &at, end);
            return skip_numbers(at, end, number + 1);
        case 0x11: /* call_indirect */
            return skip_numbers(at, end, 2);
        case c_waOp_f32_const: return at + sizeof(f32);
        case c_waOp_f64_const: return at + sizeof(f64);
        case 0xfc:
            ReadLEB_u32(&number, &at, end);
            return at + (number == 10 ? 2 : number == 11 ? 1 : 0);
        default:
            return opcode >= 0x28 && opcode <= 0x3e ? skip_numbers(at, end, 2) : at; /* loads and stores */
    }
}

/* The `end` or `else` that code beginning at `at` runs into. wasm3 compiles what follows a branch, with operands
 * that are not there, and now and then refuses: here it never sees it. */
static bytes_t skip_unreachable(bytes_t at, cbytes_t end) {
    for (u32 depth = 0; at < end; at = skip_instruction(at, end)) {
        u8 opcode = *at;
        if (opcode == c_waOp_block || opcode == c_waOp_loop || opcode == c_waOp_if) depth++;
        if (depth == 0 && (opcode == c_waOp_end || opcode == c_waOp_else)) break;
        if (opcode == c_waOp_end) depth--;
    }
    return at;
}

static M3Result metered_Read_opcode(IM3Compilation o, m3opcode_t *opcode, bytes_t *bytes, cbytes_t end) {
    M3Result result = m3Err_none;
    if (o->function && o->page) {
        bool reachable = !o->block.isPolymorphic;
        if (!reachable) o->lastOpcodeStart = *bytes = skip_unreachable(*bytes, end);
        if (meter.next == BLOCK_GOES_ON && reachable && meter.open == &meter.unreachable) meter.next = BLOCK_OPERATION;
        if (meter.next == BLOCK_CELL) {
            open_cell(o);
        } else if (meter.next == BLOCK_OPERATION) {
            meter.open = &meter.unreachable;
            if (reachable) {
_               (EmitOp(o, op_metered_Charge));
                open_cell(o);
            }
        }
        meter.next = BLOCK_GOES_ON;
    }
_   (Read_opcode(opcode, bytes, end));
    if (o->function && o->page) {
        ++*meter.open;
        meter.next = block_after(o, *opcode);
        if (*opcode == c_waOp_end) meter.ended = o->block.depth;
        if (*opcode == c_waOp_i32_const || *opcode == c_waOp_f32_const) meter.constant_bytes += sizeof(u32);
        if (*opcode == c_waOp_i64_const || *opcode == c_waOp_f64_const) meter.constant_bytes += sizeof(u64);
        _throwif("blocks are nested too deep", o->block.depth > SOV_MOST_NESTED_BLOCKS);
        if (*opcode == c_waOp_block || *opcode == c_waOp_loop || *opcode == c_waOp_if)
            _throwif(m3Err_functionStackOverflow, !has_room(o, block_values(o)));
        if (*opcode == c_waOp_call || *opcode == 0x11)
_           (save_registers_below_arguments(o, *opcode));
        if (*opcode == c_waOp_branchIf || *opcode == c_waOp_branchTable)
_           (save_float_below_branch(o, *opcode));
        if (*opcode == c_waOp_block || *opcode == c_waOp_loop || *opcode == c_waOp_if)
_           (own_slots_for_parameters(o, *opcode));
    }
_catch:
    return result;
}

/* `br` to a loop with parameters: wasm3 0.5.0 jumps without moving the operands to where the loop's body
 * expects them. */
static M3Result copy_operands_to_loop(IM3Compilation o) {
    M3Result result = m3Err_none;
    bytes_t at = o->lastOpcodeStart + 1;
    u32 depth;
    IM3CompilationScope scope;
_   (ReadLEB_u32(&depth, &at, o->wasmEnd));
_   (GetBlockScope(o, &scope, depth));
    if (GetFuncTypeNumParams(scope->type) && !o->block.isPolymorphic)
_       (ResolveBlockResults(o, scope, true));
_catch:
    return result;
}

/* The number behind the prefix 0xFC is an LEB128 number, however long; wasm3 reads one byte. */
static M3Result metered_Read_u8(u8 *value, bytes_t *bytes, cbytes_t end) {
    u32 number;
    M3Result result = ReadLEB_u32(&number, bytes, end);
    if (!result && number > UINT8_MAX) result = m3Err_unknownOpcode;
    *value = (u8)number;
    return result;
}

static M3Result metered_EmitOp(IM3Compilation o, IM3Operation operation) {
    M3Result result = m3Err_none;
    if (!o->function) return EmitOp(o, operation == op_Return ? op_End : operation); /* an init expression */
    if (operation == op_ContinueLoop && *o->lastOpcodeStart == c_waOp_branch)
_       (copy_operands_to_loop(o));
    /* The jump at the end of an else block goes to wherever its page is filled next, perhaps a bridge. */
    if (operation == op_Branch && *o->lastOpcodeStart != c_waOp_end) operation = op_metered_Branch;
    if (operation == op_Entry || operation == op_Loop || operation == op_ContinueLoopIf || operation == op_BranchIf_r ||
        operation == op_BranchIf_s || operation == op_If_r || operation == op_If_s)
        meter.next = BLOCK_CELL;
_   (EmitOp(o, operation));
_catch:
    return result;
}

static void metered_EmitSlotOffset(IM3Compilation o, i32 offset) {
    TouchSlot(o, (u16)(offset + 1)); /* a value may take two slots */
    EmitSlotOffset(o, offset);
}

/* Every place that branches are pointed at: a block begins there, so keep its charge in one piece with it
 * instead of behind a bridge to another page. A failed allocation does not return.
 *
 * Branches out of an else block are pointed at the else block's own end, which jumps back to the page of the
 * `if`. They expect a charge wherever they go, and the instructions after the `end` bring their own: so one
 * of nothing. */
static pc_t metered_GetPC(IM3Compilation o) {
    BridgeToNewPageIfNecessary(o);
    pc_t pc = GetPC(o);
    bool ends_else = o->block.opcode == c_waOp_else && o->block.depth == meter.ended && *o->lastOpcodeStart == c_waOp_end;
    if (ends_else && o->block.patches) {
        EmitWord(o->page, op_metered_Charge);
        EmitWord32(o->page, 0);
    }
    return pc;
}

/* The same for the pages that else blocks and table targets begin on: room for an operation and a bridge. */
#define metered_AcquireCodePage(RUNTIME) AcquireCodePageWithCapacity(RUNTIME, (d_m3CodePageFreeLinesThreshold) + 2)

/* wasm3 moves the results of a block from [endIndex - numValues, endIndex). When the last one is a float and in
 * its register already, it has taken one off endIndex and forgets numValues: the range begins one too low.
 * The parameter's own declaration and the recursion pass through the same macro unchanged. */
#define CopyStackSlotsR(O, TARGET, FROM, END, TEMPORARY) move_values(O, TARGET, FROM_##FROM, END, TEMPORARY)
#define FROM_endIndex (endIndex + (endIndex <= GetStackTopIndex(o))) /* - numValues */
#define FROM_i_stackIndex i_stackIndex
#define FROM_u16 u16

/* wasm3 clears all of the compiler's tables, 10 KB on a host, before each function. Only the table of slots is
 * ever read where nothing was written, and the function before used no slot beyond its frame. */
static void *clear_compilation(M3Compilation *o) {
    u32 used = o->maxStackSlots < d_m3MaxFunctionSlots ? o->maxStackSlots : d_m3MaxFunctionSlots;
    memset(o->m3Slots, 0, used);
    memset(o, 0, offsetof(M3Compilation, wasmStack));
    memset((u8 *)o + offsetof(M3Compilation, slotMaxAllocatedIndexPlusOne), 0,
        sizeof *o - offsetof(M3Compilation, slotMaxAllocatedIndexPlusOne));
    return o;
}

#undef M3_MAX
#define M3_MAX(A, B) ((#A)[0] == '1' ? (B) + SOV_LINK_SLOTS : ((A) < (B) ? (B) : (A)))
#define Read_u8 metered_Read_u8
#define Read_opcode(VALUE, BYTES, END) metered_Read_opcode(o, VALUE, BYTES, END)
#define EmitOp metered_EmitOp
#define EmitSlotOffset metered_EmitSlotOffset
#define GetPC metered_GetPC
#define AcquireCodePage metered_AcquireCodePage
#define compilation scratch[0]
#define memset(TABLES, ZERO, BYTES) clear_compilation(TABLES)
#include "m3_compile.c"
#undef memset
#undef compilation
#undef AcquireCodePage
#undef CopyStackSlotsR
#undef GetPC
#undef EmitSlotOffset
#undef EmitOp
#undef Read_opcode
#undef Read_u8

/* ---- what the rest of the runtime calls ------------------------------------------------------------ */

/* The outermost return pops this link: a frame offset of 0 and the operation that ends the run. */
static const code_t halt_code[] = { 0, (code_t)op_metered_Halt };
static const code_t return_code[] = { (code_t)op_metered_Return };
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
    task->run.pc = function->compiled;
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

/* Locals and constants that an entry writes are paid for like bulk memory. How many constants it writes is an
 * accident of wasm3's (it reserves room for bytes that look like constants, and shares some): charge for those
 * that the body has, up to what fits, so that the rule can be told. */
static M3Result compile_function(IM3Function function) {
    meter.open = &meter.unreachable;
    meter.next = BLOCK_GOES_ON;
    meter.constant_bytes = 0;
    M3Result result = CompileFunction(function);
    if (!result) {
        u32 *entry_cost = (u32 *)(function->compiled + 2);
        u32 constants = M3_MIN(meter.constant_bytes, d_m3MaxConstantTableSize * sizeof(m3slot_t));
        *entry_cost += (function->numLocalBytes + constants) / SOV_BULK_BYTES_PER_FUEL;
    }
    return result;
}

M3Result sov_compile(IM3Module module) {
    memset(module->runtime->scratch, 0, sizeof(M3Compilation));
    for (u32 i = 0; i < module->numFunctions; i++) {
        IM3Function function = &module->functions[i];
        if (function->wasm && !function->compiled) {
            M3Result result = compile_function(function);
            if (result) return result;
        }
    }
    return m3Err_none;
}

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

/* A direct call has its target just before the frame offset, and the target's second word names the
 * function. An indirect call has a type there, which is one of the environment's; its table index still
 * lies in the caller's frame, below the callee's. */
IM3Function sov_frame_callee(const struct sov_task *task, m3stack_t sp) {
    pc_t return_pc = link_of(sp);
    if (return_pc == sov_halt_pc) return task->root;
    const void *target = return_pc[-2];
    for (IM3FuncType type = task->environment->funcTypes; type; type = type->next) {
        if (type != target) continue;
        m3stack_t caller = sp - *(i32 *)(return_pc - 1);
        u32 index = *(u32 *)(caller + *(i32 *)(return_pc - 4));
        return index < task->module->table0Size ? task->module->table0[index] : NULL;
    }
    return (IM3Function)((pc_t)target)[1];
}

m3stack_t sov_frame_caller(m3stack_t sp) {
    pc_t return_pc = link_of(sp);
    return return_pc == sov_halt_pc ? NULL : sp - *(i32 *)(return_pc - 1);
}
