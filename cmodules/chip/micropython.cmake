# micropython.cmake - adds the module `chip` to MicroPython's esp32 port.

set(SOV_CHIP_SOURCES ${CMAKE_CURRENT_LIST_DIR}/modchip.c ${CMAKE_CURRENT_LIST_DIR}/heap.c
    ${CMAKE_CURRENT_LIST_DIR}/../common/random.c)
add_library(usermod_chip INTERFACE)
target_sources(usermod_chip INTERFACE ${SOV_CHIP_SOURCES})
# heap.c stands in for the port's answer to how far the Python heap may grow.
target_link_options(usermod_chip INTERFACE -Wl,--wrap=gc_get_max_new_split)
target_link_libraries(usermod INTERFACE usermod_chip)
sovelma_compile_options("-Os" ${SOV_CHIP_SOURCES})
