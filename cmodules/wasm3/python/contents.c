/* contents.c - lists a module's exports and imports for Python: functions of the module `wasm3`, in the table of modwasm3.c. */
#include "py/runtime.h"

#include "python.h"
#include "validate/validate.h"

static void scan_or_raise(mp_obj_t wasm_in, struct sov_module *module) {
    mp_buffer_info_t wasm;
    mp_get_buffer_raise(wasm_in, &wasm, MP_BUFFER_READ);
    const char *reason = sov_scan(module, wasm.buf, (uint32_t)wasm.len);
    if (reason) mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), reason);
}

static mp_obj_t module_exports(mp_obj_t wasm_in) {
    struct sov_module module;
    struct sov_export export;
    scan_or_raise(wasm_in, &module);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t at = 0; sov_next_export(&module, &at, &export);) {
        mp_obj_t item[3] = { mp_obj_new_bytes((const byte *)export.name, export.name_length), MP_OBJ_NEW_SMALL_INT(export.kind),
            mp_obj_new_int_from_uint(export.index) };
        mp_obj_list_append(list, mp_obj_new_tuple(3, item));
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_1(sov_module_exports_obj, module_exports);

static mp_obj_t module_imports(mp_obj_t wasm_in) {
    struct sov_module module;
    struct sov_import import;
    scan_or_raise(wasm_in, &module);
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t at = 0; sov_next_import(&module, &at, &import);) {
        mp_obj_t item[3] = { mp_obj_new_bytes((const byte *)import.module, import.module_length),
            mp_obj_new_bytes((const byte *)import.name, import.name_length), MP_OBJ_NEW_SMALL_INT(import.kind) };
        mp_obj_list_append(list, mp_obj_new_tuple(3, item));
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_1(sov_module_imports_obj, module_imports);

/* stack_hint(wasm) -> an address that may be the start of the C stack: the initial value of global 0, where that is a mutable
 * i32 and the module names no global __stack_pointer. -1: there is no such global. C compilers make the stack pointer the first
 * global, but any program may have another global there, so the caller may use the address only for a warning. */
static mp_obj_t module_stack_hint(mp_obj_t wasm_in) {
    struct sov_module module;
    uint32_t top;
    bool is_mutable;
    scan_or_raise(wasm_in, &module);
    if (sov_stack_pointer(&module, &top) || !sov_constant_global(&module, 0, &top, &is_mutable) || !is_mutable)
        return MP_OBJ_NEW_SMALL_INT(-1);
    return mp_obj_new_int_from_uint(top);
}
MP_DEFINE_CONST_FUN_OBJ_1(sov_module_stack_hint_obj, module_stack_hint);
