# What a person runs; `make` alone lists it. Everything is installed in node_modules/ and .meridian/, nothing system-wide.

SHELL := /bin/sh
BIN := node_modules/.bin
RUN := $(BIN)/node --require ./local/toolchain/register.cjs
NPM := npm --no-audit --no-fund --no-update-notifier --loglevel=error

.DEFAULT_GOAL := help
.PHONY: help setup packages up down test lint format coverage faults bench nightly lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

packages:
	@node local/toolchain/installed.cjs || { echo "npm: installing the locked packages"; $(NPM) ci; }

setup: packages ## install what is missing: npm packages, Python packages, the Pulumi engine
	@$(RUN) local/toolchain/setup.ts

up: setup ## stand the local cloud up and run the platform in it, end to end
	@bin/meridian up local
	@bin/meridian events generate --count 50000
	@bin/meridian daily local
	@bin/meridian features check local
	@bin/meridian serve local
	@bin/meridian recommend u1 --all-regions --limit 5
	@bin/meridian query top_items --engine athena

down: packages ## stop what `make up` started; its state stays
	@bin/meridian down

test: export MERIDIAN_ENGINE_DOWNLOAD = never
test: setup ## run all checks and tests; ROOM=policies: lint and tests of one room
	@$(RUN) tests/run.ts $(if $(ROOM),--room $(ROOM))

lint: packages ## check types, style and format
	@$(RUN) tests/run.ts --lint

format: packages ## format all files
	@$(BIN)/prettier --write --log-level warn .
	@if [ -x .meridian/venv/bin/ruff ]; then .meridian/venv/bin/ruff format --quiet . && .meridian/venv/bin/ruff check --fix --quiet .; fi

coverage: packages ## show which statements the last `make test` did not reach, file by file
	@$(BIN)/c8 --config tests/coverage.json --reporter text report

faults: setup ## plant known mistakes in a copy, one at a time, and see a test turn red for each
	@$(RUN) tests/faults.ts

bench: setup ## measure, each figure beside a peer or a limit
	@$(RUN) bench/run.ts

nightly: export MERIDIAN_VOLUME = full
nightly: setup ## preview every commercial region; judge 100,000 generated configurations; run all tests in their whole volume; plant known mistakes
	@bin/meridian plan tests/regions/world.yaml --offline
	@$(RUN) bench/nightly.ts
	@$(RUN) tests/run.ts
	@$(RUN) tests/faults.ts

lock: setup ## write the Python lock files anew from what local/toolchain/*.in ask for
	@.meridian/venv/bin/python -m venv .meridian/lock
	@.meridian/lock/bin/pip install --quiet pip-tools
	@for name in requirements spark-build spark; do \
	  .meridian/lock/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-find-links --no-emit-index-url --output-file local/toolchain/$$name.lock local/toolchain/$$name.in || exit 1; \
	done
