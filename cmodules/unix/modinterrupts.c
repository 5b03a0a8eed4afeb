/* modinterrupts.c - the module `interrupts`: Ctrl-C on the unix port. No number of signals ends the program.
 *
 * The port's own handler ends the program if a second SIGINT comes before the first has become an exception. Between two lines of
 * the prompt the port restores the signal's default, and then a SIGINT ends the program too. Both lose the running system. Here a
 * SIGINT has one of three effects: it raises KeyboardInterrupt (while the prompt runs a line); it sets a flag that the kernel's
 * loop reads, so that no exception interrupts an update of the kernel's state; or it does nothing.
 *
 * --wrap replaces the port's function (micropython.mk).
 */
#include "py/mphal.h"
#include "py/runtime.h"

#include <signal.h>

static volatile sig_atomic_t was_seen;

/* Signal handlers. raise_exception() is safe in a signal handler even if an exception is pending already: it only sets it again. */
static void raise_exception(int number) {
    (void)number;
    mp_sched_keyboard_interrupt();
}

static void set_flag(int number) {
    (void)number;
    was_seen = 1;
}

static void handle_by(void (*handler)(int)) {
    struct sigaction action = { .sa_handler = handler };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

/* From now on Ctrl-C raises KeyboardInterrupt if `character` is its code; for any other character it is ignored. */
void __wrap_mp_hal_set_interrupt_char(char character);
void __wrap_mp_hal_set_interrupt_char(char character) { handle_by(character == CHAR_CTRL_C ? raise_exception : SIG_IGN); }

/* watch(): SIGINT sets a flag from now on. A pending KeyboardInterrupt of an earlier SIGINT becomes this flag too. */
static mp_obj_t interrupts_watch(void) {
    handle_by(set_flag);
    if (MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception))) {
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
        was_seen = 1;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(interrupts_watch_obj, interrupts_watch);

/* ignore(): SIGINT does nothing from now on. Clears the flag. */
static mp_obj_t interrupts_ignore(void) {
    handle_by(SIG_IGN);
    was_seen = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(interrupts_ignore_obj, interrupts_ignore);

/* seen() -> True if a SIGINT came since the last call; clears the flag. */
static mp_obj_t interrupts_seen(void) {
    bool seen = was_seen;
    if (seen) was_seen = 0;
    return mp_obj_new_bool(seen);
}
static MP_DEFINE_CONST_FUN_OBJ_0(interrupts_seen_obj, interrupts_seen);

static const mp_rom_map_elem_t interrupts_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_interrupts) },
    { MP_ROM_QSTR(MP_QSTR_watch), MP_ROM_PTR(&interrupts_watch_obj) },
    { MP_ROM_QSTR(MP_QSTR_ignore), MP_ROM_PTR(&interrupts_ignore_obj) },
    { MP_ROM_QSTR(MP_QSTR_seen), MP_ROM_PTR(&interrupts_seen_obj) },
};
static MP_DEFINE_CONST_DICT(interrupts_globals, interrupts_globals_table);

const mp_obj_module_t interrupts_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&interrupts_globals,
};
MP_REGISTER_MODULE(MP_QSTR_interrupts, interrupts_module);
