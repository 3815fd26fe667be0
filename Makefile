# Two commands do everything: make run, make test.
# Each installs what it needs; `make help` lists the others.

PYTHON ?= python3
PORT ?= 8000
STORY ?=

# Who names a Python gets that one.
ifneq ($(origin PYTHON),file)
export TIBILLET_PYTHON_NAMED = $(PYTHON)
endif

START = @command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed: Python 3.11 or newer is needed (on Debian 'apt-get install python3 python3-venv')." >&2; exit 1; }; exec $(PYTHON) tools/start.py

.PHONY: help run reset demo install test test-pg test-e2e lint translations clean

help:
	@echo "make run [PORT=8000]     install, make the demo, serve it on loopback"
	@echo "make reset               throw the demo away and make it again"
	@echo "make demo                list the stories of the demo"
	@echo "make demo STORY=name     add one of them to the demo"
	@echo "make install             install only"
	@echo "make test                install and run every test"
	@echo "make test-pg             only the tests on PostgreSQL"
	@echo "make test-e2e            only the tests in a browser"
	@echo "make lint                check the form of every file"
	@echo "make translations MODULE=name   write its strings into fr.po"
	@echo "make clean               remove everything installed and made here"
	@echo "PYTHON=python3.12 names the Python to use."

run:
	$(START) run --port '$(PORT)'

reset:
	$(START) reset

demo:
	$(START) demo --story '$(STORY)'

install:
	$(START) install

test:
	$(START) test

test-pg:
	$(START) test --part postgresql

test-e2e:
	$(START) test --part browser

lint:
	$(START) lint

translations:
	@.venv/bin/python -m tools.translations $(MODULE)

clean:
	rm -rf .venv .run .cache
