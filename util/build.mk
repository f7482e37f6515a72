# The build proper, after configure: nginx with its addons, and the compiled halves of Lua libraries.
# The Makefile at the top calls it with BUILD=<build folder>.

include $(BUILD)/config.mk

CCACHE ?= $(shell command -v ccache 2> /dev/null)
export CCACHE_BASEDIR ?= $(CURDIR)
export CCACHE_NOHASHDIR ?= 1
compiler := $(strip $(CCACHE) $(cc))

optimize := $(if $(debug),-O,-O2)
lib_flags := $(optimize) -g -fPIC -std=c++20 -Wall -Wextra -Werror -Wno-missing-field-initializers \
    -fvisibility=hidden $(cc_opt) -MMD -MP -I$(luajit_inc) -Ibundle/ngx_cpp -Ibundle/ngx_lua

.PHONY: all nginx libraries install
all: nginx libraries

make_nginx = $(MAKE) --no-print-directory -C $(nginx_dir) -f objs/Makefile CC='$(compiler)'
nginx:
	+@$(make_nginx) -q build > /dev/null 2>&1 || $(make_nginx) build

# library FOLDER,FILE: the objects of bundle/FOLDER/src become the module FILE.
define library
$(BUILD)/lib/$(1)/$(2): $(patsubst bundle/$(1)/src/%.cpp,$(BUILD)/lib/$(1)/obj/%.o,$(wildcard \
    bundle/$(1)/src/*.cpp))
	@mkdir -p $$(@D)
	$(compiler) -shared -o $$@ $$^ -lstdc++ -lm

$(BUILD)/lib/$(1)/obj/%.o: bundle/$(1)/src/%.cpp $(BUILD)/config.mk
	@mkdir -p $$(@D)
	$(compiler) -c $(lib_flags) -Ibundle/$(1)/src -o $$@ $$<

libraries: $(BUILD)/lib/$(1)/$(2)
-include $(wildcard $(BUILD)/lib/$(1)/obj/*.d)
endef
$(foreach one,$(compiled),$(eval $(call library,$(firstword $(subst :, ,$(one))),$(lastword $(subst :, ,$(one))))))

# program FOLDER,FILE: the sources in bundle/FOLDER/src become the program FILE.
define program
$(BUILD)/bin/$(2): $(patsubst bundle/$(1)/src/%.cpp,$(BUILD)/lib/$(1)/obj/%.o,$(wildcard \
    bundle/$(1)/src/*.cpp))
	@mkdir -p $$(@D)
	$(compiler) $(cc_opt) -o $$@ $$^ -lstdc++ -lm

$(BUILD)/lib/$(1)/obj/%.o: bundle/$(1)/src/%.cpp $(BUILD)/config.mk
	@mkdir -p $$(@D)
	$(compiler) -c $(lib_flags) -DNGINX_PATH='"$(sbin_path)"' -o $$@ $$<

libraries: $(BUILD)/bin/$(2)
-include $(wildcard $(BUILD)/lib/$(1)/obj/*.d)
endef
$(foreach one,$(programs),$(eval $(call program,$(firstword $(subst :, ,$(one))),$(lastword $(subst :, ,$(one))))))

install: all
	@BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' MAKE='$(MAKE)' util/install-bundle
