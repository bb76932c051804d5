# Every target works on a fresh clone: it installs what it needs first.
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-deps
# A lock names all that is needed, so nothing is resolved: pip before 23.3 would resolve a requirement
# with an extra anew, take a release newer than the lock's, and refuse it for its hash.
INSTALL_LOCK := $(INSTALL) --require-hashes --requirement
EXPLORER := primeql/explorer_static/index.html
EXPLORER_SOURCES := $(shell find explorer -type f -not -path '*/node_modules/*')
# How many tests run at once: more than cores, since many wait for servers that they start.
TEST_PROCESSES ?= 4
# Folders with packages for the tests of clients, of the protocol and of the page.
NPM_FOLDERS := $(dir $(wildcard examples/*/package-lock.json)) tests/protocol tests/explorer

.PHONY: install run test slow faults soak ship stack check bench schema explorer lock hooks system observe monitoring checklist
.DEFAULT_GOAL := install
# Prerequisites are made in their order: the page is built with the npm that `system` installs.
.NOTPARALLEL:

install: .venv/installed explorer

run: install
	$(BIN)/primeql serve

# COVERAGE=1 measures it, too, and fails below the bar; that takes half as long again.
test: system .venv/installed-dev explorer
	$(BIN)/python -m tests.clients.npm $(NPM_FOLDERS)
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadfile $(if $(COVERAGE),--cov --cov-report=term)

system:
	scripts/install-system-packages

slow: .venv/installed-dev
	$(BIN)/pytest -m slow

# Builds and runs what is shipped: the image, the compose file, the manifests, the deployment scripts.
ship: system .venv/installed-dev explorer
	scripts/install-ship-tools
	$(BIN)/python -m tests.clients.npm tests/ship
	$(BIN)/pytest -n 2 --dist loadfile -m ship tests/ship

# Breaks what a server depends on: workers, Redis, disk, clock, clients, the server itself.
faults: system .venv/installed-dev
	$(BIN)/pytest -n 2 --dist loadfile -m faults tests/faults

# Runs the stack of ops/compose.yaml in a Docker engine of its own, for which it must be root.
stack: system .venv/installed-dev explorer
	scripts/install-ship-tools
	$(BIN)/pytest -m stack tests/ship

# Fills small caches, then ten minutes of mixed load with a fault every ten seconds.
soak: .venv/installed-dev
	$(BIN)/python -m benchmarks.soak

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/black --quiet --check . || $(BIN)/black --check --diff .
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_architecture.py tests/test_documents.py

# Where the production checklist stands; ALL=1 runs what takes long, too.
checklist: system .venv/installed-dev explorer
	$(if $(ALL),scripts/install-ship-tools)
	$(BIN)/python -m tests.clients.npm $(NPM_FOLDERS) $(if $(ALL),tests/ship)
	$(BIN)/python -m scripts.checklist $(if $(ALL),--all)

bench: system .venv/installed-dev
	$(BIN)/python -m benchmarks

schema: .venv/installed-dev
	$(BIN)/primeql schema > schema/schema.graphql
	$(BIN)/python -m scripts.make_reference

explorer:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(EXPLORER); \
	else echo "npm is missing: the API runs, the page at / says how to build itself"; fi

$(EXPLORER): $(EXPLORER_SOURCES)
	npm ci --loglevel=error --prefix explorer
	npm run --silent --prefix explorer build

.venv/bin/python:
	@python3 -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
		"Python 3.11 or newer is needed; python3 is " + sys.version.split()[0])'
	python3 -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	$(INSTALL_LOCK) requirements.lock
	$(INSTALL) --no-build-isolation --editable .
	@# The tools of an older lock may ask for older libraries: they are installed and checked next.
	test -e .venv/installed-dev || $(PIP) check
	touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(INSTALL_LOCK) requirements-dev.lock
	$(PIP) check
	touch $@

# Prometheus and Alertmanager beside `make run`.
observe: system
	scripts/observe

# The files that scripts write for them.
monitoring: .venv/installed-dev
	$(BIN)/python -m scripts.make_rules
	$(BIN)/python -m scripts.make_dashboard

lock: .venv/bin/python
	$(INSTALL) uv==0.13.9
	scripts/lock

hooks: .venv/installed-dev
	$(BIN)/pre-commit install
