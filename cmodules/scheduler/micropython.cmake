# micropython.cmake - adds the module `scheduler` to MicroPython's esp32 port. It runs instances of the module `wasm3`, whose
# headers it needs.

add_library(usermod_scheduler INTERFACE)
set(SCHEDULER_SOURCES modscheduler.c run.c queues.c timers.c deadline.c block.c)
list(TRANSFORM SCHEDULER_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
target_sources(usermod_scheduler INTERFACE ${SCHEDULER_SOURCES})
target_include_directories(usermod_scheduler INTERFACE ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/../wasm3)
target_link_libraries(usermod INTERFACE usermod_scheduler)
sovelma_compile_options("-Os" ${SCHEDULER_SOURCES})
