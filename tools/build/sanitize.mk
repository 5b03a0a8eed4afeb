# `make test-sanitize`: the test suite on a firmware under gcc's address and undefined-behaviour sanitizers.
#
# All of MicroPython is compiled with the address sanitizer, our C files with both sanitizers. Not covered: alignment and leaks,
# see below, and the storms of calls, because calls take longer here than in the firmware.
#
# Invariant: a report of a sanitizer fails the run even where a test expects the program to fail.

SANITIZED := $(BUILD)/unix-sanitize/sovelma
REPORTS := $(BUILD)/sanitizer-reports

# -O1: about three times slower than the firmware, with usable reports. The alignment check is off because values of eight bytes
# lie in slots of four, which every supported machine allows. -Wno-error is repeated because the option replaces the variant's own.
SANITIZED_CFLAGS := -Wno-error -Wno-pointer-arith -g -O1 -fno-omit-frame-pointer -fsanitize=address --param asan-use-after-return=0
SANITIZED_OWN_CFLAGS := -fsanitize=undefined -fno-sanitize=alignment -fno-sanitize-recover=all

$(SANITIZED): $(FIRMWARE) tools/build/sanitize.mk
	@echo "== firmware under the sanitizers"
	+@$(LOCKED) $(SUBMAKE) -C $(MICROPYTHON)/ports/unix \
		BUILD=$(BUILD)/unix-sanitize \
		VARIANT_DIR=$(UNIX_VARIANT) \
		USER_C_MODULES=$(CURDIR)/cmodules \
		WASM3_DIR=$(WASM3_DIR) \
		FROZEN_MANIFEST=$(CURDIR)/manifest.py \
		MICROPY_MPYCROSS=$(MPY_CROSS) \
		CFLAGS_EXTRA="$(SANITIZED_CFLAGS)" \
		LDFLAGS_EXTRA="-fsanitize=address,undefined" \
		SOV_SANITIZERS="$(SANITIZED_OWN_CFLAGS)"
	@echo "== tail calls of the interpreter"
	@$(LOCKED) python3 tools/check/check_tail_calls.py $(BUILD)/unix-sanitize/wasm3/engine/interpreter.o
	@touch $@

# The search for leaks is off: the collector frees memory, and the search needs ptrace, which is often forbidden.
# Run all tests on a firmware under gcc's sanitizers.
test-sanitize: build $(SANITIZED) .qemu-if-possible ## tests with sanitizers
	rm -rf $(REPORTS) && mkdir -p $(REPORTS)
	SOVELMA_FIRMWARE=$(SANITIZED) ASAN_OPTIONS=detect_leaks=0:log_path=$(REPORTS)/report \
		UBSAN_OPTIONS=print_stacktrace=1:log_path=$(REPORTS)/report $(PYTHON) -m pytest host_tests -k "not storm" $(ARGS)
	@for report in $(REPORTS)/*; do [ ! -e "$$report" ] || { cat $(REPORTS)/*; exit 1; }; done
	@echo "test-sanitize: no report"
