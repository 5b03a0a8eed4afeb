# micropython.cmake - adds the module `wasm3` to MicroPython's esp32 port.
#
# WASM3_DIR: directory of wasm3 0.5.0's C files; a variable of CMake or of the environment, else what `make` unpacked.
# SOV_ARENA_BYTES: bytes of the static arena, set by the board.
#
# Without optimisation gcc makes no tail calls, and the sources of user modules lose it on the way (see the file above).
# So the runtime is a library with options of its own. Only the files that need MicroPython's scan for names, or ESP-IDF's
# headers, are given to the main component.

set(SOV_WASM3_MODULE ${CMAKE_CURRENT_LIST_DIR})

if(NOT WASM3_DIR)
    if(DEFINED ENV{WASM3_DIR})
        set(WASM3_DIR $ENV{WASM3_DIR})
    else()
        get_filename_component(WASM3_DIR ${SOV_WASM3_MODULE}/../../build/src/wasm3 ABSOLUTE)
    endif()
endif()
if(NOT EXISTS ${WASM3_DIR}/m3_compile.c)
    message(FATAL_ERROR "WASM3_DIR=${WASM3_DIR} has no m3_compile.c: run `make setup`, or give the directory of wasm3 0.5.0's sources")
endif()

# The lists of sources.mk, which the builds with make use too.
file(READ ${SOV_WASM3_MODULE}/sources.mk SOV_LISTS)
string(REPLACE "\\\n" " " SOV_LISTS "${SOV_LISTS}")
foreach(SOV_LIST SOV_RUNTIME_SOURCES SOV_PYTHON_SOURCES SOV_INTERPRETER_SOURCES SOV_INTERPRETER_FLAGS SOV_BOARD_FLAGS)
    if(NOT SOV_LISTS MATCHES "${SOV_LIST} := ([^\n]*)")
        message(FATAL_ERROR "${SOV_WASM3_MODULE}/sources.mk has no ${SOV_LIST}")
    endif()
    separate_arguments(${SOV_LIST} UNIX_COMMAND "${CMAKE_MATCH_1}")
endforeach()

set(SOV_LIBRARY_SOURCES ${SOV_RUNTIME_SOURCES} ${SOV_INTERPRETER_SOURCES})
# It needs ESP-IDF's headers, so it becomes a source of the main component.
list(REMOVE_ITEM SOV_LIBRARY_SOURCES port/port_esp32.c)
list(TRANSFORM SOV_LIBRARY_SOURCES PREPEND ${SOV_WASM3_MODULE}/)

# The component's options are not known here; what the processor is stands in the toolchain file of ESP-IDF.
add_library(sovelma_runtime STATIC ${SOV_LIBRARY_SOURCES})
target_include_directories(sovelma_runtime PRIVATE ${SOV_WASM3_MODULE} ${WASM3_DIR})
# wasm3's headers do not pass the warnings of others; the flags of the interpreter do no harm to the rest.
target_compile_options(sovelma_runtime PRIVATE -std=gnu11 ${SOV_BOARD_FLAGS} ${SOV_INTERPRETER_FLAGS} -w)
# What ESP-IDF defines for its components: the files for other machines are empty then.
target_compile_definitions(sovelma_runtime PRIVATE ESP_PLATFORM)
if(SOV_ARENA_BYTES)
    target_compile_definitions(sovelma_runtime PRIVATE SOV_ARENA_BYTES=${SOV_ARENA_BYTES}u)
endif()
# Behind the library on the linker's command line, wherever else they stand.
target_link_libraries(sovelma_runtime PRIVATE m c gcc)

add_library(usermod_wasm3 INTERFACE)
set(SOV_COMPONENT_SOURCES ${SOV_PYTHON_SOURCES} port/port_esp32.c)
list(TRANSFORM SOV_COMPONENT_SOURCES PREPEND ${SOV_WASM3_MODULE}/)
target_sources(usermod_wasm3 INTERFACE ${SOV_COMPONENT_SOURCES})
target_include_directories(usermod_wasm3 INTERFACE ${SOV_WASM3_MODULE} ${SOV_WASM3_MODULE}/../capability)
sovelma_compile_options("-Os" ${SOV_COMPONENT_SOURCES})
# The library calls back into the main component, which the linker has passed when it comes to the library.
target_link_options(usermod_wasm3 INTERFACE -Wl,--undefined=sov_port_is_read_only)
target_link_libraries(usermod_wasm3 INTERFACE sovelma_runtime)
target_link_libraries(usermod INTERFACE usermod_wasm3)
