/* follow.h - from a place in compiled code back to the instruction it was compiled from, for a backtrace.
 *
 * Compiled code keeps no table of where it came from: it would double the code of every task for the few that fault.
 * Instead the function is compiled once more, elsewhere, and while the compiler emits, the old code is followed in
 * step: the same operations in the same order. Only the pages end at other places, so a bridge may stand in the one
 * where there is none in the other; an `else` begins where the old `if` says.
 *
 * Included by interpreter.c only, before compiler_hooks.h, which calls follow_*().
 *
 * Invariants: nothing of the old code is written; nothing outside of it is read, whatever it holds; where the two are
 * not the same the search ends without an answer. Other compilations pay one test for each operation.
 */
#ifndef SOV_FOLLOW_H
#define SOV_FOLLOW_H

#include "m3_emit.c"

/* Distance that a page keeps where its counterpart in the old code is not known. */
#define NO_COUNTERPART 0x80000000u

/* An `if` whose `else` may still come. */
struct open_if {
    struct open_if *outer;
    pc_t otherwise; /* where its `else` begins in the old code */
    u16 depth;      /* of the block it stands in */
};

static struct {
    bool on;
    const struct pool *heap;   /* where the old code lies */
    pc_t start;                /* of the function in it */
    pc_t last;                 /* the operation emitted last, in the old code; NULL: not known */
    IM3CodePage page;          /* that it was emitted to; NULL: its end was seen */
    bytes_t from;              /* the instruction it was emitted for */
    struct open_if *innermost;
    struct sov_place *places;  /* what is asked for */
    u32 count;
} follow;

static bool is_old_code(pc_t pc, u32 words) {
    return (size_t)pc % sizeof(code_t) == 0 && sov_heap_holds(follow.heap, (const void *)pc, words * sizeof(code_t));
}

/* A page's number, which nothing reads, holds the distance in words from its code to the same words of the old code. */
static void set_counterpart(IM3CodePage page, pc_t old) {
    ptrdiff_t bytes = (const u8 *)old - (const u8 *)GetPagePC(page);
    page->info.sequence = old && bytes % (ptrdiff_t)sizeof(code_t) == 0 ? (u32)(bytes / (ptrdiff_t)sizeof(code_t)) : NO_COUNTERPART;
}

/* What the next word of the page is in the old code; NULL: not known. */
static pc_t counterpart(IM3CodePage page) {
    return page->info.sequence == NO_COUNTERPART ? NULL : GetPagePC(page) + (i32)page->info.sequence;
}

static void found(pc_t first, pc_t end) {
    for (u32 i = 0; i < follow.count; i++)
        if (follow.places[i].pc >= first && follow.places[i].pc < end) follow.places[i].instruction = follow.from;
}

/* The operation emitted last is complete: its immediates end here. */
static void follow_end(IM3Compilation o) {
    if (follow.page == o->page && follow.last) found(follow.last, counterpart(o->page));
    follow.page = NULL;
}

/* Past the bridges to other pages that the old code has here. Two of them in a row are not made. */
static pc_t past_bridge(pc_t old) { return is_old_code(old, 2) && *old == op_Branch ? *(const pc_t *)(old + 1) : old; }

static void push_if(pc_t otherwise, u16 depth) {
    while (follow.innermost && follow.innermost->depth >= depth) follow.innermost = follow.innermost->outer;
    struct open_if *block = m3_AllocStruct(struct open_if);
    *block = (struct open_if){ follow.innermost, otherwise, depth };
    follow.innermost = block;
}

/* The same operation? A call and an entry become another one when they are run first. */
static bool is_same(const void *old, IM3Operation operation) {
    bool calls = operation == op_Call || operation == op_Compile, enters = operation == op_Entry;
    return old == operation || (calls && (old == op_Call || old == op_Compile)) || (enters && old == op_metered_Entry);
}

static M3Result follow_EmitOp(IM3Compilation o, IM3Operation operation) {
    if (!follow.on || !o->page) return EmitOp(o, operation);
    follow_end(o);
    pc_t old = counterpart(o->page);
    M3Result result = EmitOp(o, operation);
    if (result) return result;
    if (old && operation != op_Branch) old = past_bridge(old);
    if (old && !(is_old_code(old, 1) && is_same(*old, operation))) old = NULL;
    set_counterpart(o->page, old ? old + 1 : NULL);
    follow.page = o->page;
    follow.last = old;
    follow.from = o->lastOpcodeStart ? o->lastOpcodeStart : o->wasm;
    if (old) found(old, old + 1); /* the last one of a function has no end that anybody sees */
    if (operation == op_If_r || operation == op_If_s) {
        u32 words = operation == op_If_r ? 1 : 2;
        push_if(old && is_old_code(old, words + 1) ? *(const pc_t *)(old + words) : NULL, o->block.depth);
    }
    return m3Err_none;
}

/* A bridge may be emitted without an operation behind it. */
static M3Result follow_EnsureCodePageNumLines(IM3Compilation o, u32 lines) {
    IM3CodePage before = o->page;
    if (!follow.on) return EnsureCodePageNumLines(o, lines);
    follow_end(o);
    pc_t old = counterpart(before);
    M3Result result = EnsureCodePageNumLines(o, lines);
    if (o->page != before) set_counterpart(o->page, old);
    return result;
}

/* Words are emitted that are no operation of the compiler's, and no bridge. */
static void follow_words(IM3Compilation o) {
    if (!follow.on) return;
    pc_t old = counterpart(o->page);
    set_counterpart(o->page, old ? past_bridge(old) : NULL);
}

/* A page begins: with the function, with an `else`, or with what a table's branch does on its way, where nothing can
 * fault. */
static IM3CodePage follow_page(IM3Compilation o, IM3CodePage page) {
    if (!follow.on || !page) return page;
    if (!o->page) {
        set_counterpart(page, follow.start);
        return page;
    }
    follow_end(o);
    while (follow.innermost && follow.innermost->depth > o->block.depth) follow.innermost = follow.innermost->outer;
    bool otherwise = *o->lastOpcodeStart != c_waOp_branchTable && follow.innermost && follow.innermost->depth == o->block.depth;
    set_counterpart(page, otherwise ? follow.innermost->otherwise : NULL);
    return page;
}

#endif
