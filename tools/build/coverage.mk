# Measures how much of firmware/ the tests reach: builds a firmware whose frozen Python records every statement that runs (see
# host_tests/coverage/instrument.py), runs the tests of the kernel on it, and prints a report.
#
# Invariant: build/unix is not touched; the report is compared with COVERAGE_BAR even where a test failed because this firmware is slow.

COVERAGE := $(BUILD)/coverage
COVERAGE_FIRMWARE := $(COVERAGE)/unix/sovelma
COVERAGE_BAR := 95
COVERAGE_PARTS := $(wildcard cmodules/*/micropython.mk) host_tests/coverage/coverage/micropython.mk
# These tests are about the interpreter and the build, not Python. The storms of calls are left out too (-k below): in a firmware
# that counts statements a call takes longer than its fuel pays for.
COVERAGE_IGNORED := build differential pool rv32_compile rv32_speed sanitizers spec tail_calls schema

$(COVERAGE_FIRMWARE): $(FIRMWARE_INPUTS) $(wildcard host_tests/coverage/* host_tests/coverage/coverage/*) $(MPY_CROSS) \
		$(MICROPYTHON_STAMP) $(WASM3_STAMP)
	@echo "== firmware that counts"
	@rm -rf $(COVERAGE)/firmware $(COVERAGE)/cmodules
	@mkdir -p $(COVERAGE)/firmware $(COVERAGE)/cmodules
	@python3 host_tests/coverage/instrument.py firmware $(COVERAGE)/firmware
	@ln -s $(foreach part,$(COVERAGE_PARTS),$(CURDIR)/$(patsubst %/micropython.mk,%,$(part))) $(COVERAGE)/cmodules/
	@cp manifest.py $(COVERAGE)/manifest.py
	+@$(LOCKED) $(SUBMAKE) -C $(MICROPYTHON)/ports/unix \
		BUILD=$(COVERAGE)/unix \
		VARIANT_DIR=$(UNIX_VARIANT) \
		USER_C_MODULES=$(COVERAGE)/cmodules \
		WASM3_DIR=$(WASM3_DIR) \
		FROZEN_MANIFEST=$(COVERAGE)/manifest.py \
		MICROPY_MPYCROSS=$(MPY_CROSS)
	@touch $@

.PHONY: coverage
# Run the kernel's tests and tell how much of firmware/ they reach.
coverage: $(COVERAGE_FIRMWARE) $(MODULE_FILES) .qemu-if-possible ## what the tests reach
	@rm -rf $(COVERAGE)/hits && mkdir -p $(COVERAGE)/hits
	-SOVELMA_FIRMWARE=$(COVERAGE_FIRMWARE) SOVELMA_COVERAGE=$(COVERAGE)/hits $(PYTHON) -m pytest host_tests -q -k "not storm" \
		$(foreach name,$(COVERAGE_IGNORED),--ignore-glob '*/test_$(name).py') $(ARGS)
	$(PYTHON) host_tests/coverage/report.py $(COVERAGE)/firmware/lines.json $(COVERAGE)/hits --missing --bar $(COVERAGE_BAR)
