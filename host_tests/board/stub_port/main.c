/* main.c - runs the Python text on standard input; exit status 1 where it raises. */
#include "py/builtin.h"
#include "py/compile.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"
#include "lwip/api.h"

#include <stdio.h>
#include <unistd.h>

pyexec_mode_kind_t pyexec_mode_kind = PYEXEC_MODE_RAW_REPL;
static char text[1 << 16];

int main(void) {
    mp_cstack_init_with_sp_here(1 << 20);
    char *heap = MP_PLAT_ALLOC_HEAP(MICROPY_GC_INITIAL_HEAP_SIZE);      /* the macro twice, as the esp32 port has it */
    gc_init(heap, heap + MICROPY_GC_INITIAL_HEAP_SIZE);
    mp_init();
    size_t length = fread(text, 1, sizeof text, stdin);
    int status = 0;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_lexer_t *lexer = mp_lexer_new_from_str_len(MP_QSTR__lt_stdin_gt_, text, length, 0);
        mp_parse_tree_t tree = mp_parse(lexer, MP_PARSE_FILE_INPUT);
        mp_call_function_0(mp_compile(&tree, MP_QSTR__lt_stdin_gt_, false));
        nlr_pop();
    } else {
        mp_obj_print_exception(&mp_plat_print, (mp_obj_t)nlr.ret_val);
        status = 1;
    }
    fflush(stdout);
    return status;
}

/* lwIP's: the linker puts ours in its place. */
netconn_callback stub_told;
struct netconn *netconn_new_with_proto_and_callback(enum netconn_type type, u8_t protocol, netconn_callback callback) {
    stub_told = callback;
    return NULL;
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

size_t gc_get_max_new_split(void);
size_t gc_get_max_new_split(void) { return 1 << 30; } /* the port's own, which must not be what the collector asks */

void mp_hal_stdout_tx_strn_cooked(const char *str, size_t len) { fwrite(str, 1, len, stdout); }
mp_import_stat_t mp_import_stat(const char *path) { (void)path; return MP_IMPORT_STAT_NO_EXIST; }
void nlr_jump_fail(void *val) { (void)val; abort(); }
