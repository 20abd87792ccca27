# Neuvoluukku. `make` alone tells what can be done; `make demo` serves the portal, `make test` proves it.
HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT

BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet --require-hashes
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
# The first Python of at least 3.11 that this machine has (PYTHON=… to choose).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.DEFAULT_GOAL := help
.PHONY: help install demo visitors test quick lint fmt types messages lock bench soak screenshots clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r t d; do \
		printf '  make %-12s %s\n' "$$t" "$$d"; done

install: .venv/.installed $(MESSAGES) ## .venv with the pinned packages

demo: install ## the whole portal with a demonstration county (HOST, PORT)
	@echo "→ Preparing the database and the demonstration county (data in $${VAR_DIR:-var}/)"
	@$(PY) manage.py prepare --demo
	@exec $(PY) manage.py serve --host $(HOST) --port $(PORT)

visitors: install ## simulated residents write to the running portal, so that you can try the responder's side
	@$(PY) manage.py play_residents --url http://$(HOST):$(PORT)

test: .venv/.installed-dev $(MESSAGES) ## everything that is checked before a change is taken in
	@$(PY) -m tests.run

quick: .venv/.installed-dev $(MESSAGES) ## only the fast tests, on SQLite (T=path to choose)
	@$(BIN)/pytest -q -n 2 $(T)

lint: .venv/.installed-dev ## ruff, its formatter, and the floors and rooms
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache

fmt: .venv/.installed-dev ## format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

types: .venv/.installed-dev ## mypy, strict
	@$(BIN)/mypy

messages: .venv/.installed-dev ## find new texts, list what lacks a translation, compile
	@$(PY) manage.py messages
	@$(MAKE) --no-print-directory install

lock: .venv/.installed-dev ## pin and hash the packages of requirements*.in anew
	@for f in requirements requirements-dev; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header $$f.in --output-file $$f.txt; done

bench: .venv/.installed-dev $(MESSAGES) ## the benchmarks: a table, and var/bench.json
	@$(PY) -m bench

soak: .venv/.installed-dev $(MESSAGES) ## the campaigns of the tests at full size (hours)
	@$(PY) -m tests.run --soak

screenshots: .venv/.installed-dev $(MESSAGES) ## the README's pictures, taken from the running demonstration
	@$(PY) -m tests.screenshots

clean: ## remove what was made, but not the data in var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache $(MESSAGES)

# --- what the targets rest on ---
.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and was not found."; exit 1; }
	@echo "→ Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv >/dev/null || { rm -rf .venv; \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && apt-get -qq -y install python3-venv >/dev/null \
		&& $(PYTHON) -m venv .venv; } || { rm -rf .venv; echo "This Python lacks venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/.installed: requirements.txt | .venv/pyvenv.cfg
	@echo "→ Installing the portal's packages (a minute or two the first time)"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt requirements.txt | .venv/pyvenv.cfg
	@echo "→ Installing the packages that the tests need"
	@$(PIP) -r requirements-dev.txt
	@touch .venv/.installed $@

# Message files are compiled by polib, so that no gettext is needed on the machine.
%.mo: %.po | .venv/.installed
	@$(PY) -c 'import sys, polib; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])' $< $@
