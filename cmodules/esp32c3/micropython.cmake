# micropython.cmake - adds the module `esp32c3` to MicroPython's esp32 port.

set(SOV_ESP32C3_SOURCES ${CMAKE_CURRENT_LIST_DIR}/modesp32c3.c ${CMAKE_CURRENT_LIST_DIR}/waking.c ${CMAKE_CURRENT_LIST_DIR}/heap.c
    ${CMAKE_CURRENT_LIST_DIR}/../common/random.c)
add_library(usermod_esp32c3 INTERFACE)
target_sources(usermod_esp32c3 INTERFACE ${SOV_ESP32C3_SOURCES})
# heap.c stands in for the port's answer to how far the Python heap may grow.
target_link_options(usermod_esp32c3 INTERFACE -Wl,--wrap=gc_get_max_new_split)
# waking.c ends its interrupts where the port begins a soft reset.
target_link_options(usermod_esp32c3 INTERFACE -Wl,--wrap=machine_timer_deinit_all)
# waking.c is told by lwIP's sockets when something happens to one.
if(NOT "SOV_RADIO=0" IN_LIST MICROPY_DEF_BOARD)
    target_link_options(usermod_esp32c3 INTERFACE -Wl,--wrap=netconn_new_with_proto_and_callback)
endif()
target_include_directories(usermod_esp32c3 INTERFACE ${CMAKE_CURRENT_LIST_DIR}/../services)
# memory.ld holds the memory map against SOV_HEAP_WANTED, bytes, which the board sets.
target_link_options(usermod_esp32c3 INTERFACE -Wl,--defsym=SOV_HEAP_WANTED=${SOV_HEAP_WANTED} ${CMAKE_CURRENT_LIST_DIR}/memory.ld)
target_link_libraries(usermod INTERFACE usermod_esp32c3)
sovelma_compile_options("-Os" ${SOV_ESP32C3_SOURCES})
