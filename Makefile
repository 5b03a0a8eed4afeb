# SovelmaOS: sandboxed WebAssembly tasks on MicroPython. `make help` lists the targets.
#
# Everything downloaded or built lies under build/; nothing else is written.
# The rules are in tools/mk/: sources (downloads), unix, modules.

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

include tools/mk/sources.mk
include tools/mk/unix.mk
include tools/mk/modules.mk
include tools/mk/qemu.mk
include tools/mk/board.mk
include tools/mk/coverage.mk
include tools/mk/sanitize.mk
include tools/mk/size.mk
include tools/mk/lint.mk

# Options of `make run`. INPUT: the demo's /input instead of the file system.json names.
SYSTEM ?= system.json
INPUT ?=
FOR ?= 10

# Options of `make test`: what pytest is given, e.g. ARGS='-k fuel'.
TESTS ?= host_tests
ARGS ?=

# Options of `make spectest` and `make fuzz`.
DIR ?= ../shared/spec
MINUTES ?= 30

.PHONY: help run build setup unix modules new-module generated test spectest test-sanitize fuzz fuzz-asan bench backtrace clean distclean

help: ## list the targets (this text)
	@echo "usage: make TARGET [VARIABLE=value ...]"
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## */\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "  %-12s %s\n", $$1, $$2 }'
	@echo
	@echo "variables: SYSTEM=file.json boots another system; INPUT=file is the text the demo counts;"
	@echo "FOR=seconds bounds a run without a terminal; ARGS='...' goes to pytest; JOBS=n compiles n files"
	@echo "at once; MICROPYTHON_DIR= and WASM3_DIR= take your own checkouts; DEBIAN_MIRROR= another mirror."

# At a terminal the firmware gets a process group of its own (sh -m): its Ctrl-C is
# not for make, which would report an interrupted target after the prompt was left.
# The demo's task `fetch` finds the page that system.json sends it to.
RUN = $(if $(filter system.json,$(SYSTEM)),python3 tools/with_page.py http://localhost:8026/README.md README.md) \
	$(FIRMWARE) -m sovelma run "$(SYSTEM)" --for "$(FOR)" $(if $(INPUT),--input "$(INPUT)")

run: build ## build what is missing and boot the demo, or SYSTEM=file.json
	@if [ -t 0 ] && [ -t 1 ]; then sh -mc '$(RUN); exit $$?'; else $(RUN); fi

build: unix modules ## build the firmware and the modules

setup: $(VENV_STAMP) $(MICROPYTHON_STAMP) $(WASM3_STAMP) ## download and check tools and sources

unix: $(FIRMWARE) ## build build/unix/sovelma

modules: $(MODULE_FILES) ## compile the WebAssembly modules

new-module: ## start a module of your own: NAME=x makes modules/x and its test, builds, runs and tests it
	@python3 tools/new_module.py "$(NAME)"
	@$(MAKE) --no-print-directory run SYSTEM=modules/$(NAME)/system.json </dev/null
	@$(MAKE) --no-print-directory test TESTS=host_tests/system/test_module_$(NAME).py ARGS=-q
	@echo "modules/$(NAME)/$(NAME).c is yours: 'make run SYSTEM=modules/$(NAME)/system.json' runs it, 'make test' tests it too."

generated: ## write what is generated: the ABI's files and the status table of README.md
	python3 tools/gen_abi.py
	python3 tools/status.py

test: build $(BOARD_STAMP) qemu-if-possible ## build what is missing and run all tests
	$(PYTHON) -m pytest $(TESTS) $(ARGS)

spectest: build ## run a directory of specification scripts, DIR=path
	$(PYTHON) host_tests/spectest/run.py "$(DIR)" --verbose

fuzz: build ## compare generated modules with wasm-tools and wasmtime for MINUTES=30
	$(PYTHON) host_tests/differential/run.py --minutes $(MINUTES) --first $$(date +%s) --keep $(BUILD)/fuzz

fuzz-asan: build ## fuzz validator, compiler and interpreter under sanitizers for MINUTES=30; needs clang
	$(PYTHON) host_tests/fuzz/fuzz_asan.py --minutes $(MINUTES) $(if $(KEEP),--keep)

bench: build ## print the benchmarks and write build/bench.json
	$(PYTHON) host_tests/bench/run.py --output $(BUILD)/bench.json

backtrace: $(VENV_STAMP) ## show the source lines of a crash record: CRASH=record.json MODULE=file.wasm
	@$(PYTHON) tools/backtrace.py "$(CRASH)" "$(MODULE)"

clean: ## delete what was built, keep downloads, sources and tools
	rm -rf $(BUILD)/unix $(BUILD)/mpy-cross-* $(BUILD)/modules $(BUILD)/modules-debug $(BUILD)/bench $(BUILD)/bench.json

distclean: ## delete build/ whole
	rm -rf $(BUILD)
