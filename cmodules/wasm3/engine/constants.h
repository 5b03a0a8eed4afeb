/* constants.h - finds a constant in the function's constant table by a hash, in place of wasm3's PushConst.
 *
 * Included by interpreter.c only, after compiler_hooks.h, whose metered_EmitOp() it calls.
 */
#ifndef SOV_CONSTANTS_H
#define SOV_CONSTANTS_H

/* A hash table from a constant of the function being compiled to its index in o->constants. It has twice as many places
 * as the function can have constants, so a search always ends at a free place. */
#define CONSTANT_PLACES (2 * d_m3MaxConstantTableSize)
#define IS_WIDE 0x80u
static struct {
    u8 place[CONSTANT_PLACES]; /* index in the table + 1, with IS_WIDE for one of 8 bytes; 0: free */
    u8 full;                   /* bit 0: no room for another constant of 4 bytes; bit 1: for one of 8 bytes */
} constants;

/* Returns the place that holds the constant, or the free place where it belongs. */
static u8 *constant_place(IM3Compilation o, u64 word, u32 wide) {
    u32 at = ((u32)word ^ (u32)(word >> 32)) * 0x9e3779b1u >> 16;
    for (;; at++) {
        u8 *place = &constants.place[at % CONSTANT_PLACES];
        if (!*place) return place;
        if ((*place & IS_WIDE) != wide) continue;
        u64 other = 0;
        memcpy(&other, &o->constants[(*place & ~IS_WIDE) - 1], wide ? sizeof(u64) : sizeof(u32));
        if (other == word) return place;
    }
}

/* Pushes a constant, and adds it to the table when it is new and there is room. wasm3's own function compares a constant
 * with every entry of the table and never finds a negative constant of 4 bytes. */
static M3Result push_constant(IM3Compilation o, u64 word, u8 type) {
    M3Result result;
    u32 wide = type == c_m3Type_i64 || type == c_m3Type_f64 ? IS_WIDE : 0, room = wide ? 2 : 1;
    u16 slot;
    if (!o->page) return m3Err_none;
    if (!wide) word = (u32)word;
    u8 *place = constant_place(o, word, wide);
    if (*place) return Push(o, type, o->slotFirstConstIndex + (*place & ~IS_WIDE) - 1);
    if (!(constants.full & room) && AllocateConstantSlots(o, &slot, type)) constants.full |= room;
    if (!(constants.full & room)) {
        u32 index = slot - o->slotFirstConstIndex;
        memcpy(&o->constants[index], &word, wide ? sizeof(u64) : sizeof(u32));
        *place = (u8)((index + 1) | wide);
        o->slotMaxConstIndex = slot + room > o->slotMaxConstIndex ? slot + room : o->slotMaxConstIndex;
        return Push(o, type, slot);
    }
    _(metered_EmitOp(o, wide ? op_Const64 : op_Const32));
    if (wide) EmitWord64(o->page, word);
    else EmitWord32(o->page, (u32)word);
    _(PushAllocatedSlotAndEmit(o, type));
_catch:
    return result;
}

/* The definition of wasm3's own function also passes through these macros; it becomes a function that nothing calls. */
#define PushConst(O, WORD, TYPE) PUSH_##TYPE(O, WORD, TYPE)
#define PUSH_u8
#define PUSH_c_m3Type_i32 push_constant
#define PUSH_c_m3Type_i64 push_constant
#define PUSH_c_m3Type_f32 push_constant
#define PUSH_c_m3Type_f64 push_constant

#endif
