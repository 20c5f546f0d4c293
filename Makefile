# make book, make test: each sets up what it needs. Everything stays inside this folder.
STUDY ?= studies/paper.yaml
JOBS  ?= 2
PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv

.DEFAULT_GOAL := help
.PHONY: help setup book pdf test lint bench notebooks clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: .venv/.ready ## create the environment from the lock

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet 'uv==0.13.9'

# --no-python-downloads: the interpreter is the machine's own
.venv/.ready: uv.lock pyproject.toml | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --no-python-downloads --python $$(command -v $(PYTHON)) --cache-dir .tools/cache
	@touch $@

book: .venv/.ready ## build the book: make book STUDY=studies/paper.yaml JOBS=2
	$(BIN)/hebook build $(STUDY) --jobs $(JOBS)

pdf: book ## print the book as one PDF (needs Chromium)
	$(BIN)/hebook pdf $(STUDY)

test: .venv/.ready ## run all tests
	$(BIN)/python -m pytest

lint: .venv/.ready ## check style and format
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

bench: .venv/.ready ## measure speed and memory, against the packages of the bench group
	UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --inexact --group bench --no-python-downloads --cache-dir .tools/cache
	@for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

notebooks: .venv/.ready ## write notebooks/*.ipynb from notebooks/*.py
	$(BIN)/python -c "from helpers.book import convert_chapters; print(*convert_chapters(), sep='\n')"

clean: ## remove what was built, keep the environment
	rm -rf build
