# `make lint` finds errors that a reader should not have to find; `make format` lays sources out. The rules are in pyproject.toml,
# .clang-format, .clang-tidy and tools/check/house.py.

.PHONY: lint format

LINT_STAMP := $(BUILD)/venv/.installed-lint
# ruff also lays out the Python of these folders. The firmware and the tests keep the tables that they have by hand.
FORMATTED_PYTHON := tools host_tests/lib
# Generated files, and modules that are malformed on purpose, are left out.
FORMATTED_C := $(filter-out cmodules/common/abi_table.h cmodules/abi/modabi.c cmodules/commands/commands.h modules/sdk/sovelma.h modules/zoo/%,$(shell find cmodules modules -name '*.[ch]' | sort))
# The files of other ports than unix need headers that are not here, ESP-IDF's and QEMU's. Only the compilers' warnings check them.
TIDY_C := $(filter-out %/port_esp32.c %/port_qemu.c,$(shell find cmodules/wasm3 cmodules/netio cmodules/hostfs cmodules/common cmodules/commands cmodules/capability cmodules/scheduler cmodules/services cmodules/abi -name '*.c' | sort))
TIDY_FLAGS := -std=gnu11 -w -DUNIX -DMICROPY_PY_SOCKET=1 -DMICROPY_USE_READLINE=1 -Icmodules/wasm3 -Icmodules/capability -Icmodules/scheduler -I$(WASM3_DIR) -I$(MICROPYTHON) \
	-I$(MICROPYTHON)/ports/unix -I$(BUILD)/unix -I$(UNIX_VARIANT)

$(LINT_STAMP): tools/build/requirements-lint.txt $(VENV_STAMP)
	@echo "== ruff, mypy, clang-format, clang-tidy (70 MB, once)"
	$(PYTHON) -m pip install --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
		--requirement tools/build/requirements-lint.txt
	@touch $@

# Look for errors without running anything. clang-tidy needs the names that a build generates.
lint: $(LINT_STAMP) $(FIRMWARE) ## look for errors
	@$(PYTHON) -m ruff check --no-cache --quiet .
	@$(PYTHON) -m ruff format --no-cache --quiet --check $(FORMATTED_PYTHON)
	@$(PYTHON) -m mypy --no-error-summary
	@$(BUILD)/venv/bin/clang-format --dry-run -Werror $(FORMATTED_C)
	@printf '%s\n' $(TIDY_C) | xargs -P $(JOBS) -I {} sh -c \
		'$(BUILD)/venv/bin/clang-tidy --quiet {} -- $(TIDY_FLAGS) 2>/dev/null || { echo "clang-tidy: {}" >&2; exit 1; }'
	@python3 tools/check/house.py

# Lay sources out as `make lint` demands.
format: $(LINT_STAMP) ## lay sources out
	@$(PYTHON) -m ruff format --no-cache --quiet $(FORMATTED_PYTHON)
	@$(BUILD)/venv/bin/clang-format -i $(FORMATTED_C)
