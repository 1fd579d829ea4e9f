# Two commands matter: `make demo` and `make test`. They run from any folder: make -C /path/to/this demo
ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
VENV := $(ROOT).venv
PY := $(VENV)/bin/python
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help demo test audit lint lock messages screenshots clean

help: ## says what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.runs: $(ROOT)requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (PYTHON=python3.12 make …)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies …"
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(ROOT)requirements.txt
	@touch $@

$(VENV)/.tests: $(VENV)/.runs $(ROOT)requirements-dev.txt
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(ROOT)requirements-dev.txt
	@touch $@

demo: $(VENV)/.runs ## runs everything here with invented content, until Ctrl-C (PORT=8000)
	@cd $(ROOT) && PORT=$${PORT:-8000} DEMO=1 BASE_URL=http://127.0.0.1:$${PORT:-8000} DATA_DIR=$${DATA_DIR:-$(ROOT)var/demo} exec $(PY) manage.py demo

test: $(VENV)/.tests ## runs all checks and tests, installing what they need (as root)
	@cd $(ROOT) && exec $(PY) tests/run.py

audit: $(VENV)/.tests ## asks whether a dependency has a known hole (needs the Internet; says so if it could not ask)
	@cd $(ROOT) && exec $(PY) -m tests.audit

lint: $(VENV)/.tests ## formats and checks the code
	@cd $(ROOT) && $(VENV)/bin/ruff check --fix . && $(VENV)/bin/ruff format . && $(VENV)/bin/mypy

lock: ## compiles requirements*.in into the lock files (needs uv)
	@cd $(ROOT) && for one in requirements requirements-s3 requirements-dev; do \
	  uv pip compile --quiet --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $$one.in -o $$one.txt; done

messages: $(VENV)/.tests ## collects and compiles the texts of the interface (needs gettext)
	@cd $(ROOT) && $(PY) manage.py makemessages --locale vi --no-obsolete --no-wrap --add-location file --ignore '.venv/*' --ignore 'tests/*' --verbosity 0 && $(PY) manage.py compilemessages --locale vi --ignore '.venv/*' --verbosity 0

screenshots: $(VENV)/.tests ## draws the README's pictures from a fresh demo
	@cd $(ROOT) && exec $(PY) docs/screenshots.py

clean: ## removes the environment and all data of the demo
	rm -rf $(VENV) $(ROOT)var
