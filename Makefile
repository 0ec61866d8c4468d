# The two main commands: `make run` starts all processes, `make test` runs all checks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/python -m uv --system-certs
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run stop demo bench bench-catalogue bench-edits bench-keys bench-limits bench-lists bench-logs bench-openings bench-requests bench-sign-in chaos chaos-keys compare-answers fuzz fuzz-lists resilience mutants rolling teeth test test-all fast module-test coverage repeat lint lint-openapi clients contracts types unit docs report report-test newest lock first-runs clean clean-data help

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The mark .ready says that the environment is complete. It is away while packages are installed, so an environment
# without it is half made, as after Ctrl-C, and is made anew.
# uv installs in four seconds; pip takes half a minute, and is the fallback where uv reaches no index: uv reads no pip.conf.
$(VENV)/.ready: requirements.lock .ci/installer.lock setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit("shop needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@if [ -e $(VENV) ] && [ ! -e $@ ]; then echo 'The environment in $(VENV) is not complete; it is made anew.'; rm -rf $(VENV); fi
	@rm -f $@
	$(PYTHON) -m venv $(VENV)
	@echo 'Fetching the packages of requirements.lock; the first time this takes up to half a minute.'
	$(BIN)/python -m pip install --quiet --require-hashes -r .ci/installer.lock
	$(UV) pip install --quiet --require-hashes -r requirements.lock || $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(VENV)/.ready ## Install, then run web, worker, scheduler and an embedded Valkey
	@exec $(BIN)/python -m flask shop up

stop: ## Stop the shop of `make run`, from another terminal
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m flask shop stop; else echo 'shop is not installed here.'; fi

demo: $(VENV)/.ready ## 500 buyers for 100 pieces, then a check of every invariant
	@$(BIN)/python -m benchmarks.demo

bench: $(VENV)/.ready ## Every purchase strategy under load, in interleaved rounds; WRITE=1 writes the page in docs
	@$(BIN)/python -m benchmarks.bench_purchase $(if $(filter 1,$(WRITE)),--write)

bench-catalogue: $(VENV)/.ready ## An item and a page of items, cached and uncached, compared with a bare route
	@$(BIN)/python -m benchmarks.bench_catalogue

bench-edits: $(VENV)/.ready ## Purchases of an item whose price and words are edited fifty times a second; ROUNDS=5 EDITS=50
	@$(BIN)/python -m benchmarks.bench_edits --rounds $(or $(ROUNDS),5) --edits $(or $(EDITS),50)

bench-keys: $(VENV)/.ready ## Cost of an idempotency key: writes and purchases with and without it
	@$(BIN)/python -m benchmarks.bench_idempotency_keys

bench-limits: $(VENV)/.ready ## Cost of rate limits: reads and purchases with and without them
	@$(BIN)/python -m benchmarks.bench_rate_limits

bench-logs: $(VENV)/.ready ## Cost of the log record of a purchase, by log setting
	@$(BIN)/python -m benchmarks.bench_logging

bench-openings: $(VENV)/.ready ## Buyers at the very answer that opens a sale, and at a flushed Redis; ROUNDS=10 BUYERS=300 (five minutes)
	@$(BIN)/python -m benchmarks.bench_openings --rounds $(or $(ROUNDS),10) --buyers $(or $(BUYERS),300) $(if $(STRATEGIES),--strategies $(STRATEGIES)) $(if $(DATABASES),--databases $(DATABASES))

bench-processes: $(VENV)/.ready ## Start-up time and memory of each process, before and after (a minute); BASE=main
	@$(BIN)/python -m benchmarks.bench_processes --base $(or $(BASE),HEAD)

bench-requests: $(VENV)/.ready ## Processor time of a request, before and after, in alternating rounds (a minute); BASE=main, ONLY=item,list
	@$(BIN)/python -m benchmarks.bench_requests --base $(or $(BASE),HEAD) $(if $(ONLY),--only $(ONLY))

bench-sign-in: $(VENV)/.ready ## Timing of refused sign-ins for known and unknown addresses; PAIRS=1000
	@$(BIN)/python -m benchmarks.bench_sign_in --pairs $(or $(PAIRS),1000)

bench-lists: $(VENV)/.ready ## Walk by cursor through 100,000 rows during inserts and deletes; ROWS=100000
	@$(BIN)/python -m benchmarks.bench_lists --rows $(or $(ROWS),100000)

fuzz-lists: $(VENV)/.ready ## Send random queries to every list; QUERIES=10000, SEED=1 to repeat a run
	@SHOP_TEST_QUERIES=$(or $(QUERIES),10000) SHOP_TEST_SEED=$(or $(SEED),0) $(BIN)/python -m pytest tests/lists/test_fuzz.py

chaos: $(VENV)/.ready ## Inject faults under load; SEED=1 MINUTES=1, FLUSH=1 to flush Redis as well
	@$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --minutes $(or $(MINUTES),1) $(if $(filter 1,$(FLUSH)),--flush)

chaos-keys: $(VENV)/.ready ## Servers die under clients that share idempotency keys; SEED=1 SECONDS=60
	@$(BIN)/python -m tests.chaos.key_campaign --seed $(or $(SEED),1) --seconds $(or $(SECONDS),60)

resilience: $(VENV)/.ready ## Measure every route while a store is down, frozen or slow (six minutes)
	@$(BIN)/python -m tests.resilience

rolling: $(VENV)/.ready ## Every mix of the previous release and this one under load, and planted incompatibilities
	$(BIN)/python -m pytest -v tests/rolling/mix_checks.py tests/rolling/incompatibility_checks.py

compare-answers: $(VENV)/.ready ## Compare all answers with those of a commit, byte for byte (a minute); BASE=main
	@$(BIN)/python -m tests.answers --base $(or $(BASE),HEAD)

fuzz: $(VENV)/.ready ## Run Schemathesis over the whole API with three kinds of caller; SEED=1 CASES=5000
	@$(BIN)/python -m tests.fuzz --seed $(or $(SEED),1) --cases $(or $(CASES),5000)

teeth: $(VENV)/.ready ## Plant each defect of tests/teeth in a copy, and require that tests notice it; FRESH=1, ONLY=name, WRITE=1
	@nice -n 19 $(BIN)/python -m tests.teeth $(if $(filter 1,$(FRESH)),--fresh) $(if $(ONLY),--only $(ONLY)) $(if $(filter 1,$(WRITE)),--write)

mutants: $(VENV)/.ready ## Plant small defects in functions, see which tests notice; MODULE=shop.services.order SAMPLE=20
	@$(BIN)/python -m tests.mutants trace
	@$(BIN)/python -m tests.mutants run --module $(or $(MODULE),shop) --sample $(or $(SAMPLE),0) --seed $(or $(SEED),1)
	@$(BIN)/python -m tests.mutants report

test: $(VENV)/.ready lint types contracts docs unit ## Run formatter, linter, type checker, contracts, documentation and tests

test-all: export SHOP_TEST_ALL = 1
test-all: test ## The same with whole generated products instead of samples; CI runs the tests of it nightly

repeat: $(VENV)/.ready ## Run the tests many times, the last ones beside a busy core, to find unstable ones; RUNS=20, BUSY=5
	@$(BIN)/python -m tests.repeat --runs $(or $(RUNS),20) --busy $(or $(BUSY),5) $(TESTS)

coverage: $(VENV)/.ready ## Measure branch coverage in all processes; TESTS=tests/lists for a part, WRITE=1 writes docs/audit/coverage.md
	@$(BIN)/python -m tests.coverage --workers $(or $(WORKERS),3) $(if $(filter 1,$(WRITE)),--write) $(TESTS)

lint: $(VENV)/.ready ## Run formatter and linter
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .

types: $(VENV)/.ready ## Run mypy --strict
	$(BIN)/python -m mypy

lint-openapi: $(VENV)/.ready ## Lint /openapi.json with Spectral, its OWASP rules and Redocly (needs Node)
	@$(BIN)/python -m tests.clients lint

clients: $(VENV)/.ready ## Generate six clients and a Postman collection, each buys an item (needs Node and Java)
	@$(BIN)/python -m tests.clients clients

contracts: $(VENV)/.ready ## Check the architecture contracts
	$(BIN)/python -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --config importlinter.ini --no-cache

unit: $(VENV)/.ready ## Run the tests
	$(BIN)/python -m pytest -n $(or $(WORKERS),3) --dist worksteal

fast: $(VENV)/.ready ## Run the tests that need no server, without the slow ones (20 seconds)
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not server and not slow"

module-test: $(VENV)/.ready ## Run the tests of one module (a minute); NOUN=item
	$(BIN)/python -m pytest -n 2 --dist worksteal --noun $(or $(NOUN),$(error NOUN=item names the module))

docs: $(VENV)/.ready ## Build the documentation with its search in site/index.html; a broken link is an error
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -c docs/site -d var/docs . site

report: $(VENV)/.ready ## Regenerate docs/architecture/report.html after a change of structure
	$(BIN)/python -m flask shop arch report

report-test: $(VENV)/.ready ## Click through the report in a browser (installs Chromium where it may)
	$(BIN)/python -m pytest tests/architecture/browser_checks.py

newest: ## Install the newest release of each library, beyond the bounds, and run the tests that meet them first
	$(PYTHON) -m venv $(VENV)-newest
	$(VENV)-newest/bin/python -m pip install --quiet --upgrade --editable '.[embedded,mongo,test]'
	$(VENV)-newest/bin/python -m pip install --quiet --upgrade apispec flask-smorest granian prometheus-client pymysql redis webargs
	$(VENV)-newest/bin/python -m pytest tests/delivery/test_private_library_names.py tests/core tests/openapi tests/units

lock: $(VENV)/.ready ## Regenerate requirements.lock from setup.cfg, and the lock of the installer
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --all-extras --output-file requirements.lock setup.cfg
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --output-file benchmarks/peers/requirements.lock benchmarks/peers/requirements.in
	echo 'uv<0.14' | $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --output-file .ci/installer.lock -

first-runs: $(VENV)/.ready ## First runs in copies: Ctrl-C at ten moments, odd folders, other versions of Python; ten minutes
	$(BIN)/python -m pytest -v tests/first_runs/setup_checks.py

# The pid is compared with a command, since another process may have it by now.
NOT_RUNNING := pid=$$(cat var/up.pid 2>/dev/null); case "$$(ps -ww -p "$${pid:-0}" -o args= 2>/dev/null)" in *'shop up') echo "shop runs with pid $$pid; end it by: make stop"; exit 1;; esac

clean: ## Remove all generated files; the data in var/ stays
	@$(NOT_RUNNING)
	rm -rf $(VENV) $(VENV)-newest var/coverage var/docs build site *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: ## Delete the data in var/: accounts, orders, signing keys; asks on a terminal, YES=1 does not
	@$(NOT_RUNNING)
	@if [ -t 0 ] && [ "$(YES)" != 1 ]; then printf 'Delete accounts, orders and signing keys in var/? [y/N] '; read -r answer; [ "$$answer" = y ] || { echo 'Nothing is deleted.'; exit 1; }; fi
	rm -rf var
