# micropython.cmake - adds the module `commands` to MicroPython's esp32 port.

add_library(usermod_commands INTERFACE)
target_sources(usermod_commands INTERFACE ${CMAKE_CURRENT_LIST_DIR}/modcommands.c)
target_link_libraries(usermod INTERFACE usermod_commands)
sovelma_compile_options("-Os" ${CMAKE_CURRENT_LIST_DIR}/modcommands.c)
