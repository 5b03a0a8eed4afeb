# micropython.cmake - the C modules of SovelmaOS for a MicroPython port that is built with CMake: USER_C_MODULES=this file.
#
# Read by MicroPython's py/usermod.cmake in the directory of the port's main component.

include(${CMAKE_CURRENT_LIST_DIR}/wasm3/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/netio/micropython.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/chip/micropython.cmake)
