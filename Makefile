# SovelmaOS: sandboxed WebAssembly tasks on MicroPython. `make help` lists the targets.
#
# Everything that a target downloads or builds lies under build/. Only `generated`, `format`, `new-module` and `bench-peers` write
# sources or documents.
# Most rules are in tools/build/*.mk, such as sources.mk (downloads), unix.mk and modules.mk.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

ifneq ($(words $(CURDIR)),1)
$(error make cannot work in a directory with a space in its path: $(CURDIR))
endif

BUILD := $(CURDIR)/build
JOBS ?= $(shell nproc)

# A variable given empty means the same as one not given.
$(foreach name,MICROPYTHON_DIR WASM3_DIR,$(if $(strip $($(name))),,$(eval override undefine $(name))))

include tools/build/sources.mk
include tools/build/unix.mk
include tools/build/modules.mk
include tools/build/qemu.mk
include tools/build/board.mk
include tools/build/coverage.mk
include tools/build/sanitize.mk
include tools/build/size.mk
include tools/build/lint.mk

# Options of `make run`. INPUT: the demo's /input instead of the file that the demo names.
DEMO := modules/demo/system.json
SYSTEM ?= $(DEMO)
INPUT ?=
FOR ?= 10

# Options of `make test`, passed to pytest, e.g. ARGS='-k fuel'.
TESTS ?= host_tests
ARGS ?=

# Options of `make spectest` and `make fuzz`.
DIR ?= ../shared/spec
MINUTES ?= 30

.PHONY: help run build setup unix modules new-module generated test check-module spectest test-sanitize fuzz fuzz-asan soak bench bench-peers backtrace clean distclean

# List the targets (this text).
help: ## this list
	@echo "usage: make TARGET [VARIABLE=value ...]          (README.md and docs/ say more)"
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## */\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' \
		'{ cell[NR] = sprintf("%-16s %s", $$1, $$2) } \
		END { half = int((NR + 1) / 2); for (i = 1; i <= half; i++) printf "%-40s%s\n", cell[i], cell[i + half] }'
	@echo
	@echo "SYSTEM=file.json boots another system; INPUT=file is the text the demo counts;"
	@echo "FOR=seconds bounds a run without a terminal; ARGS='...' goes to pytest; JOBS=n"
	@echo "compiles n files and runs n tests at once; MICROPYTHON_DIR= and WASM3_DIR="
	@echo "take your own checkouts; DEBIAN_MIRROR= takes another mirror."

# At a terminal the firmware gets a process group of its own (sh -m), so that Ctrl-C does not
# reach make. make would report an interrupted target after the user left the prompt.
# For the demo with_page.py serves the page that the manifest makes the task `fetch` load.
RUN = $(if $(filter $(DEMO),$(SYSTEM)),python3 tools/run/with_page.py http://localhost:8026/README.md README.md) \
	$(FIRMWARE) -m sovelma run "$(SYSTEM)" --for "$(FOR)" $(if $(INPUT),--input "$(INPUT)")

# Build what is missing and boot the demo, or SYSTEM=file.json.
run: build ## boot the demo: SYSTEM=
	@if [ -t 0 ] && [ -t 1 ]; then sh -mc '$(RUN); exit $$?'; else $(RUN); fi

# Build the firmware and the modules.
build: unix modules ## firmware and modules

# Download and check tools and sources.
setup: $(VENV_STAMP) $(MICROPYTHON_STAMP) $(WASM3_STAMP) ## download, check all

# Build build/unix/sovelma.
unix: $(FIRMWARE) ## the PC's firmware

# Compile the WebAssembly modules.
modules: $(MODULE_FILES) ## the wasm modules

# Start a module of your own: NAME=x makes modules/x and its test, builds, runs and tests it. LANG=rust, zig, as or wat: not in C.
# LANG is also the locale in the caller's environment, so only a LANG of the command line counts.
NEW_LANGUAGE = $(if $(filter command line,$(origin LANG)),$(LANG))
new-module: ## begin: NAME= LANG=
	@python3 tools/run/new_module.py "$(NAME)" "$(NEW_LANGUAGE)"
	@$(MAKE) --no-print-directory run SYSTEM=modules/$(NAME)/system.json </dev/null
	@$(MAKE) --no-print-directory test TESTS=host_tests/system/test_module_$(NAME).py ARGS=-q
	@echo "modules/$(NAME) is yours: 'make run SYSTEM=modules/$(NAME)/system.json' runs it, 'make test' tests it too."

# Write the generated files: the ABI's files and the status table of README.md.
generated: ## write generated files
	python3 tools/generate/gen_abi.py
	python3 tools/generate/gen_commands.py
	python3 tools/generate/status.py

# Build what is missing and run all tests, as many at once as there are processors; ARGS='-n0 -s' shows what one prints.
test: build $(BOARD_STAMP) .qemu-if-possible ## tests: TESTS= ARGS=
	$(PYTHON) -m pytest -n $(JOBS) --dist worksteal $(TESTS) $(ARGS)

# Run a directory of specification scripts, DIR=path.
spectest: build ## scripts of DIR=
	$(PYTHON) host_tests/spectest/run.py "$(DIR)" --verbose

# Compare generated modules with wasm-tools and wasmtime for MINUTES=30.
fuzz: build ## against two oracles
	$(PYTHON) host_tests/differential/run.py --minutes $(MINUTES) --first $$(date +%s) --keep $(BUILD)/fuzz

# Fuzz validator, compiler and interpreter under sanitizers for MINUTES=30; needs clang.
fuzz-asan: build ## fuzz with sanitizers
	$(PYTHON) host_tests/fuzz/fuzz_asan.py --minutes $(MINUTES) $(if $(KEEP),--keep)

# Ten minutes of tasks that do random things on each machine; then a year of uptime with a million restarts, kills and prompts: hours.
soak: build .qemu-if-possible ## a year, hours long
	SOAK_SECONDS=600 $(PYTHON) -m pytest host_tests/kernel/test_services_chaos.py -k 'many_seeds or demo_survives' -s --timeout 0
	YEAR_EVENTS=1000000 $(PYTHON) -m pytest host_tests/kernel/test_year.py -s --timeout 0

# Print the benchmarks and write build/bench.json.
bench: build ## benchmarks
	$(PYTHON) host_tests/bench/run.py --output $(BUILD)/bench.json

# Compare with other engines on the same modules; writes docs/PERFORMANCE.md.
bench-peers: build ## beside other engines
	$(PYTHON) host_tests/bench/engines/run.py

# Show the source lines of a crash record: CRASH=record.json MODULE=file.wasm.
backtrace: $(VENV_STAMP) ## CRASH= and MODULE=
	@$(PYTHON) tools/run/backtrace.py "$(CRASH)" "$(MODULE)"

# Print what a module is, or why it cannot run here and what to do about that.
check-module: unix ## tell of MODULE=
	@$(FIRMWARE) -m sovelma check "$(MODULE)"

# Delete the results of builds, keep downloads, sources and tools.
clean: ## delete what was built
	rm -rf $(BUILD)/unix $(BUILD)/mpy-cross-* $(BUILD)/modules $(BUILD)/modules-debug $(BUILD)/bench $(BUILD)/bench.json

# Delete all of build/.
distclean: ## delete build/
	rm -rf $(BUILD)
