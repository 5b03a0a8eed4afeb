# `make lint`: what a reader should not have to find. The rules for Python are in pyproject.toml.

.PHONY: lint

LINT_STAMP := $(BUILD)/venv/.installed-lint

$(LINT_STAMP): tools/build/requirements-lint.txt $(VENV_STAMP)
	@echo "== ruff (10 MB, once)"
	$(PYTHON) -m pip install --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
		--requirement tools/build/requirements-lint.txt
	@touch $@

# Look for mistakes in Python code without running it.
lint: $(LINT_STAMP) ## look for mistakes
	@$(PYTHON) -m ruff check --no-cache --quiet .
	@python3 tools/check/house.py
