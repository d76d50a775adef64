# Everything that is done to this project, from a fresh clone on. `make` prints the targets.
# Set-up happens by itself, once, in .venv/ and .state/; its stamps lie in .venv/.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

# The first Python on the PATH that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
UV := $(or $(shell command -v uv 2>/dev/null),.state/uv/bin/uv)
UV_SYNC = UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 $(UV) sync --quiet --frozen $(if $(wildcard .venv/bin/python),,--python "$(PYTHON)")
CHROMIUM = $(shell command -v chromium chromium-browser google-chrome google-chrome-stable 2>/dev/null | head -n 1)
# Test workers: one for each processor, at most eight, at least two because tests also wait.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 2 ? 2 : n > 8 ? 8 : n)))

.PHONY: help
help: ## Print this list
	@echo "Targets:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 16

.PHONY: run
run: .venv/.program ## Serve everything at http://127.0.0.1:9400 (ARGS="--workers 2")
	@exec .venv/bin/agent-services serve $(ARGS)

.PHONY: test
ifdef T
test: .venv/.development ## Lint and run all tests; T=tests/… runs some of them, without lint and workers
	@.venv/bin/pytest -n 0 $(T) $(ARGS)
else
test: .venv/.development chromium lint
	@.venv/bin/pytest -n $(WORKERS) --dist worksteal --durations 20 $(ARGS)
endif

.PHONY: lint
lint: .venv/.development ## Style, types and import rules
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

.PHONY: format
format: .venv/.development ## Put the code into its form
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

.PHONY: bench
bench: .venv/.development ## Measure against a bare route on the same machine
	@.venv/bin/python -m benchmarks $(ARGS)

.PHONY: bench-large
bench-large: .venv/.development ## The same with 10,000,000 relationships
	@.venv/bin/python -m benchmarks --large $(ARGS)

.PHONY: assets
assets: .venv/.development ## Renew the look of the pages from govuk-frontend (needs npm)
	@npm ci --silent --no-audit --no-fund --ignore-scripts
	@.venv/bin/python tools/copy_page_assets.py

.PHONY: clean
clean: ## Remove environments, caches and test databases; keeps .agent-services/
	@if [ -L .state/test-database ]; then rm -rf "$$(readlink .state/test-database)"; fi
	@rm -rf .venv .state node_modules dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis \
		.import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: chromium
chromium:
ifeq ($(CHROMIUM),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the tests of the pages"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else \
		echo "The tests of the pages need Chromium: install the package chromium (Debian: sudo apt install chromium)." >&2; \
		exit 1; \
	fi
else
	@:
endif

.venv/.program: pyproject.toml uv.lock | $(UV)
	@$(UV_SYNC) --no-dev --inexact
	@touch $@

.venv/.development: pyproject.toml uv.lock | $(UV)
	@$(UV_SYNC)
	@touch $@ .venv/.program

.state/uv/bin/uv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: install it, or name it with PYTHON=…" >&2; exit 1; }
	@echo "Setting up (once)"
	@"$(PYTHON)" -m venv .state/uv || { echo "Python's venv module is needed (Debian: sudo apt install python3-venv)." >&2; exit 1; }
	@.state/uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'
