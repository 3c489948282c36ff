# Everything starts here. Each target makes its own environment in .venv; nothing has to be installed before.
#   make demo    the main job on corpora/weishang; ends with the path of the report
#   make test    the tests            make check   format, lint, types, layers
#   make bench   the measured comparisons             make docs   the generated reference
#   make clean   what demo, test and docs made (the environment stays)

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check format bench docs clean

demo: $(READY)
	@$(BIN)/mbtool run -c configs/weishang.toml

test: $(READY)
	@$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check src tests benchmarks docs
	$(BIN)/ruff check src tests benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format src tests benchmarks docs
	$(BIN)/ruff check --fix src tests benchmarks docs

bench: $(READY)
	@$(BIN)/python -m pip install --quiet -e ".[bench]"
	@$(BIN)/python -m benchmarks

docs: $(READY)
	@$(BIN)/python -m docs.generate

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "mbtool needs Python 3.11 or newer; found: $$($(PYTHON) --version). Try: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "making the environment in .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet -e ".[dev]"
	@touch $(READY)
