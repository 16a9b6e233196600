# Two commands: `make demo` and `make test`. Both work on a machine with Python 3.11 or later and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= train,dev
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo demo-crawl test lint types unit soak wheel clean

demo: $(VENV)/.core
	mkdir -p demo
	cd demo && $(abspath $(BIN))/discourse demo

demo-crawl: $(VENV)/.core
	$(BIN)/python scripts/demo_crawl.py

test: $(VENV)/.dev lint types unit

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests scripts hatch_build.py
	$(BIN)/ruff format --check src tests scripts hatch_build.py

types: $(VENV)/.dev
	$(BIN)/mypy

unit: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not soak"

soak: $(VENV)/.dev
	$(BIN)/python -m pytest -m soak

wheel: $(VENV)/.dev
	$(BIN)/python -m build --wheel

$(VENV)/.venv:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.core: $(VENV)/.venv pyproject.toml constraints.txt
	$(INSTALL) -e .
	touch $@

$(VENV)/.dev: $(VENV)/.venv pyproject.toml constraints.txt
	$(INSTALL) -e ".[$(EXTRAS)]"
	touch $@ $(VENV)/.core

clean:
	rm -rf $(VENV) demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
