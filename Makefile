PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test install lint bench tables requirements clean

# What running needs: the pinned, hashed packages, then the project itself.
.venv/.runs: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

# What developing needs on top.
.venv/.develops: .venv/.runs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

run: .venv/.runs
	$(BIN)/lfp-trainer demo

install: .venv/.develops

test: .venv/.develops
	$(BIN)/python -m pytest -n 2

lint: .venv/.develops
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint
	$(BIN)/lfp-trainer check --strict

bench: .venv/.develops
	$(BIN)/python -m tests.benchmarks $(if $(ONLY),--only $(ONLY))

# What the page for authors says of the shipped scenarios.
tables: .venv/.runs
	$(BIN)/lfp-trainer simulate --write-table

# Pins with hashes and without addresses.
requirements:
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --extra postgres \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
	  --output-file requirements.txt pyproject.toml

clean:
	rm -rf .venv instance dist build
