# The firmware for QEMU's 32-bit RISC-V machine: the port of MicroPython, the same C modules, kernel and demo.
#
# The build needs Debian's cross compiler, its C library and QEMU; the rules name the missing ones.
#
# Invariant: as with build/unix, a change of build flags starts from an empty build/qemu.

QEMU_FIRMWARE := $(BUILD)/qemu/firmware.elf
QEMU_BOARD := $(CURDIR)/firmware/boards/SOVELMA_QEMU
QEMU_FILES := $(BUILD)/qemu-files/_files.py

QEMU_FLAG_FILES := $(QEMU_BOARD)/mpconfigboard.mk $(QEMU_BOARD)/virt.ld $(wildcard cmodules/*/*.mk) tools/build/qemu.mk
QEMU_CONFIGURATION := $(MICROPYTHON) $(WASM3_DIR) $(shell cat $(QEMU_FLAG_FILES) | cksum)
QEMU_CONFIGURATION_FILE := $(BUILD)/qemu/.configuration

QEMU_RUN = $(PYTHON) tools/run/qemu.py $(QEMU_FIRMWARE)

.PHONY: qemu qemu-firmware .qemu-if-possible

# Boot the demo on an emulated RISC-V machine; Ctrl-A x leaves it.
qemu: qemu-firmware ## the demo on RISC-V
	@$(QEMU_RUN) --for "$(FOR)" run $(if $(filter $(DEMO),$(SYSTEM)),/system.json,$(SYSTEM))

# Build the firmware for the emulated machine.
qemu-firmware: $(QEMU_FIRMWARE) ## the firmware for it

# For `make test`, which skips its RISC-V half, and says so, where it cannot build this firmware. Where SOVELMA_FIRMWARE names
# another PC firmware, only that firmware is tested.
# Build the firmware where its tools are installed, else say which are missing.
.qemu-if-possible:
	+@if [ -n "$(SOVELMA_FIRMWARE)" ]; then :; elif tools/build/prerequisites.sh $(MICROPYTHON_SOURCE) qemu; then $(MAKE) --no-print-directory qemu-firmware; \
	else echo "== NOT TESTED ON RISC-V, see above" >&2; rm -f $(QEMU_FIRMWARE); fi

# The image holds the demo as a board does: /system.json, /modules, /files.
$(QEMU_FILES): $(DEMO) README.md $(MODULE_FILES) tools/board/board_files.py tools/build/pack_files.py | $(VENV_STAMP)
	@$(PYTHON) tools/board/board_files.py $(DEMO) $@

$(QEMU_FIRMWARE): $(FIRMWARE_INPUTS) $(QEMU_FILES) $(MPY_CROSS) $(MICROPYTHON_STAMP) $(WASM3_STAMP) \
		$(if $(filter-out $(file <$(QEMU_CONFIGURATION_FILE)),$(QEMU_CONFIGURATION)),FORCE)
	@tools/build/prerequisites.sh $(MICROPYTHON_SOURCE) qemu
	@echo "== firmware for QEMU's RISC-V machine"
	@$(LOCKED) sh -c '[ "$$(cat $(QEMU_CONFIGURATION_FILE) 2>/dev/null)" = "$(QEMU_CONFIGURATION)" ] || \
		{ rm -rf $(BUILD)/qemu; mkdir -p $(BUILD)/qemu; echo "$(QEMU_CONFIGURATION)" > $(QEMU_CONFIGURATION_FILE); }'
	+@$(LOCKED) $(SUBMAKE) -C $(MICROPYTHON)/ports/qemu \
		BOARD=SOVELMA_QEMU \
		BOARD_DIR=$(QEMU_BOARD) \
		BUILD=$(BUILD)/qemu \
		USER_C_MODULES=$(CURDIR)/cmodules \
		WASM3_DIR=$(WASM3_DIR) \
		FROZEN_MANIFEST=$(QEMU_BOARD)/manifest.py \
		MICROPY_MPYCROSS=$(MPY_CROSS)
	@echo "== tail calls of the interpreter"
	@$(LOCKED) python3 tools/check/check_tail_calls.py $(BUILD)/qemu/wasm3/engine/interpreter.o --objdump riscv64-unknown-elf-objdump
	@touch $@
