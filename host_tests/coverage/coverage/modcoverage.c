// The module `_coverage` of the instrumented firmware: a byte for every statement, set when it is reached.
//
// When the program ends, by whatever exit, the bytes go to a new file in the directory that SOVELMA_COVERAGE names.

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "py/binary.h"
#include "py/objarray.h"
#include "py/runtime.h"

#define STATEMENTS 16384 // several times what the firmware has

static uint8_t hits[STATEMENTS];

static const mp_obj_array_t hit_obj = { { &mp_type_bytearray }, BYTEARRAY_TYPECODE, 0, STATEMENTS, hits };

__attribute__((destructor)) static void save(void) {
    const char *directory = getenv("SOVELMA_COVERAGE");
    char path[512];
    if (!directory || snprintf(path, sizeof path, "%s/%ld", directory, (long)getpid()) >= (int)sizeof path) {
        return;
    }
    FILE *file = fopen(path, "ab");
    if (file) {
        fwrite(hits, 1, sizeof hits, file);
        fclose(file);
    }
}

static const mp_rom_map_elem_t globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__coverage) },
    { MP_ROM_QSTR(MP_QSTR_hit), MP_ROM_PTR(&hit_obj) },
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t coverage_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR__coverage, coverage_module);
