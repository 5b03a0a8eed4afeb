// MicroPython on an ESP32-C3 board with 4 MB of flash. This file switches off options of the port that SovelmaOS has no room for,
// and sets those that it needs. It does not repeat the port's defaults.

#define MICROPY_HW_BOARD_NAME "SovelmaOS"
#define MICROPY_HW_MCU_NAME "ESP32-C3"

// A console on the UART, for boards with a USB converter on pins 20 and 21. The console on the chip's own USB is always on.
#define MICROPY_HW_ENABLE_UART_REPL (1)

// 0 in the image without radio, see mpconfigvariant_NOWIFI.cmake.
#ifndef SOV_RADIO
#define SOV_RADIO (1)
#endif
#define MICROPY_PY_NETWORK_WLAN (SOV_RADIO)

// Unused; together they take 28 KB of RAM and 250 KB of flash.
#define MICROPY_PY_BLUETOOTH (0)
#define MICROPY_PY_ESPNOW (0)

// Off to save flash. The kernel has its own resolver; no capability reaches I2S or SD cards.
#define MICROPY_HW_ENABLE_MDNS_QUERIES (0)
#define MICROPY_HW_ENABLE_MDNS_RESPONDER (0)
#define MICROPY_PY_MACHINE_I2S (0)
#define MICROPY_HW_ENABLE_SDCARD (0)

// Read-only file systems in memory-mapped flash: tasks use their modules in place.
#define MICROPY_VFS_ROM (1)

// Python's heap starts with 64 KB, or less if ESP-IDF has less in one piece; the kernel and ten tasks nearly fill 64 KB. It may grow
// to 80 KB in total while ESP-IDF has memory left (cmodules/esp32c3/heap.c).
#define SOV_FIRST_HEAP (64 * 1024)
#define SOV_PYTHON_HEAP_MAX (80 * 1024)
unsigned sov_first_heap_bytes(void);
#define MICROPY_GC_INITIAL_HEAP_SIZE (sov_first_heap_bytes())

// Parts of cmodules/ that this port gets. They are set here because MicroPython's scan for names sees no other definitions.
#define SOV_CHIP (1)
#define SOV_LWIP (1)

// Buffer for the text of an exception when the heap is full. Without it MicroPython 1.25 takes NULL for a buffer with room and
// writes to address 52 (py/objexcept.c, decompress_error_text_maybe). 256 bytes hold the longest text of any port.
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)

// Entries of MicroPython's cache of name look-ups, a byte each; names use every second one. With MicroPython's default of 128, two
// names of the kernel's loop may share an entry by chance, which costs 400 instructions in each system call.
#define MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE (1024)
