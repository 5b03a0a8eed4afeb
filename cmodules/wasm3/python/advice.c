/* advice.c - explains why a module found no room, from what the module says about itself: functions of the module `wasm3`.
 *
 * The validator does not check custom sections, so a malformed section counts as an empty one.
 */
#include "py/objstr.h"
#include "py/runtime.h"

#include <string.h>

#include "python.h"
#include "validate/validate.h"

/* The name of a compiler in the section "producers", and the flag of that compiler for the size of the C stack. */
static const char *const flags[][2] = { { "rustc", "-C link-arg=-zstack-size=4096" }, { "Zig", "--stack 4096" },
    { "clang", "-Wl,-z,stack-size=4096" } };

#define SMALL_STACK 8192u /* a C stack up to this size does not fill an arena, so the text gives no flag for it */

static bool contains(struct sov_bytes section, const char *word) {
    size_t length = strlen(word);
    for (const uint8_t *at = section.start; at && (size_t)(section.end - at) >= length; at++)
        if (!memcmp(at, word, length)) return true;
    return false;
}

/* The compiler flag that makes the C stack smaller. */
static const char *stack_flag(const mp_buffer_info_t *wasm) {
    if (contains(sov_custom_section(wasm->buf, (uint32_t)wasm->len, "name", 4), "~lib/")) return "--stackSize 4096 (AssemblyScript)";
    struct sov_bytes producers = sov_custom_section(wasm->buf, (uint32_t)wasm->len, "producers", 9);
    for (size_t i = 0; i < MP_ARRAY_SIZE(flags); i++)
        if (contains(producers, flags[i][0])) return flags[i][1];
    return "-z stack-size=4096";
}

/* Adds what takes the memory of a valid module and how to make it smaller. The numbers come from the module's globals
 * __stack_pointer, __data_end and __heap_base. */
static void add_advice(vstr_t *text, mp_obj_t wasm_in) {
    mp_buffer_info_t wasm;
    struct sov_module module;
    uint32_t stack = 0, data_end = 0, heap = 0;
    mp_get_buffer_raise(wasm_in, &wasm, MP_BUFFER_READ);
    if (sov_scan(&module, wasm.buf, (uint32_t)wasm.len) || !module.memory_pages) return;
    bool has_stack = sov_stack_pointer(&module, &stack), has_data = sov_exported_global(&module, "__data_end", 10, &data_end),
         has_heap = sov_exported_global(&module, "__heap_base", 11, &heap);
    vstr_printf(text, "; its memory is %u KiB", (unsigned)module.memory_pages * 64u);
    const char *mark = ":";
    if (has_stack) { /* the stack is below the data, or between the data and the heap */
        if (has_data && stack > data_end) stack -= data_end;
        else if (has_data) data_end -= stack;
        vstr_printf(text, "%s C stack %u bytes", mark, (unsigned)stack);
        mark = ",";
    }
    if (has_data) {
        vstr_printf(text, "%s data %u", mark, (unsigned)data_end);
        mark = ",";
    }
    if (has_heap) vstr_printf(text, "%s heap from %u", mark, (unsigned)heap);
    if (stack > SMALL_STACK) vstr_printf(text, "; a smaller C stack: %s", stack_flag(&wasm));
    else if (!has_heap)
        vstr_add_str(text, "; to reserve what it needs alone, export __heap_base, or declare less (Emscripten: -sINITIAL_MEMORY=65536)");
}

/* no_room(wasm, by_quota=False) -> text that says why the last creation, of that module, found no room: the bytes that it wanted, the
 * bytes that are free, what takes the module's memory and the flag that makes it smaller. `by_quota`: the quota was too small. */
static mp_obj_t module_no_room(size_t count, const mp_obj_t *given) {
    uint32_t size, free_bytes, largest, regions;
    vstr_t text;
    sov_arena(&size, &free_bytes, &largest, &regions);
    vstr_init(&text, 256);
    if (count > 1 && mp_obj_is_true(given[1])) {
        vstr_printf(&text, "is too small: at least %u bytes are wanted", (unsigned)sov_wanted_bytes());
    } else {
        vstr_printf(&text,
            "no room for a region: at least %u bytes are wanted; the arena has %u bytes free, the largest piece %u, pieces: %u",
            (unsigned)sov_wanted_bytes(), (unsigned)free_bytes, (unsigned)largest, (unsigned)sov_arena_pieces());
    }
    add_advice(&text, given[0]);
    return mp_obj_new_str_from_vstr(&text);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sov_module_no_room_obj, 1, 2, module_no_room);
