# micropython.cmake - adds the module `netio` to MicroPython's esp32 port.

add_library(usermod_netio INTERFACE)
target_sources(usermod_netio INTERFACE ${CMAKE_CURRENT_LIST_DIR}/modnetio.c)
target_link_libraries(usermod INTERFACE usermod_netio)
sovelma_compile_options("-Os" ${CMAKE_CURRENT_LIST_DIR}/modnetio.c)
