#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# One exchange mirrors the market of another: A stands still until it is told
# to move, and B listens to it as it would to the real one.

load lib
load simex

setup()
{
	a_up
	at A ctl price symbol=BTCUSDT price=60000 >/dev/null
	b_up
}

teardown()
{
	for pid in "${PID_B:-}" "${PID_A:-}"; do
		SIMEX_PID=$pid simex_down
	done
	"$(simex_bin)" --audit "$BATS_TEST_TMPDIR/B/ledger"
}

a_up()	# [OPTION...]
{
	simex_up "$BATS_TEST_TMPDIR/A" "$@" || return 1
	# shellcheck disable=SC2153 # simex_up sets it
	PID_A=$SIMEX_PID
}

b_up()
{
	simex_up "$BATS_TEST_TMPDIR/B" --symbols BTCUSDT,ETHUSDT \
	    --mirror "$(at A printenv SIMEX_STREAM)" --mirror-rest "$(at A printenv SIMEX_REST)" || return 1
	PID_B=$SIMEX_PID
}

at()	# A|B COMMAND...
{
	local SIMEX_DIR=$BATS_TEST_TMPDIR/$1
	local -x SIMEX_REST SIMEX_STREAM SIMEX_CONTROL
	# shellcheck source=/dev/null
	. "$SIMEX_DIR/simex.env"
	"${@:2}"
}

book()	# SYMBOL
{
	curl -sS "$SIMEX_REST/fapi/v1/depth?symbol=$1&limit=1000" | jq -c '[.bids, .asks]'
}
price() { curl -sS "$SIMEX_REST/fapi/v1/$1?symbol=$2" | field "$3"; }	# ENDPOINT SYMBOL FIELD

bid()	# PRICE CLIENT-ORDER-ID
{
	signed POST /fapi/v1/order "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=$1&quantity=0.01&newClientOrderId=$2" \
	    >/dev/null
}

# What B has of a contract is what A has, and that is not nothing.
same()	# SYMBOL
{
	holds '.[0] + .[1] | length == 20' at A book "$1" && is "$(at A book "$1")" at B book "$1"
}
mirrored()	# JQ-CONDITION
{
	holds ".mirror | $1" at B ctl status || { cat "$BATS_TEST_TMPDIR/B/simex.log" >&2; return 1; }
}
log_has() { grep -qE -- "$1" "$BATS_TEST_TMPDIR/B/simex.log"; }	# REGEX

@test "books, marks and trades are those of the other exchange" {
	mirrored '.connected and .missing == 0 and .gaps == 0 and .rows > 2'
	at B ctl status | holds '.symbols | keys == ["BTCUSDT", "ETHUSDT"]'
	await_simex 5 same BTCUSDT
	same ETHUSDT
	at A ctl walk symbol=BTCUSDT to=60321.5 steps=60 ms=10 >/dev/null
	at A ctl price symbol=ETHUSDT price=3456.78 >/dev/null
	await_simex 5 is 60321.40 at B price ticker/bookTicker BTCUSDT .bidPrice
	await_simex 5 same BTCUSDT
	await_simex 5 same ETHUSDT
	await_simex 5 is 60321.50000000 at B price premiumIndex BTCUSDT .markPrice
	at A ctl trade symbol=BTCUSDT side=BUY qty=0.123 >/dev/null
	await_simex 5 is 60321.60 at B price ticker/price BTCUSDT .price
	is 0.123 at B price ticker/24hr BTCUSDT .volume
	curl -sS "$(at B printenv SIMEX_REST)/fapi/v1/klines?symbol=BTCUSDT&interval=1m" |
	    holds '.[-1][4] == "60321.60"'
	mirrored '.gaps == 0'
}

@test "an order of ours is filled when the other exchange's public trades through its price" {
	at B bid 59999.50 near
	at B bid 59990 far
	at A ctl trade symbol=BTCUSDT side=SELL qty=0.5 >/dev/null
	await_simex 5 is 0.500 at B price ticker/24hr BTCUSDT .volume
	is NEW at B state_of near
	at A ctl trade symbol=BTCUSDT side=SELL qty=100 price=59999.40 >/dev/null
	await_simex 5 is FILLED at B state_of near
	is NEW at B state_of far
	at B ctl position symbol=BTCUSDT | holds '.qty == "0.01"'
	at B ctl ledger kind=executions | holds 'length == 1 and .[0].maker and .[0].price == 59999.5'
	at A ctl position symbol=BTCUSDT | holds '.qty == "0"'
	at B ctl cancel symbol=BTCUSDT clientOrderId=far >/dev/null
	await_simex 5 same BTCUSDT
}

@test "what was missed while a stream was cut comes with a new snapshot" {
	at A ctl refuse port=stream ms=1500 >/dev/null
	at A ctl cut >/dev/null
	at A ctl price symbol=BTCUSDT price=60500 >/dev/null
	await_simex 5 mirrored '(.connected | not) and .missing == 2'
	is 59999.90 at B price ticker/bookTicker BTCUSDT .bidPrice
	await_simex 8 mirrored '.connected and .missing == 0'
	same BTCUSDT
	same ETHUSDT
	log_has 'mirror_down route=public why="closed" retry_ms=500'
	log_has 'mirror_down route=public .*retry_ms=1000'
	is 2 grep -c 'mirror_up route=public contracts=2' "$BATS_TEST_TMPDIR/B/simex.log"
	at A ctl price symbol=BTCUSDT price=60600 >/dev/null
	await_simex 5 same BTCUSDT
}

@test "diffs are kept while a snapshot is late, and one that is refused is asked for again" {
	at A ctl fail path=/fapi/v1/depth status=429 code=-1003 retry_after=2 >/dev/null
	at A ctl cut route=public code=1001 >/dev/null
	await_simex 5 log_has 'mirror_no_snapshot sym=[A-Z]* http=429 .*retry_ms=2000'
	at A ctl hold path=/fapi/v1/depth ms=900 where=symbol=BTCUSDT >/dev/null
	at A ctl walk symbol=BTCUSDT to=60200 steps=100 ms=40 >/dev/null
	await_simex 8 mirrored '.connected and .missing == 0'
	await_simex 8 is 60199.90 at B price ticker/bookTicker BTCUSDT .bidPrice
	await_simex 5 same BTCUSDT
	mirrored '.gaps == 0'
}

@test "the other exchange dies, and is found again when it is back" {
	local rest stream
	rest=$(at A printenv SIMEX_REST) stream=$(at A printenv SIMEX_STREAM)
	kill -9 "$PID_A"
	wait "$PID_A" || :
	await_simex 5 mirrored '.connected | not'
	is 59999.90 at B price ticker/bookTicker BTCUSDT .bidPrice
	a_up --rest-port "${rest##*:}" --stream-port "${stream##*:}"
	at A ctl price symbol=BTCUSDT price=58000 >/dev/null
	await_simex 10 mirrored '.connected and .missing == 0'
	await_simex 5 same BTCUSDT
	is 57999.90 at B price ticker/bookTicker BTCUSDT .bidPrice
}

@test "it starts without the other exchange, and its ledger is proved but not run again" {
	SIMEX_PID=$PID_B simex_down
	local rest stream
	rest=$(at A printenv SIMEX_REST) stream=$(at A printenv SIMEX_STREAM)
	SIMEX_PID=$PID_A simex_down
	rm "$BATS_TEST_TMPDIR/B/simex.env"
	"$(simex_bin)" -d "$BATS_TEST_TMPDIR/B" --ledger "$BATS_TEST_TMPDIR/B/ledger" \
	    --mirror "$stream" --mirror-rest "$rest" 2>"$BATS_TEST_TMPDIR/B/simex.log" 3>&- &
	PID_B=$!
	await_simex 15 test -s "$BATS_TEST_TMPDIR/B/simex.env"
	mirrored '. == {connected: false, rows: 0, gaps: 0, missing: 3}'
	at B ctl transfer asset=USDT amount=5 >/dev/null
	SIMEX_PID=$PID_B simex_down
	is 1 grep -c '"market":"mirror"' "$BATS_TEST_TMPDIR/B/ledger"
	run "$(simex_bin)" --rerun "$BATS_TEST_TMPDIR/B/ledger"
	[ "$status" = 78 ]
	[[ $output == *'ledger: line 1: its market was a mirror'* ]]
}

@test "options that do not go together are named" {
	refuses 'go together' --mirror ws://127.0.0.1:9
	refuses 'go together' --mirror-rest http://127.0.0.1:9
	refuses "'http://x' is not ws" --mirror http://x --mirror-rest http://x
	refuses "'ws://x' is not http" --mirror ws://x --mirror-rest ws://x
	refuses 'do not go together' --mirror ws://x --mirror-rest http://x --replay y
	refuses "'NONEUSDT' is not listed" --symbols BTCUSDT,NONEUSDT
}

refuses()	# TEXT OPTION...
{
	local said
	said=$("$(simex_bin)" -d "$BATS_TEST_TMPDIR/C" "${@:2}" 2>&1) && return 1
	[[ $said == *"$1"* ]]
}
