#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The trailing stop from outside: started, moved, fired, stopped, and alive
# after kill -9 of algod.

load lib
load answers

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup()
{
	price BTCUSDT 60000
	await 5 holds '.mid == 60000' rc get pms:price:BTCUSDT
	: >"$BATS_TEST_TMPDIR/asked"
	events_start
}

teardown()
{
	ledger_send CONT
	events_stop
	! has_position "$ALPHA" || cmd close "$(json subAccountId="$ALPHA" symbol=BTCUSDT)"
}

buy()	# -> the position's id
{
	trade "$ALPHA" BUY 0.05 >/dev/null
	position_of "$ALPHA"
}

stop_on()	# POSITION KEY=VALUE... -> the answer
{
	cmd trail_stop "$(json subAccountId="$ALPHA" positionId="$1" "${@:2}")"
}

active() { rc hget "pms:active_trail_stop:$ALPHA" "$1"; }	# ID
extreme_is() { active "$1" | holds ".extremePrice == $2"; }	# ID PRICE
is_flat() { ! has_position "$ALPHA"; }

@test "it follows the best price and closes the position when the price comes back" {
	local id
	run stop_on "$(buy)" callbackPct=1
	holds '.success and .side == "LONG" and .extremePrice == 60000 and
	    .triggerPrice == 59400 and .activated' <<<"$output"
	id=$(jq -r .trailStopId <<<"$output")
	[[ $id =~ ^ts_[0-9a-f]{12}$ ]]
	price BTCUSDT 66000
	await 5 extreme_is "$id" 66000
	price BTCUSDT 65341
	price BTCUSDT 65340
	await_event trail_stop_triggered ".trailStopId == \"$id\" and .triggeredPrice == 65340 and
	    .status == \"TRIGGERED\" and .subAccountId == \"$ALPHA\""
	await_event position_closed ".subAccountId == \"$ALPHA\" and .originType == \"TRAIL_STOP\""
	await 5 is 0 rc hlen "pms:active_trail_stop:$ALPHA"
	rc get "pms:trail_stop:$id" | holds '.status == "TRIGGERED"'
	has_event trail_stop_started ".trailStopId == \"$id\""
	has_event trail_stop_progress ".extremePrice == 66000 and .triggerPrice == 65340"
	await 5 is_flat
	books_agree
}

@test "a short position is followed downwards" {
	trade "$ALPHA" SELL 0.05 >/dev/null
	run stop_on "$(position_of "$ALPHA")" trailPct=1 callbackPct=7
	holds '.side == "SHORT" and .callbackPct == 1 and .triggerPrice == 60600' <<<"$output"
	price BTCUSDT 50000
	await_event trail_stop_progress '.triggerPrice == 50500'
	price BTCUSDT 50500
	await 5 is_flat
	books_agree
}

@test "before its activation price it does not fire" {
	local id
	run stop_on "$(buy)" callbackPct=1 activationPrice=61000
	holds '.activated == false and .extremePrice == null and .triggerPrice == null' <<<"$output"
	id=$(jq -r .trailStopId <<<"$output")
	price BTCUSDT 55000
	price BTCUSDT 61500
	await 5 extreme_is "$id" 61500
	has_position "$ALPHA"
	price BTCUSDT 60000
	await 5 is_flat
	books_agree
}

@test "it is stopped on request, and once more is the same answer" {
	local id
	id=$(stop_on "$(buy)" callbackPct=1 | jq -r .trailStopId)
	cmd trail_stop_cancel "$(json trailStopId="$id")" |
	    holds '.success and .status == "CANCELLED" and .symbol == "BTCUSDT"'
	await_event trail_stop_cancelled ".trailStopId == \"$id\""
	cmd trail_stop_cancel "$(json trailStopId="$id")" | holds '.success and .status == "CANCELLED"'
	await 5 is 0 rc hlen "pms:active_trail_stop:$ALPHA"
	price BTCUSDT 50000
	has_position "$ALPHA"
}

@test "one that never was is refused with all five fields" {
	cmd trail_stop_cancel "$(json trailStopId=ts_000000000000)" |
	    holds '.success == false and .errorCode == "ORDER_NOT_FOUND" and
	        .errorCategory == "VALIDATION" and .retryable == false and (.error | length) > 0'
}

@test "on a position that does not exist it is refused" {
	stop_on 00000000-0000-4000-8000-000000000000 callbackPct=1 |
	    holds '.success == false and .errorCode == "POSITION_NOT_FOUND"'
}

@test "it ends with the position, whoever closed it" {
	local id
	id=$(stop_on "$(buy)" callbackPct=1 | jq -r .trailStopId)
	cmd close "$(json subAccountId="$ALPHA" symbol=BTCUSDT)" | holds .success
	await_event trail_stop_cancelled ".trailStopId == \"$id\" and .status == \"CANCELLED\""
	await 5 is 0 rc hlen "pms:active_trail_stop:$ALPHA"
	books_agree
}

@test "the same request twice is one stop and one answer" {
	local id position one two
	id=$(uuid) position=$(buy)
	one=$(stop_on "$position" callbackPct=1 requestId="$id")
	rc del "pms:result:$id"
	two=$(stop_on "$position" callbackPct=1 requestId="$id")
	is "$one" echo "$two"
	is 1 rc hlen "pms:active_trail_stop:$ALPHA"
	cmd trail_stop_cancel "$(json trailStopId="$(jq -r .trailStopId <<<"$one")")" | holds .success
}

@test "it outlives kill -9: its extreme is kept, and it fires in its next life" {
	local id
	id=$(stop_on "$(buy)" callbackPct=1 | jq -r .trailStopId)
	price BTCUSDT 66000
	await 5 extreme_is "$id" 66000
	kill9 algod
	rc del "pms:active_trail_stop:$ALPHA" "pms:trail_stop:$id" >/dev/null
	up algod
	extreme_is "$id" 66000
	price BTCUSDT 65339
	await_event trail_stop_triggered ".trailStopId == \"$id\""
	await 5 is_flat
	books_agree
}

@test "what happened to the price and the position while it was away counts" {
	local id
	id=$(stop_on "$(buy)" callbackPct=1 | jq -r .trailStopId)
	kill9 algod
	cmd close "$(json subAccountId="$ALPHA" symbol=BTCUSDT)" | holds .success
	buy
	up algod
	await 5 is 0 rc hlen "pms:active_trail_stop:$ALPHA"
	price BTCUSDT 50000
	rc get "pms:trail_stop:$id" | holds '.status == "CANCELLED"'
	has_position "$ALPHA"
	books_agree
}

@test "the exchange rejects its orders: it says so once, and goes on trying" {
	local id
	id=$(stop_on "$(buy)" callbackPct=1 | jq -r .trailStopId)
	fault fail status=400 code=-2019 n=4
	price BTCUSDT 59000
	await_log algod "child_rejected .*algo=$id .*code=" 8
	await 10 is_flat
	is 1 eval "grep -c 'child_rejected .*algo=$id ' '$PMS_DIR/algod.log'"
	await 3 holds '.counters.alarms == 1' rc get pms:health:algod
	books_agree
}

@test "it fires while the ledger is away, and closes once" {
	local before
	stop_on "$(buy)" callbackPct=1 | holds .success
	before=$(orders_at_exchange)
	down postgres
	await_log riskd 'reducing: no ledger'
	price BTCUSDT 59000
	await 5 is $((before + 1)) orders_at_exchange
	up postgres
	await 10 is_flat
	books_agree
}

@test "it fires while the ledger answers nothing, and closes once" {
	local before
	stop_on "$(buy)" callbackPct=1 | holds .success
	before=$(orders_at_exchange)
	ledger_send STOP
	price BTCUSDT 59000
	await 2 is_flat_at_exchange
	ledger_send CONT
	await 10 is_flat
	await_event trail_stop_triggered '.triggeredPrice == 59000'
	await 5 is 0 rc hlen "pms:active_trail_stop:$ALPHA"
	is "$((before + 1))" orders_at_exchange
	is 'triggered ended' ledger_of_the_last
	books_agree
}

# PostgreSQL is a process for each connection: STOP or CONT, all of them.
ledger_send()	# SIGNAL
{
	local main
	main=$(pid postgres)
	# shellcheck disable=SC2046 # a list of pids
	kill -"$1" "$main" $(ps -o pid= --ppid "$main")
}

is_flat_at_exchange() { ctl position symbol=BTCUSDT | holds '.qty | tonumber == 0'; }

ledger_of_the_last()	# -> what was stored of the last stop since it fired, in order
{
	sql "select type from engine.events where stream = (select stream from engine.events
	        where stream like 'algo/%' order by seq desc limit 1)
	    and type not in ('started', 'activated', 'extreme') order by version" | paste -sd' '
}

orders_at_exchange()
{
	ctl ledger kind=requests | jq '[.[] | select(.method == "POST")] | length'
}
