# Two commands: `make reproduce` and `make test`. Both start from a clean clone.

CARGO ?= cargo
OUT   ?= out
MINILM := models/all-MiniLM-L6-v2

# Property tests draw the same cases in every run; another seed draws others.
export PROPTEST_RNG_SEED ?= 1

.PHONY: help reproduce test bench compare minilm system lint docs house

help:
	@echo "make reproduce  build, and make the whole paper on the embedded model (report in $(OUT)/paper)"
	@echo "make test       format, lints (the cuda code among them), docs, all tests"
	@echo "make bench      time the parts, with criterion"
	@echo "make compare    time the whole beside PyTorch, and write the book's table"
	@echo "make house      measure the crates, and draw the book's picture of them"
	@echo "make minilm     fetch all-MiniLM-L6-v2 into $(MINILM)"

reproduce: system
	$(CARGO) run --release --locked -p tangent-experiments -- reproduce --output $(OUT)/paper

test: system lint docs minilm
	scripts/house
	$(CARGO) test --release --locked --workspace

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --workspace --all-targets --features tangent-experiments/cuda,tangent-fuzz/libfuzzer -- -D warnings

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --workspace --no-deps

house:
	scripts/house --draw

bench: system
	$(CARGO) bench --profile release --locked -p tangent-benches

compare: system minilm
	$(CARGO) build --release --locked -p tangent-benches --bins
	benches/compare/run

minilm:
	scripts/fetch-minilm $(MINILM)

system:
	scripts/install-system-packages
