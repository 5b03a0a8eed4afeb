# The ESP32-C3 board: builds its firmware, and writes to and talks with a board at the end of a cable (PORT=).
#
# Building needs ESP-IDF and the user's own checkout of MicroPython; tools/board/board_build.py says what is missing. The other
# targets need a board. esptool and mpremote come from build/venv.
#
# Invariant: `make build` neither needs nor runs anything here.

BOARD_DIR := $(CURDIR)/firmware/boards/SOVELMA_C3
# VARIANT=NOWIFI: the image without radio, with more memory for tasks.
VARIANT ?=
BOARD_BUILD := $(BUILD)/board/SOVELMA_C3$(if $(VARIANT),-$(VARIANT))
BOARD_FILES := $(BUILD)/board/files/_files.py
BOARD_STAMP := $(BUILD)/venv/.board

PORT ?=
BAUD ?= 460800
# The system that `make deploy` copies to the board.
BOARD_SYSTEM = $(if $(filter file,$(origin SYSTEM)),$(BOARD_DIR)/system.json,$(SYSTEM))
ESPTOOL ?= $(PYTHON) -m esptool
MPREMOTE ?= $(PYTHON) -m mpremote

.PHONY: firmware flash erase deploy rom console

$(BOARD_STAMP): tools/build/requirements-board.txt $(VENV_STAMP)
	@echo "== esptool (300 kB)"
	$(PYTHON) -m pip install --disable-pip-version-check --require-hashes --no-deps --no-build-isolation \
		--requirement tools/build/requirements-board.txt
	@touch $@

$(BOARD_FILES): $(BOARD_DIR)/system.json $(MODULE_FILES) tools/board/board_files.py tools/build/pack_files.py | $(VENV_STAMP)
	@$(PYTHON) tools/board/board_files.py $(BOARD_DIR)/system.json $@

BOARD_CHECK = python3 tools/board/board_build.py --micropython "$(if $(filter given,$(MICROPYTHON_SOURCE)),$(MICROPYTHON))" --variant "$(VARIANT)"

# The first step reports missing tools before anything is downloaded or built.
# Build the board's firmware; needs ESP-IDF and MICROPYTHON_DIR=; VARIANT=NOWIFI has more memory.
firmware: ## the board's: VARIANT=
	@$(BOARD_CHECK) --check
	@$(MAKE) --no-print-directory $(MPY_CROSS) $(WASM3_STAMP) $(BOARD_FILES)
	@echo "== firmware for the board: $(BOARD_BUILD)"
	@$(LOCKED) $(BOARD_CHECK) --wasm3 $(WASM3_DIR) --mpy-cross $(MPY_CROSS) --build $(BOARD_BUILD)
	@echo "== tail calls of the interpreter"
	@python3 tools/check/check_tail_calls.py $$(find $(BOARD_BUILD) -name 'interpreter.c.obj' -o -name 'interpreter.c.o') \
		--objdump riscv32-esp-elf-objdump
	@python3 tools/board/board_join.py $(BOARD_BUILD) $(BOARD_BUILD)/firmware.bin
	@echo "built $(BOARD_BUILD)/firmware.bin; 'make flash PORT=/dev/ttyACM0' writes it to a board"

# Write the firmware to the board at PORT=; files on it stay.
flash: $(BOARD_STAMP) ## write it to PORT=
	@$(PYTHON) tools/board/board_flash.py "$(PORT)" $(BOARD_BUILD) --esptool "$(ESPTOOL)" --baud $(BAUD)

# Erase the board at PORT=, including its files.
erase: $(BOARD_STAMP) ## erase the board: PORT=
	@$(PYTHON) tools/board/board_flash.py "$(PORT)" --erase --esptool "$(ESPTOOL)" --baud $(BAUD)

# Copy SYSTEM=file.json and its modules to the board at PORT=, only what changed.
deploy: modules ## files to PORT=
	@$(PYTHON) tools/board/board_deploy.py "$(PORT)" $(BOARD_SYSTEM) --mpremote "$(MPREMOTE)"

# Write SYSTEM=file.json and its modules to the module slots of the board at PORT=; tasks use the modules in place.
rom: modules $(BOARD_STAMP) ## module slot of PORT=
	@$(PYTHON) tools/board/board_rom.py "$(PORT)" $(BOARD_SYSTEM) --esptool "$(ESPTOOL)" --baud $(BAUD)

# Open the prompt of the board at PORT=; Ctrl-] leaves it.
console: $(VENV_STAMP) ## prompt of PORT=
	@$(PYTHON) -c 'import sys; sys.path.append("tools/board"); import board_port; board_port.checked(sys.argv[1])' "$(PORT)"
	@$(MPREMOTE) connect "$(PORT)" repl
