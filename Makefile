# Each target is short and made of ordinary tools; run one with V=1 in front to see what it does.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

WASM   := --target wasm32-wasip2
DATA   ?= .mcommerce
BINARY := target/release/mcommerce
# Every component, as options of cargo; the generator reads them off spin.toml.
PACKAGES = $$(cargo xtask functions)

step = @printf '\033[1m==> %s\033[0m\n' "$(1)"

.PHONY: help up dev test test-rust test-page test-browser test-delivery bench spin services cluster fmt lint lint-rust \
        lint-page deny generated tools compiled functions page mcommerce programs generate

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Functions are built in the profile of mcommerce, which shares build dependencies and skips link-time optimisation.
up: page mcommerce ## build the shop and start it on http://127.0.0.1:3000
	$(call step,functions (Wasm))
	$(BINARY) build --profile release --data $(DATA)
	@exec $(BINARY) up --profile release --data $(DATA) $(ARGS)

dev: page mcommerce ## the edit loop: page with hot reload, changed functions swapped in
	$(call step,quick build of the functions)
	$(BINARY) build --profile quick --data $(DATA)
	@exec $(BINARY) dev --data $(DATA)

tools:
	@command -v cargo >/dev/null || { echo 'cargo is missing: install Rust from https://rustup.rs'; exit 1; }
	@command -v npm   >/dev/null || { echo 'npm is missing: install Node.js 20.19 or newer from https://nodejs.org'; exit 1; }
	@command -v cc    >/dev/null || { echo 'cc is missing: install gcc (Debian: apt-get install gcc)'; exit 1; }
	@node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' || { echo 'Node.js 20.19 or newer is needed'; exit 1; }
	@! command -v rustup >/dev/null || rustup target list --installed | grep -q wasm32-wasip2 || rustup target add wasm32-wasip2

functions: tools
	$(call step,functions (Wasm))
	cargo build --profile function $(WASM) $(PACKAGES)

mcommerce: tools
	$(call step,mcommerce (native))
	cargo build --release -p mcommerce

programs: tools
	$(call step,mcommerce and the bridge (native))
	cargo build --release -p mcommerce -p mcommerce-bridge

compiled: functions programs
	$(call step,functions for this machine)
	$(BINARY) compile

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	$(call step,packages of the page)
	cd frontend && npm ci --no-audit --no-fund

page: tools frontend/dist/index.html

frontend/dist/index.html: frontend/node_modules/.package-lock.json frontend/index.html docs/api/openapi.json \
        $(shell find frontend/src frontend/public -type f 2>/dev/null)
	$(call step,page)
	cd frontend && npm run build

generate: tools frontend/node_modules/.package-lock.json ## write what follows from spin.toml, domain.toml and the handlers
	cargo xtask generate

test: ## everything, on both back ends; gets MongoDB and RabbitMQ itself where it can
	tests/services/with-services $(MAKE) --no-print-directory test-rust test-page test-browser test-delivery

# One `cargo test` builds the programs along with their tests, so that nothing native is built twice.
test-rust: functions page
	$(call step,misbehaving component for the tests of mcommerce)
	cargo build --profile function $(WASM) -p misbehaving
	$(call step,tests (native build))
	cargo test --release --no-run
	$(BINARY) compile
	$(call step,tests)
	rm -rf target/used-grants
	cargo test --release --no-fail-fast
	$(call step,grants that no test used)
	cat target/used-grants/* | cargo xtask unused-grants

test-page: frontend/node_modules/.package-lock.json
	$(call step,tests of the page)
	cd frontend && npm test

test-browser: functions page
	@test -x $(BINARY) || $(MAKE) --no-print-directory programs
	$(BINARY) compile
	$(call step,browser tests)
	tests/browser/run

test-delivery: functions page
	@test -x $(BINARY) || $(MAKE) --no-print-directory programs
	$(BINARY) compile
	@tests/services/need curl jq promtool=prometheus rsync
	$(call step,tests of the images)
	tests/images/run
	$(call step,tests of the manifests)
	tests/manifests/run
	$(call step,test of a new endpoint)
	tests/house/run
	$(call step,tests of the alerts)
	k8s/observability/tests/run
	$(call step,tests of the pipeline's scripts)
	python3 -B -m unittest discover .gitlab/scripts
	$(call step,tests of the mesh)
	tests/mesh/run

# One build of all three: built alone, each would have its dependencies built again with other features.
bench: functions page ## a table of what the shop costs, against a native twin
	cargo build --release -p mcommerce -p mcommerce-bridge -p bench
	$(BINARY) compile
	tests/services/with-services target/release/bench

services: ## MongoDB and RabbitMQ in the foreground, for hand work
	tests/services/with-services sh -c 'echo "MONGODB_URI=$$MONGODB_URI"; echo "AMQP_URL=$$AMQP_URL"; exec sleep infinity'

spin: functions page programs ## the same shop under Spin (4.1 or newer), beside the bridge
	@command -v spin >/dev/null || { echo 'spin is missing: see https://spinframework.dev/install (4.1 or newer)'; exit 1; }
	adapters/mcommerce/spin-up $(DATA)

lint: lint-rust lint-page deny generated ## formatting, warnings, dependencies, what is generated

lint-rust: tools
	$(call step,rustfmt)
	cargo fmt --all --check
	$(call step,clippy)
	cargo clippy --all-targets -- -D warnings
	cargo clippy $(WASM) $(PACKAGES) -p misbehaving -- -D warnings

lint-page: frontend/node_modules/.package-lock.json
	$(call step,eslint and tsc)
	cd frontend && npm run lint && npm run typecheck

generated: tools frontend/node_modules/.package-lock.json
	$(call step,generated files are what follows from their sources)
	cargo xtask generate --check

deny: tools
	$(call step,cargo deny)
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny --log-level error check bans licenses sources

cluster: functions page programs ## the shop in a cluster on this machine (Docker and kind)
	@exec k8s/cluster-up

fmt: ## format everything
	cargo fmt --all
	cd frontend && npm run lint -- --fix
