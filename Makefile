# The commands of the project. Each is a script in scripts/, which installs what it needs.

.PHONY: help run cluster build test test-quick watch lint screenshots prove mutants bench containers

help: ## Show this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## Install what is missing, build the release and serve it
	@exec sh scripts/run.sh $(ARGS)

cluster: ## The same on Redis, Kafka, RabbitMQ, nginx and several nodes, all on this machine
	@exec sh scripts/cluster.sh

build: ## Build the release only
	@exec sh scripts/build.sh

test: ## Run every test, Rust and browser
	@exec sh scripts/test.sh

test-quick: ## Run the Rust tests that need no engine but PostgreSQL: minutes, without browser and cluster
	@exec sh scripts/quick.sh

prove: ## Break everything for SECONDS (600) while people talk, MODE lite, full or both; SEED repeats a run
	@RUN_SECONDS=$(SECONDS) SEED=$(SEED) MODE=$(MODE) sh scripts/prove.sh $(ARGS)

containers: ## As root: build the image, bring deploy/compose.yaml up with Podman, and break it
	@exec sh scripts/containers.sh $(ARGS)

mutants: ## Prove that the checker of `make prove` finds faults made on purpose
	@exec sh scripts/mutants.sh $(ARGS)

bench: ## Measure what things cost: memory, writes, statements, times
	@exec sh scripts/bench.sh $(ARGS)

watch: ## Develop: rebuild and reload on each change, with a database of its own
	@exec sh scripts/watch.sh

lint: ## Check formatting, lints, the borders between crates, types
	@exec sh scripts/lint.sh

screenshots: ## Write every view, in every width and theme, to docs/screens
	@exec sh scripts/screenshots.sh
