# The firmware for the unix port: mpy-cross, then MicroPython with the C modules and the frozen kernel.
#
# MicroPython's own Makefile runs only when one of our files is newer than the
# result: it takes a second, and a warm `make run` has to boot at once.
#
# Invariant: a change of build flags starts from an empty build/unix, because
# MicroPython's Makefile does not rebuild an object whose flags changed.

FIRMWARE := $(BUILD)/unix/sovelma
# There is one mpy-cross for each kind of source, because byte code of another version would not load.
MPY_CROSS_BUILD := $(BUILD)/mpy-cross-$(MICROPYTHON_SOURCE)
MPY_CROSS := $(MPY_CROSS_BUILD)/mpy-cross
UNIX_VARIANT := $(CURDIR)/firmware/variants/unix

FLAG_FILES := $(wildcard firmware/variants/unix/*.mk cmodules/*/*.mk) tools/build/unix.mk
FIRMWARE_INPUTS := manifest.py $(FLAG_FILES) $(shell find firmware cmodules \
	-name '__pycache__' -prune -o -type f -print)

CONFIGURATION := $(MICROPYTHON) $(WASM3_DIR) $(shell cat $(FLAG_FILES) | cksum)
CONFIGURATION_FILE := $(BUILD)/unix/.configuration

# An outer `make -jN` hands out its own job slots; without one JOBS is the number.
SUBMAKE = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# Two makes at once in one tree (a second terminal, an editor) take turns, so that neither
# deletes build/unix while the other uses it.
LOCKED := mkdir -p $(BUILD) && flock $(BUILD)/.lock

$(MPY_CROSS): $(MICROPYTHON_STAMP)
	@tools/build/prerequisites.sh $(MICROPYTHON_SOURCE)
	@echo "== mpy-cross"
	+@$(LOCKED) $(SUBMAKE) -C $(MICROPYTHON)/mpy-cross BUILD=$(MPY_CROSS_BUILD)
	@touch $@

$(FIRMWARE): $(FIRMWARE_INPUTS) $(MPY_CROSS) $(MICROPYTHON_STAMP) $(WASM3_STAMP) \
		$(if $(filter-out $(file <$(CONFIGURATION_FILE)),$(CONFIGURATION)),FORCE)
	@tools/build/prerequisites.sh $(MICROPYTHON_SOURCE)
	@echo "== firmware for the unix port"
	@$(LOCKED) sh -c '[ "$$(cat $(CONFIGURATION_FILE) 2>/dev/null)" = "$(CONFIGURATION)" ] || \
		{ rm -rf $(BUILD)/unix; mkdir -p $(BUILD)/unix; echo "$(CONFIGURATION)" > $(CONFIGURATION_FILE); }'
	+@$(LOCKED) $(SUBMAKE) -C $(MICROPYTHON)/ports/unix \
		BUILD=$(BUILD)/unix \
		VARIANT_DIR=$(UNIX_VARIANT) \
		USER_C_MODULES=$(CURDIR)/cmodules \
		WASM3_DIR=$(WASM3_DIR) \
		FROZEN_MANIFEST=$(CURDIR)/manifest.py \
		MICROPY_MPYCROSS=$(MPY_CROSS)
	@echo "== tail calls of the interpreter"
	@$(LOCKED) python3 tools/check/check_tail_calls.py $(BUILD)/unix/wasm3/engine/interpreter.o
	@touch $@
