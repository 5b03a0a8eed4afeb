# micropython.mk - adds the module `wasm3` to a MicroPython port that is built with make.
#
# WASM3_DIR: directory of wasm3 0.5.0's C files (the `wasm3/` of the pywasm3 source distribution).
# SOV_INTERPRETER_OPTIMIZATION: how the interpreter is optimised; where a board says nothing, for speed.
# SOV_SANITIZERS: flags that instrument our files for `make test-sanitize`, else empty.

SOV_DIR := $(USERMOD_DIR)
ifeq ($(wildcard $(WASM3_DIR)/m3_compile.c),)
$(error WASM3_DIR=$(WASM3_DIR) has no m3_compile.c: give the directory of wasm3 0.5.0's sources)
endif
include $(SOV_DIR)/sources.mk

SRC_USERMOD_C += $(addprefix $(SOV_DIR)/,$(SOV_PYTHON_SOURCES))
SRC_USERMOD_LIB_C += $(addprefix $(SOV_DIR)/,$(SOV_RUNTIME_SOURCES) $(SOV_INTERPRETER_SOURCES))
CFLAGS_USERMOD += -I$(SOV_DIR) -I$(WASM3_DIR)

# The port's warnings are meant for MicroPython's style; wasm3's headers do not pass them.
SOV_OBJECT_DIR := $(BUILD)/$(notdir $(SOV_DIR))
SOV_OBJECTS := $(addprefix $(SOV_OBJECT_DIR)/,$(SOV_RUNTIME_SOURCES:.c=.o) $(SOV_INTERPRETER_SOURCES:.c=.o))
$(SOV_OBJECTS): CFLAGS += -Wno-error -Wno-unused-parameter -Wno-unused-variable -Wno-unused-function -Wno-sign-compare \
    -Wno-double-promotion -Wno-float-conversion -Wno-override-init -Wno-missing-field-initializers \
    -Wno-maybe-uninitialized -Wno-attributes -fno-strict-aliasing

SOV_INTERPRETER_OPTIMIZATION ?= -O3
SOV_INTERPRETER_OBJECTS := $(addprefix $(SOV_OBJECT_DIR)/,$(SOV_INTERPRETER_SOURCES:.c=.o))
$(SOV_INTERPRETER_OBJECTS): CFLAGS += $(SOV_INTERPRETER_OPTIMIZATION) $(SOV_INTERPRETER_FLAGS)

ifneq ($(SOV_SANITIZERS),)
$(SOV_OBJECTS) $(addprefix $(SOV_OBJECT_DIR)/,$(SOV_PYTHON_SOURCES:.c=.o)): CFLAGS += $(SOV_SANITIZERS) -DSOV_POISON=1
# No variable of an operation has its address kept; poison around variables would only cost the tail calls.
$(SOV_INTERPRETER_OBJECTS): CFLAGS += --param asan-stack=0
# The allocator poisons what is free, headers included, and has to read them.
$(SOV_OBJECT_DIR)/memory/pool.o: CFLAGS += -fno-sanitize=address
endif
