# Everything a fresh clone needs: git, make and Python 3.10 or later. Start with `make build`.

# Another interpreter: make build PYTHON=/path/to/python3. Otherwise the first of these that works.
PYTHON ?=
PYTHONS := python3.13 python3.12 python3.11 python3.10 python3
UV_VERSION := 0.13.9
LOCK_FLAGS ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
WAREHOUSE := $(or $(TIEOUT_DUCKDB_PATH),target/warehouse.duckdb)

# The demo is the same on every machine: this project's profile, nothing of the caller's, no telemetry.
export DBT_PROFILES_DIR := $(CURDIR)
export DBT_LOG_PATH := target/logs
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
unexport DBT_TARGET_PATH DBT_TARGET DBT_PROFILE DBT_PROJECT_DIR

# A name on the PATH is not enough: shims of version managers fail, and some systems ship no venv.
define find_python
python=; for name in $(or $(PYTHON),$(PYTHONS)); do \
    if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; \
    then python=$$name; break; fi; \
done; \
if [ -z "$$python" ]; then \
    echo "Python 3.10 or later with the venv module is needed; tried: $(or $(PYTHON),$(PYTHONS))." >&2; \
    echo "Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; \
fi
endef

.PHONY: help build test lint lint-sql lint-dbt lint-python docs demo lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: $(INSTALLED) ## install, build the demo company, run every control, print where it stands
	@mkdir -p target
	@$(BIN)/dbt build
	@$(BIN)/python scripts/print_standing.py

test: $(INSTALLED) ## run the Python tests: style, broken controls, properties, conformance
	@$(BIN)/python -m pytest -n 2 --dist loadscope tests/python tests/conformance

lint: lint-sql lint-dbt lint-python ## check SQL style, deprecations, Python syntax

docs: $(WAREHOUSE) ## write the documentation site as one file and print its path
	@$(BIN)/dbt docs generate --static
	@mkdir -p target/docs
	@cp target/static_index.html target/docs/index.html
	@echo "$(CURDIR)/target/docs/index.html"

demo: $(INSTALLED) ## generate the demo company's seeds and labels anew
	@$(BIN)/python scripts/generate_company.py --seed 7 --customers 80 --months 15 --start 2024-01-01 \
		--faults default --out seeds/demo --labels tests/fixtures/demo_labels.csv \
		--quantity-labels tests/fixtures/demo_quantity_labels.csv --format csv

# Pins that still satisfy pyproject.toml stay; LOCK_FLAGS=--upgrade takes the newest instead.
lock: ## compile pyproject.toml into requirements.txt, hashed, for every Python from 3.10
	@rm -rf target/lock && mkdir -p target
	@$(find_python); "$$python" -m venv target/lock
	@target/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@target/lock/bin/uv pip compile --quiet pyproject.toml --group dev --universal \
		--python-version 3.10 --generate-hashes --no-header --output-file requirements.txt $(LOCK_FLAGS)

clean: ## remove what was built; the installed packages in .venv stay
	@rm -rf target logs dbt_packages .pytest_cache .hypothesis
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# Lint has a target folder and a database of its own, so it never waits for a build's lock.
lint-sql lint-dbt: export DBT_TARGET_PATH := target/lint
lint-sql lint-dbt: export TIEOUT_DUCKDB_PATH := target/lint/warehouse.duckdb

lint-sql: $(INSTALLED)
	@mkdir -p target/lint
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 $(wildcard models tests analyses)

lint-dbt: $(INSTALLED)
	@mkdir -p target/lint
	@$(BIN)/dbt --quiet parse --no-partial-parse --show-all-deprecations \
		--warn-error-options '{"error": ["Deprecations"]}'

lint-python: $(INSTALLED)
	@PYTHONPYCACHEPREFIX=target/pycache $(BIN)/python -m compileall -q $(wildcard scripts tests/python tests/conformance)

# --no-deps and hashes: exactly what the lock names, wheels only, so nothing runs while it installs.
$(INSTALLED): requirements.txt
	@$(find_python); test -x $(BIN)/python || "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --compile \
		--no-deps --only-binary :all: --require-hashes -r requirements.txt
	@touch $@

$(WAREHOUSE):
	@$(MAKE) --no-print-directory build
