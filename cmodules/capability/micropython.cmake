# micropython.cmake - adds the module `capability` to MicroPython's esp32 port.

add_library(usermod_capability INTERFACE)
set(CAPABILITY_SOURCES modcapability.c table.c revoke.c)
list(TRANSFORM CAPABILITY_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
target_sources(usermod_capability INTERFACE ${CAPABILITY_SOURCES})
target_include_directories(usermod_capability INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(usermod INTERFACE usermod_capability)
sovelma_compile_options("-Os" ${CAPABILITY_SOURCES})
