/* moves.h - moves values that leave a block to the slots where the code behind it expects them.
 *
 * Included by interpreter.c only, before wasm3's compiler, whose CopyStackSlotsR() it replaces.
 *
 * Invariant: no move overwrites a value that is still to be moved.
 */
#ifndef SOV_MOVES_H
#define SOV_MOVES_H

/* Moves the values [from, end) of the stack to the slots of [target, ...). A value of 8 bytes may go to where several later values
 * lie, and several values may lie in one slot: all of them move to temporary slots first. wasm3 saves one of them. */
static M3Result move_values(IM3Compilation o, u16 target, u16 from, u16 end, u16 temporary) {
    M3Result result = m3Err_none;
    u16 kept[end > from ? end - from : 1];
    for (u16 i = from; i < end; i++) kept[i - from] = o->wasmStack[i];
    for (u16 i = from; i < end; i++, target++) {
        u16 to = o->wasmStack[target], last = to + GetTypeNumSlots(o->typeStack[i]) - 1;
        if (to == o->wasmStack[i]) continue;
        for (u16 later = i + 1; later < end; later++) {
            u16 first = o->wasmStack[later];
            if (first > last || first + GetTypeNumSlots(o->typeStack[later]) <= to) continue;
            _throwif(m3Err_functionStackOverflow, temporary + 1 >= d_m3MaxFunctionSlots);
            _(CopyStackIndexToSlot(o, temporary, later));
            o->wasmStack[later] = temporary;
            temporary += GetTypeNumSlots(c_m3Type_i64);
            TouchSlot(o, temporary - 1);
        }
        _(CopyStackIndexToSlot(o, to, i));
        o->wasmStack[i] = to;
    }
_catch:
    for (u16 i = from; i < end; i++) o->wasmStack[i] = kept[i - from];
    return result;
}

/* Corrects the range of results that wasm3 moves out of a block, [endIndex - numValues, endIndex). When the last result is
 * a float that is already in its register, wasm3 subtracts one from endIndex but not from numValues, so the range begins
 * one too low. The function's own declaration and its recursion pass through the same macro unchanged. */
#define CopyStackSlotsR(O, TARGET, FROM, END, TEMPORARY) SLOTS_##O, TARGET, FROM_##FROM, END, TEMPORARY)
#define SLOTS_o move_values(o
#define SLOTS_IM3Compilation wasm3_move_values(IM3Compilation /* nothing calls it */
#define FROM_endIndex (endIndex + (endIndex <= GetStackTopIndex(o))) /* - numValues */
#define FROM_i_stackIndex i_stackIndex
#define FROM_u16 u16

#endif
