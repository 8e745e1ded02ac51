# The few verbs of this repository; `make` alone lists them.
# One debug build serves the tests, the demo and the checks: nothing is compiled twice.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help packages build test check format generate run demo bench failover crash simulate

# What the formatter looks after; generated files excuse themselves by their first lines.
formatted := Package.swift Sources Clients Tests
# `make PACKAGES=skip …`: the C libraries are there by other means than Debian's packages.
PACKAGES ?= install
# `make test FILTER=Payment`: only the tests whose name holds this.
FILTER ?=
# `make demo INVOICES=folder`: your own invoices (*.xml), AT=2026-03-02T08:00:00Z: the first moment.
INVOICES ?=
# `make bench ROWS=a,b QUICK=1`: some rows, a short look; DOCS=1 also writes docs/figures.md.
ROWS ?=
QUICK ?=
FULL ?=
DOCS ?=
AT ?=
# `make crash ROUNDS=50`: how often servers are killed; `SEED=7` repeats a run that has failed.
ROUNDS ?= 20
SEED ?=
# `make simulate SEED=7 STEPS=5000`: which history, how long; BREAK=name plants a bug, BREAK=list
# prints their names; ONLY=3,17,22 lives a shortened history again; ENGINE=postgres.
STEPS ?= 2000
BREAK ?=
ONLY ?=
ENGINE ?=

help:
	@echo "make demo       a supplier invoice becomes a paid and posted payment, before your eyes"
	@echo "make run        serves the sandbox (server, bank, BankID) for playing by hand"
	@echo "make build      compiles everything, tests included"
	@echo "make test       runs the tests             (FILTER=word: only some)"
	@echo "make check      tests, format, generated code: what the machine runs before a merge"
	@echo "make format     formats the Swift code"
	@echo "make generate   writes the generated code from Protos/"
	@echo "make crash      kills servers and breaks disks at every step  (ROUNDS=20, SEED=to repeat)"
	@echo "make simulate   payments through a history full of faults  (SEED=1 STEPS=2000 BREAK=list)"
	@echo "make failover   kills a PostgreSQL primary under load, its standby takes over"
	@echo "make bench      measures a release build, writes bench.json  (ROWS=a,b QUICK=1: less)"

packages:
	@command -v swift >/dev/null || { echo "Swift 6.3 is missing: see https://www.swift.org/install" >&2; exit 1; }
ifneq ($(PACKAGES),skip)
	@deploy/install-packages
endif

build: packages
	swift build --build-tests

# In parts: what only computes; the server's features and listeners, by the names of their suites; and
# what runs whole programs. A part's tests run at once, so each takes about as long as all of them: in
# one, two cores full of work would let calls over TLS and tests run into their time limits.
computing := PrimitivesTests|FormatsTests|DomainTests|AuditTrailTests|EngineTests|StorageTests|TidyTests|OnboardingTests|SealingTests
serving := ServerTests\.[A-O]
paying := ServerTests\.[P-Z]|ConnectorsTests|SandboxTests
run_tests := swift test --skip-build --disable-xctest

test: build
ifneq ($(FILTER),)
	$(run_tests) --filter '$(FILTER)'
else
	$(run_tests) --filter '$(computing)'
	$(run_tests) --filter '$(serving)'
	$(run_tests) --filter '$(paying)'
	$(run_tests) --skip '$(computing)|$(serving)|$(paying)'
endif

# Warnings are errors in every build of ours (Package.swift), so this need not look for them.
# The cheap checks come first.
check: packages
	swift format lint --strict --recursive --parallel $(formatted)
	$(MAKE) test
	deploy/generate --check

format:
	swift format --in-place --recursive --parallel $(formatted)

generate: packages
	deploy/generate

run: build
	@bin=$$(swift build --show-bin-path); \
	  echo "In another terminal: export PATH=$$bin:\$$PATH, then README.md, \"By hand\". Ctrl-C ends it."; \
	  exec "$$bin/bureaud" sandbox --home .sandbox

demo: build
	@"$$(swift build --show-bin-path)/bureau-demo" \
	  $(if $(INVOICES),--invoices '$(INVOICES)') $(if $(AT),--at '$(AT)')

bench: packages
	swift build -c release --product bureaud
	swift build -c release --product bureau
	swift build -c release --product bureau-bench
	@"$$(swift build -c release --show-bin-path)/bureau-bench" --folder .build \
	  $(if $(ROWS),--rows '$(ROWS)') $(if $(QUICK),--quick) $(if $(FULL),--full) $(if $(DOCS),--docs docs/figures.md)

crash: build
	FAULTS=all ROUNDS=$(ROUNDS) SEED=$(SEED) $(run_tests) --filter 'FaultTests|CrashTests'

failover: build
	FAILOVER=1 $(run_tests) --filter FailoverTests

# Names alone, nothing else: no word of the build.
simulate: packages
	@swift build --product bureau-simulate $(if $(filter list,$(BREAK)),>/dev/null)
	@"$$(swift build --show-bin-path)/bureau-simulate" --seed $(or $(SEED),1) --steps $(STEPS) \
	  $(if $(BREAK),--break '$(BREAK)') $(if $(ONLY),--only '$(ONLY)') \
	  $(if $(ENGINE),--engine '$(ENGINE)')
