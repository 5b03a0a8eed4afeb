/* advice.c - what a module says of itself that helps a person whose module is refused, for Python: functions of the module `wasm3`.
 *
 * Nothing vouches for a custom section: what is malformed says nothing.
 */
#include "py/objstr.h"
#include "py/runtime.h"

#include <string.h>

#include "python.h"
#include "validate/validate.h"

/* What stands in the section "producers", and how its compiler is told the size of the C stack. */
static const char *const flags[][2] = { { "rustc", "-C link-arg=-zstack-size=4096" }, { "Zig", "--stack 4096" },
    { "clang", "-Wl,-z,stack-size=4096" } };

#define SMALL_STACK 8192u /* a C stack up to this is not what fills an arena */

static bool contains(struct sov_bytes section, const char *word) {
    size_t length = strlen(word);
    for (const uint8_t *at = section.start; at && (size_t)(section.end - at) >= length; at++)
        if (!memcmp(at, word, length)) return true;
    return false;
}

/* How the C stack is made smaller. */
static const char *stack_flag(const mp_buffer_info_t *wasm) {
    if (contains(sov_custom_section(wasm->buf, (uint32_t)wasm->len, "name", 4), "~lib/")) return "--stackSize 4096 (AssemblyScript)";
    struct sov_bytes producers = sov_custom_section(wasm->buf, (uint32_t)wasm->len, "producers", 9);
    for (size_t i = 0; i < MP_ARRAY_SIZE(flags); i++)
        if (contains(producers, flags[i][0])) return flags[i][1];
    return "-z stack-size=4096";
}

/* What takes the memory of a valid module and what to do about it. It says what the module says: by its globals __stack_pointer,
 * __data_end and __heap_base. */
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
    if (has_stack) { /* it lies below the data, or between the data and the heap */
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

/* no_room(wasm, by_quota=False): why the last creation, of that module, found no room, in words: what it wanted, what there is, what takes the
 * module's memory, and the flag that makes that smaller. `by_quota`: it is the quota that was too small. */
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
