# How the modules are compiled: included by the Makefile, which supplies the compiler and the rules.
#
# modules/NAME/NAME.c becomes build/modules/NAME.wasm in two steps,
#     zig cc $(MODULE_CFLAGS) -c -o build/modules/NAME.o modules/NAME/NAME.c
#     zig wasm-ld $(MODULE_LDFLAGS) -z stack-size=$(STACK_NAME) -o build/modules/NAME.wasm build/modules/NAME.o
# because `zig cc` does not pass --stack-first on. STACK_NAME is the size of the module's C stack in bytes: it lies at
# the bottom of the linear memory, so an overflow is a fault instead of silent damage to data.

# Every directory NAME with a NAME.c in it is a module; one without its own STACK_NAME below gets STACK_default.
MODULES := $(sort $(foreach source,$(wildcard modules/*/*.c),$(filter $(notdir $(source:%.c=%)),$(subst /, ,$(dir $(source))))))

# The same in other languages, which tools/build/module.py compiles with flags of their own: the sources.
OTHER_MODULES := $(foreach source,$(wildcard modules/*/*.rs modules/*/*.zig modules/*/*.ts modules/*/*.wat),$(if $(filter $(notdir $(basename $(source))),$(subst /, ,$(dir $(source)))),$(source)))

# Part of what the runtime accepts, the part that pays: MVP, sign extension, saturating truncation, mutable globals, memory.copy/fill.
MODULE_CPU := mvp+sign_ext+nontrapping_fptoint+mutable_globals+bulk_memory

MODULE_CFLAGS := --target=wasm32-freestanding -mcpu=$(MODULE_CPU) -std=c11 -Oz $(if $(DEBUG_LINES),-g -fdebug-compilation-dir=.,-g0) -Wall -Wextra -Werror \
	-ffreestanding -fno-builtin -nostdlib -fno-stack-protector -fno-sanitize=all -Imodules/sdk
# The name section stays, so that a backtrace has names; __heap_base tells the runtime how much memory is needed.
MODULE_LDFLAGS := --no-entry --export=__heap_base --stack-first --gc-sections $(if $(DEBUG_LINES),,--strip-debug)

STACK_default := 1024
STACK_hello := 256
STACK_spin := 256
STACK_primes := 512
STACK_crash := 256
STACK_wordcount := 512
STACK_ticker := 512

# Enough for a few nested calls and a line to print; a module with large local arrays sets its own.
$(foreach name,$(MODULES),$(eval STACK_$(name) ?= 1024))
STACK_fetch := 256
