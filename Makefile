# fitmart: the few commands a person needs. `make` lists them.
#
# Settings can be given on the command line, in the environment or in .env:
#   make run LANDING=~/extracts CONTRACTS=~/contracts FITMART_HOME=~/fitmart AS_OF=2026-02-01

ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
-include $(ROOT)/.env

PYTHON ?= python3
VENV := $(ROOT)/.venv
LINT_VENV := $(ROOT)/.venv-lint
BIN := $(VENV)/bin
FITMART_HOME ?= $(ROOT)/data
KILLS ?= 50

# Paths mean what they mean where make was called, not where this file lies.
override FITMART_HOME := $(abspath $(FITMART_HOME))
ifdef LANDING
override LANDING := $(abspath $(LANDING))
endif
ifdef CONTRACTS
override CONTRACTS := $(abspath $(CONTRACTS))
endif
ifdef SEEDS
override SEEDS := $(abspath $(SEEDS))
endif

export FITMART_HOME LANDING CONTRACTS SEEDS AS_OF
export REPORTING_TZ REPORTING_CURRENCY MIN_FREE_MB KEEP_PUBLICATIONS
export MAX_ROW_DROP_PERCENT CUSTOMER_VALUE ALERT_WEBHOOK_URL EXPORT_PARQUET
# Dagster keeps runs and events here; without it they would be lost on exit.
export DAGSTER_HOME := $(FITMART_HOME)/dagster
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help setup run dev docs test lint unit bench truth torture lock clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort \
	    | awk -F ':.*## ' '{ printf "  make %-9s %s\n", $$1, $$2 }'

# The stamps are newer than the locks once everything is installed.
$(VENV)/stamp: $(ROOT)/requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.lock pins (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --require-hashes --requirement $(ROOT)/requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --no-deps --no-build-isolation --editable $(ROOT)
	@touch $@

$(LINT_VENV)/stamp: $(ROOT)/requirements-lint.txt
	@test -x $(LINT_VENV)/bin/python || $(PYTHON) -m venv $(LINT_VENV)
	@echo "Installing the SQL linter (once)"
	@$(LINT_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	    --requirement $(ROOT)/requirements-lint.txt
	@touch $@

setup: $(VENV)/stamp  ## Make the environment in .venv

run: $(VENV)/stamp  ## Run the job: the demo, or LANDING=… with CONTRACTS=…
	@$(BIN)/fitmart run

dev: $(VENV)/stamp  ## Open Dagster's web interface on 127.0.0.1 (PORT=3000)
	@$(BIN)/python -m pipelines.home
	@cd $(ROOT) && $(BIN)/dagster dev --module-name pipelines.definitions \
	    --host 127.0.0.1 --port $(or $(PORT),3000)

docs: $(VENV)/stamp  ## Build dbt's documentation and the metric dictionary page
	@cd $(ROOT) && $(BIN)/python -m pipelines.docs

test: lint  ## Everything that CI runs: linters, types, dbt unit tests, pytest
	@cd $(ROOT) && $(BIN)/python -m pytest

lint: $(VENV)/stamp $(LINT_VENV)/stamp  ## ruff, mypy and sqlfluff
	@cd $(ROOT) && $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy
	@cd $(ROOT) && $(LINT_VENV)/bin/sqlfluff lint --disable-progress-bar \
	    models tests/data_tests/*.sql

unit: $(VENV)/stamp  ## Only dbt's unit tests
	@cd $(ROOT) && $(BIN)/python -m pytest -k test_dbt_unit_tests_pass

bench: $(VENV)/stamp  ## Measure ingest, orchestration, demo, sales and the report
	@cd $(ROOT) && failed=0; for file in ingest overhead demo sales report; do \
	    $(BIN)/python bench/$$file.py || failed=1; done; exit $$failed

truth: $(VENV)/stamp  ## How often intervals hold, and verdicts do not cry wolf (400 segments)
	@cd $(ROOT) && failed=0; for file in truth false_alarms; do \
	    $(BIN)/python bench/$$file.py || failed=1; done; exit $$failed

torture: $(VENV)/stamp  ## Kill whole runs at random moments (KILLS=50)
	@cd $(ROOT) && FITMART_KILLS=$(KILLS) $(BIN)/python -m pytest -m torture

lock: $(VENV)/stamp  ## Pin the dependencies anew, with their hashes
	@cd $(ROOT) && $(BIN)/python .ci/lock

clean:  ## Remove the home of the demo (never one with your own extracts)
	@$(PYTHON) $(ROOT)/.ci/clean $(FITMART_HOME)
