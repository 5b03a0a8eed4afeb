# micropython.cmake - adds the module `services` to MicroPython's esp32 port. It has the handlers in C of calls of wasm3's instances.

add_library(usermod_services INTERFACE)
set(SERVICES_SOURCES modservices.c capability_calls.c endpoint.c notification.c sync.c memory.c event.c create.c)
list(TRANSFORM SERVICES_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
target_sources(usermod_services INTERFACE ${SERVICES_SOURCES})
target_link_libraries(usermod INTERFACE usermod_services)
sovelma_compile_options("-Os" ${SERVICES_SOURCES})
