# Everything installs into .venv and node_modules; Python 3.11+ and make are assumed. What tests and linters need
# beside them, Node.js and Chromium, comes from Debian's packages where it is missing.
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3.14 python3,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $(p))))
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
FIXTURES := fixtures
# The examples in the description are its answers.
FIRST := $(FIXTURES)/japan-russia-peace-treaty
# Files whose tests share something dear to make stay on one core: see tests/conftest.py.
PARALLEL := --numprocesses auto
# Tests are rewritten when they are compiled: 3 s in each process where that is not kept.
unexport PYTHONDONTWRITEBYTECODE

DEBIAN := apt-get update --quiet --quiet && DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends
# Clients and people load all of it.
MOST_BYTES := 425000

.DEFAULT_GOAL := help
.PHONY: bench bench-answers bench-engines bench-large bench-pages bench-picture bench-profiles bench-reads bench-writes clean compare contract-audit crash-audit documentation-audit engines-audit format help install install-test lighthouse lint lock openapi picture postgresql questions replica-audit screenshots serve test test-postgresql test-quick tools words writers-audit

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/installed ## Install the service into .venv

install-test: .venv/installed-test ## Install what tests and linters need as well

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-postgresql: requirements-postgresql.lock .venv/installed | postgresql
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-postgresql.lock
	@touch $@

.venv/installed-test: requirements-test.lock package-lock.json .venv/installed | tools postgresql
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	npm ci --silent
	@touch $@

tools:
	@command -v npm >/dev/null || { $(DEBIAN) nodejs npm; }
	@command -v chromium >/dev/null || { $(DEBIAN) chromium; }

postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { $(DEBIAN) postgresql; }

ifeq ($(DATABASE),postgres)
ON_DATABASE := $(BIN)/python -m tests.cluster
serve: .venv/installed-postgresql
endif
serve: install ## Load the dossiers where the database is empty, and serve them (PORT=8000, DATABASE=postgres)
	@$(ON_DATABASE) sh -c '$(BIN)/facts load --if-empty $(FIXTURES) && exec $(BIN)/facts serve --host $(HOST) --port $(PORT)'

test: install-test ## Install what the tests need and run all of them, on all cores
	$(BIN)/python -m pytest $(PARALLEL)
	$(BIN)/python -m pytest $(PARALLEL) --database postgresql -m "not machine"

test-postgresql: install-test ## Run all tests of the contract, random edits too, with records on PostgreSQL
	$(BIN)/python -m pytest $(PARALLEL) --database postgresql

test-quick: install-test ## Run the tests that need one process, in a minute and a half
	$(BIN)/python -m pytest $(PARALLEL) -m "not audit and not machine and not process"

lint: install-test ## Lint, type-check, check imports, the dossiers and the OpenAPI file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/facts openapi --check
	@test $$(wc -c < api/openapi.json) -lt $(MOST_BYTES) || { echo "openapi.json is larger than $(MOST_BYTES) bytes" >&2; exit 1; }
	npx spectral lint --quiet --fail-severity warn openapi.yaml
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true npx redocly lint --max-problems 20 openapi.yaml
	$(BIN)/facts check $(FIXTURES)

format: install-test ## Format the code
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

openapi: install-test ## Write openapi.yaml from the operations, with examples from the first dossier
	$(BIN)/facts openapi --write --samples $(FIRST)

words: install-test ## Write the words of the pages into the catalogues of translations
	$(BIN)/python -m tests.catalogues

picture: install-test ## Draw the imports between wings in docs/architecture.md anew
	$(BIN)/python -m tests.wings

screenshots: install-test ## Photograph every kind of page into build/screenshots, in a minute and a half
	@fc-list :lang=ja | grep --quiet . || { $(DEBIAN) fonts-ipafont-gothic; }
	$(BIN)/python -m tests.screenshots build/screenshots

lighthouse: install-test ## Have Lighthouse judge the pages that people read most, in half a minute: 95 of 100, or more
	$(BIN)/python -m tests.lighthouse $(LIGHTHOUSE)

questions: install-test ## Write the answers in docs/questions.md anew
	$(BIN)/python -m tests.questions

bench: bench-reads bench-engines bench-writes bench-answers ## Run the benchmarks, in about ten minutes

bench-reads: .venv-peers/installed benchmarks/node_modules/.installed ## Processor time of reads, beside others, in five minutes
	$(BIN)/python -m benchmarks.reads --rounds $(or $(ROUNDS),9)
	$(BIN)/python -m benchmarks.picture

bench-engines: .venv/installed-postgresql ## Processor time of reads from PostgreSQL, beside a file, in three minutes
	$(BIN)/python -m benchmarks.engines --rounds $(or $(ROUNDS),9)
	$(BIN)/python -m benchmarks.picture

bench-picture: install ## Draw what was measured anew
	$(BIN)/python -m benchmarks.picture

bench-profiles: .venv-peers/installed ## Where the time of reads goes, by py-spy
	$(BIN)/python -m benchmarks.profiles

# What is measured beside the service has an environment of its own.
.venv-peers/installed: benchmarks/requirements.lock | install
	$(BIN)/python -m venv --clear .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	@touch $@

benchmarks/node_modules/.installed: benchmarks/package-lock.json | tools
	npm ci --silent --prefix benchmarks
	@touch $@

bench-writes: install ## Durable POSTs by sixteen clients to two workers, in half a minute
	$(BIN)/python -m benchmarks.writes --requests $(or $(REQUESTS),2000)

bench-answers: install ## Hot queries in a record of 100,000 claims, in about three minutes
	$(BIN)/python -m benchmarks.answers --rounds $(or $(ROUNDS),5)

bench-pages: install ## Pages beside the reads that they are made of, in half a minute
	$(BIN)/python -m benchmarks.pages --rounds $(or $(ROUNDS),30)

bench-large: install ## The same in a record of a million claims: 12 GB of disk, and half an hour
	$(BIN)/python -m benchmarks.answers --rounds $(or $(ROUNDS),3) --million

crash-audit: install-test ## Kill a service under writers again and again (ROUNDS=200, DATABASE=postgres)
	$(BIN)/python -m tests.audits.crash --rounds $(or $(ROUNDS),200) $(if $(ON_DATABASE),--postgresql 20)

writers-audit: install-test ## Sixteen writers and four followers on two services (WRITES=10000, DATABASE=postgres)
	$(BIN)/python -m tests.audits.writers --writes $(or $(WRITES),10000) $(if $(ON_DATABASE),--postgresql)

replica-audit: install-test ## Kill, hang and hold up replicas while clients write and read (READS=100000)
	$(BIN)/python -m tests.audits.replicas --reads $(or $(READS),100000)

contract-audit: install-test ## Try other requests from the whole contract, and more (SEED=…, EXAMPLES=300)
	@test -n "$(SEED)" || { echo "Name a number to start from: make contract-audit SEED=1" >&2; exit 1; }
	$(BIN)/python -m tests.audits.contract --seed $(SEED) --examples $(or $(EXAMPLES),300)

documentation-audit: install-test ## Press "Try it out" of every operation of the documentation page, in two minutes
	$(BIN)/python -m pytest tests/test_generated.py -k try_it_out --every-operation

# Which matches stand first each engine decides with what it has.
engines-audit: install-test ## Compare every answer from PostgreSQL with a file's
	$(BIN)/python -m tests.cluster sh -c '$(BIN)/python -m tests.audits.compare --strict \
		--allow "^(GET|HEAD) /v1/(search|suggest)\b" --with-database "$$FACTS_DATABASE_URL"'

compare: install-test ## Compare every answer with another revision's (REV=…)
	@test -n "$(REV)" || { echo "Name the revision: make compare REV=1a2b3c4" >&2; exit 1; }
	$(BIN)/python -m tests.audits.compare --rev $(REV) $(COMPARE)

PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
LOCK := $(PIN) --extra build

lock: install ## Pin the newest versions that pyproject.toml allows, with hashes, and those of package.json
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --output-file requirements.lock pyproject.toml
	$(LOCK) --extra postgresql --constraint requirements.lock --output-file requirements-postgresql.lock pyproject.toml
	$(LOCK) --extra test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml
	npm install --package-lock-only
	$(PIN) --constraint requirements.lock --output-file benchmarks/requirements.lock benchmarks/requirements.in
	npm install --package-lock-only --prefix benchmarks

clean: ## Remove what was installed and built
	rm -rf .venv .venv-peers node_modules benchmarks/node_modules build *.egg-info examples/typescript/build
