# Everything starts here. Each target makes its own environment in .venv; nothing has to be installed before.
#   make demo    the main job on corpora/weishang; ends with the path of the report
#   make test    the tests            make check   format, lint, types, layers
#   make fuzz    damaged files and killed runs, many of them      make bench-ingest   ingest against pandas
#   make bench   the measured comparisons             make docs   the generated reference
#   make clean   what demo, test and docs made (the environment stays)

IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
  $$p -c '$(IS_NEW_ENOUGH)' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
READY := .venv/.ready
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check format bench bench-segment bench-ingest bench-dedupe bench-share bench-stance bench-arguments fuzz docs clean wheel models

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

# the built-in models of stance and voice, from the training corpus alone
models: $(READY)
	@$(BIN)/python -m mbtool.models corpora/weishang-training/posts.jsonl src/mbtool/resources/models
	@$(BIN)/python -m mbtool.voices corpora/weishang-training/posts.jsonl src/mbtool/resources/models

bench-ingest: $(READY)
	@$(BIN)/python -m benchmarks.ingest

fuzz: $(READY)
	@MBTOOL_FUZZ=5000 MBTOOL_KILLS=100 $(BIN)/python -m pytest tests/fuzz --timeout 7200

# identity with jieba, speeds, the document-term matrix, F1 and the whole stage; text from MBTOOL_BENCH_DATA=FOLDER,
# hand-cut sentences from MBTOOL_BENCH_GOLD=FILE, the second dictionary from MBTOOL_BENCH_DICTIONARY=FILE
bench-segment: $(READY)
	@$(BIN)/python -m pip install --quiet -e ".[bench]"
	@$(BIN)/python -m benchmarks.segment

# near-duplicates against brute force, datasketch and rensa; text from MBTOOL_BENCH_DATA=FOLDER
bench-dedupe: $(READY)
	@$(BIN)/python -m pip install --quiet -e ".[bench]"
	@$(BIN)/python -m benchmarks.dedupe

# error and coverage of every estimator of shares; a labelled benchmark beside it with MBTOOL_LABELLED=FILE
bench-share: $(READY)
	@$(BIN)/python -m benchmarks.share

bench: bench-segment bench-ingest bench-dedupe bench-share bench-stance bench-arguments

# precision and recall of the arguments by aspect, on batches the list was not made with
bench-arguments: $(READY)
	@$(BIN)/python -m benchmarks.arguments

# F1 by nested folds and on held-out posts beside plain models; labelled benchmarks from MBTOOL_BENCH_DATA=FOLDER
bench-stance: $(READY)
	@$(BIN)/python -m benchmarks.stance

docs: $(READY)
	@$(BIN)/python -m docs.generate

wheel: $(READY)
	@rm -rf dist
	@$(BIN)/python -m pip wheel --quiet --no-deps -w dist .

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(IS_NEW_ENOUGH)' \
	  || { echo "mbtool needs Python 3.11 or newer, and finds none. Try: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "making the environment in .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet -e ".[dev]"
	@touch $(READY)
