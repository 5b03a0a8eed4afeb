/* compiler_hooks.h - hooks in wasm3's compiler that count fuel, check its tables, protect values and skip dead code.
 *
 * The hooks move a value to another slot where wasm3 0.5.0 would overwrite it. They skip code that cannot be reached.
 *
 * Included by interpreter.c only, after the operations and before m3_compile.c. The head of interpreter.c lists
 * the wasm3 name that each function here replaces.
 *
 * Invariants: cost cells depend on the wasm code alone, never on slots, pages or the machine; every pc that is the
 * target of a branch holds a Charge operation.
 */
#ifndef SOV_COMPILER_HOOKS_H
#define SOV_COMPILER_HOOKS_H

#include "charges.h"
#include "skip.h"

/* ---- cost cells ---------------------------------------------------------------------------------- */

/* How the next instruction is charged. */
enum next_block {
    BLOCK_GOES_ON,   /* it belongs to the same basic block */
    BLOCK_CELL,      /* the operation just emitted carries the next block's cost as its last immediate */
    BLOCK_OPERATION, /* a block begins that other code can jump to: a Charge operation carries its cost */
};

/* State of the function being compiled; the compiler handles one function at a time. */
static struct {
    u32 *open;            /* cost cell of the block being compiled */
    u32 unreachable;      /* stands in as the cost cell of code that cannot be reached */
    enum next_block next;
    u16 ended;            /* depth of the block whose `end` was read last */
    bool plain;           /* metered_EmitOp() has nothing to do for the instruction being compiled */
    u32 constant_bytes;   /* bytes of all constants of the function, counted at each occurrence */
    u32 bulk;             /* number of the prefixed instruction being compiled, see read_bulk() */
    u32 segment;          /* segment that this instruction names */
} meter;

M3Result AllocateConstantSlots(IM3Compilation o, u16 *o_slot, u8 i_type);
M3Result Push(IM3Compilation o, u8 i_type, u16 i_slot);
M3Result PushAllocatedSlotAndEmit(IM3Compilation o, u8 i_type);
M3Result PreserveRegisterIfOccupied(IM3Compilation o, u8 i_registerType);
M3Result GetBlockScope(IM3Compilation o, IM3CompilationScope *o_scope, i32 i_depth);
M3Result ResolveBlockResults(IM3Compilation o, IM3CompilationScope i_targetBlock, bool i_isBranch);
M3Result AllocateSlots(IM3Compilation o, u16 *o_slot, u8 i_type);
M3Result CopyStackIndexToSlot(IM3Compilation o, u16 i_destSlot, u16 i_stackIndex);
void DeallocateSlot(IM3Compilation o, i16 i_slot, u8 i_type);
void TouchSlot(IM3Compilation o, u16 i_slot);

static void open_cell(IM3Compilation o) {
    meter.open = (u32 *)GetPagePC(o->page);
    EmitWord32(o->page, 0);
}

/* Do the compiler's tables have room for `values` more values of two slots each, above all slots in use?
 * wasm3 checks one value at a time and does not check at all when it lays out results. */
static bool has_room(IM3Compilation o, u32 values) {
    return GetMaxUsedSlotPlusOne(o) + SOV_LINK_SLOTS + 2 * (values + 2) < d_m3MaxFunctionSlots &&
        o->stackIndex + values + 2 < d_m3MaxFunctionStackHeight;
}

/* Upper bound of the values that the block whose type is read next adds to the tables. */
static u32 block_values(IM3Compilation o) {
    bytes_t at = o->wasm;
    i64 code;
    if (ReadLebSigned(&code, 33, &at, o->wasmEnd) || code == -64) return 0;
    if (code < 0) return 1;
    if ((u64)code >= o->module->numFuncTypes) return 0; /* the compiler reports this error */
    IM3FuncType type = o->module->funcTypes[code];
    return 2u * type->numArgs + type->numRets; /* wasm3 records the parameters and pushes them again */
}

/* Moves values below a call's arguments out of the registers. wasm3 leaves them there, because its C frame saves
 * them across the call; our calls have no C frame. */
static M3Result save_registers_below_arguments(IM3Compilation o, m3opcode_t opcode) {
    M3Result result = m3Err_none;
    bytes_t at = o->wasm;
    u32 index;
    if (ReadLEB_u32(&index, &at, o->wasmEnd)) return m3Err_none; /* the compiler reports this error */
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
            _(PreserveRegisterIfOccupied(o, reg ? c_m3Type_f64 : c_m3Type_i64));
    }
_catch:
    return result;
}

/* Moves the value in the float register to a slot before a conditional branch. A float result leaves a block in that
 * register, so wasm3 moves the register's old value to a slot. It emits this move in code that runs only when the branch
 * is taken (br_if) or taken to its first target (br_table), but assumes afterwards that every path has moved the value. */
static M3Result save_float_below_branch(IM3Compilation o, m3opcode_t opcode) {
    M3Result result = m3Err_none;
    if (o->regStackIndexPlusOne[1] && o->regStackIndexPlusOne[1] + 1 != o->stackIndex) {
        bool leaves_in_register = opcode == c_waOp_branchTable;
        bytes_t at = o->wasm;
        u32 depth;
        IM3CompilationScope scope;
        if (!leaves_in_register && !ReadLEB_u32(&depth, &at, o->wasmEnd) && depth <= o->block.depth) {
            _(GetBlockScope(o, &scope, depth));
            leaves_in_register = scope->opcode != c_waOp_loop && GetFuncTypeNumResults(scope->type);
        }
        if (leaves_in_register) _(PreserveRegisterIfOccupied(o, c_m3Type_f64));
    }
_catch:
    return result;
}

static M3Result move_to_own_slot(IM3Compilation o, u16 index) {
    M3Result result;
    u16 slot = o->wasmStack[index], own;
    u8 type = o->typeStack[index];
    _(AllocateSlots(o, &own, type));
    _(CopyStackIndexToSlot(o, own, index));
    if (slot >= o->slotFirstDynamicIndex) DeallocateSlot(o, slot, type);
    o->wasmStack[index] = own;
_catch:
    return result;
}

/* Gives each parameter of a block a slot of its own before the block begins. wasm3 marks the slot of a parameter as
 * used once, which loses the other users of a slot that several values share. */
static M3Result own_slots_for_parameters(IM3Compilation o, m3opcode_t opcode) {
    M3Result result = m3Err_none;
    bytes_t at = o->wasm;
    i64 index;
    if (ReadLebSigned(&index, 33, &at, o->wasmEnd) || index < 0 || index >= o->module->numFuncTypes) return m3Err_none;
    u32 above = opcode == c_waOp_if, count = GetFuncTypeNumParams(o->module->funcTypes[index]);
    if (o->stackIndex < o->block.blockStackIndex + above + count) return m3Err_none; /* unreachable code */
    for (u32 i = o->stackIndex - above - count; i < o->stackIndex - above; i++) {
        u16 slot = o->wasmStack[i];
        bool is_constant = slot >= o->slotFirstConstIndex && slot < o->slotMaxConstIndex;
        bool is_own = slot >= o->slotFirstDynamicIndex && slot < d_m3Reg0SlotAlias && o->m3Slots[slot] == 1;
        if (slot < d_m3Reg0SlotAlias && !is_constant && !is_own) _(move_to_own_slot(o, (u16)i));
    }
_catch:
    return result;
}

/* Gives copies of an 8-byte local on the stack slots of their own. Before a local changes, and before a block, wasm3 moves
 * all copies of the local into one shared slot, but counts the users only of the slot's first half. wasm3 would then take
 * the second half for free while it is in use. The first copy may stay when only one local changes. local: -1 for any. */
static M3Result own_slots_for_wide_locals(IM3Compilation o, i32 local) {
    M3Result result = m3Err_none;
    IM3CompilationScope scope = &o->block;
    u16 start = scope->blockStackIndex;
    while (scope->opcode == c_waOp_block && scope->outer) start = (scope = scope->outer)->blockStackIndex;
    bool leave_one = local >= 0;
    for (u16 i = start; i < o->stackIndex; i++) {
        u16 slot = o->wasmStack[i];
        if (!Is64BitType(o->typeStack[i]) || slot >= o->slotFirstConstIndex || (local >= 0 && slot != o->wasmStack[local])) continue;
        if (!leave_one) _(move_to_own_slot(o, (u16)i));
        leave_one = false;
    }
_catch:
    return result;
}

/* Prepares the beginning of a block: checks room for its values, and gives values whose slot wasm3 would miscount a slot
 * of their own. */
static M3Result prepare_block(IM3Compilation o, m3opcode_t opcode) {
    M3Result result;
    _throwif(m3Err_functionStackOverflow, !has_room(o, block_values(o)));
    _(own_slots_for_parameters(o, opcode));
    _(own_slots_for_wide_locals(o, -1));
_catch:
    return result;
}

/* How the code after an instruction is charged; called before the instruction is compiled. EmitOp turns BLOCK_OPERATION
 * into BLOCK_CELL when the operation that it emits for the instruction carries a cell. */
static enum next_block block_after(IM3Compilation o, m3opcode_t opcode) {
    switch (opcode) {
        case c_waOp_else:
        case c_waOp_branch:
        case c_waOp_branchIf:
        case c_waOp_branchTable:
        case OP_RETURN:
        case OP_UNREACHABLE: return BLOCK_OPERATION;
        case c_waOp_end: /* a block begins only where a jump arrives: not after a loop or a block that no branch leaves */
            if (o->block.opcode == c_waOp_if || o->block.opcode == c_waOp_else || o->block.patches) return BLOCK_OPERATION;
            return BLOCK_GOES_ON;
        default: return BLOCK_GOES_ON;
    }
}

/* ---- instructions ---------------------------------------------------------------------------------- */

/* Turns instructions that wasm3 does not know into instructions that it knows. wasm3 knows only memory.copy and memory.fill.
 * The other bulk instructions with three operands have two immediates, so wasm3 compiles them as memory.copy
 * (metered_Read_u8) and metered_EmitOp() replaces the operation. This function emits the operation that drops a segment
 * itself and shows wasm3 a nop. It shows wasm3 a typed select as a select without type. */
static M3Result read_bulk(IM3Compilation o, m3opcode_t *opcode, bytes_t *bytes, cbytes_t end) {
    M3Result result = m3Err_none;
    if (*opcode == OP_SELECT_TYPED) {
        *bytes = skip_numbers(*bytes, end, 2);
        *opcode = OP_SELECT;
        return result;
    }
    bytes_t at = *bytes;
    _(ReadLEB_u32(&meter.bulk, &at, end));
    if (meter.bulk < OP_MEMORY_INIT) {
        charge_more(meter.open, TO_INTEGER);
        return result;
    }
    _(ReadLEB_u32(&meter.segment, &at, end)); /* the first immediate; some instructions name no segment */
    if (meter.bulk != OP_DATA_DROP && meter.bulk != OP_ELEM_DROP) return result;
    *bytes = at;
    *opcode = OP_NOP;
    const struct sov_segment *segment = sov_segment(o->runtime->userdata, meter.bulk == OP_DATA_DROP, meter.segment);
    if (segment->size || segment->start) {
        _(follow_EmitOp(o, op_metered_Drop));
        EmitWord(o->page, segment);
    }
_catch:
    return result;
}

static M3Result metered_Read_opcode(IM3Compilation o, m3opcode_t *opcode, bytes_t *bytes, cbytes_t end) {
    M3Result result = m3Err_none;
    bool reachable = !o->block.isPolymorphic;
    if (!reachable) o->lastOpcodeStart = *bytes = skip_unreachable(*bytes, end);
    if (meter.next == BLOCK_GOES_ON && reachable && meter.open == &meter.unreachable) meter.next = BLOCK_OPERATION;
    if (meter.next == BLOCK_CELL) {
        open_cell(o);
    } else if (meter.next == BLOCK_OPERATION) {
        meter.open = &meter.unreachable;
        if (reachable) {
            _(follow_EmitOp(o, op_metered_Charge));
            open_cell(o);
        }
    }
    meter.next = BLOCK_GOES_ON;
    _throwif(m3Err_wasmUnderrun, *bytes >= end);
    *opcode = *(*bytes)++;
    ++*meter.open;
    /* The common instructions: memory accesses, constants and arithmetic, and accesses of variables. */
    meter.plain = !follow.on;
    if (*opcode >= OP_FIRST_ACCESS && *opcode <= OP_LAST_NUMERIC) {
        if (*opcode >= OP_FIRST_NUMERIC) charge_more(meter.open, more_fuel[*opcode - OP_FIRST_NUMERIC]);
        else if (*opcode >= c_waOp_i32_const)
            meter.constant_bytes += *opcode == c_waOp_i32_const || *opcode == c_waOp_f32_const ? sizeof(u32) : sizeof(u64);
        return result;
    }
    if (*opcode == c_waOp_getLocal || *opcode == c_waOp_getGlobal) return result;
    if (*opcode == c_waOp_setLocal || *opcode == c_waOp_teeLocal) {
        u32 local;
        bytes_t at = *bytes;
        _(ReadLEB_u32(&local, &at, end));
        if (local < o->stackFirstDynamicIndex && Is64BitType(o->typeStack[local])) _(own_slots_for_wide_locals(o, (i32)local));
        return result;
    }
    meter.plain = false;
    if (*opcode == OP_SELECT_TYPED || *opcode == OP_PREFIX_FC) {
        _(read_bulk(o, opcode, bytes, end));
        return result;
    }
    meter.next = block_after(o, *opcode);
    if (*opcode == c_waOp_end) meter.ended = o->block.depth;
    _throwif("blocks are nested too deep", o->block.depth > SOV_MAX_NESTED_BLOCKS);
    if (*opcode == c_waOp_block || *opcode == c_waOp_loop || *opcode == c_waOp_if) _(prepare_block(o, *opcode));
    if (*opcode == c_waOp_call || *opcode == OP_CALL_INDIRECT) _(save_registers_below_arguments(o, *opcode));
    if (*opcode == c_waOp_branchIf || *opcode == c_waOp_branchTable) _(save_float_below_branch(o, *opcode));
_catch:
    return result;
}

/* Moves the operands of a `br` to a loop with parameters to the slots where the loop's body expects them. wasm3 0.5.0
 * jumps without moving them. */
static M3Result copy_operands_to_loop(IM3Compilation o) {
    M3Result result;
    bytes_t at = o->lastOpcodeStart + 1;
    u32 depth;
    IM3CompilationScope scope;
    _(ReadLEB_u32(&depth, &at, o->wasmEnd));
    _(GetBlockScope(o, &scope, depth));
    if (GetFuncTypeNumParams(scope->type) && !o->block.isPolymorphic) _(ResolveBlockResults(o, scope, true));
_catch:
    return result;
}

/* Reads the instruction number behind the prefix 0xFC as an LEB128 number of any length; wasm3 reads one byte. The unknown
 * instructions that read_bulk() leaves take the operands of memory.copy, so they become memory.copy. */
static M3Result metered_Read_u8(u8 *value, bytes_t *bytes, cbytes_t end) {
    u32 number;
    M3Result result = ReadLEB_u32(&number, bytes, end);
    *value = (u8)(number < OP_MEMORY_INIT || number == OP_MEMORY_FILL ? number : OP_MEMORY_COPY);
    return result;
}

/* Reads an index of a table, memory or segment, in any number of bytes; wasm3 ignores the value. Also reads a type, which is
 * one byte. */
static M3Result metered_ReadLEB_i7(i8 *value, bytes_t *bytes, cbytes_t end) {
    while (*bytes < end && (**bytes & 0x80)) ++*bytes;
    return ReadLEB_i7(value, bytes, end);
}

static M3Result emit_bulk(IM3Compilation o) {
    M3Result result;
    if (meter.bulk == OP_TABLE_COPY) return follow_EmitOp(o, op_metered_TableCopy);
    bool is_data = meter.bulk == OP_MEMORY_INIT;
    _(follow_EmitOp(o, is_data ? op_metered_MemoryInit : op_metered_TableInit));
    EmitWord(o->page, sov_segment(o->runtime->userdata, is_data, meter.segment));
_catch:
    return result;
}

static M3Result emit_watched(IM3Compilation o, IM3Operation operation) {
    M3Result result;
    if (operation == op_ContinueLoop && *o->lastOpcodeStart == c_waOp_branch) _(copy_operands_to_loop(o));
    /* The jump at the end of an else block stays wasm3's op_Branch: its target may be a bridge, which has no cost cell. */
    if (operation == op_Branch && *o->lastOpcodeStart != c_waOp_end) operation = op_metered_Branch;
    if (operation == op_Entry || operation == op_Loop || operation == op_ContinueLoopIf || operation == op_BranchIf_r ||
        operation == op_BranchIf_s || operation == op_If_r || operation == op_If_s)
        meter.next = BLOCK_CELL;
    if (operation == op_MemCopy && meter.bulk != OP_MEMORY_COPY) return emit_bulk(o);
    _(follow_EmitOp(o, operation));
_catch:
    return result;
}

static inline M3Result metered_EmitOp(IM3Compilation o, IM3Operation operation) {
    return meter.plain ? EmitOp(o, operation) : emit_watched(o, operation);
}

static void metered_EmitSlotOffset(IM3Compilation o, i32 offset) {
    TouchSlot(o, (u16)(offset + 1)); /* the value may take two slots */
    EmitSlotOffset(o, offset);
}

/* Returns the pc of a branch target. A block begins there, so this function first makes room for the block's Charge
 * operation: no bridge may stand between the target and the charge. A failed allocation does not return.
 *
 * A branch out of an else block has the else block's own end as target, which jumps back to the page of the `if`. Every
 * branch expects a charge at its target, but the instructions after the `end` have a charge of their own. So the else
 * block's end gets a charge of 0. */
static pc_t metered_GetPC(IM3Compilation o) {
    follow_EnsureCodePageNumLines(o, d_m3CodePageFreeLinesThreshold);
    pc_t pc = GetPC(o);
    bool ends_else = o->block.opcode == c_waOp_else && o->block.depth == meter.ended && *o->lastOpcodeStart == c_waOp_end;
    if (ends_else && o->block.patches) {
        follow_words(o);
        EmitWord(o->page, op_metered_Charge);
        EmitWord32(o->page, 0);
    }
    return pc;
}

/* The same for the page on which an else block or a table target begins: the page has room for an operation and a bridge. */
#define metered_AcquireCodePage(RUNTIME) \
    follow_page((RUNTIME)->scratch, AcquireCodePageWithCapacity(RUNTIME, (d_m3CodePageFreeLinesThreshold) + 2))

/* Clears only the tables that need it before each function; wasm3 clears all of them, 10 KB on a host. The compiler reads
 * only the slot table at places it has not written, and the previous function used no slot beyond its frame. */
static void *clear_compilation(M3Compilation *o) {
    u32 used = o->maxStackSlots < d_m3MaxFunctionSlots ? o->maxStackSlots : d_m3MaxFunctionSlots;
    memset(o->m3Slots, 0, used);
    memset(o, 0, offsetof(M3Compilation, wasmStack));
    memset((u8 *)o + offsetof(M3Compilation, slotMaxAllocatedIndexPlusOne), 0,
        sizeof *o - offsetof(M3Compilation, slotMaxAllocatedIndexPlusOne));
    return o;
}

#endif
