# Every target configures and builds first what it needs; `make help` lists them. The build itself is
# described in util/build.mk, its configuration by ./configure --help, both in doc/building.md.

# The build folder; the developer's folder unless you configured another with --build-dir.
BUILD ?= build
DESTDIR ?=
# Test files or folders for `make test`, benchmark scenarios for `make bench`.
ARGS ?=

export DESTDIR
cpp_files = $(shell find bundle t -name '*.cpp' -o -name '*.hpp')

.PHONY: all install run stop test unit bench check check-all check-asan check-valgrind check-stress \
    fuzz format dist clean distclean help

all: ## build (configures, and as root on Debian installs missing packages)
	+@util/build $(BUILD) all

install: ## build and install to the configured prefix; DESTDIR is honoured
	+@util/build $(BUILD) install

run: developer-install ## start the demo application on 127.0.0.1:8080
	@util/demo start $(BUILD)

stop: ## stop the demo application
	@util/demo stop $(BUILD)

test: test-packages developer-install ## run all tests (ARGS='t/http t/shm/get.t': these)
	t/run $(ARGS)

unit: test-packages developer-install ## run the unit tests
	t/run bundle $(ARGS)

bench: lint-packages developer-install ## compare speed with the distribution's nginx and Lua module
	t/bench/run $(ARGS)

check: lint-packages check-format test ## formatting and all tests

check-all: check check-asan check-valgrind check-stress ## everything; takes long

check-asan: lint-packages ## the tests on a build with address and undefined-behaviour sanitizers
	+util/check-asan $(ARGS)

check-valgrind: lint-packages developer-install ## the tests under valgrind
	t/run --valgrind $(ARGS)

check-stress: lint-packages developer-install ## reloads and kills under load, leaks over many requests
	t/stress/run $(ARGS)

fuzz: lint-packages ## fuzz the parsers, a short while each
	t/fuzz/run $(ARGS)

format: lint-packages ## format the C++ sources
	clang-format -i $(cpp_files)

dist: ## make a release tarball with patched nginx and LuaJIT sources, which builds offline
	util/make-dist

clean: ## remove what was built; fetched sources stay
	@if [ -d $(BUILD)/sources ] || [ -f $(BUILD)/reconfigure ]; then \
	    find $(BUILD) -mindepth 1 -maxdepth 1 ! -name sources -exec rm -rf {} +; fi

distclean: clean ## remove the fetched sources too
	rm -rf $(BUILD)/sources
	@rmdir $(BUILD) 2> /dev/null || true

help: ## this text
	@echo 'usage: make [TARGET] [BUILD=folder]'
	@sed -n 's/^\([a-z-]*\):.* ## /\1@/p' Makefile | awk -F@ '{ printf "  %-16s %s\n", $$1, $$2 }'

.PHONY: developer-install check-format test-packages lint-packages
# Tests and the demo run from an install below the build folder, so that compiled-in paths are real.
developer-install:
	+@util/build $(BUILD) developer-install

check-format: lint-packages
	clang-format --dry-run -Werror $(cpp_files)

test-packages:
	@util/bootstrap --check build test || util/bootstrap build test

lint-packages:
	@util/bootstrap --check build test lint || util/bootstrap build test lint
