# Two commands: `make demo` and `make test`. Both work on a machine with Python 3.11 or later and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= train,dev
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo demo-crawl test test-browser browser-there lint types unit soak wheel clean

demo: $(VENV)/.core
	mkdir -p demo
	cd demo && $(abspath $(BIN))/discourse demo
	@echo "To look at it in a browser:"
	@echo "  $(BIN)/discourse serve --map demo/discourse.db"

demo-crawl: $(VENV)/.core
	$(BIN)/python scripts/demo_crawl.py

test: $(VENV)/.dev lint types unit

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests scripts hatch_build.py
	$(BIN)/ruff format --check src tests scripts hatch_build.py

types: $(VENV)/.dev
	$(BIN)/mypy

unit: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not soak and not browser"

# The pages in a real browser; says what to install where it is missing.
test-browser: browser-there $(VENV)/.browser tests/browser/node_modules
	DISCOURSE_BROWSER=1 $(BIN)/python -m pytest -m browser tests/test_browser.py

browser-there:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null \
	  || { echo "make test-browser needs a browser: on Debian, apt-get install chromium chromium-driver"; exit 1; }

tests/browser/node_modules: tests/browser/package-lock.json
	@command -v npm >/dev/null || { echo "make test-browser needs npm for axe-core: on Debian, apt-get install npm"; exit 1; }
	npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --silent
	touch $@

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

$(VENV)/.browser: $(VENV)/.dev
	$(INSTALL) -e ".[$(EXTRAS),browser]"
	touch $@

clean:
	rm -rf $(VENV) demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
