# Every command of the house. `make` or `make help` lists them; continuous integration calls the same ones.
# Needed on the machine: Python >= 3.11 with venv and pip, git, make. Everything else is fetched into this folder.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
TOOLS := .deskstream-tools
UV_VERSION := 0.13.9
# A uv that answers is used as it is; a shim that does not answer counts as missing.
UV ?= $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(TOOLS)/bin/uv)
OWN_UV := $(filter $(TOOLS)/%,$(UV))
# People who only run the desk need no linters; `uv run` adds what is missing and removes nothing.
RUN := $(UV) run --frozen --no-dev
DEV := $(UV) run --frozen

# One after the other, so that the tests' closing line is the last.
.NOTPARALLEL:
.PHONY: help up demo test check fix e2e chaos model fuzz bench contracts openapi permissions migration clean lint types layers drift web web-check screenshots

help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z0-9-]*:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(OWN_UV) ## Start the whole desk on this machine; Ctrl-C stops it, data stays in ./.deskstream
	@$(RUN) deskstream up

demo: $(OWN_UV) ## Drive the three scenes through a desk of its own and print every step
	@$(RUN) deskstream demo

test: $(OWN_UV) ## Run every test but chaos
	@$(DEV) pytest -n 2 --dist loadfile -m "not chaos"

check: lint types web-check layers drift test ## All that must hold before a commit: lint, types, layers, generated files, tests

lint: $(OWN_UV) ## Formatting and style
	@$(DEV) ruff format --check
	@$(DEV) ruff check

types: $(OWN_UV) ## mypy, strict, over everything
	@$(DEV) mypy

web: $(OWN_UV) ## Build the web apps, unless nothing has changed (make up does it, too)
	@$(RUN) python web/build.py

web-check: $(OWN_UV) ## Types and style of the web apps
	@$(DEV) python web/build.py --check

layers: $(OWN_UV) ## Who may import whom
	@$(DEV) lint-imports --no-logo

drift: $(OWN_UV) ## Are the generated files (schemas, AsyncAPI, OpenAPI, NATS permissions) what the code says?
	@$(DEV) python -m contracts.generate --check
	@$(DEV) python -m chassis.openapi --check
	@$(DEV) python web/generate_client.py --check

fix: $(OWN_UV) ## Format, and mend what ruff can mend
	@$(DEV) ruff check --fix --show-fixes
	@$(DEV) ruff format

e2e: $(OWN_UV) ## Only the stories over all services
	@$(DEV) pytest -m e2e tests/e2e

screenshots: $(OWN_UV) ## Pictures of every screen that the browser tests see, into ./.deskstream/screenshots
	@DESKSTREAM_SCREENSHOTS=.deskstream/screenshots $(DEV) pytest -q tests/ui

chaos: $(OWN_UV) ## Kill processes at random while mail flows, count what is left; DESKSTREAM_CHAOS_ROUNDS=10 repeats it
	@$(DEV) pytest -s -m chaos tests/chaos

model: $(OWN_UV) ## Live through 2,000 random lives of the ticket core, each step beside a model (hours); make model lives=200
	@DESKSTREAM_MODEL_LIVES=$(or $(lives),2000) $(DEV) pytest -s services/tickets/tests/life/test_any_life.py

fuzz: $(OWN_UV) ## Send random calls to every operation of both APIs, and chains of calls (minutes to hours); make fuzz examples=200 seed=7
	@DESKSTREAM_FUZZ_EXAMPLES=$(or $(examples),50) DESKSTREAM_FUZZ_SEED=$(or $(seed),1) $(DEV) pytest -s tests/fuzz

bench: $(OWN_UV) ## Measure intake, lists, fan-out, idle and live against their targets (minutes); make bench only=intake
	@$(DEV) python bench $(only)

contracts: $(OWN_UV) ## Write anew what comes from contracts: schemas, AsyncAPI, NATS permissions, docs/services.md
	@$(DEV) python -m contracts.generate

openapi: $(OWN_UV) ## Write docs/api/staff.openapi.json and portal.openapi.json anew, and the web app's client from them
	@$(DEV) python -m chassis.openapi
	@$(DEV) python web/generate_client.py

permissions: $(OWN_UV) ## Print who may call which route: every route with its permission, by kind of caller
	@$(DEV) python -m tickets.permissions

migration: $(OWN_UV) ## Draft a migration: make migration service=tickets m="what changes"
	@test -n "$(service)" && test -n "$(m)" || { echo 'Say which and why: make migration service=tickets m="what changes"'; exit 2; }
	@$(DEV) python -m chassis.migrate "$(service)" --draft "$(m)"

clean: ## Remove the desk's data (./.deskstream), the built web apps and the caches of the tools
	@if [ -e .deskstream/up.lock ] && command -v flock >/dev/null && ! flock --nonblock .deskstream/up.lock true; then \
		echo "The desk is running. Stop it first: Ctrl-C where make up runs."; exit 1; fi
	@rm -rf .deskstream .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache web/dist web/node_modules web/.node

$(TOOLS)/bin/uv:
	@echo "uv is not on the PATH: installing uv $(UV_VERSION) into ./$(TOOLS)"
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo '*' > $(TOOLS)/.gitignore
