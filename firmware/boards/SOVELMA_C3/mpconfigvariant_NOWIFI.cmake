# The image without radio: what Wi-Fi would need belongs to the tasks.

# The largest with which the chip boots beside a Python heap of 64 KB.
set(SOV_ARENA_BYTES 229376)

list(APPEND MICROPY_DEF_BOARD SOV_RADIO=0)
