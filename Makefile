# `make demo` and `make test` need Python 3.11 or newer, git and make; neither asks a question.
# Both make .venv first; a second run reuses it and starts at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input install
NODE := tests/node
PEERS := benchmarks/node
VERIFIERS := interop/verifiers

# The environment is made anew where it cannot work any longer: its interpreter is gone, or the checkout has moved.
STALE := $(shell test -e $(VENV)/.made && { \
	test -x $(BIN)/python && test "$$(cat $(VENV)/.made)" = "$(CURDIR)" || echo --clear; })
ifneq ($(STALE),)
.PHONY: $(VENV)/.made
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help env demo test bench bench-all interop vectors fuzz lint format lock clean node-is-absent

help:  ## what each target does
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

env: $(VENV)/.project  ## make .venv with what `make demo` needs; then .venv/bin/signet works
	@echo "$(BIN)/signet is ready."

demo: $(VENV)/.project  ## sign, carry, verify and record calls of real MCP servers, then attack them (a minute)
	@$(BIN)/signet demo

test: $(VENV)/.test $(VERIFIERS)/.venv-vouch/.installed $(VERIFIERS)/.venv-vaara/.installed $(if $(shell command -v npm),$(NODE)/node_modules/.installed $(VERIFIERS)/node/node_modules/.installed,node-is-absent)  ## run every test; ARGS='-k name' for some
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n auto --dist worksteal $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report $(if $(ARGS),--fail-under=0)
	@$(BIN)/coverage json --quiet --fail-under=0 -o .coverage-totals.json
	@$(BIN)/python -c '$(BRANCHES)' $(if $(ARGS),0,95)

# Lines and branches together are held to pyproject.toml's floor by the report; the branches alone to the same one here.
BRANCHES := import json, sys; totals = json.load(open(".coverage-totals.json"))["totals"]; \
	print("Branches alone: {:.1f} %".format(share := totals["percent_branches_covered"])); \
	sys.exit(share < float(sys.argv[1]))

bench: $(VENV)/.test  ## measure against the bare primitives and peers; writes bench.json (three minutes)
	@$(BIN)/python -m benchmarks

bench-all: $(VENV)/.test $(if $(shell command -v npm),$(PEERS)/node_modules/.installed)  ## measure everything else too; GROUP=name for one group (half an hour)
	@$(BIN)/python -m benchmarks --all $(if $(GROUP),--group $(GROUP))

interop: $(VENV)/.test $(VERIFIERS)/.venv-vouch/.installed $(if $(shell command -v npm),$(VERIFIERS)/node/node_modules/.installed,node-is-absent)  ## put the vectors to other implementations; PUBLISHED=../shared/vectors adds those of others
	@$(BIN)/signet interop run --with all $(if $(PUBLISHED),--published $(PUBLISHED))

results:  ## write interop/RESULTS.md anew, with the vectors of others in ../shared/vectors
	@$(MAKE) --no-print-directory interop PUBLISHED='../shared/vectors --results interop/RESULTS.md'

vectors: $(VENV)/.test  ## write the vectors anew, and as one file to dist/
	@$(BIN)/python interop/generate.py
	@$(BIN)/python interop/archive.py

fuzz: $(VENV)/.test  ## hold every parser to hostile bytes, ten minutes each; SECONDS=20, TARGET=name
	@$(BIN)/python -m fuzz --seconds $(or $(SECONDS),600) $(if $(TARGET),--target $(TARGET))

lint: $(VENV)/.lint  ## format, lint, types and import contracts, as CI has them
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	cd tests/typing && ../../$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.lint  ## format, and mend what ruff can mend
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .

lock: $(VENV)/.lint  ## write the locks anew; UPGRADE=1 takes the newest releases
	$(LOCK) pyproject.toml --extra mcp --extra keyring --extra service --group build --group demo --group test --group fuzz -o requirements/test.txt
	$(LOCK) pyproject.toml --extra mcp --extra service --group build --group demo -c requirements/test.txt -o requirements/demo.txt
	$(LOCK) --group lint -c requirements/test.txt -o requirements/lint.txt
	cd $(NODE) && npm $(if $(UPGRADE),update,install) --package-lock-only --ignore-scripts
	cd $(PEERS) && npm $(if $(UPGRADE),update,install) --package-lock-only --ignore-scripts
	$(LOCK) $(VERIFIERS)/vouch.in -o $(VERIFIERS)/vouch.txt
	$(LOCK) $(VERIFIERS)/vaara.in -o $(VERIFIERS)/vaara.txt
	cd $(VERIFIERS)/node && npm $(if $(UPGRADE),update,install) --package-lock-only --ignore-scripts

clean:  ## remove what these targets made
	rm -rf $(VENV) $(NODE)/node_modules $(PEERS)/node_modules $(VERIFIERS)/node/node_modules $(VERIFIERS)/.venv-vouch $(VERIFIERS)/.venv-vaara dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# Hashes, no index and no host; test.txt is resolved first, and the others agree with it.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. Python 3.11 or newer is needed; PYTHON=... names another one." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is $$($(PYTHON) -V 2>&1); 3.11 or newer is needed. PYTHON=python3.12 make ... names another one." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "$(PYTHON) cannot make environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv $(STALE) $(VENV)
	@echo "$(CURDIR)" > $@

# The lock first, with hashes; then the project alone, since hashes cannot be required of an editable install.
$(VENV)/.demo: requirements/demo.txt $(VENV)/.made
	@echo "Installing requirements/demo.txt into $(VENV)"
	@$(PIP) --require-hashes -r requirements/demo.txt
	@touch $@

$(VENV)/.project: pyproject.toml signet_vc/_version.py $(VENV)/.demo
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.project
	@echo "Installing requirements/test.txt into $(VENV)"
	@$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.lint: requirements/lint.txt $(VENV)/.project
	@echo "Installing requirements/lint.txt into $(VENV)"
	@$(PIP) --require-hashes -r requirements/lint.txt
	@touch $@

# These stand apart: what Vouch requires is nobody else's, and Vaara is AGPL, for a process of its own in the tests.
$(VERIFIERS)/.venv-%/.installed: $(VERIFIERS)/%.txt $(VENV)/.made
	@echo "Installing $(VERIFIERS)/$*.txt into $(VERIFIERS)/.venv-$*"
	@$(PYTHON) -m venv --clear $(VERIFIERS)/.venv-$*
	@$(VERIFIERS)/.venv-$*/bin/python -m pip --quiet --disable-pip-version-check --no-input install --require-hashes -r $(VERIFIERS)/$*.txt
	@touch $@

%/node_modules/.installed: %/package.json %/package-lock.json
	@echo "Installing the packages of $*"
	@cd $* && npm ci --ignore-scripts --loglevel=error
	@touch $@

node-is-absent:
	@echo "NODE IS NOT HERE: the tests with MCP servers of the npm registry will be skipped." >&2
