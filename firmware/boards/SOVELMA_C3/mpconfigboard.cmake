# The board for MicroPython's build: which chip, which options, how large the arena. Read before ESP-IDF's own files.
#
# mpconfigvariant_NOWIFI.cmake changes what the image without radio has otherwise; everything else is shared.

set(IDF_TARGET esp32c3)

# The partition table lies outside the port, so the option needs its whole path, which a file in the repository cannot have.
file(WRITE ${CMAKE_BINARY_DIR}/sdkconfig.partitions
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${CMAKE_CURRENT_LIST_DIR}/partitions.csv\"\n")

# A later file overrides an earlier one. The paths without a directory are relative to the port.
set(SDKCONFIG_DEFAULTS
    boards/sdkconfig.base
    boards/ESP32_GENERIC_C3/sdkconfig.c3usb
    ${CMAKE_CURRENT_LIST_DIR}/../common/esp32c3/sdkconfig.board
    ${CMAKE_BINARY_DIR}/sdkconfig.partitions
)

# Bytes for all tasks. What is left beside the radio, its buffers and Python: measured, see sdkconfig.board.
set(SOV_ARENA_BYTES 131072)

# Bytes that must stay in one piece behind the arena, or the image is not linked (cmodules/esp32c3/memory.ld): Python's first
# heap 64 KB, MicroPython's task 16 KB, other tasks, timers and storage of ESP-IDF 24 KB, the radio and its connections 40 KB.
set(SOV_HEAP_WANTED 147456)

# FROZEN_MANIFEST= on the command line comes before it.
set(MICROPY_FROZEN_MANIFEST ${CMAKE_CURRENT_LIST_DIR}/manifest.py)
