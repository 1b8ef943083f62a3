# One non-recursive Makefile. `make help` lists what a person types.
# Sources are found by folder, so that a new file needs no edit here.

BUILD ?= build
CC ?= gcc
CSTD := -std=c17 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
        -Wpointer-arith -Wwrite-strings -Wcast-align -Wundef -Wvla -Wformat=2 -Wnull-dereference \
        -Wdouble-promotion -Wimplicit-fallthrough -Wmissing-declarations
ifeq ($(CI),true)
WARN += -Werror
endif
OPT ?= -O2
SAN ?=
HARDEN := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
ifneq ($(SAN),)
HARDEN := -fPIE
endif
CFLAGS ?= -g
VERSION := 0.1.0
ALL_CFLAGS = $(CSTD) $(WARN) $(OPT) $(HARDEN) $(SAN) $(CFLAGS) -MMD -MP -I. -I$(BUILD)/gen \
             -DHINOMI_VERSION='"$(VERSION)"' -DHINOMI_DATADIR='"$(datadir)"'
LDFLAGS += -pie $(SAN)
LIBS_hinomi := -lcurl -ljansson -lssh2 -lsqlite3 -lncursesw -ltinfo -lcrypto -lzstd -lz \
               -lutf8proc -lpthread -lm
LIBS_range := -lmicrohttpd -ljansson -lcrypto -lzstd -lz -lutf8proc -lpthread -lm
LIBS_test := -lcmocka -lvterm -lmicrohttpd $(LIBS_hinomi)

prefix ?= /usr/local
bindir ?= $(prefix)/bin
datadir ?= $(prefix)/share

# from the ground up; each may include itself and what stands left of it, except siblings
LAYERS := core connectors cases hunt remote app cli tui
SRC = $(foreach d,$(LAYERS),$(wildcard $(d)/*.c))
GEN := $(BUILD)/gen/embedded.c
OBJ = $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/embedded.o
RANGE_SRC = $(wildcard range/*.c)
RANGE_OBJ = $(RANGE_SRC:%.c=$(BUILD)/%.o)
CORE_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/*.c))
EMBED := $(sort $(wildcard remote/runbooks/*.runbook themes/*.theme app/playbooks/*.playbook))
TEST_SRC = $(filter-out tests/fuzz/% tests/bench/% tests/fault/%,$(wildcard tests/*/test_*.c))
TEST_BIN = $(TEST_SRC:%.c=$(BUILD)/%)
TEST_LIB = $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
# the range's simulators are linked into tests that need a server in-process
RANGE_LIB = $(filter-out $(BUILD)/range/main.o,$(RANGE_OBJ))
FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN = $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)
BENCH_BIN = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))
PO = $(wildcard po/*.po)
MO = $(PO:po/%.po=$(BUILD)/locale/%/LC_MESSAGES/hinomi.mo)

.PHONY: all deps demo check check-unit check-all soak lint layers format asan tsan fuzz bench cover install \
        uninstall clean help tests
.DEFAULT_GOAL := all

all: $(BUILD)/hinomi $(BUILD)/hinomi-range $(MO)  ## build build/hinomi and the practice range

$(BUILD)/hinomi: $(BUILD)/main.o $(OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_hinomi)

$(BUILD)/hinomi-range: $(RANGE_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_range)

$(BUILD)/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/gen/embedded.o: $(GEN)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# data files compiled in, read through the same parsers as a user's own
$(GEN): scripts/embed.sh $(EMBED)
	@mkdir -p $(@D)
	sh scripts/embed.sh $(EMBED) > $@.new && mv $@.new $@

$(BUILD)/locale/%/LC_MESSAGES/hinomi.mo: po/%.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

deps:  ## install what is missing (one list of packages, asked once)
	@sh scripts/deps.sh

demo:  ## the workstation on the practice range
	@sh scripts/deps.sh demo
	@$(MAKE) --no-print-directory -j"$$(nproc)" all
	$(BUILD)/hinomi demo

tests: $(TEST_BIN)

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIB) $(OBJ) $(RANGE_LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_test)

check: deps  ## install what is missing, build, run every test
	@$(MAKE) --no-print-directory -j"$$(nproc)" all tests
	@sh tests/run.sh $(BUILD)

check-unit: all tests  ## the tests without the range (what asan and tsan run)
	@UNIT_ONLY=1 sh tests/run.sh $(BUILD)

check-all: lint layers asan tsan fuzz  ## check-unit under sanitizers, fuzz smoke, lint, layers
	@sh tests/check_all.sh $(BUILD)

soak: all tests  ## the long repetitions
	@sh tests/soak.sh $(BUILD)

layers:  ## prove that the folders only look downwards
	@sh scripts/layers.sh $(BUILD)

lint:  ## file and function sizes, forbidden calls, format
	@sh scripts/lint.sh

format:  ## clang-format in place
	clang-format -i $(wildcard *.c $(foreach d,$(LAYERS) range,$(d)/*.[ch]) tests/*/*.[ch])

asan:
	@$(MAKE) --no-print-directory BUILD=build/asan OPT=-O1 \
	  SAN="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer" check-unit

tsan:
	@$(MAKE) --no-print-directory BUILD=build/tsan OPT=-O1 SAN="-fsanitize=thread" check-unit

FUZZ_SECONDS ?= 10
fuzz: deps  ## each parser's fuzz target for FUZZ_SECONDS from its seed corpus
	@$(MAKE) --no-print-directory BUILD=build/fuzzed CC=clang OPT=-O1 \
	  SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" fuzz-bins
	@FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/run.sh build/fuzzed

.PHONY: fuzz-bins
fuzz-bins: $(FUZZ_BIN)
$(BUILD)/fuzz/%: tests/fuzz/%.c $(OBJ) $(BUILD)/tests/support/query_table.o
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS_hinomi)

bench: all $(BENCH_BIN)  ## JSON lines and a table, each figure beside its limit
	@sh tests/bench/run.sh $(BUILD)

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(TEST_LIB) $(OBJ) $(RANGE_LIB)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_test)

cover:  ## line coverage of the unit tests
	@$(MAKE) --no-print-directory BUILD=build/cover OPT=-O0 SAN=--coverage check-unit
	@sh scripts/cover.sh build/cover

install: all  ## into $(DESTDIR)$(prefix)
	install -Dm755 $(BUILD)/hinomi $(DESTDIR)$(bindir)/hinomi
	install -Dm755 $(BUILD)/hinomi-range $(DESTDIR)$(bindir)/hinomi-range
	install -Dm644 docs/hinomi.conf $(DESTDIR)$(datadir)/hinomi/hinomi.conf
	install -Dm644 docs/hinomi.1 $(DESTDIR)$(datadir)/man/man1/hinomi.1
	for m in $(MO); do install -Dm644 $$m $(DESTDIR)$(datadir)/locale/$${m#$(BUILD)/locale/}; done

uninstall:
	rm -f $(DESTDIR)$(bindir)/hinomi $(DESTDIR)$(bindir)/hinomi-range \
	  $(DESTDIR)$(datadir)/hinomi/hinomi.conf $(DESTDIR)$(datadir)/man/man1/hinomi.1
	for m in $(MO); do rm -f $(DESTDIR)$(datadir)/locale/$${m#$(BUILD)/locale/}; done

clean:
	rm -rf build

help:  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' Makefile

-include $(shell find $(BUILD) -name '*.d' -not -path '$(BUILD)/*san/*' 2>/dev/null)
.SECONDARY:
