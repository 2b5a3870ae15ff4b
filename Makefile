# Only calls the package: what each target does is written there, and works without make (see README.md).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: quickstart test lint lock environment clean help

help:
	@echo "make quickstart   build .venv, simulate Cleveland, run the findings, write a letter"
	@echo "make test         build .venv and run all tests"
	@echo "make lint         style checks"
	@echo "make lock         resolve requirements.lock anew from pyproject.toml"
	@echo "make environment  write environment.yml from pyproject.toml"
	@echo "make clean        remove outputs and processed data, never a return"

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $(STAMP)

quickstart: $(STAMP)
	$(BIN)/hmic quickstart

test: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations=20

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

lock: $(STAMP)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --no-emit-index-url \
		--no-header --no-annotate --quiet --output-file requirements.lock

environment: $(STAMP)
	$(BIN)/python .ci/environment.py

clean:
	rm -rf output data/processed/*/
