# Every target says in one sentence what it is for; `make` alone prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(VENV)/ready: requirements.lock pyproject.toml
	@echo "Installing the locked Python packages into $(VENV) (up to a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: setup
setup: $(VENV)/ready ## Install the locked Python packages into .venv

.PHONY: lock
lock: ## Resolve the dependencies anew and write requirements.lock (needs uv)
	uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock

.PHONY: generate
generate: $(VENV)/ready ## Write the files made from the code: crds/ and the tables in docs/
	$(BIN)/python -m nameplate_api.generate
	$(BIN)/python -m nameplate_operator.metrics_page
	$(BIN)/python -m nameplate_operator.snippets_page
	$(BIN)/python -m nameplate_ingestion.metrics_page
	$(BIN)/python -m nameplate_ingestion.answers_page
	$(BIN)/python -m tests.sdks.page

.PHONY: check
check: $(VENV)/ready ## Check format, lint, types, import contracts, and that generated files are current
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	$(BIN)/python -m nameplate_api.generate --check
	$(BIN)/python -m nameplate_operator.metrics_page --check
	$(BIN)/python -m nameplate_operator.snippets_page --check
	$(BIN)/python -m nameplate_ingestion.metrics_page --check
	$(BIN)/python -m nameplate_ingestion.answers_page --check
	$(BIN)/python -m tests.sdks.page --check

.PHONY: programs
programs: $(VENV)/ready ## Build the test control plane's programs once; fetch Kafka, Analytics.js, SDKs, PowerDNS, nginx, HAProxy and wrk if missing
	$(BIN)/python -m tests.cluster.programs
	$(BIN)/python -c 'from tests.world.powerdns import ensure_powerdns; ensure_powerdns()'
	$(BIN)/python -c 'from tests.world.http_fronts import ensure_haproxy, ensure_nginx; ensure_nginx(); ensure_haproxy()'
	$(BIN)/python -c 'from bench.ingestion.load import ensure_wrk; ensure_wrk()'
	$(BIN)/python -m tests.world.kafka_jars
	$(BIN)/python -m tests.world.chromium
	$(BIN)/python -m tests.world.page_packages
	$(BIN)/python -m tests.world.library
	$(BIN)/python -m tests.sdks.programs

.PHONY: test
test: programs ## Run all tests on this machine; counted bars run a seeded tenth
	pytest -n 4 --dist worksteal

.PHONY: soak
soak: programs ## Run all tests with every counted bar in full
	pytest -n 4 --dist worksteal --soak

.PHONY: bench
bench: $(VENV)/ready ## Measure operator and ingestion service beside others (DOMAINS=20 for fewer, WRITE=1 for docs/bench*.md)
	@$(BIN)/python -m bench $(DOMAINS) $(if $(WRITE),--write)
	@$(BIN)/python -m bench.ingestion $(if $(WRITE),--write)

.PHONY: demo
demo: $(VENV)/ready ## Show a domain's life on this machine, from kubectl apply to the events of a page in Chromium, and back
	@$(BIN)/python -m tests.demo

.PHONY: demo-ingestion
demo-ingestion: $(VENV)/ready ## Show the ingestion service alone: events of the Python SDK and curl, and what arrived
	@$(BIN)/python -m tests.demo.ingestion
