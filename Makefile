# What one does with a checkout of Haven. `make run` and `make test` see to everything that they need.
#
# Where something is missing that may not be installed, .ci/setup says what and exits 3; make reports that as "Error 3"
# and itself exits 2, as it does for every recipe that fails.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint openapi schemathesis story bench revisions versus outage soak rebuild golden deny advisories clean

# Rust that was installed a minute ago is not in the PATH of this shell yet.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## Install what is missing, build, and serve the directory on 127.0.0.1:8080
	@./.ci/setup run
	@cargo build --release --locked
	@exec "$${CARGO_TARGET_DIR:-target}/release/haven" serve

test: lint ## Install what is missing, then format, lints and every test
	cargo test --locked

lint: ## Format and lints
	@./.ci/setup test
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

openapi: ## Write the API's document to openapi/ from the code
	@./.ci/setup build
	cargo run --locked --quiet -- openapi

story: ## Only the evening on which an NGO registers, with its letters in a folder and by a real mail server
	@./.ci/setup test
	@cargo test --locked --test story

schemathesis: ## Ask a running Haven all that its document allows and forbids, as three people (3 minutes; python3)
	@./.ci/setup run
	@./.ci/schemathesis

bench: ## Measure requests a second, and how sizes are borne: SIZES="10000 500000" (without: up to 100,000)
	@./.ci/setup run
	cargo bench --locked --no-fail-fast --bench http --bench crisis --bench sizes -- $(SIZES)

revisions: ## Measure whether 50,000 listings of three revisions are read and found as quickly as of one (6 minutes)
	@./.ci/setup test
	cargo bench --locked --bench revisions

versus: ## Measure searches on a Meilisearch beside the same server asked directly (50,000 listings; 10 minutes)
	@./.ci/setup test
	cargo bench --locked --bench words -- versus

outage: ## Measure searches while a Meilisearch fails in ten ways (5 minutes)
	@./.ci/setup test
	cargo bench --locked --bench words -- outage

soak: ## Read and write for ten minutes while Meilisearch and Postgres are killed and brought back
	@./.ci/setup test
	cargo bench --locked --bench words -- soak

rebuild: ## Build a Meilisearch index afresh while 200 listings a second are written (5 minutes)
	@./.ci/setup test
	cargo bench --locked --bench words -- rebuild

golden: ## Ask the golden set of Haven, and of plain Meilisearch where one is there
	@./.ci/setup test
	cargo test --locked --test it golden::report -- --exact --ignored --nocapture

deny: ## Check licences, sources and bans of the dependencies
	@command -v cargo-deny >/dev/null || { echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 3; }
	cargo deny --locked check bans licenses sources

advisories: ## Check the dependencies for known flaws; asks the advisory database
	@command -v cargo-deny >/dev/null || { echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 3; }
	cargo deny --locked check advisories

clean: ## Remove what was built; the data in .haven stays
	cargo clean
