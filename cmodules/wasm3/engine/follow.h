/* follow.h - finds the wasm instruction that a place in compiled code was compiled from, for a backtrace.
 *
 * Compiled code has no table of its origins: such a table would double the code of every task for the few tasks that fault.
 * Instead the compiler compiles the function once more, into other memory. While the compiler emits new code, this file
 * follows the old code in step, because both have the same operations in the same order. Only the pages end at different
 * places, so one of the two may have a bridge where the other has none. The old `if` says where its `else` begins.
 *
 * Included by interpreter.c only, before compiler_hooks.h, which calls follow_*().
 *
 * Invariants: the old code is never written; nothing outside the old code is read, whatever it contains; where old and new
 * code differ, the search ends without an answer. Other compilations pay one test for each operation.
 */
#ifndef SOV_FOLLOW_H
#define SOV_FOLLOW_H

#include "m3_emit.c"

/* The distance of a page whose counterpart in the old code is not known. */
#define NO_COUNTERPART 0x80000000u

/* An `if` whose `else` may still follow. */
struct open_if {
    struct open_if *outer;
    pc_t otherwise; /* start of its `else` in the old code */
    u16 depth;      /* depth of the block that contains the `if` */
};

static struct {
    bool on;
    const struct pool *heap;   /* heap that holds the old code */
    pc_t start;                /* start of the function in the old code */
    pc_t last;                 /* counterpart of the operation emitted last; NULL: not known */
    IM3CodePage page;          /* page of the operation emitted last; NULL: its end was seen */
    bytes_t from;              /* wasm instruction of the operation emitted last */
    struct open_if *innermost;
    struct sov_place *places;  /* the places to find */
    u32 count;
} follow;

static bool is_old_code(pc_t pc, u32 words) {
    return (size_t)pc % sizeof(code_t) == 0 && sov_heap_holds(follow.heap, (const void *)pc, words * sizeof(code_t));
}

/* Stores the distance in words from the page's code to its counterpart in the old code. It goes to the page's sequence
 * number, which nothing else reads. */
static void set_counterpart(IM3CodePage page, pc_t old) {
    ptrdiff_t bytes = (const u8 *)old - (const u8 *)GetPagePC(page);
    page->info.sequence = old && bytes % (ptrdiff_t)sizeof(code_t) == 0 ? (u32)(bytes / (ptrdiff_t)sizeof(code_t)) : NO_COUNTERPART;
}

/* The counterpart of the page's next word in the old code; NULL: not known. */
static pc_t counterpart(IM3CodePage page) {
    return page->info.sequence == NO_COUNTERPART ? NULL : GetPagePC(page) + (i32)page->info.sequence;
}

static void found(pc_t first, pc_t end) {
    for (u32 i = 0; i < follow.count; i++)
        if (follow.places[i].pc >= first && follow.places[i].pc < end) follow.places[i].instruction = follow.from;
}

/* Ends the operation emitted last: its immediates are complete. */
static void follow_end(IM3Compilation o) {
    if (follow.page == o->page && follow.last) found(follow.last, counterpart(o->page));
    follow.page = NULL;
}

/* Skips a bridge to another code page that the old code has at this place. The compiler never makes two bridges in a row. */
static pc_t past_bridge(pc_t old) { return is_old_code(old, 2) && *old == op_Branch ? *(const pc_t *)(old + 1) : old; }

static void push_if(pc_t otherwise, u16 depth) {
    while (follow.innermost && follow.innermost->depth >= depth) follow.innermost = follow.innermost->outer;
    struct open_if *block = m3_AllocStruct(struct open_if);
    *block = (struct open_if){ follow.innermost, otherwise, depth };
    follow.innermost = block;
}

/* Is it the same operation? A call and an entry replace their operation when they first run. */
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
    if (old) found(old, old + 1); /* follow_end() is not called for the last operation of a function */
    if (operation == op_If_r || operation == op_If_s) {
        u32 words = operation == op_If_r ? 1 : 2;
        push_if(old && is_old_code(old, words + 1) ? *(const pc_t *)(old + words) : NULL, o->block.depth);
    }
    return m3Err_none;
}

/* Makes room for `lines` words. wasm3 may emit a bridge here without an operation after it. */
static M3Result follow_EnsureCodePageNumLines(IM3Compilation o, u32 lines) {
    IM3CodePage before = o->page;
    if (!follow.on) return EnsureCodePageNumLines(o, lines);
    follow_end(o);
    pc_t old = counterpart(before);
    M3Result result = EnsureCodePageNumLines(o, lines);
    if (o->page != before) set_counterpart(o->page, old);
    return result;
}

/* Called before the hooks emit words directly, neither through EmitOp nor as a bridge. */
static void follow_words(IM3Compilation o) {
    if (!follow.on) return;
    pc_t old = counterpart(o->page);
    set_counterpart(o->page, old ? past_bridge(old) : NULL);
}

/* Sets the counterpart of a new page. The page begins a function, an `else` or the moves of a br_table target; these moves
 * cannot fault, so they need no counterpart. */
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
