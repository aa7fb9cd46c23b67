# Two commands on a fresh machine: `make demo` and `make test`. Both set up all they need in .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CLIP   ?= demo
ARGS   ?=
TESTS  ?= tests
# Long tests run in CI, and with `make test-all`.
ONLY    ?= not long
# Files of tests side by side: many of them wait for services more than they compute.
AT_ONCE ?= 3

# Some machines tell Python to write no bytecode; each of the hundreds of processes that tests start would
# compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-all search lint types fences check lock wheel clean

help:
	@echo "make demo                 show a shop being counted, on this machine alone"
	@echo "make demo CLIP=vtest      the same with another clip; ARGS=--headless: as fast as it goes"
	@echo "make test                 run the tests; TESTS=tests/edge: some of them"
	@echo "make test-all             the long ones too"
	@echo "make search               property tests with other examples each time; ARGS=--hypothesis-seed=7: with those of 7"
	@echo "make check                lint, types and import fences"
	@echo "make lock                 renew the lock files"

demo: $(VENV)/.demo-ready
	$(BIN)/footfall-server demo --clip $(CLIP) $(ARGS)

test: $(VENV)/.test-ready
	$(BIN)/python -m pytest -n $(AT_ONCE) --dist loadfile -m "$(ONLY)" $(TESTS)

test-all:
	$(MAKE) test ONLY="long or not long"

search: $(VENV)/.test-ready
	$(BIN)/python -m pytest -n $(AT_ONCE) --dist loadfile -m hypothesis --hypothesis-profile=search $(ARGS) $(TESTS)

check: lint types fences

lint: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test-ready
	$(BIN)/mypy

fences: $(VENV)/.test-ready
	$(BIN)/lint-imports

wheel: $(VENV)/.test-ready
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

lock: $(VENV)/.test-ready
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra demo pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra test pyproject.toml --output-file requirements-test.lock

clean:
	rm -rf $(VENV) dist build

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: Python 3.11 or newer is needed; name one with PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo-ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up in $(VENV), a minute or two the first time ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.test-ready: requirements-test.lock $(VENV)/.demo-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@
