/* modqemu.c - the module `qemu`: clock, console, random numbers and switch-off of QEMU's `virt` machine.
 *
 * Only the HAL `qemu` uses the module. This file also has the port functions that MicroPython's `time` needs (mp_hal_...).
 *
 * Invariant: `now`, `ticks`, `clock`, `idle` and `write` allocate nothing.
 */
#include "qemu.h"

#include "py/binary.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/runtime.h"

#include "../common/random.h"

#include <stdlib.h>
#include <string.h>

/* Low and high word of the real-time clock; reading the low word latches the high one. */
#define CLOCK_LOW (*(volatile uint32_t *)0x101000)
#define CLOCK_HIGH (*(volatile uint32_t *)0x101004)

/* The machine timer, 10 MHz. */
#define TIMER_LOW (*(volatile uint32_t *)0x200BFF8)
#define TIMER_HIGH (*(volatile uint32_t *)0x200BFFC)
#define TICKS_PER_MILLISECOND 10000u
#define TICKS_PER_MICROSECOND 10u

#define SMALL_MASK 0x3FFFFFFFu /* the period of tick counters in MicroPython */

uint64_t qemu_nanoseconds(void) {
    uint32_t low = CLOCK_LOW;
    return (uint64_t)CLOCK_HIGH << 32 | low;
}

uint64_t qemu_ticks(void) {
    uint32_t high, low;
    do {
        high = TIMER_HIGH;
        low = TIMER_LOW;
    } while (high != TIMER_HIGH);
    return (uint64_t)high << 32 | low;
}

/* ---------------------------------------------------------------- functions that MicroPython requires of a port */

mp_uint_t mp_hal_ticks_ms(void) { return qemu_ticks() / TICKS_PER_MILLISECOND; }

mp_uint_t mp_hal_ticks_us(void) { return qemu_ticks() / TICKS_PER_MICROSECOND; }

mp_uint_t mp_hal_ticks_cpu(void) { return qemu_ticks(); }

uint64_t mp_hal_time_ns(void) { return qemu_nanoseconds(); }

/* Waits for about 3,000 instructions between two polls of the devices. When QEMU counts instructions, a poll takes it longer than
 * that; at 100 million instructions a second they are 30 us. */
static void pause(void) {
    for (volatile unsigned i = 0; i < 1000; i++) {}
}

/* Waits until a tick. Raises a pending exception, so that Ctrl-C ends the wait early. */
static void wait_until(uint64_t end) {
    while ((int64_t)(end - qemu_ticks()) > 0) {
        qemu_console_poll();
        mp_handle_pending(true);
    }
}

void mp_hal_delay_ms(mp_uint_t ms) { wait_until(qemu_ticks() + (uint64_t)ms * TICKS_PER_MILLISECOND); }

void mp_hal_delay_us(mp_uint_t us) { wait_until(qemu_ticks() + (uint64_t)us * TICKS_PER_MICROSECOND); }

/* ---------------------------------------------------------------- the module */

/* ticks() -> milliseconds modulo 2^30. Also polls the console, since nothing else does between slices. */
static mp_obj_t qemu_module_ticks(void) {
    qemu_console_poll();
    return MP_OBJ_NEW_SMALL_INT(mp_hal_ticks_ms() & SMALL_MASK);
}
static MP_DEFINE_CONST_FUN_OBJ_0(qemu_ticks_obj, qemu_module_ticks);

/* microseconds() -> microseconds since the machine was switched on. Makes an object. */
static mp_obj_t qemu_microseconds(void) { return mp_obj_new_int_from_ull(qemu_ticks() / TICKS_PER_MICROSECOND); }
static MP_DEFINE_CONST_FUN_OBJ_0(qemu_microseconds_obj, qemu_microseconds);

/* now() -> the same as a bytearray of 8 bytes, little-endian, that the next call overwrites. */
static uint64_t now_bytes;
static const mp_obj_array_t now_object = { { &mp_type_bytearray }, BYTEARRAY_TYPECODE, 0, sizeof now_bytes, &now_bytes };
static mp_obj_t qemu_now(void) {
    now_bytes = qemu_ticks() / TICKS_PER_MICROSECOND;
    return MP_OBJ_FROM_PTR(&now_object);
}
static MP_DEFINE_CONST_FUN_OBJ_0(qemu_now_obj, qemu_now);

/* clock(number, buffer) -> `buffer`, a bytearray of 8 bytes, filled with microseconds, little-endian. 0: since the machine was
 * switched on; else: since 1970, from the real-time clock. */
static mp_obj_t qemu_clock(mp_obj_t number, mp_obj_t buffer) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_WRITE);
    uint64_t time = mp_obj_get_int(number) ? qemu_nanoseconds() / 1000 : qemu_ticks() / TICKS_PER_MICROSECOND;
    if (info.len != sizeof time) mp_raise_ValueError(MP_ERROR_TEXT("8 bytes are needed"));
    memcpy(info.buf, &time, sizeof time);
    return buffer;
}
static MP_DEFINE_CONST_FUN_OBJ_2(qemu_clock_obj, qemu_clock);

/* nanoseconds() -> nanoseconds of the real-time clock modulo 2^30; under `-icount shift=0 -rtc clock=vm`, instructions. */
static mp_obj_t qemu_module_nanoseconds(void) { return MP_OBJ_NEW_SMALL_INT(qemu_nanoseconds() & SMALL_MASK); }
static MP_DEFINE_CONST_FUN_OBJ_0(qemu_nanoseconds_obj, qemu_module_nanoseconds);

/* idle(us): waits for `us` microseconds, -1: for ever. Ctrl-C or a scheduled callback ends the wait early. It polls, since standard C
 * has no statement that waits for an interrupt. */
static mp_obj_t qemu_idle(mp_obj_t us_object) {
    mp_int_t us = mp_obj_get_int(us_object);
    uint64_t end = qemu_ticks() + (uint64_t)(us < 0 ? 0 : us) * TICKS_PER_MICROSECOND;
    while (us < 0 || (int64_t)(end - qemu_ticks()) > 0) {
        qemu_console_poll();
        pause();
        if (MP_STATE_VM(sched_state) == MP_SCHED_PENDING || MP_STATE_THREAD(mp_pending_exception) != MP_OBJ_NULL) break;
    }
    mp_handle_pending(true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(qemu_idle_obj, qemu_idle);

/* Returns the bytes of `buffer`, with n as a number in *n. Raises ValueError if the buffer has fewer than n bytes. */
static void *first_bytes(mp_obj_t buffer, mp_obj_t n_object, mp_uint_t access, mp_int_t *n) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, access);
    *n = mp_obj_get_int(n_object);
    if (*n < 0 || (size_t)*n > info.len) mp_raise_ValueError(MP_ERROR_TEXT("more bytes than the buffer has"));
    return info.buf;
}

/* write(buffer, n): writes buffer[:n] to the console, with a carriage return before every line feed. */
static mp_obj_t qemu_write(mp_obj_t buffer, mp_obj_t n_object) {
    mp_int_t n;
    const void *bytes = first_bytes(buffer, n_object, MP_BUFFER_READ, &n);
    mp_hal_stdout_tx_strn_cooked(bytes, n);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(qemu_write_obj, qemu_write);

/* seed(key): sets the key of `random`, 32 secret bytes. */
static mp_obj_t qemu_module_seed(mp_obj_t key) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(key, &info, MP_BUFFER_READ);
    if (info.len != SOV_RANDOM_KEY_BYTES) mp_raise_ValueError(MP_ERROR_TEXT("a seed has 32 bytes"));
    sov_random_seed(info.buf);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(qemu_seed_obj, qemu_module_seed);

/* random(buffer, n): fills buffer[:n]. Raises OSError ENODEV before `seed`. */
static mp_obj_t qemu_module_random(mp_obj_t buffer, mp_obj_t n_object) {
    mp_int_t n;
    void *bytes = first_bytes(buffer, n_object, MP_BUFFER_WRITE, &n);
    if (!sov_random_bytes(bytes, n)) mp_raise_OSError(MP_ENODEV);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(qemu_random_obj, qemu_module_random);

/* exit(status): ends QEMU with that exit status. */
static mp_obj_t qemu_exit(mp_obj_t status) {
    exit(mp_obj_get_int(status));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(qemu_exit_obj, qemu_exit);

static const mp_rom_map_elem_t qemu_globals[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_qemu) },
    { MP_ROM_QSTR(MP_QSTR_ticks), MP_ROM_PTR(&qemu_ticks_obj) },
    { MP_ROM_QSTR(MP_QSTR_microseconds), MP_ROM_PTR(&qemu_microseconds_obj) },
    { MP_ROM_QSTR(MP_QSTR_nanoseconds), MP_ROM_PTR(&qemu_nanoseconds_obj) },
    { MP_ROM_QSTR(MP_QSTR_now), MP_ROM_PTR(&qemu_now_obj) },
    { MP_ROM_QSTR(MP_QSTR_clock), MP_ROM_PTR(&qemu_clock_obj) },
    { MP_ROM_QSTR(MP_QSTR_idle), MP_ROM_PTR(&qemu_idle_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&qemu_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_seed), MP_ROM_PTR(&qemu_seed_obj) },
    { MP_ROM_QSTR(MP_QSTR_random), MP_ROM_PTR(&qemu_random_obj) },
    { MP_ROM_QSTR(MP_QSTR_exit), MP_ROM_PTR(&qemu_exit_obj) },
};
static MP_DEFINE_CONST_DICT(qemu_globals_dict, qemu_globals);

const mp_obj_module_t qemu_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&qemu_globals_dict,
};

MP_REGISTER_MODULE(MP_QSTR_qemu, qemu_module);
