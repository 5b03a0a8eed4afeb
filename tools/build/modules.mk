# The WebAssembly modules: modules/NAME/NAME.c becomes build/modules/NAME.wasm.
#
# modules/modules.mk lists the modules and their compiler flags. The compiler and
# the linker are ziglang's, from build/venv.
#
# Invariant: a module file is replaced in one step, so an interrupted build
# leaves no half-written module that looks up to date.

include modules/modules.mk

# DEBUG_LINES=1 builds modules with line tables for `make backtrace`, in a directory of their own. Their code is the same.
MODULE_DIRECTORY := $(BUILD)/modules$(if $(DEBUG_LINES),-debug)
MODULE_FILES := $(MODULES:%=$(MODULE_DIRECTORY)/%.wasm) $(foreach source,$(OTHER_MODULES),$(MODULE_DIRECTORY)/$(notdir $(basename $(source))).wasm)

# zig's caches lie under build/, so that the build fills neither $HOME nor the source tree.
ZIG := ZIG_GLOBAL_CACHE_DIR=$(BUILD)/zig-cache ZIG_LOCAL_CACHE_DIR=$(BUILD)/zig-cache $(PYTHON) -m ziglang

define module_rule
$(MODULE_DIRECTORY)/$(1).wasm: $(wildcard modules/$(1)/*.[ch] modules/sdk/*.h) modules/modules.mk $(VENV_STAMP)
	@echo "WASM $(1)"
	@mkdir -p $(MODULE_DIRECTORY)
	@$(ZIG) cc $(MODULE_CFLAGS) -c -o $(MODULE_DIRECTORY)/$(1).o modules/$(1)/$(1).c
	@$(ZIG) wasm-ld $(MODULE_LDFLAGS) -z stack-size=$(or $(STACK_$(1)),$(STACK_default)) -o $(MODULE_DIRECTORY)/$(1).tmp $(MODULE_DIRECTORY)/$(1).o
	@mv $(MODULE_DIRECTORY)/$(1).tmp $$@
endef
$(foreach name,$(MODULES),$(eval $(call module_rule,$(name))))

define other_module_rule
$(MODULE_DIRECTORY)/$(notdir $(basename $(1))).wasm: $(wildcard $(dir $(1))*) $(wildcard modules/sdk/*/* modules/sdk/*/*/*) tools/build/module.py tools/build/wat.py $(VENV_STAMP)
	@echo "WASM $(notdir $(basename $(1)))"
	@BUILD=$(BUILD) $(PYTHON) tools/build/module.py $(1) $$@
endef
$(foreach source,$(OTHER_MODULES),$(eval $(call other_module_rule,$(source))))
