# The image without radio: what Wi-Fi would need belongs to the tasks.

# With 208 KiB the chip boots and leaves ESP-IDF 27 KB, with 224 KiB it restarts for ever: 16 KB of margin below the first.
set(SOV_ARENA_BYTES 196608)
# As in mpconfigboard.cmake, without radio and connections.
set(SOV_HEAP_WANTED 106496)

list(APPEND MICROPY_DEF_BOARD SOV_RADIO=0)
