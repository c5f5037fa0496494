# make demo    train a convolutional network on the digits and look at the picture it writes to demo/
# make test    the test suite
# make docs    the guide, in docs/_build/html
# make help    the rest
#
# Needs Python >= 3.10 with pip, make and a C++20 compiler. Everything else goes into .venv.
# Variables: PYTHON (the interpreter to start from), VENV (where to install), PYTEST_ARGS.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?= -n auto
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# What the compiled extension is made of. Python files are used where they stand and need no new install.
SOURCES := pyproject.toml CMakeLists.txt $(shell find csrc -name '*.h' -o -name '*.cpp')
CPP_FILES = $(shell find csrc -name '*.h' -o -name '*.cpp')

.PHONY: demo test docs docs-test bench dev lint format clean help

demo: $(VENV)/.installed-viz
	$(BIN)/pynn demo

test: $(VENV)/.installed-test
	$(BIN)/pytest $(PYTEST_ARGS)

docs: $(VENV)/.installed-docs
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

docs-test: $(VENV)/.installed-docs
	$(BIN)/sphinx-build -W --keep-going -b doctest docs docs/_build/doctest

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks --out docs/_static/benchmarks

# Everything, and each import of pynn first compiles what has changed in csrc/.
dev: $(VENV)/.build-tools
	$(PIP) --no-build-isolation -C editable.rebuild=true -e '.[dev]'
	@touch $(VENV)/.installed-dev
	@echo "Ready: source $(VENV)/bin/activate; pre-commit install"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run -Werror $(CPP_FILES)
	$(BIN)/mypy
	$(BIN)/python tools/check_layers.py

format: $(VENV)/.installed-dev
	$(BIN)/python tools/gen_stubs.py
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CPP_FILES)

clean:
	rm -rf build dist demo docs/_build docs/jupyter_execute $(VENV)
	find . -name __pycache__ -prune -exec rm -rf {} +

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile
	@echo "Also: docs-test, bench, dev, lint, format, clean."

# ---- the environment: made once, installed again when a source changes ---------------------------------

$(VENV)/.build-tools:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "pynn needs Python 3.10 or newer: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) 'scikit-build-core>=1.0' 'pybind11>=3.0' 'cmake>=3.20' ninja
	@touch $@

# Without build isolation, the compiler's work in build/ is found again the next time.
$(VENV)/.installed-%: $(VENV)/.build-tools $(SOURCES)
	@echo "Compiling and installing pynn[$*]: some minutes the first time, seconds when little has changed"
	$(PIP) --no-build-isolation -e '.[$*]'
	@touch $@
