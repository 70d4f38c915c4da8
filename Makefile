# Everything a newcomer needs is `make playground` and `make test`; both set themselves up in .venv.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PLAYGROUND := .venv/.playground
ARGS ?=
N ?= 1000
PYTEST := $(BIN)/python -m pytest
# Tests on a control plane wait more than they work.
WORKERS ?= 4
# Percent of lines and branches that the whole suite covers at least.
FLOOR := 98

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[36m%-17s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# .venv with the packages of the requirement file $(1).
SET_UP = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13 ...")' && \
 $(PYTHON) -m venv .venv && $(PIP) --require-hashes --requirement $(1) && $(PIP) --no-deps --no-build-isolation --editable .
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(READY): requirements/dev.txt pyproject.toml
	@echo "Setting up .venv (pinned, hashed requirements; once, a minute and a half)"
	@$(call SET_UP,requirements/dev.txt)
	@touch $(PLAYGROUND) $@

# The same .venv with what the playground needs, half of it: a newcomer waits half as long. What is used of it is compiled when it is.
$(PLAYGROUND): requirements/playground.txt pyproject.toml
	@echo "Setting up .venv for the playground (pinned, hashed requirements; once, about half a minute)"
	@$(call SET_UP,requirements/playground.txt --no-compile)
	@touch $@

# FETCH=1: prebuilt programs are fetched instead of built. Only when asked for; tests never do.
playground: export PYTHONDONTWRITEBYTECODE =
playground: $(PLAYGROUND) ## A real control plane, the emulator and the operator (ARGS=--once; ARGS=--context=kind-kind: in a cluster; FETCH=1: no build)
	@$(BIN)/agentrun-operator playground $(if $(filter 1 yes true,$(FETCH)),--fetch) $(ARGS)

# Failed tests (1) leave the second half its turn; an interruption, or pytest that could not begin (2 and more), does not.
# Each of the processes loads all tests, and tests start programs: what Python has compiled is kept, whatever the machine says.
test: export PYTHONDONTWRITEBYTECODE =
test: $(READY) ## Every test, several at a time, then those that measure time, and what they cover; ARGS="tests/unit -k delta" runs some
ifdef ARGS
	@$(PYTEST) $(ARGS)
else
	@$(PYTEST) -m "not alone" --numprocesses=$(WORKERS) --dist=worksteal --cov --cov-report=; together=$$?; \
	 test $$together -le 1 || exit $$together; \
	 $(PYTEST) -m alone --cov --cov-append --cov-fail-under=$(FLOOR) && exit $$together
endif

bench: $(READY) ## What N objects cost, beside a bare loop and a plain kopf operator: docs/performance.md (N=1000, 10 min)
	@$(BIN)/python -m benchmarks --objects $(N) $(ARGS)

soak: $(READY) ## Half an hour of changes and faults: does anything grow? (ARGS=--help)
	@$(BIN)/python -m benchmarks.soak $(ARGS)

check: $(READY) ## Spelling, lint, dead code, types, import directions, generated files: .pre-commit-config.yaml
	@$(BIN)/pre-commit run --all-files

format: $(READY) ## Format the code and mend what ruff can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

generate: $(READY) ## Make the generated files again (crds/, the chart's, deploy/manifests/, argocd-cm.yaml)
	$(BIN)/agentrun-operator crd > crds/agentrun.alibabacloud.com_agentruntimeendpoints.yaml
	PYTHONPATH=tests $(BIN)/python -m support.chart
	PYTHONPATH=tests $(BIN)/python -m support.argocd

requirements: ## Pin the requirement files again (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet \
	  --custom-compile-command "make requirements" pyproject.toml --extra operator -o requirements/run.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet \
	  --custom-compile-command "make requirements" pyproject.toml --all-extras --group dev \
	  -o requirements/dev.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet \
	  --custom-compile-command "make requirements" --constraint requirements/dev.txt pyproject.toml --extra playground --group editable \
	  -o requirements/playground.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet \
	  --no-annotate --custom-compile-command "make requirements" deploy/image/build.in -o deploy/image/build.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet \
	  --no-annotate --custom-compile-command "make requirements" pyproject.toml --extra dashboard deploy/plugin/build.in \
	  -o deploy/plugin/build.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet \
	  --custom-compile-command "make requirements" --constraint requirements/dev.txt --group browser -o requirements/browser.txt

page-test: $(READY) ## Try the page of `kubectl agentrun dashboard` in a real browser, which root is given where there is none
	@. deploy/browser.sh && $(PYTEST) tests/browser $(ARGS)

pictures: $(READY) ## Draw the terminal and the page anew, of the playground as it runs (1 min)
	@. deploy/browser.sh && PYTHONPATH=tests:. $(BIN)/python docs/pictures/first_look.py

dashboard-picture: $(READY) ## Draw the panels of Grafana's dashboard anew, of a run under a real Prometheus (6 min)
	@PYTHONPATH=tests:. $(BIN)/python docs/pictures/dashboard.py

charts: $(READY) ## Draw the charts of docs/performance/ anew from results.json
	@$(BIN)/python -m benchmarks.plots

image-test: $(READY) ## Build the image without a registry and test it (needs root, buildah, debootstrap)
	@deploy/image/test.sh $(ARGS)

plugin-archive: $(READY) ## Build the kubectl plugin's archive for this platform and test it (2 min)
	@PLUGIN_ARCHIVE=$$($(PYTHON) deploy/plugin/archive.py) && export PLUGIN_ARCHIVE && $(PYTEST) tests/archive $(ARGS)

clean: ## Remove what was made here (the control plane's cache stays)
	rm -rf .venv build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.PHONY: help playground test bench soak check format generate requirements page-test pictures dashboard-picture charts image-test plugin-archive clean
