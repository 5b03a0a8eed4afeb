// MicroPython on an ESP32-C3 board with 4 MB of flash: what the port has switched on and SovelmaOS has no room for, and
// what it needs besides. Each option the port would take by itself as well is left out.

#define MICROPY_HW_BOARD_NAME "SovelmaOS"
#define MICROPY_HW_MCU_NAME "ESP32-C3"

// The console: the chip's own USB is always there; this is the other one, of boards with a USB converter on pins 20 and 21.
#define MICROPY_HW_ENABLE_UART_REPL (1)

// 0 in the image without radio, see mpconfigvariant_NOWIFI.cmake.
#ifndef SOV_RADIO
#define SOV_RADIO (1)
#endif
#define MICROPY_PY_NETWORK_WLAN (SOV_RADIO)

// 28 KB of RAM and 250 KB of flash that nothing here uses.
#define MICROPY_PY_BLUETOOTH (0)
#define MICROPY_PY_ESPNOW (0)

// Flash. Names are looked up by the kernel's own resolver; I2S and SD cards are reached by no capability.
#define MICROPY_HW_ENABLE_MDNS_QUERIES (0)
#define MICROPY_HW_ENABLE_MDNS_RESPONDER (0)
#define MICROPY_PY_MACHINE_I2S (0)
#define MICROPY_HW_ENABLE_SDCARD (0)

// Read-only file systems in mapped flash: modules that are used where they lie.
#define MICROPY_VFS_ROM (1)

// Python's heap starts with 64 KB, which the kernel and ten tasks nearly fill, or with what there is, and may grow so far in
// all, where ESP-IDF has something left (cmodules/esp32c3/heap.c).
#define SOV_FIRST_HEAP (64 * 1024)
#define SOV_PYTHON_HEAP_MAX (80 * 1024)
unsigned sov_first_heap_bytes(void);
#define MICROPY_GC_INITIAL_HEAP_SIZE (sov_first_heap_bytes())

// Parts of cmodules/ that this port gets. Here, because MicroPython's scan for names sees no other definitions.
#define SOV_CHIP (1)
#define SOV_LWIP (1)

// Where the text of an exception goes when the heap is full. Without the buffer MicroPython 1.25 takes NULL for one with
// room and writes to address 52 (py/objexcept.c, decompress_error_text_maybe). It holds the longest text of any port.
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)

// Places of the cache where MicroPython finds names, a byte each; names take every second one. With 128, MicroPython's own number,
// it is chance whether two names of the kernel's loop share a place, which costs 400 instructions in each system call.
#define MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE (1024)
