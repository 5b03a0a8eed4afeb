# Third-party tools and sources: the Python venv, MicroPython, wasm3.
#
# Every download lies under build/ and is checked against a hash in this
# repository (tools/build/requirements.txt, tools/build/pins.py). MICROPYTHON_DIR= and
# WASM3_DIR= use the user's own checkout instead of a download.
#
# Invariant: unpacked sources are never written to; every build is out of tree.

PYTHON := $(BUILD)/venv/bin/python
VENV_STAMP := $(BUILD)/venv/.installed

$(VENV_STAMP): tools/build/requirements.txt
	@tools/build/prerequisites.sh $(MICROPYTHON_SOURCE)
	@echo "== Python tools (about 110 MB, once)"
	python3 -m venv $(BUILD)/venv
	$(PYTHON) -m pip install --disable-pip-version-check --require-hashes --only-binary :all: \
		--requirement tools/build/requirements.txt
	@touch $@

ifeq ($(origin MICROPYTHON_DIR),undefined)
MICROPYTHON_SOURCE := download
MICROPYTHON := $(BUILD)/src/micropython
MICROPYTHON_STAMP := $(MICROPYTHON)/.unpacked
# Without this variable MicroPython would take its version from the git repository around build/, which is SovelmaOS's.
export MICROPY_GIT_TAG := v1.25.0

$(MICROPYTHON_STAMP): tools/build/pins.py
	@tools/build/prerequisites.sh $(MICROPYTHON_SOURCE)
	@echo "== MicroPython sources (17 MB)"
	python3 tools/build/fetch_micropython.py $(BUILD)
	@touch $@
else
MICROPYTHON_SOURCE := given
MICROPYTHON := $(abspath $(MICROPYTHON_DIR))
# Only MicroPython's own Makefile knows what changed in a user's checkout, so it always runs.
MICROPYTHON_STAMP := FORCE
$(if $(wildcard $(MICROPYTHON)/ports/unix/Makefile),,$(error MICROPYTHON_DIR=$(MICROPYTHON_DIR): no ports/unix/Makefile there; it takes a checkout of MicroPython v1.25.0))
endif

ifeq ($(origin WASM3_DIR),undefined)
override WASM3_DIR := $(BUILD)/src/wasm3
WASM3_STAMP := $(WASM3_DIR)/.unpacked

$(WASM3_STAMP): tools/build/pins.py | $(VENV_STAMP)
	@echo "== wasm3 sources (75 kB)"
	$(PYTHON) tools/build/fetch_wasm3.py $(BUILD)
	@touch $@
else
override WASM3_DIR := $(abspath $(WASM3_DIR))
WASM3_STAMP := $(wildcard $(WASM3_DIR)/*.c $(WASM3_DIR)/*.h)
$(if $(wildcard $(WASM3_DIR)/m3_compile.c),,$(error WASM3_DIR=$(WASM3_DIR): no m3_compile.c there; it takes the source directory of wasm3 0.5.0))
endif

.PHONY: FORCE
FORCE:
