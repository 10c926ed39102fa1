#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The degraded modes, one after the other: what is refused and with which code,
# what goes on, who says so, and that all is as it should be when it is over.
# Old prices, restarts, files and kill -9 are in tests/fault.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, with an ID of its own

load lib
load answers
load faults
load modes

setup_file() { stack_up; }
teardown_file() { stack_down; }
setup() { trouble_begin; }

teardown() { modes_end; }

# ---- what is missing --------------------------------------------------------------

@test "no PostgreSQL: no new risk; cancels and closes go, and are booked when it is back" {
	stand
	down postgres
	both_say REDUCING 'no ledger'
	new_risk_is_denied INFRA_LEDGER_UNAVAILABLE
	begin_cancel "$NAME"
	told | holds '.success and .state == "cancelled"'
	is CANCELED status_there "$NAME"
	begin_close
	told | holds '.success or .errorCode == "INFRA_TIMEOUT"'
	is 1 times_sent "$(name_of "$ID")"
	is FILLED status_there "$(name_of "$ID")"
	up postgres
	both_are_ready
	await 5 is 1 booked "$(name_of "$ID")"
	begin_trade
	was_filled "$ID" "$QTY"
	settles
}

@test "no riskd: what it must judge waits to its deadline; cancels go" {
	local waiting=()
	stand
	kill9 riskd
	begin_trade
	waiting+=("$ID")
	begin_limit
	waiting+=("$ID")
	begin_close
	waiting+=("$ID")
	begin_cancel "$NAME"
	told | holds '.success and .state == "cancelled"'
	is CANCELED status_there "$NAME"
	for ID in "${waiting[@]}"; do
		is_denied INFRA_TIMEOUT
	done
	up riskd
	both_are_ready
	close_works
	settles
}

@test "no orderd: a cancel is told at once, and new risk is refused" {
	stand
	down orderd
	await 6 riskd_says '.mode == "REDUCING" and .why == ["no orderd"]'
	begin_cancel "$NAME"
	await 1 answer "$ID"
	told | holds '.errorCode == "INFRA_UNAVAILABLE" and .errorCategory == "INFRA" and .retryable'
	new_risk_is_denied INFRA_UNAVAILABLE
	up orderd
	both_are_ready
	cancel_works
	close_works
	settles
}

@test "the user stream is away: reductions and cancels only, until all is reconciled" {
	stand
	ctl fail path=/fapi/v1/listenKey n=100 status=503 >/dev/null
	ctl cut route=private >/dev/null
	both_say REDUCING 'user stream'
	new_risk_is_denied INFRA_UNAVAILABLE
	cancel_and_close_are_taken
	is 1 times_sent "$(name_of "$ID")"
	ctl clear >/dev/null
	both_are_ready
	await 5 is '' position_of "$ALPHA"
	settles
}

@test "no algod: everything else goes on" {
	down algod
	stand
	await 6 trail_stop_is_refused
	cancel_works
	close_works
	up algod
	settles
}

trail_stop_is_refused()
{
	begin trail_stop subAccountId="$ALPHA" positionId="$(position_of "$ALPHA")" callbackPct=1
	told | holds '.errorCode == "INFRA_TRAIL_STOP_UNAVAILABLE" and .retryable'
}

# ---- what an operator says --------------------------------------------------------

@test "an operator halts all: only cancels are taken, from when he is told that it is so" {
	stand
	operator halt '*' exchange account under attack
	both_say HALTED 'operator halted'
	status_says '^\* +HALTED .* exchange account under attack'
	begin_trade
	is_halted_by '*' 'exchange account under attack'
	begin_limit
	is_halted_by '*' 'exchange account under attack'
	begin_close
	is_halted_by '*' 'exchange account under attack'
	cmd_validate | holds .valid
	cancel_works
	operator resume '*'
	both_are_ready
	close_works
	begin_trade
	was_filled "$ID" "$QTY"
	settles
}

@test "an operator lets one account only reduce; the other does as it likes" {
	stand
	operator reduce "$ALPHA" 'too loud'
	begin_trade
	is_denied TRADING_REDUCING
	told | holds ".details.scope == \"$ALPHA\" and .details.reason == \"too loud\" and
	    .details.mode == \"operator reducing\""
	begin_limit
	is_denied TRADING_REDUCING
	begin trade subAccountId="$BETA" symbol=BTCUSDT side=BUY quantity=0.02 leverage=10
	was_filled "$ID" 0.02
	begin trade subAccountId="$ALPHA" symbol=BTCUSDT side=SELL quantity=0.001 leverage=10
	was_filled "$ID" 0.001
	cancel_works
	close_works
	operator resume "$ALPHA"
	begin_trade
	was_filled "$ID" "$QTY"
	settles
}

# A halt is obeyed within a second; what orderd has heard is older here when it goes on.
@test "what was judged before a halt, and had not left, does not leave" {
	local since
	freeze orderd
	since=$(now_us)
	begin_trade
	await 2 is_named "$ID"
	rc hset pms:halt '*' HALTED >/dev/null
	await 3 is_past $((since + 1100000))
	thaw orderd
	is_denied TRADING_HALTED
	await 5 holds_nothing "$(name_of "$ID")"
	rc del pms:halt >/dev/null
	both_are_ready
	settles
}

is_past() { [ "$(now_us)" -gt "$1" ]; }
