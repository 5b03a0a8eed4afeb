/* modesp32c3.c - the module `esp32c3`: functions that the HAL of the ESP32-C3 needs and MicroPython's esp32 port lacks.
 *
 * Time in 64 bits, random bytes that do not depend on the radio, the reason of the last reset, whether a program (mpremote) has the
 * console, flash partitions as memory, and a counter that survives every restart.
 *
 * Invariants: nothing here blocks, except `seed` for a few milliseconds and a write of the counter; only `microseconds` and
 * `map` make objects. Static variables survive a soft reset on purpose: a mapping, the key of the random numbers and the
 * handle of the storage are made once.
 */
#include "py/mperrno.h"
#include "py/obj.h"
#include "py/runtime.h"

/* The board's mpconfigboard.h sets it; MicroPython's scan for names reads that file too. */
#ifndef SOV_CHIP
#define SOV_CHIP 0
#endif

#if SOV_CHIP

#include "bootloader_random.h"
#include "esp_partition.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "nvs.h"
#include "py/binary.h"
#include "py/objarray.h"
#include "shared/runtime/pyexec.h"
#include "../common/random.h"
#include "waking.h"

#include <string.h>
#include <sys/time.h>

/* MicroPython keeps the clock in seconds since 2000. */
#define SECONDS_1970_TO_2000 946684800LL
/* The clock starts at 0, 1 January 2000; a time before 2024 means that it was not set. */
#define SECONDS_2000_TO_2024 757382400LL

/* microseconds() -> microseconds since the chip started; a soft reset does not reset them. */
static mp_obj_t esp32c3_microseconds(void) { return mp_obj_new_int_from_ll(esp_timer_get_time()); }
static MP_DEFINE_CONST_FUN_OBJ_0(esp32c3_microseconds_obj, esp32c3_microseconds);

/* clock(number, buffer) -> `buffer`, a bytearray of 8 bytes, filled with microseconds, little-endian. 0: since the chip started; else:
 * since 1970, or None if that clock was not set. */
static mp_obj_t esp32c3_clock(mp_obj_t number, mp_obj_t buffer) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_WRITE);
    int64_t microseconds = esp_timer_get_time();
    if (mp_obj_get_int(number)) {
        struct timeval now;
        gettimeofday(&now, NULL);
        if (now.tv_sec < SECONDS_2000_TO_2024) return mp_const_none;
        microseconds = ((int64_t)now.tv_sec + SECONDS_1970_TO_2000) * 1000000LL + now.tv_usec;
    }
    if (info.len != sizeof microseconds) mp_raise_ValueError(MP_ERROR_TEXT("8 bytes are needed"));
    memcpy(info.buf, &microseconds, sizeof microseconds);
    return buffer;
}
static MP_DEFINE_CONST_FUN_OBJ_2(esp32c3_clock_obj, esp32c3_clock);

/* now() -> a bytearray of 8 bytes that the next call overwrites: microseconds since the chip started, little-endian. */
static int64_t now_bytes;
static const mp_obj_array_t now_object = { { &mp_type_bytearray }, BYTEARRAY_TYPECODE, 0, sizeof now_bytes, &now_bytes };
static mp_obj_t esp32c3_now(void) {
    now_bytes = esp_timer_get_time();
    return MP_OBJ_FROM_PTR(&now_object);
}
static MP_DEFINE_CONST_FUN_OBJ_0(esp32c3_now_obj, esp32c3_now);

static bool seeded;

/* seed(): takes the key of the random numbers from the noise of the ADC, once after power-on; later calls do nothing. Call it before
 * any use of the radio or the ADC, which share the hardware. Without this noise the chip's generator is only pseudo-random. */
static mp_obj_t esp32c3_seed(void) {
    if (!seeded) {
        uint8_t key[SOV_RANDOM_KEY_BYTES];
        bootloader_random_enable();
        esp_fill_random(key, sizeof key);
        bootloader_random_disable();
        sov_random_seed(key);
        memset(key, 0, sizeof key);
        seeded = true;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(esp32c3_seed_obj, esp32c3_seed);

/* random(buffer, n): fills buffer[:n] with the stream of the key XOR the chip's generator. Raises OSError before `seed`. */
static mp_obj_t esp32c3_random(mp_obj_t buffer, mp_obj_t n) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(buffer, &bytes, MP_BUFFER_WRITE);
    mp_int_t count = mp_obj_get_int(n);
    if (count < 0 || (size_t)count > bytes.len) mp_raise_ValueError(NULL);
    if (!sov_random_bytes(bytes.buf, (size_t)count)) mp_raise_OSError(MP_EIO);
    uint8_t *to = bytes.buf;
    for (mp_int_t i = 0; i < count; i += 4) {
        uint32_t word = esp_random();
        for (mp_int_t j = i; j < count && j < i + 4; j++, word >>= 8) to[j] ^= (uint8_t)word;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(esp32c3_random_obj, esp32c3_random);

/* reset_reason() -> one of the constants below, or another number of ESP-IDF's esp_reset_reason_t. machine.reset_cause does not
 * distinguish a panic from a restart by program. */
static mp_obj_t esp32c3_reset_reason(void) { return MP_OBJ_NEW_SMALL_INT(esp_reset_reason()); }
static MP_DEFINE_CONST_FUN_OBJ_0(esp32c3_reset_reason_obj, esp32c3_reset_reason);

/* raw_repl() -> True if the console is in the raw protocol: a program is at the other end. */
static mp_obj_t esp32c3_raw_repl(void) { return mp_obj_new_bool(pyexec_mode_kind == PYEXEC_MODE_RAW_REPL); }
static MP_DEFINE_CONST_FUN_OBJ_0(esp32c3_raw_repl_obj, esp32c3_raw_repl);

/* One mapping for each module slot. */
#define MAPPINGS 2
static struct {
    const esp_partition_t *partition;
    const void *start;
} mappings[MAPPINGS];

/* map(label) -> a read-only memoryview of the data partition of that name, or None if there is no such partition. The partition
 * stays mapped; after a write to it the chip must restart before a task reads it again. Raises OSError. */
static mp_obj_t esp32c3_map(mp_obj_t label) {
    const esp_partition_t *partition =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, mp_obj_str_get_str(label));
    if (!partition) return mp_const_none;
    int at = 0;
    while (at < MAPPINGS && mappings[at].partition && mappings[at].partition != partition) at++;
    if (at == MAPPINGS) mp_raise_OSError(MP_ENOMEM);
    if (!mappings[at].partition) {
        esp_partition_mmap_handle_t handle;
        if (esp_partition_mmap(partition, 0, partition->size, ESP_PARTITION_MMAP_DATA, &mappings[at].start, &handle) != ESP_OK)
            mp_raise_OSError(MP_EIO);
        mappings[at].partition = partition;
    }
    return mp_obj_new_memoryview('B', partition->size, (void *)mappings[at].start);
}
static MP_DEFINE_CONST_FUN_OBJ_1(esp32c3_map_obj, esp32c3_map);

/* Returns the storage of the counter, which it opens once. MicroPython's esp32.NVS opens a handle each time and closes none: each
 * takes 48 bytes of ESP-IDF's heap that not even a soft reset frees. */
static nvs_handle_t storage(void) {
    static nvs_handle_t opened; /* 0: could not be opened; no valid handle is 0, and the nvs calls below reject it */
    if (!opened && nvs_open("sovelma", NVS_READWRITE, &opened) != ESP_OK) opened = 0;
    return opened;
}

static int32_t stored_faults(void) {
    int32_t count;
    return nvs_get_i32(storage(), "faults", &count) == ESP_OK ? count : 0;
}

/* faults() -> the counter; 0 if it was never set or the storage fails. */
static mp_obj_t esp32c3_faults(void) { return mp_obj_new_int(stored_faults()); }
static MP_DEFINE_CONST_FUN_OBJ_0(esp32c3_faults_obj, esp32c3_faults);

/* set_faults(count): stores the counter, only if it changes, to spare the flash. Does nothing if the storage fails. */
static mp_obj_t esp32c3_set_faults(mp_obj_t count) {
    int32_t value = mp_obj_get_int(count);
    if (stored_faults() != value && nvs_set_i32(storage(), "faults", value) == ESP_OK) nvs_commit(storage());
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(esp32c3_set_faults_obj, esp32c3_set_faults);

/* heap_missing() -> how many bytes Python's first heap is too small because ESP-IDF had no larger piece. Always 0 in an image whose
 * memory map memory.ld has checked. */
static mp_obj_t esp32c3_heap_missing(void) { return MP_OBJ_NEW_SMALL_INT(SOV_FIRST_HEAP - sov_first_heap_bytes()); }
static MP_DEFINE_CONST_FUN_OBJ_0(esp32c3_heap_missing_obj, esp32c3_heap_missing);

static const mp_rom_map_elem_t esp32c3_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_esp32c3) },
    { MP_ROM_QSTR(MP_QSTR_microseconds), MP_ROM_PTR(&esp32c3_microseconds_obj) },
    { MP_ROM_QSTR(MP_QSTR_now), MP_ROM_PTR(&esp32c3_now_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&esp32c3_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_alarm), MP_ROM_PTR(&esp32c3_alarm_obj) },
    { MP_ROM_QSTR(MP_QSTR_edges), MP_ROM_PTR(&esp32c3_edges_obj) },
    { MP_ROM_QSTR(MP_QSTR_clock), MP_ROM_PTR(&esp32c3_clock_obj) },
    { MP_ROM_QSTR(MP_QSTR_seed), MP_ROM_PTR(&esp32c3_seed_obj) },
    { MP_ROM_QSTR(MP_QSTR_random), MP_ROM_PTR(&esp32c3_random_obj) },
    { MP_ROM_QSTR(MP_QSTR_reset_reason), MP_ROM_PTR(&esp32c3_reset_reason_obj) },
    { MP_ROM_QSTR(MP_QSTR_raw_repl), MP_ROM_PTR(&esp32c3_raw_repl_obj) },
    { MP_ROM_QSTR(MP_QSTR_map), MP_ROM_PTR(&esp32c3_map_obj) },
    { MP_ROM_QSTR(MP_QSTR_faults), MP_ROM_PTR(&esp32c3_faults_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_faults), MP_ROM_PTR(&esp32c3_set_faults_obj) },
    { MP_ROM_QSTR(MP_QSTR_heap_missing), MP_ROM_PTR(&esp32c3_heap_missing_obj) },
    { MP_ROM_QSTR(MP_QSTR_RADIO), MP_ROM_INT(MICROPY_PY_NETWORK_WLAN) },
    { MP_ROM_QSTR(MP_QSTR_POWER_ON), MP_ROM_INT(ESP_RST_POWERON) },
    { MP_ROM_QSTR(MP_QSTR_PROGRAM), MP_ROM_INT(ESP_RST_SW) },
    { MP_ROM_QSTR(MP_QSTR_PANIC), MP_ROM_INT(ESP_RST_PANIC) },
    { MP_ROM_QSTR(MP_QSTR_INTERRUPT_WATCHDOG), MP_ROM_INT(ESP_RST_INT_WDT) },
    { MP_ROM_QSTR(MP_QSTR_TASK_WATCHDOG), MP_ROM_INT(ESP_RST_TASK_WDT) },
    { MP_ROM_QSTR(MP_QSTR_OTHER_WATCHDOG), MP_ROM_INT(ESP_RST_WDT) },
    { MP_ROM_QSTR(MP_QSTR_DEEP_SLEEP), MP_ROM_INT(ESP_RST_DEEPSLEEP) },
    { MP_ROM_QSTR(MP_QSTR_BROWNOUT), MP_ROM_INT(ESP_RST_BROWNOUT) },
};
static MP_DEFINE_CONST_DICT(esp32c3_globals, esp32c3_globals_table);

const mp_obj_module_t esp32c3_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&esp32c3_globals,
};
MP_REGISTER_MODULE(MP_QSTR_esp32c3, esp32c3_module);

#endif
