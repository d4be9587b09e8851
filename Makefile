# Stagemakelaar. `make run` starts it; `make help` lists the rest.

PORT ?= 5000
PYTHON ?=
ARGS ?=
export PORT PYTHON
PY := .venv/bin/python
# Some machines switch off the bytecode that Python keeps: then each start reads all modules anew, the tests' as well.
unexport PYTHONDONTWRITEBYTECODE
# One worker per core and no more than four: each brings its own database server and browser.
WORKERS ?= -n auto --maxprocesses 4 --dist worksteal
# The tests that `make check` runs; the rest belongs to `make test`.
RULES := $(wildcard $(patsubst %,tests/test_%.py,architecture flow labels templates translations migrations))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-rest promises check migrate styles translations bench load sbom audit lock clean installed tools catalogues

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: installed catalogues styles ## Start the demo on http://127.0.0.1:5000; another port: PORT=8080 make run
	@STAGEMAKELAAR_ENV=demo exec $(PY) -m flask --app wsgi start

test: tools catalogues styles ## Run the suite in its short form; a part of it, whole: make test ARGS="tests/people -k profile"
	@$(PY) -m pytest $(WORKERS) $(ARGS)

test-rest: tools catalogues styles ## What `make test` leaves to CI: second runs on PostgreSQL, stories, proofs seen red
	@STAGEMAKELAAR_TESTS=rest $(PY) -m pytest $(WORKERS) $(ARGS)

promises: tools catalogues styles ## The proofs of what must never break, at full length: hours; one: ARGS="--promise P05"
	@STAGEMAKELAAR_PROOFS=full $(PY) -m pytest $(WORKERS) -m promise $(ARGS)

check: tools catalogues ## Lint, types, templates, migrations
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(PY) -m djlint --lint --quiet templates
	@$(if $(RULES),$(PY) -m pytest -q -n 0 -m "not needs" $(RULES))

migrate: installed ## Bring the database to the newest version
	@STAGEMAKELAAR_ENV=$${STAGEMAKELAAR_ENV:-demo} $(PY) -m flask --app wsgi migrate

styles: installed ## Build the style sheets (from npm packages where npm runs)
	@$(PY) scripts/styles.py

translations: tools ## Collect the texts into the catalogues and compile them
	@$(PY) scripts/translations.py extract
	@$(PY) scripts/translations.py compile

bench: ## Measure the matcher against others; short: make bench ARGS="--scales S,M --seeds 2"
	@scripts/prepare.sh requirements-bench.txt
	@$(PY) -m benchmarks.matcher $(ARGS)

load: tools catalogues styles ## Measure the service under load: make load ARGS="L1 --database postgresql://…/region"
	@VENV=build/load-venv scripts/prepare.sh requirements-load.txt
	@$(PY) -m benchmarks.load $(ARGS)

sbom: ## Write what the deployed service is made of to build/sbom.json (CycloneDX)
	@VENV=build/audit-venv scripts/prepare.sh requirements-audit.txt
	@build/audit-venv/bin/python scripts/supply_chain.py sbom

audit: ## Ask whether anything is known to be wrong with a package; fails when that could not be asked
	@VENV=build/audit-venv scripts/prepare.sh requirements-audit.txt
	@build/audit-venv/bin/python scripts/supply_chain.py audit

lock: tools ## Pin the newest fitting versions: make lock ARGS=--upgrade
	@scripts/lock.sh $(ARGS)

clean: ## Remove what make made, except the data in instance/
	@rm -rf .venv node_modules build static/build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} + ; find stagemakelaar -name '*.mo' -delete

installed:
	@scripts/prepare.sh requirements.txt

# For the tests, which also want the npm packages that check pages.
tools:
	@scripts/prepare.sh requirements-dev.txt
	@scripts/page_checkers.sh

catalogues:
	@$(PY) scripts/translations.py compile
