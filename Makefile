# Every job of this project. `make` alone prints them.
# Settings go behind the target: `make run FLASK_PORT=9000`, `make run PYTHON=python3.13`.

PYTHON ?= python3
PY = .venv/bin/python
SERVE = $(PY) -m shared_tests.serve

.DEFAULT_GOAL := help

# What a reader types reaches a command as it is: neither make nor a shell looks into it.
GIVEN_C := $(filter command%,$(origin C))
override F := $(value F)
override C := $(value C)
override URL := $(value URL)
override N := $(value N)
override PLAIN := $(value PLAIN)
override SEED := $(value SEED)
override POSTS := $(value POSTS)
export F C N POSTS SEED URL

.PHONY: help run run-flask run-django dev worker load scaled reset test test-url test-scaled storm bench \
	bench-instructions bench-writes fuzz mutants mutmut diff trace check lint types \
	migrations-check templates-lint docs format lock sbom audit .run .docs .dev .audit

help: ## Print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1~\2/p' Makefile | awk -F'~' '{printf "  make %-18s %s\n", $$1, $$2}'
	@echo 'Settings go behind the target: make run FLASK_PORT=9000 PYTHON=python3.13'

run: .run ## Serve the guide (8000), Flask (8001) and Django (8002)
	@$(SERVE) flask django

run-flask: .run ## Serve the Flask site alone
	@$(SERVE) flask

run-django: .run ## Serve the Django site alone
	@$(SERVE) django

dev: .run ## The same with the frameworks' own development servers
	@$(SERVE) --dev flask django

worker: .run ## Send mail by Celery, beside `make run TASKS=celery`
	@$(SERVE) --worker flask django

load: .run ## Add made-up posts to both databases: POSTS=1000000
	@$(PY) -m shared_tests.load "$${POSTS:-100000}"

scaled: .run ## Serve both on PostgreSQL, Redis, Celery, by two replicas each
	@$(PY) -m shared_tests.scaled

reset: ## Delete both databases and mail (asks, unless YES=1)
	@if [ "$(YES)" != 1 ]; then \
		printf 'Stop `make run` first. Delete flask.sqlite3, django.sqlite3 and mail/ with all they hold? [y/N] '; \
		read -r answer; [ "$$answer" = y ] || { echo 'Nothing deleted.'; exit 0; }; \
	fi; \
	rm -f flask.sqlite3* flask-new.sqlite3* django.sqlite3* django-new.sqlite3*; \
	rm -rf mail/flask mail/django; \
	echo 'Deleted. `make run` starts over.'

test: .dev ## Run every test: the docs', both sites' own, the contract
	@$(PY) -m pytest -n 2

test-url: .dev ## Run the contract against a server: URL=http://...
	@case "$$URL" in http://*|https://*) ;; *) \
		echo 'Say which server: make test-url URL=http://localhost:8001'; exit 2;; esac
	@$(PY) -m pytest shared_tests --url "$$URL" -rN

test-scaled: .dev ## Run the contract against two replicas of each behind a proxy
	@$(PY) -m pytest shared_tests --scaled -n 2

storm: .dev ## Kill the sites under load, count losses (45 minutes)
	@$(PY) -m shared_tests.storm
	@$(PY) -m shared_tests.losses

bench: .dev ## Measure what pages cost, and far back (3 minutes)
	@$(PY) -m shared_tests.bench

bench-instructions: .dev ## Count what pages cost, fail where it is more
	@$(PY) -m shared_tests.bench.instructions

bench-writes: .dev ## Measure 32 visitors who write at once (2 minutes)
	@$(PY) -m shared_tests.bench.writes

fuzz: .dev ## Compare both sites over made-up stories: N=1000 SEED=1
	@$(PY) -m shared_tests.fuzz --requests "$${N:-1000}" $(if $(SEED),--seed "$$SEED")

mutants: .dev ## Break the sites on purpose: is it seen? (10 minutes)
	@$(PY) -m shared_tests.mutants

mutmut: .dev ## Count the faults that the sites' own tests see (30 minutes)
	@for site in flask django; do $(PY) -m shared_tests.mutants.inside --site $$site || exit; done

diff: ## Both sites side by side: F=FILE, C=IDEA, PLAIN=1
	@$(PYTHON) -m docs.side_by_side --file="$$F" $(if $(GIVEN_C),--concept="$$C") \
		$(if $(filter-out 0,$(value PLAIN)),--plain)

trace: .run ## What both sites do for one address: URL='/?page=2'
	@$(PY) -m docs.life.trace "$$URL"

check: lint types migrations-check templates-lint docs test ## Everything that must hold before a commit

lint: .dev ## Check style with ruff
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

format: .dev ## Mend style with ruff
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

types: .dev ## Check types with mypy
	@$(PY) -m mypy

migrations-check: .dev ## Check that the models need no new migration, on both sides
	@scratch=$$(mktemp -d) && trap 'rm -r "$$scratch"' EXIT && \
	export DEBUG=1 DATABASE_URL="sqlite:///$$scratch/scratch.sqlite3" && \
	$(PY) -m flask --app flask_site db upgrade && \
	$(PY) -m flask --app flask_site db check && \
	$(PY) manage.py makemigrations --check --dry-run

templates-lint: .dev ## Check the templates with djlint
	@$(PY) -m djlint --lint --quiet --profile jinja flask_site/templates
	@$(PY) -m djlint --lint --quiet --profile django django_site/templates

docs: .docs ## Build the guide into build/docs; every warning is an error
	@rm -f build/docs/made-from.txt # what `make run` serves links to its own ports
	@$(PY) -m sphinx -W --keep-going -n -q -j auto -d build/doctrees docs build/docs
	@echo 'The guide is in build/docs/index.html; `make run` serves it.'

lock: ## Rewrite requirements/*.txt (UPGRADE=1: the newest)
	@$(PYTHON) requirements/install.py uv
	@$(PY) requirements/lock.py

sbom: .dev ## Write the bill of materials of what runs (CycloneDX)
	@$(PY) requirements/sbom.py

audit: .audit ## Ask the network for known faults of what is locked
	@$(PY) -m pip_audit --strict --require-hashes --disable-pip \
		$(patsubst %,-r %,$(wildcard requirements/*.txt))

# The virtual environment with what the target needs; quick when nothing changed.
.run:
	@$(PYTHON) requirements/install.py run

.docs:
	@$(PYTHON) requirements/install.py docs

.dev:
	@$(PYTHON) requirements/install.py dev

.audit:
	@$(PYTHON) requirements/install.py audit
