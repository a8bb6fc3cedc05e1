# `make demo` and `make test` set everything up by themselves; the other targets are for developers.
#
# .venv is made here unless it exists. A .venv that is a symbolic link belongs to somebody else: it is used as it is.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check --quiet
# The command line of this checkout, also where a shared environment has another checkout (or none) installed.
UNSEQ  := $(PY) tests/lib/run_cli.py
OUT    ?= unseq-out

.PHONY: demo test check slow exploits judge-suite docs bench clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.unseq-run bubblewrap
	@$(UNSEQ) translate examples -o $(OUT) --effort quick

test: $(VENV)/.unseq-test bubblewrap
	@$(PY) -m pytest -n 2 --dist worksteal -q -m "not slow" $(TESTARGS)

check: $(VENV)/.unseq-test .cache/typing/unseq
	@$(PY) -m ruff check --output-format concise .
	@$(PY) -m mypy -p unseq.frontend -p unseq.backends -p unseq.agents -p unseq.evaluate -m unseq.cli -m unseq.api
	@$(PY) -m pytest -q tests/layout

slow: $(VENV)/.unseq-test bubblewrap
	@$(PY) -m pytest -n 2 -q -m slow $(TESTARGS)

# Ways to cheat, against a naive judge and against ours: docs/exploits.md
exploits: $(VENV)/.unseq-test bubblewrap
	@$(PY) -m pytest -n 2 -q -m "slow or not slow" tests/exploits $(TESTARGS)

# What the race detector finds and what it accuses wrongly, beside ThreadSanitizer; upstream's code where PARLAYLIB_ROOT
# names a checkout of ParlayLib.
judge-suite: $(VENV)/.unseq-test
	@$(PY) -m pytest -q -rs -s -m slow tests/judge $(TESTARGS)

# docs/reasons.md, docs/patterns.md and docs/exploits.md, made from the code and its examples
docs: $(VENV)/.unseq-test
	@$(PY) tests/lib/write_docs.py

# Side by side with upstream ParlayLib: PARLAYLIB_ROOT=/path/to/parlaylib make bench
bench: $(VENV)/.unseq-test
	@$(PY) -m pytest -q tests/bench --benchmark-only $(TESTARGS)

clean:
	rm -rf .cache build dist *.egg-info $(OUT)

# mypy does not follow an editable install of a namespace over the root; a link gives the root its name.
.cache/typing/unseq:
	@mkdir -p .cache/typing && ln -sfn ../.. $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "unseq needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 3; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "python3 -m venv failed: on Debian, apt install python3-venv" >&2; exit 3; }

$(VENV)/.unseq-run: pyproject.toml | $(VENV)/bin/python
	@test -L $(VENV) || { echo "installing unseq and what it needs"; $(PIP) install -e .; }
	@touch $@

$(VENV)/.unseq-test: pyproject.toml | $(VENV)/bin/python
	@test -L $(VENV) || { echo "installing unseq and what its tests need"; $(PIP) install -e '.[test]'; }
	@touch $@ $(VENV)/.unseq-run

# The sandbox prefers bubblewrap. Without it, and without the right to install it, unseq uses what the kernel offers
# and says so in every report, so a failure here is not an error.
.PHONY: bubblewrap
bubblewrap:
	@if ! command -v bwrap >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing bubblewrap (the sandbox)"; \
	  { apt-get install -qq -y --no-install-recommends bubblewrap || \
	    { apt-get update -qq && apt-get install -qq -y --no-install-recommends bubblewrap; }; } >/dev/null 2>&1 || true; \
	fi
