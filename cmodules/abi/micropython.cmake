# micropython.cmake - adds the module `abi` to MicroPython's esp32 port: the ABI's numbers, for the kernel.

add_library(usermod_abi INTERFACE)
target_sources(usermod_abi INTERFACE ${CMAKE_CURRENT_LIST_DIR}/modabi.c)
target_link_libraries(usermod INTERFACE usermod_abi)
