#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What Redis can do to the daemons: it dies, forgets, fills, freezes, is slow,
# and hangs up, while ten accounts place and cancel.  Nothing is sent or booked
# twice, nothing that was executed is lost, and all of it goes on by itself.

load ../flow/lib
load ../flow/answers
load ../flow/crash
load storm

# Each begins with a world of its own.
setup() { world_begin; }
teardown() { world_end; }

# ---- words ------------------------------------------------------------------------------

aof() { echo "$PMS_DIR"/redis/appendonlydir/*.incr.aof; }

# Nobody knows any more what was asked; but what was done is booked, and rests in sight.
whatever_was_asked() { :; }

# Limits that rest, of both accounts; one filled in part; and a position.
something_rests()
{
	: >"$BATS_TEST_TMPDIR/asked"
	limit "$ALPHA" BUY 0.021 59001
	limit "$ALPHA" BUY 0.022 59002
	limit "$BETA" SELL 0.023 61001
	ask trade subAccountId="$BETA" symbol=BTCUSDT side=BUY quantity=0.031 leverage=10 force=true
	await 20 all_answered
	ctl fill symbol=BTCUSDT clientOrderId="$(exchange_open | head -n 1)" qty=0.004 >/dev/null
	await 20 at_work
}

at_work() { rest_at_least 3 && open_orders_agree && is 3 rc hlen pms:resv; }

views_are_back()
{
	open_orders_agree && holds .symbol rc hget pms:instr BTCUSDT &&
	    holds '.mark > 0' rc get pms:price:BTCUSDT &&
	    holds '.positions | length == 1' rc get "pms:risk:$BETA"
}

forgets_all()
{
	kill9 redis
	rm -rf "$PMS_DIR/redis/appendonlydir"
	up redis
}

# ---- it dies -----------------------------------------------------------------------------

@test "R1: Redis is killed with -9, three times" {
	load_begin 60 15
	for _ in 1 2 3; do
		for_ms 3000
		kill9 redis
		up redis
	done
	load_end
	goes_on
	comes_to_rest_with all_remembered
}

@test "R4: the end of the AOF is lost" {
	load_begin 60 15
	for _ in 1 2 3; do
		for_ms 3000
		kill9 redis
		truncate -s -5 "$(aof)"
		up redis
	done
	load_end
	goes_on
	comes_to_rest_with whatever_was_asked
}

# ---- it forgets ----------------------------------------------------------------------------

all_is_written_again()
{
	await 30 views_are_back || { views_are_back; return 1; }
	await 30 is 3 rc hlen pms:resv
	goes_on
	comes_to_rest_with whatever_was_asked
}

@test "R2: Redis comes back empty: what can be seen is written again" {
	something_rests
	forgets_all
	all_is_written_again
}

@test "R2: Redis comes back empty, and so do all daemons" {
	local name
	something_rests
	forgets_all
	for name in $DAEMONS; do
		kill9 "$name"
	done
	for name in $DAEMONS; do
		begin_again "$name"
	done
	all_up
	all_is_written_again
}

@test "R2: Redis comes back empty under load" {
	load_begin 60 15
	for _ in 1 2; do
		for_ms 4000
		forgets_all
	done
	load_end
	goes_on
	comes_to_rest_with whatever_was_asked
}

@test "R3: FLUSHALL under load" {
	load_begin 60 15
	for _ in 1 2 3; do
		for_ms 3000
		rc flushall >/dev/null
	done
	load_end
	goes_on
	comes_to_rest_with whatever_was_asked
}

# ---- it is full ------------------------------------------------------------------------------

used() { rc info memory | tr -d '\r' | sed -n 's/^used_memory://p'; }

@test "R5: Redis at four fifths: no risk is added, cancels and closes go on" {
	something_rests
	rc config set maxmemory "$(($(used) * 5 / 4))" >/dev/null
	await_log cmdd redis_filling
	trade "$ALPHA" BUY 0.01 force=true | holds '.errorCode == "INFRA_UNAVAILABLE" and .retryable'
	cmd cancel "$(json clientOrderId="$(exchange_open | tail -n 1)")" | holds .success
	cmd close "$(json subAccountId="$BETA" symbol=BTCUSDT)" | holds .success
	rc config set maxmemory 1gb >/dev/null
	await 10 goes_on	# cmdd has to hear of it first
	comes_to_rest_with all_remembered
}

@test "R5: Redis is full for some seconds: nothing is lost" {
	something_rests
	rc config set maxmemory 1mb >/dev/null
	price BTCUSDT 59001
	price BTCUSDT 60000
	for_ms 6000
	rc config set maxmemory 1gb >/dev/null
	# Who asks in the very moment is told that it may have waited all the time.
	for_ms 500
	goes_on
	comes_to_rest_with whatever_was_asked
}

@test "R6: a Redis that evicts is not worked with" {
	rc config set maxmemory-policy allkeys-lru >/dev/null
	await 10 is_over cmdd
	is 78 exit_status cmdd
	logged cmdd redis_evicts
	rc config set maxmemory-policy noeviction >/dev/null
	up cmdd
	goes_on
}

# ---- it is slow, and hangs up ------------------------------------------------------------------

stops_for()	# SECONDS
{
	load_begin 40 $(($1 + 8))
	for_ms 2000
	freeze redis
	for_ms $(($1 * 1000))
	thaw redis
	load_end
	goes_on
	comes_to_rest_with all_remembered
}

@test "R7: Redis is stopped for a second" { stops_for 1; }
@test "R7: Redis is stopped for five" { stops_for 5; }
@test "R7: Redis is stopped for thirty" { stops_for 30; }

@test "R8: Redis works a fifth of the time" {
	local n
	load_begin 40 20
	for ((n = 0; n < 80; n++)); do
		freeze redis
		for_ms 200
		thaw redis
		for_ms 50
	done
	load_end
	goes_on
	comes_to_rest_with all_remembered
}

@test "R9: all connections are cut, again and again" {
	local n
	load_begin 60 20
	for ((n = 0; n < 60; n++)); do
		rc client kill type normal skipme yes >/dev/null
		rc client kill type pubsub >/dev/null
		for_ms $((RANDOM % 500))
	done
	load_end
	goes_on
	comes_to_rest_with all_remembered
}
