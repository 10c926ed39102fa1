#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What an operator says holds: under load, from files, after kill -9 of those who
# obey, after a restart of Redis.  And the degraded modes that take long.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, with an ID of its own

load ../flow/lib
load ../flow/answers
load ../flow/faults
load ../flow/modes

setup_file() { stack_up; }
teardown_file() { stack_down; }
setup() { trouble_begin; }

teardown()
{
	load_enough
	modes_end
}

# ---- under load -------------------------------------------------------------------

load_begin() { load_run both_trade; }

both_trade()
{
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.002 force=true
	ask trade subAccountId="$BETA" symbol=BTCUSDT side=SELL quantity=0.003 force=true
}

placed() { ctl ledger kind=requests | jq 'map(select(.method == "POST")) | length'; }
placed_more_than() { [ "$(placed)" -gt "$1" ]; }
placed_since()	# MICROSECONDS
{
	ctl ledger kind=requests |
	    jq --argjson us "$1" 'map(select(.method == "POST" and .us > $us)) | length'
}

asked_more_than() { [ "$(wc -l <"$BATS_TEST_TMPDIR/asked")" -gt "$1" ]; }

@test "under load nothing leaves once a halt is confirmed, and all are told" {
	local confirmed
	load_begin
	await 10 placed_more_than $(($(placed) + 10))
	operator halt
	confirmed=$(now_us)
	await 10 asked_more_than $(($(wc -l <"$BATS_TEST_TMPDIR/asked") + 10))
	load_end
	await 10 all_answered
	is 0 placed_since "$confirmed"
	operator resume
	both_are_ready
	settles
}

# ---- files ------------------------------------------------------------------------

says_by_file()	# NAME TEXT
{
	echo "$2" >"$PMS_DIR/run/$1"
}

@test "a file halts all, within a second; what cannot be understood is a halt" {
	local text
	stand
	says_by_file halt 'HALTED by file'
	await_log riskd 'halt scope=\* state=HALTED source=file reason="by file"' 1
	await_log orderd 'halt scope=\* state=HALTED source=file reason="by file"' 1
	for text in 'HALTED by file' '' 'halt'; do
		says_by_file halt "$text"
		both_say HALTED 'operator halted'
		begin_trade
		is_denied TRADING_HALTED
		begin_close
		is_denied TRADING_HALTED
	done
	await_log orderd 'halt_unreadable scope=\* source=file'
	status_says '^\* +HALTED +file +riskd orderd'
	cancel_works
	rm "$PMS_DIR/run/halt"
	both_are_ready
	close_works
	settles
}

@test "a file for one account; of what is said of it the strictest holds" {
	stand
	says_by_file "halt.$ALPHA" 'REDUCING by file'
	await 3 riskd_says ".halts[\"$ALPHA\"] == \"REDUCING by file\" and .mode == \"ACTIVE\""
	await 3 orderd_says ".halts[\"$ALPHA\"] == \"REDUCING by file\""
	begin_trade
	is_denied TRADING_REDUCING
	operator halt "$ALPHA" by hand
	begin_trade
	is_halted_by "$ALPHA" 'by hand'
	begin trade subAccountId="$BETA" symbol=BTCUSDT side=BUY quantity=0.02 leverage=10
	was_filled "$ID" 0.02
	operator resume "$ALPHA" && return 1	# the file still holds
	begin_trade
	is_denied TRADING_REDUCING
	rm "$PMS_DIR/run/halt.$ALPHA"
	await 3 riskd_says '.halts == {}'
	cancel_works
	close_works
	settles
}

# ---- what it outlives -------------------------------------------------------------

still_halted()	# SCOPE REASON
{
	both_say HALTED 'operator halted'
	begin_trade
	is_halted_by "$1" "$2"
	begin_limit
	is_halted_by "$1" "$2"
	begin_close
	is_halted_by "$1" "$2"
}

@test "a halt outlives kill -9 of riskd and orderd, and a restart of Redis" {
	local name
	stand
	operator halt '*' for good
	for name in riskd orderd; do
		kill9 "$name"
		up "$name"
		still_halted '*' 'for good'
	done
	await 10 all_answered_once
	kill9 redis
	up redis
	asked_end || :
	asked_begin	# it listened to the one that is gone
	await 20 stream_is_up
	still_halted '*' 'for good'
	cancel_works
	operator resume
	both_are_ready
	close_works
	settles
}

@test "what waited for riskd when the halt came is denied when riskd is back" {
	local before
	before=$(placed)
	kill9 riskd
	begin_trade
	begin_limit
	rc hset pms:halt '*' HALTED >/dev/null
	up riskd
	told | holds '.errorCode == "TRADING_HALTED" or .errorCode == "INFRA_TIMEOUT"'
	await 10 all_answered_once
	is "$before" placed
	rc del pms:halt >/dev/null
	both_are_ready
	settles
}

# ---- what is missing --------------------------------------------------------------

@test "no feedd: no new risk on a price of ten seconds ago; closes and cancels go" {
	stand
	down feedd
	await 15 has_no_price
	new_risk_is_denied NO_PRICE
	cancel_works
	close_works
	up feedd
	quiet_market
	begin_trade
	was_filled "$ID" "$QTY"
	settles
}

has_no_price()
{
	cmd_validate | holds '.valid == false and (.errors | tostring | test("NO_PRICE"))'
}

@test "no Redis: what rests rests, nothing is sent, and it goes on when Redis is back" {
	local before
	stand
	await 5 all_answered_once
	kill9 redis
	await_log orderd 'redis_lost'
	# shellcheck disable=SC2153 # stand names it
	is NEW status_there "$NAME"
	before=$(placed)
	up redis
	asked_end || :
	asked_begin
	both_are_ready
	is "$before" placed
	is NEW status_there "$NAME"
	cancel_works
	close_works
	settles
}

@test "no PostgreSQL: each position is closed once, and every close is booked when it is back" {
	local account closes=()
	for account in "$ALPHA" "$BETA"; do
		begin trade subAccountId="$account" symbol=BTCUSDT side=BUY quantity=0.02 leverage=10
		was_filled "$ID" 0.02
		begin trade subAccountId="$account" symbol=ETHUSDT side=SELL quantity=0.2 leverage=10
		was_filled "$ID" 0.2
	done
	kill9 postgres
	both_say REDUCING 'no ledger'
	for account in "$ALPHA" "$BETA"; do
		begin close subAccountId="$account" symbol=BTCUSDT
		closes+=("$ID")
		begin close subAccountId="$account" symbol=ETHUSDT
		closes+=("$ID")
		begin close subAccountId="$account" symbol=BTCUSDT
		told | holds '.success == false and .errorCode == "CLOSE_IN_FLIGHT"'
	done
	for ID in "${closes[@]}"; do
		told | holds '.success or .errorCode == "INFRA_TIMEOUT"'
		is FILLED status_there "$(name_of "$ID")"
	done
	up postgres
	both_are_ready
	for ID in "${closes[@]}"; do
		await 5 is 1 booked "$(name_of "$ID")"
	done
	settles
}

@test "no userd: after three seconds reductions and cancels only, until it is back" {
	stand
	kill9 userd
	both_say REDUCING 'user stream'
	new_risk_is_denied INFRA_UNAVAILABLE
	cancel_and_close_are_taken
	up userd
	both_are_ready
	await 5 is '' position_of "$ALPHA"
	settles
}
