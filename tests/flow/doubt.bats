#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Orders whose outcome nobody knows for a while: the exchange says nothing, or
# something that says nothing, or the user stream is away.  Each order is sent
# once, found once, booked once, and its caller gets exactly one answer.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, with an ID of its own

load lib

setup_file()
{
	stack_up
	rc config set notify-keyspace-events 'K$' >/dev/null
}

teardown_file() { stack_down; }

setup()
{
	ctl mute on=0 >/dev/null
	quiet_market
	await 10 stream_is_up
	close_everything
	events_start
	answers_start
}

teardown()
{
	answers_stop
	events_stop
}

# ---- words ---------------------------------------------------------------------

UNKNOWN='Unknown error, please check your request or try again later.'

stream_is_up() { holds .reconciled rc get pms:health:riskd; }
stream_is_away() { holds '.reconciled | not' rc get pms:health:riskd; }

answers_start()
{
	rc psubscribe '__keyspace@0__:pms:result:*' >"$BATS_TEST_TMPDIR/answered" </dev/null 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/listener"
	await 5 grep -q psubscribe "$BATS_TEST_TMPDIR/answered"
}

answers_stop() { kill "$(cat "$BATS_TEST_TMPDIR/listener")"; }

answers_of()	# REQUEST-ID -> how many it was given
{
	awk -v want="__keyspace@0__:pms:result:$1" '
	    $0 == want { getline; n += $0 == "set" } END { print n + 0 }' "$BATS_TEST_TMPDIR/answered"
}

begin()	# ACCOUNT SIDE QUANTITY [KEY=VALUE...]: pushed, not waited for; its requestId is in $ID
{
	ID=$(uuid)
	ASKED=$(order "$@" requestId="$ID")
	push trade "$ASKED"
}

again()	# the same command, with the same requestId -> its answer
{
	rc del "pms:result:$ID" >/dev/null
	push trade "$ASKED"
	await_answer "$ID"
}

name_of() { rc hget "pms:seen:$1" clordId; }	# REQUEST-ID -> client order id

requests_as()	# CLIENT-ORDER-ID -> what the exchange was sent
{
	ctl ledger kind=requests | jq -c --arg id "$1" \
	    'map(select(.method == "POST" and .clientOrderId == $id))'
}

requests_of() { requests_as "$1" | jq length; }		# how many
verdict_of() { requests_as "$1" | jq -r '.[].verdict'; }	# what became of it there

booked() { sql "select count(*) from engine.executions where clord_id = '$1'"; }

is_in_doubt()	# CLIENT-ORDER-ID, and riskd knows
{
	logged orderd "order_state .*clord_id=$1 .* to=in_doubt" &&
	    is 0 rc exists pms:q:outcome pms:work:q:outcome
}

answered_truly()	# REQUEST-ID: filled, booked once, sent once, answered once
{
	local id
	await_answer "$1" 5 | holds '.success and .trade.quantity > 0 and .position.quantity > 0'
	id=$(name_of "$1")
	is 1 requests_of "$id"
	is 1 booked "$id"
	is 1 answers_of "$1"
	await_event order_filled ".clientOrderId == \"$id\""
}

answered_late()	# REQUEST-ID: told after four seconds that it is not known
{
	await_answer "$1" 8 | holds ".success == false and .errorCode == \"INFRA_TIMEOUT\" and
	    .errorCategory == \"TIMEOUT\" and .retryable and (.error | length > 0) and
	    .details.clientOrderId == \"$(name_of "$1")\""
	is 1 answers_of "$1"
}

is_not_placed()	# CLIENT-ORDER-ID, and nothing is held for it
{
	is CANCELLED sql "select status from pending_orders where id = '$1'" &&
	    has_event order_failed ".clientOrderId == \"$1\" and .errorCode == \"NOT_PLACED\"" &&
	    is 0 rc hexists pms:resv "$1"
}

# Signed up to 1 s before it left, dead 4 s after that, and two answers 2 s apart (doubt.h).
proven_late_enough()	# CLIENT-ORDER-ID
{
	local sent
	sent=$(requests_as "$1" | jq '.[0].us')
	events_get order_failed | jq -s . | holds "map(select(.clientOrderId == \"$1\")) |
	    length == 1 and .[0].timestamp - $sent / 1000 > 4900"
}

at_rest()
{
	close_everything
	books_agree
}

# ---- executed, but the answer does not say so ---------------------------------------

@test "the exchange executes and hangs up: the stream tells" {
	fault drop
	begin "$ALPHA" BUY 0.01
	answered_truly "$ID"
	at_rest
}

@test "it executes and says 503 Unknown error: the stream tells" {
	fault fail status=503 msg="$UNKNOWN" execute=1
	begin "$ALPHA" BUY 0.01
	answered_truly "$ID"
	at_rest
}

@test "it executes, says nothing, and the stream says nothing: it is asked" {
	local way
	ctl mute on=1 >/dev/null
	for way in drop 'fail status=503 execute=1 msg=Unknown' 'hold ms=10000'; do
		# shellcheck disable=SC2086 # words
		fault $way
		begin "$ALPHA" BUY 0.01
		answered_truly "$ID"
	done
	ctl mute on=0 >/dev/null
	at_rest
}

@test "it answers after 10 s, and the stream tells at once" {
	fault hold ms=10000
	begin "$ALPHA" BUY 0.01
	answered_truly "$ID"
	at_rest
}

@test "found only after 4 s: the caller hears that it is not known, and then the truth" {
	ctl mute on=1 >/dev/null
	fault hold ms=10000
	ctl lose path=/fapi/v1/order method=GET n=3 >/dev/null
	begin "$ALPHA" BUY 0.01
	answered_late "$ID"
	await 10 is 1 booked "$(name_of "$ID")"
	await 5 nothing_waits
	again | holds '.success and .state == "filled" and .trade.quantity == 0.01'
	is 1 requests_of "$(name_of "$ID")"
	is 1 booked "$(name_of "$ID")"
	ctl mute on=0 >/dev/null
	at_rest
}

# ---- not executed ------------------------------------------------------------------------

@test "what never reached the exchange ends as NOT_PLACED, after its proof" {
	local first second
	fault lose
	begin "$ALPHA" BUY 0.01
	first=$ID
	await 3 is lost eval "verdict_of \$(name_of $first)"
	fault fail status=503 msg="$UNKNOWN"
	begin "$BETA" SELL 0.02
	second=$ID
	answered_late "$first"
	answered_late "$second"
	for ID in "$first" "$second"; do
		await 8 is_not_placed "$(name_of "$ID")"
		proven_late_enough "$(name_of "$ID")"
		is 1 requests_of "$(name_of "$ID")"
		is 0 booked "$(name_of "$ID")"
	done
	ASKED=$(order "$BETA" SELL 0.02 requestId="$second") ID=$second
	again | holds ".success == false and .errorCode == \"NOT_PLACED\" and .retryable and
	    .errorCategory == \"EXCHANGE\" and .details.clientOrderId == \"$(name_of "$second")\""
	is 1 requests_of "$(name_of "$second")"
	trade "$BETA" SELL 0.02 | holds .success
	at_rest
}

@test "while one is in doubt, an equal order is suspected; force sends it" {
	local first
	fault lose
	begin "$ALPHA" BUY 0.01
	first=$ID
	await 3 is_in_doubt "$(name_of "$first")"
	again_as_new | holds '.errorCode == "DUPLICATE_SUSPECTED" and .errorCategory == "AMBIGUITY" and
	    .retryable == false and .success == false'
	trade "$ALPHA" BUY 0.011 | holds .success
	trade "$ALPHA" SELL 0.01 | holds .success
	trade "$BETA" BUY 0.01 | holds .success
	trade "$ALPHA" BUY 0.01 force=true | holds .success
	await 12 is_not_placed "$(name_of "$first")"
	again_as_new | holds .success
	at_rest
}

@test "a doubt outlives riskd: an equal order is suspected all the same" {
	local id
	ctl lose path=/fapi/v1/order method=GET n=100 >/dev/null
	fault lose
	begin "$ALPHA" BUY 0.01
	await 3 is_in_doubt "$(name_of "$ID")"
	id=$(name_of "$ID")
	kill9 riskd
	up riskd
	await 5 stream_is_up
	again_as_new | holds '.errorCode == "DUPLICATE_SUSPECTED"'
	trade "$BETA" BUY 0.01 | holds .success
	ctl clear >/dev/null
	await 15 is_not_placed "$id"
	again_as_new | holds .success
	at_rest
}

again_as_new() { trade "$ALPHA" BUY 0.01; }

@test "of two orders in doubt under way at once each is told its own truth" {
	local placed lost
	ctl mute on=1 >/dev/null
	fault drop
	begin "$ALPHA" BUY 0.012
	placed=$ID
	await 3 is executed eval "verdict_of \$(name_of $placed)"
	fault lose
	begin "$ALPHA" BUY 0.013
	lost=$ID
	answered_truly "$placed"
	answered_late "$lost"
	await 8 is_not_placed "$(name_of "$lost")"
	is 1 requests_of "$(name_of "$lost")"
	ctl mute on=0 >/dev/null
	at_rest
}

# ---- the user stream ----------------------------------------------------------------------

@test "the stream is cut while a trade runs: its fill is found after the gap, once" {
	local id
	ctl mute on=1 >/dev/null
	begin "$ALPHA" BUY 0.01
	await 3 is executed eval "verdict_of \$(name_of $ID)"
	id=$(name_of "$ID")
	is 0 booked "$id"
	ctl cut route=private >/dev/null
	ctl mute on=0 >/dev/null
	answered_truly "$ID"
	await_log orderd reconciled
	at_rest
}

@test "an execution that the stream swallowed is asked for without a gap, too" {
	ctl mute on=1 >/dev/null
	begin "$ALPHA" BUY 0.01
	await_answer "$ID" | holds '.success and .clientOrderId and (.trade | not)'
	await 8 is 1 booked "$(name_of "$ID")"
	await 5 nothing_waits
	ctl mute on=0 >/dev/null
	again | holds '.success and .state == "filled" and .trade.quantity == 0.01'
	at_rest
}

@test "while a gap is open trades are refused and closes go" {
	local id
	id=$(trade "$ALPHA" BUY 0.01 | field .position.id)
	ctl fail path=/fapi/v1/listenKey n=100 status=503 >/dev/null
	ctl cut route=private >/dev/null
	await 5 stream_is_away
	trade "$ALPHA" BUY 0.01 | holds '.success == false and .errorCode == "INFRA_UNAVAILABLE" and
	    .retryable and .errorCategory == "INFRA"'
	cmd close "$(json subAccountId="$ALPHA" positionId="$id" requestId=in-gap)" |
	    holds '.success and .clientOrderId'
	is 1 requests_of "$(name_of in-gap)"
	ctl clear >/dev/null
	await 15 is CLOSED sql "select status from virtual_positions where id = '$id'"
	await 5 stream_is_up
	is 1 booked "$(name_of in-gap)"
	trade "$ALPHA" BUY 0.01 | holds .success
	at_rest
}

# ---- kill -9 in doubt ------------------------------------------------------------------------

@test "orderd is killed while an order is in doubt that was executed" {
	ctl mute on=1 >/dev/null
	ctl lose path=/fapi/v1/order method=GET n=100 >/dev/null
	fault drop
	begin "$ALPHA" BUY 0.01
	await 3 is_in_doubt "$(name_of "$ID")"
	kill9 orderd
	ctl clear >/dev/null
	up orderd
	await 10 is 1 booked "$(name_of "$ID")"
	await_answer "$ID" | holds '.success or .errorCode == "INFRA_TIMEOUT"'
	is 1 answers_of "$ID"
	ctl mute on=0 >/dev/null
	await 5 nothing_waits
	again | holds '.success and .state == "filled" and .trade.quantity == 0.01'
	is 1 requests_of "$(name_of "$ID")"
	at_rest
}

@test "orderd is killed while an order is in doubt that never arrived" {
	fault lose
	begin "$ALPHA" BUY 0.01
	await 3 is_in_doubt "$(name_of "$ID")"
	kill9 orderd
	up orderd
	answered_late "$ID"
	await 15 is_not_placed "$(name_of "$ID")"
	await 5 nothing_waits
	again | holds '.errorCode == "NOT_PLACED"'
	is 1 requests_of "$(name_of "$ID")"
	is 0 booked "$(name_of "$ID")"
	at_rest
}
