# `make help` lists the targets. The build itself is described in util/build.mk, its configuration is
# made by ./configure; both happen by themselves when they are needed.

BUILD ?= build
jobs := $(shell nproc 2> /dev/null || echo 2)

.PHONY: help all configured install clean distclean
all: configured
	+@$(MAKE) --no-print-directory -f util/build.mk BUILD=$(BUILD) all

# Configures at first, and again when the build's own files or the list of sources have changed.
configured:
	@if [ ! -x $(BUILD)/reconfigure ]; then \
	    ./configure --build-dir=$(BUILD) --prefix=$(abspath $(BUILD))/root -j$(jobs); \
	elif ! util/configure/inventory | cmp -s - $(BUILD)/inventory; then \
	    echo "the build's files have changed: configuring again"; $(BUILD)/reconfigure; \
	fi

install: all
	+@$(MAKE) --no-print-directory -f util/build.mk BUILD=$(BUILD) install

clean:
	rm -rf $(BUILD)/nginx-* $(BUILD)/luajit* $(BUILD)/lib $(BUILD)/stage $(BUILD)/root \
	    $(BUILD)/config.mk $(BUILD)/reconfigure $(BUILD)/inventory $(BUILD)/*.log

distclean:
	rm -rf $(BUILD)
