# SPDX-License-Identifier: BSD-2-Clause
# make help says what there is.

DAEMONS = feedd userd cmdd orderd riskd algod

# Two words a daemon: core is pure and unit-tested, shell does the I/O.
feedd_CORE   = decode quotes
feedd_SHELL  = feedd bus stream venue
userd_CORE   = lease report
userd_SHELL  = userd bus stream venue
cmdd_CORE    = command intake
cmdd_SHELL   = cmdd bus
orderd_CORE  = order blotter request doubt cancel barrier walk
orderd_SHELL = orderd bus tell store load venue line place cancels apply adopt audit
riskd_CORE   = account limit market pending tally view
riskd_SHELL  = riskd bus store load judge book adopt
algod_CORE   = algo runner algo/trail_stop
algod_SHELL  = algod bus run store

B       = build
CC      = gcc
CSTD    = -std=c11 -D_GNU_SOURCE
WARN    = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
          -Wswitch-enum -Wvla
OPT     = -O2 -g -fno-omit-frame-pointer
CFLAGS  = $(CSTD) $(WARN) $(OPT) -Icommon -I. $(VARIANT)
LDFLAGS = -Wl,--as-needed $(VARIANT_LD)
VERSION = 0.1.0

CORE_LIBS = -ljansson -lcrypto -lm
IO_LIBS   = -lhiredis -lcurl -lwebsockets -lssl -lpq -levent $(CORE_LIBS)
TAPE_LIBS = -larchive

prefix = /usr/local

# make V=1 shows every command.
Q = $(if $(V),,@echo '  $@';)

# PostgreSQL's headers live in a folder of their own.
$(B)/obj/common/io/%.o $(B)/obj/deploy/%.o: CFLAGS += -I$(shell pg_config --includedir 2>/dev/null)
$(B)/obj/common/io/daemon.o $(B)/obj/deploy/pmsctl/pmsctl.o: CFLAGS += -DVERSION='"$(VERSION)"'

objs = $(patsubst %.c,$(B)/obj/%.o,$(1))
PURE_OBJS  = $(call objs,$(wildcard common/base/*.c common/wire/*.c common/venue/*.c))
IO_OBJS    = $(call objs,$(wildcard common/run/*.c common/io/*.c))
core_objs  = $(addprefix $(B)/obj/$(1)/,$(addsuffix .o,$($(1)_CORE)))
shell_objs = $(addprefix $(B)/obj/$(1)/,$(addsuffix .o,$($(1)_SHELL)))
CORE_OBJS  = $(foreach d,$(DAEMONS),$(call core_objs,$(d)))
SIMEX_OBJS = $(call objs,$(wildcard tests/simex/*.c))
SIMEX_CORE = $(call objs,$(wildcard tests/simex/core/*.c tests/simex/api/*.c))
CTL_OBJS   = $(call objs,$(wildcard deploy/pmsctl/*.c))
BENCH_BINS = $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
TESTS      = $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/*_test.c))
BINS       = $(addprefix $(B)/bin/,$(DAEMONS) pmsctl simex)

.PHONY: all unit check flow fault demo paper lint san bench fuzz conformance install help clean bootstrap \
        print-core
.SECONDEXPANSION:
.SECONDARY:

all: $(BINS)

help:	## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

unit:	bootstrap ## the unit tests alone: no server needed
	@$(MAKE) --no-print-directory run-unit

check:	bootstrap ## everything a change must pass: lint, unit and flow tests
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory all test-bins $(TESTS)
	@CMOCKA_MESSAGE_OUTPUT=TAP prove -j 2 --timer --comments $(TESTS) tests/flow/*.bats

flow:	bootstrap ## the flow tests alone; FLOW=name picks one
	@$(MAKE) --no-print-directory all test-bins
	@prove -j 2 --timer --comments $(if $(FLOW),tests/flow/$(FLOW).bats,tests/flow/*.bats)

fault:	bootstrap ## the long ones: every crash point, every fault, storms; FAULT=name picks one
	@$(MAKE) --no-print-directory all test-bins
	@prove -j 2 --timer --comments $(if $(FAULT),tests/fault/$(FAULT).bats,tests/fault/*.bats)

demo:	bootstrap ## set up a private stack, tell a short story with real commands, stop it
	@$(MAKE) --no-print-directory all
	@deploy/stack demo

paper:	bootstrap ## the same stack, left up: trade on paper
	@$(MAKE) --no-print-directory all
	@deploy/stack paper

lint:	bootstrap ## layering, purity, manuals against binaries, static analysis
	@$(MAKE) --no-print-directory all test-bins
	@tests/lint/run

san:	bootstrap ## unit tests and a flow test under ASan and UBSan
	@$(MAKE) --no-print-directory B=build/san CC=clang OPT='-O1 -g' \
	    VARIANT='-fsanitize=address,undefined -fno-sanitize-recover=all' \
	    VARIANT_LD='-fsanitize=address,undefined' run-unit all test-bins
	@PMS_BIN=build/san/test/bin prove tests/flow/trade.bats

bench:	bootstrap ## latency against the floor, throughput, many open orders, simex alone; writes build/bench.tsv
	@$(MAKE) --no-print-directory all $(BENCH_BINS)
	@tests/bench/run
	@tests/bench/run resting
	@tests/bench/run exchange

fuzz:	bootstrap ## made-up input for simex under ASan and UBSan, FUZZ_SECONDS=600 long; FUZZ=name picks one
	@$(MAKE) --no-print-directory B=build/san/fuzz CC=clang OPT='-O1 -g' \
	    VARIANT='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' \
	    VARIANT_LD='-fsanitize=address,undefined' fuzz-bins
	@PMS_FUZZ=build/san/fuzz/fuzz tests/fuzz/run $(or $(FUZZ_SECONDS),600) $(FUZZ)

conformance:	bootstrap ## other people's clients against simex (needs nodejs); STORY=name picks one
	@$(MAKE) --no-print-directory all
	@tests/conformance/run $(STORY)

bootstrap:
	@deploy/bootstrap

install: all ## binaries, manuals, samples to $(DESTDIR)$(prefix)
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/share/man/man8 \
	    $(DESTDIR)$(prefix)/share/man/man7 $(DESTDIR)$(prefix)/share/pmsd
	install $(B)/bin/* $(DESTDIR)$(prefix)/bin
	install -m 644 $(foreach d,$(DAEMONS),$(d)/$(d).8) deploy/pmsctl/pmsctl.8 \
	    tests/simex/simex.8 $(DESTDIR)$(prefix)/share/man/man8
	install -m 644 common/wire/wire.7 $(DESTDIR)$(prefix)/share/man/man7
	cp -R deploy/pmsd.conf deploy/schema.sql deploy/redis.conf deploy/redis.acl \
	    deploy/systemd deploy/supervisor $(DESTDIR)$(prefix)/share/pmsd

clean:	## remove build/
	rm -rf build

# ---- inside ---------------------------------------------------------------

run-unit: $(TESTS)
	@CMOCKA_MESSAGE_OUTPUT=TAP prove $(TESTS)

# The binaries of the flow tests have crash points in their I/O layer.
test-bins:
	@$(MAKE) --no-print-directory B=$(B)/test VARIANT='$(VARIANT) -DCRASH_POINTS' all

fuzz-bins: $(B)/bin/simex $(addprefix $(B)/fuzz/,http ws files sockets)

print-core:
	@echo $(foreach d,$(DAEMONS),$(addprefix $(d)/,$(addsuffix .c,$($(d)_CORE))))

$(B)/libpure.a: $(PURE_OBJS)
$(B)/libcore.a: $(CORE_OBJS)
$(B)/libio.a: $(IO_OBJS)
$(B)/libsimex.a: $(SIMEX_CORE)
$(B)/lib%.a:
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/bin/simex: $(SIMEX_OBJS) $(B)/libsimex.a $(B)/libio.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(IO_LIBS) $(TAPE_LIBS)
$(B)/bin/pmsctl: $(CTL_OBJS) $(B)/libio.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(IO_LIBS)
$(B)/bin/%: $$(call shell_objs,$$*) $$(call core_objs,$$*) $(B)/libio.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(IO_LIBS)
# Those that open a tape besides; the others have no I/O library.
$(B)/tests/simex_tapefile_test $(B)/tests/simex_recordings_test: $(B)/tests/%: \
    $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/check.o $(B)/obj/tests/simex/tapefile.o \
    $(B)/libsimex.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(CORE_LIBS) $(TAPE_LIBS)
# No I/O library: a test links only if what it tests is pure.
$(B)/tests/simex_%: $(B)/obj/tests/unit/simex_%.o $(B)/obj/tests/unit/check.o $(B)/libsimex.a \
    $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(CORE_LIBS)
$(B)/tests/%: $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/check.o $(B)/libcore.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(CORE_LIBS)
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/libio.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(IO_LIBS)

$(B)/fuzz/sockets: $(B)/obj/tests/fuzz/sockets.o $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)
# The fuzzer brings its main().
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(call objs,tests/fuzz/asking.c tests/fuzz/fuzz.c tests/fuzz/place.c) \
    $(B)/libsimex.a $(B)/libpure.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(CORE_LIBS)

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(B) -name '*.d' 2>/dev/null)
