# The one door to this project. Every target does its own set-up (scripts/setup.sh), so that `make run` is all
# a fresh machine needs; a set-up that was done before costs milliseconds. ARGS="..." goes to the command.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run demo doctor console test it attack load mutate cov clients fmt lint types check setup lock clean

BIN := .venv/bin
FAST := not slow and not load
# All fast tests go in two processes, one for each processor (tests/at_once.py); with ARGS, which mostly pick a few, in one.
AT_ONCE := $(if $(ARGS),,-n 2 --dist loadfile)
PACKAGES := mediaserver pipelines sip webrtc providers callers api cli
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## Show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
	  while IFS='|' read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

run: ## Set up and serve: answers sip:demo@127.0.0.1, console on port 8080
	@scripts/setup.sh runtime console && exec $(BIN)/voiceforge serve $(ARGS)

demo: ## Set up, start on free ports, place a real SIP call, show the live transcript
	@scripts/setup.sh runtime console && exec $(BIN)/voiceforge demo $(ARGS)

doctor: ## Check this machine and say how to mend what is wrong
	@scripts/setup.sh runtime && exec $(BIN)/voiceforge doctor $(ARGS)

console: ## Build the browser console anew where its sources changed
	@scripts/setup.sh runtime console_again

test: ## Set up and run the fast tests, those with SIPp, baresip and Chromium included
	@scripts/setup.sh dev console peers browser promtool coturn
	@[[ -n '$(ARGS)' ]] || scripts/console.sh test
	@exec $(BIN)/python -m pytest -m "$(FAST)" $(AT_ONCE) $(ARGS)

it: ## The slow tests: Asterisk, Kamailio, linphonec, a language model, long calls, kill -9; draws the matrices of docs/interop.md and docs/providers.md
	@scripts/setup.sh dev console peers browser phones coturn proxy speech asterisk models engines
	@$(BIN)/python -m pytest -m "slow or peer" $(ARGS)
	@$(BIN)/python -m pytest -m "hypothesis and not slow" --hypothesis-profile=explore $(ARGS)
	@$(BIN)/python -m tests.matrices --write

attack: ## Attack a server of our own and print what it let through (ARGS="B2", ARGS=--list)
	@scripts/setup.sh dev peers && exec $(BIN)/python -m tests.attack $(ARGS)

# Each script has options of its own, so ARGS needs LOAD. pytest's 5 means that no test has the marker.
load: ## The load tests (minutes, quiet machine); LOAD=churn ARGS=... plays one
	@[[ -n '$(LOAD)' || -z '$(ARGS)' ]] || { echo 'make load: say which script gets ARGS: LOAD=churn, media, ...' >&2; exit 2; }
	@scripts/setup.sh dev peers
	@failed=; for script in tests/load/$(or $(LOAD),*)_load.py; do \
	  name="$$(basename "$$script" .py)"; echo "==> $$name"; \
	  $(BIN)/python -m "tests.load.$$name" $(ARGS) || failed+=" $$name"; done; \
	[[ -n '$(LOAD)' ]] || $(BIN)/python -m pytest -m load -s || [[ $$? == 5 ]] || failed+=" pytest"; \
	[[ -z "$$failed" ]] || { echo "failed:$$failed" >&2; exit 1; }

mutate: ## Break the pure machines in small ways and count what the tests notice (minutes)
	@scripts/setup.sh mutate && exec $(BIN)/python -m tests.mutation $(ARGS)

cov: ## The fast tests with coverage; report in htmlcov/
	@scripts/setup.sh dev console peers browser promtool coturn && exec $(BIN)/python -m pytest -m "$(FAST)" $(AT_ONCE) \
	  $(PACKAGES:%=--cov=%) --cov-report=term:skip-covered --cov-report=html $(ARGS)

clients: ## Make the typed clients in clients/ anew, after a change of the API
	@scripts/setup.sh dev && exec scripts/clients.sh

fmt: ## Format the code and mend what the linter can
	@scripts/setup.sh dev console && $(BIN)/ruff check --fix --exit-zero . && $(BIN)/ruff format . && exec scripts/console.sh format

lint: ## Check style and format
	@scripts/setup.sh dev console && $(BIN)/ruff check . && $(BIN)/ruff format --check . && exec scripts/console.sh lint

types: ## Check types (mypy, strict)
	@scripts/setup.sh dev console && $(BIN)/mypy && exec scripts/console.sh types

check: lint types test ## All that CI checks

setup: ## Only set up, for work on the code
	@scripts/setup.sh dev console peers browser

lock: ## Renew the lock files (ARGS=--upgrade for newer versions)
	@scripts/setup.sh dev && exec scripts/lock.sh $(ARGS)

clean: ## Remove .venv, caches and build leftovers; data/ stays
	@rm -rf .venv build console/node_modules api/static/console dist htmlcov mutants .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +
