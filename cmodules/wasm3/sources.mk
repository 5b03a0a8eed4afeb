# Sources of the runtime that need no MicroPython; used by micropython.mk, the benchmarks and the tests.
SOV_RUNTIME_SOURCES := memory/pool.c memory/region.c \
    validate/validate_state.c validate/validate_module.c validate/validate_body.c validate/scan.c validate/features.c \
    state/state.c task/task.c task/create.c task/system_calls.c \
    engine/runtime.c engine/parse.c engine/segments.c engine/load.c engine/compile.c engine/functions.c engine/names.c engine/locate.c engine/wasm3_parts.c \
    port/port_unix.c port/port_qemu.c port/port_esp32.c
# What faces Python, and what MicroPython's scan for names reads.
SOV_PYTHON_SOURCES := python/modwasm3.c python/arguments.c python/pending.c python/backtrace.c python/contents.c python/advice.c python/arena.c
# The interpreter is compiled apart: speed matters here, and it must keep its tail calls.
SOV_INTERPRETER_SOURCES := engine/interpreter.c
# Operations jump to each other (tail calls, no frame) and view slots as several types (no strict aliasing).
# Loops that clear a few locals must stay loops: a call to memset would make every function entry save its
# registers. wasm's integers wrap, and wasm3's operations are written in signed C. A square root is an
# instruction; nothing here reads errno. The ways out of an operation that leave every argument where it is must stay
# apart until registers are assigned, or the arguments move to other registers and back on the way that matters; and an
# operation is no jump to half of itself, or to another that does the same.
SOV_INTERPRETER_FLAGS := -foptimize-sibling-calls -fomit-frame-pointer -fno-stack-protector \
    -fno-strict-aliasing -fwrapv -fno-tree-loop-distribute-patterns -fno-tree-vectorize -fno-math-errno \
    -fno-tree-tail-merge -fno-partial-inlining -fno-ipa-icf
# On a board flash is scarce, and the interpreter's operations take as many instructions at -Os as at -O2.
SOV_BOARD_FLAGS := -Os -ffunction-sections -fdata-sections
