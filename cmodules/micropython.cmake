# micropython.cmake - the C modules of SovelmaOS for a MicroPython port that is built with CMake: USER_C_MODULES=this file.
#
# Read by MicroPython's py/usermod.cmake in the directory of the port's main component.
#
# The sources given to `usermod` are compiled twice: in the main component, and in the program that is linked with it,
# whose objects count. That one has none of the component's options before MicroPython 1.28: no optimisation.

# Options for sources, wherever they are compiled.
function(sovelma_compile_options OPTIONS)
    if(CMAKE_VERSION VERSION_LESS 3.18)
        message(WARNING "CMake is older than 3.18: the modules of SovelmaOS are compiled without optimisation")
        return()
    endif()
    set_source_files_properties(${ARGN} DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR} PROPERTIES COMPILE_OPTIONS "${OPTIONS}")
endfunction()

include(${CMAKE_CURRENT_LIST_DIR}/abi/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/capability/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/wasm3/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/netio/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/esp32c3/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/commands/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/scheduler/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/services/micropython.cmake)
