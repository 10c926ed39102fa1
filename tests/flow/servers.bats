#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# PostgreSQL restarted, and Redis killed with kill -9 and restarted, under load:
# every command is answered, and at rest the books agree.

load lib
load answers

setup_file() { stack_up; }
teardown_file() { stack_down; }

teardown()
{
	load_enough
	for server in redis postgres userd; do
		is_up "$server" || up "$server"
	done
}

load_begin()
{
	: >"$BATS_TEST_TMPDIR/asked"
	N=0
	load_run both_trade
}

# About thirty a second.
both_trade()
{
	N=$((N + 1))
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY \
	    quantity=0.$((N % 8 + 1))1 force=true
	ask trade subAccountId="$BETA" symbol=BTCUSDT side=SELL \
	    quantity=0.$((N % 8 + 1))2 force=true
	[ $((N % 3)) != 0 ] || ask close subAccountId="$ALPHA" symbol=BTCUSDT
	[ $((N % 3)) != 1 ] || ask close subAccountId="$BETA" symbol=BTCUSDT
	sleep 0.03
}

booked_more_than()	# COUNT
{
	[ "$(sql 'select count(*) from engine.executions')" -gt "$1" ]
}

progress()
{
	local n
	n=$(sql 'select count(*) from engine.executions')
	await 10 booked_more_than $((n + 5))
}

settles()
{
	await 15 all_answered || { all_answered; return 1; }
	await 20 nothing_waits || { nothing_waits; return 1; }
	books_agree
}

@test "PostgreSQL is restarted under load" {
	load_begin
	progress
	down postgres
	await_log riskd 'reducing: no ledger'
	up postgres
	progress
	load_end
	settles
}

@test "PostgreSQL is killed with -9 under load" {
	load_begin
	progress
	kill9 postgres
	await_log orderd 'reducing: no ledger'
	up postgres
	progress
	load_end
	settles
}

@test "without the ledger no risk is added, and positions can be closed" {
	close_everything
	: >"$BATS_TEST_TMPDIR/asked"
	trade "$ALPHA" BUY 0.3 | holds .success
	down postgres
	await_log riskd 'reducing: no ledger'
	trade "$ALPHA" BUY 0.1 |
	    holds '.errorCode == "INFRA_LEDGER_UNAVAILABLE" and .errorCategory == "INFRA" and .retryable'
	ask close subAccountId="$ALPHA" symbol=BTCUSDT
	await 5 exchange_is_flat
	up postgres
	settles
}

exchange_is_flat() { ctl position symbol=BTCUSDT | holds '.qty == "0"'; }

@test "Redis is killed with -9 under load" {
	load_begin
	progress
	kill9 redis
	up redis
	progress
	load_end
	settles
}

@test "without userd no risk is added, and what was closed meanwhile is booked" {
	close_everything
	trade "$ALPHA" BUY 0.3 | holds .success
	kill9 userd
	await_log riskd 'peer daemon=userd alive=no' 8
	trade "$ALPHA" BUY 0.1 | holds '.errorCode == "INFRA_UNAVAILABLE" and .retryable'
	: >"$BATS_TEST_TMPDIR/asked"
	ask close subAccountId="$ALPHA" symbol=BTCUSDT
	await 5 exchange_is_flat
	up userd
	settles
	trade "$ALPHA" BUY 0.1 | holds .success
}
