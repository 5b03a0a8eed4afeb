# The ESP32-C3 board: its firmware, and what is done with a board at the end of a cable (PORT=).
#
# Building needs ESP-IDF and a checkout of MicroPython that the user has; tools/board_build.py says what is missing. The
# rest needs a board. esptool and mpremote are those of build/venv.
#
# Invariant: nothing here is needed, or done, by `make build`.

BOARD_DIR := $(CURDIR)/firmware/boards/SOVELMA_C3
# VARIANT=NOWIFI: the image without radio, with more memory for tasks.
VARIANT ?=
BOARD_BUILD := $(BUILD)/board/SOVELMA_C3$(if $(VARIANT),-$(VARIANT))
BOARD_FILES := $(BUILD)/board/files/_files.py
BOARD_STAMP := $(BUILD)/venv/.board

PORT ?=
BAUD ?= 460800
# What `make deploy` brings to the board.
BOARD_SYSTEM = $(if $(filter file,$(origin SYSTEM)),$(BOARD_DIR)/system.json,$(SYSTEM))
ESPTOOL ?= $(PYTHON) -m esptool
MPREMOTE ?= $(PYTHON) -m mpremote

.PHONY: firmware flash erase deploy rom console

$(BOARD_STAMP): tools/requirements-board.txt $(VENV_STAMP)
	@echo "== esptool (300 kB)"
	$(PYTHON) -m pip install --disable-pip-version-check --require-hashes --no-deps --no-build-isolation \
		--requirement tools/requirements-board.txt
	@touch $@

$(BOARD_FILES): $(BOARD_DIR)/system.json $(MODULE_FILES) tools/board_files.py tools/pack_files.py | $(VENV_STAMP)
	@$(PYTHON) tools/board_files.py $(BOARD_DIR)/system.json $@

BOARD_CHECK = python3 tools/board_build.py --micropython "$(if $(filter given,$(MICROPYTHON_SOURCE)),$(MICROPYTHON))" --variant "$(VARIANT)"

# What is missing is told before anything is downloaded or built for it.
firmware: ## build the board's firmware; needs ESP-IDF and MICROPYTHON_DIR=; VARIANT=NOWIFI has more memory
	@$(BOARD_CHECK) --check
	@$(MAKE) --no-print-directory $(MPY_CROSS) $(WASM3_STAMP) $(BOARD_FILES)
	@echo "== firmware for the board: $(BOARD_BUILD)"
	@$(LOCKED) $(BOARD_CHECK) --wasm3 $(WASM3_DIR) --mpy-cross $(MPY_CROSS) --build $(BOARD_BUILD)
	@echo "== tail calls of the interpreter"
	@python3 tools/check_tail_calls.py $$(find $(BOARD_BUILD) -name 'interpreter.c.obj' -o -name 'interpreter.c.o') \
		--objdump riscv32-esp-elf-objdump
	@python3 tools/board_join.py $(BOARD_BUILD) $(BOARD_BUILD)/firmware.bin
	@echo "built $(BOARD_BUILD)/firmware.bin; 'make flash PORT=/dev/ttyACM0' writes it to a board"

flash: $(BOARD_STAMP) ## write the firmware to the board at PORT=; files on it stay
	@$(PYTHON) tools/board_flash.py "$(PORT)" $(BOARD_BUILD) --esptool "$(ESPTOOL)" --baud $(BAUD)

erase: $(BOARD_STAMP) ## erase the board at PORT=, files and all
	@$(PYTHON) tools/board_flash.py "$(PORT)" --erase --esptool "$(ESPTOOL)" --baud $(BAUD)

deploy: modules ## copy SYSTEM=file.json and its modules to the board at PORT=, only what changed
	@$(PYTHON) tools/board_deploy.py "$(PORT)" $(BOARD_SYSTEM) --mpremote "$(MPREMOTE)"

rom: modules $(BOARD_STAMP) ## write SYSTEM=file.json and its modules to the board's module slots at PORT=, used in place
	@$(PYTHON) tools/board_rom.py "$(PORT)" $(BOARD_SYSTEM) --esptool "$(ESPTOOL)" --baud $(BAUD)

console: $(VENV_STAMP) ## the prompt of the board at PORT=; Ctrl-] leaves it
	@$(PYTHON) -c 'import sys; sys.path.append("tools"); import board_port; board_port.checked(sys.argv[1])' "$(PORT)"
	@$(MPREMOTE) connect "$(PORT)" repl
