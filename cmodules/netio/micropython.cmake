# micropython.cmake - adds the module `netio` to MicroPython's esp32 port.

add_library(usermod_netio INTERFACE)
target_sources(usermod_netio INTERFACE ${CMAKE_CURRENT_LIST_DIR}/modnetio.c)
target_link_libraries(usermod INTERFACE usermod_netio)

# MicroPython 1.25's esp32 port compiles user modules without optimisation unless they say otherwise.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/modnetio.c PROPERTIES COMPILE_OPTIONS "-Os")
