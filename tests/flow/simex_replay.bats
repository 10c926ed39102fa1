#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The exchange on a recorded market: its book, our orders in its lines, what
# plays it faster, and what is wrong with a record.

load lib
load simex

T0=1721347020000000		# microseconds

setup()
{
	SIMEX_DIR=$BATS_TEST_TMPDIR/simex
	export SIMEX_MARKET=
	mkdir -p "$SIMEX_DIR"
}

teardown()
{
	simex_down
	[ -s "$SIMEX_DIR/ledger" ] || return 0
	"$(simex_bin)" --audit "$SIMEX_DIR/ledger" >"$SIMEX_DIR/audit" || { cat "$SIMEX_DIR/audit"; return 1; }
	"$(simex_bin)" --rerun "$SIMEX_DIR/ledger" | cmp - "$SIMEX_DIR/ledger"
}

# ---- a record of a few seconds ------------------------------------------------------------

at() { printf '%d %s\n' $((T0 + $1 * 1000)) "$2"; }		# MS FRAME

diff_of()	# MS U u pu BIDS ASKS
{
	at "$1" '{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":'$((T0 / 1000 + $1))',"T":'$((T0 / 1000 + $1))',"s":"BTCUSDT","U":'"$2"',"u":'"$3"',"pu":'"$4"',"b":'"$5"',"a":'"$6"'}}'
}

trade_of()	# MS ID PRICE QTY BUYER-IS-MAKER
{
	at "$1" '{"stream":"btcusdt@trade","data":{"e":"trade","E":'$((T0 / 1000 + $1))',"T":'$((T0 / 1000 + $1))',"s":"BTCUSDT","t":'"$2"',"p":"'"$3"'","q":"'"$4"'","X":"MARKET","m":'"$5"'}}'
}

# 3.000 at the best bid; trades there after 2, 3 and 4 seconds.
write_record()
{
	diff_of 0 1 5 0 '[["63990.0","1.000"]]' '[]'
	at 100 '{"lastUpdateId":4,"E":1721347020000,"T":1721347020000,"bids":[["64000.0","3.000"],["63990.0","2.000"]],"asks":[["64010.0","2.000"]]}'
	trade_of 2000 11 64000.0 2.500 true
	trade_of 3000 12 64000.0 0.700 true
	diff_of 3100 6 9 5 '[["64000.0","5.000"]]' '[]'
	trade_of 4000 13 63990.0 0.900 true
	diff_of 4100 10 12 9 '[["64000.0","0.000"]]' '[["64005.0","1.000"]]'
}

bid() { signed POST /fapi/v1/order 'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=64000&quantity=1&newClientOrderId=mine'; }
executed_is() { [ "$(ctl ledger kind=orders | jq -r '.[-1].executedQty')" = "$1" ]; }
best() { curl -sS "$SIMEX_REST/fapi/v1/ticker/bookTicker?symbol=BTCUSDT" | jq -r '.bidPrice + " " + .askPrice'; }
best_is() { [ "$(best)" = "$1" ]; }

@test "our order waits behind what was recorded there, and is filled by recorded trades" {
	write_record >"$SIMEX_DIR/record.raw"
	simex_up "$SIMEX_DIR" --replay "$SIMEX_DIR/record.raw"
	is '64000.00 64010.00' best
	bid | holds '.status == "NEW"'
	await_simex 10 executed_is 0.200
	await_simex 10 executed_is 1.000
	ctl ledger kind=executions | holds 'map(.maker) == [true, true] and map(.price) == [64000, 64000]'
	await_simex 5 best_is '63990.00 64005.00'
}

@test "it is played faster, packed or not, and stands at its end" {
	write_record | xz >"$SIMEX_DIR/record.raw.xz"
	simex_up "$SIMEX_DIR" --replay "$SIMEX_DIR/record.raw.xz" --speed 1000
	await_simex 2 best_is '63990.00 64005.00'
	simex_down
	simex_up "$SIMEX_DIR" --replay "$SIMEX_DIR/record.raw.xz" --speed 0
	await_simex 1 best_is '63990.00 64005.00'
	bid | holds '.status == "NEW"'
	is 63990.00 eval 'ctl cancel symbol=BTCUSDT clientOrderId=mine >/dev/null; best | cut -d" " -f1'
}

# So many diffs behind the record, and trades that take what stands first in line.
long_record()	# ROWS
{
	write_record
	awk -v n="$1" -v t0=$((T0 / 1000 + 5000)) 'BEGIN {
		for (i = 1; i <= n; i++) {
			t = t0 + i
			if (i % 9 == 0)
				printf "%.0f000 {\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":%.0f,\"T\":%.0f,\"s\":\"BTCUSDT\",\"t\":%d,\"p\":\"64000.0\",\"q\":\"0.002\",\"X\":\"MARKET\",\"m\":true}}\n", t, t, t, 100 + i
			u = 12 + i
			printf "%.0f500 {\"stream\":\"btcusdt@depth@0ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":%.0f,\"T\":%.0f,\"s\":\"BTCUSDT\",\"U\":%d,\"u\":%d,\"pu\":%d,\"b\":[[\"64000.0\",\"%d.000\"]],\"a\":[]}}\n", t, t, t, u, u, u - 1, i % 7
		}
	}'
}

@test "at full speed, too, the same requests between the same rows make the same ledger" {
	long_record 150000 >"$SIMEX_DIR/record.raw"
	simex_up "$SIMEX_DIR" --replay "$SIMEX_DIR/record.raw" --speed 0
	for i in 1 2 3 4 5 6; do
		signed POST /fapi/v1/order "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=64000&quantity=0.0$i" >/dev/null
		ctl status >/dev/null
	done
	await_simex 10 executed_is 0.060
	# A request, rows, a request, rows.
	awk '/"kind":"request"/ && rows { between++ } /"kind":"pace"/ { rows = 1 } END { exit between < 2 }' "$SIMEX_DIR/ledger"
}

@test "public archives: tickers make the book, trades fill" {
	printf '%s\n' update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time \
	    1,64000.0,3.0,64010.0,2.0,1721347020000,1721347020000 \
	    2,63980.0,3.0,63990.0,2.0,1721347022000,1721347022000 >"$SIMEX_DIR/BTCUSDT-bookTicker-2024-07-19.csv"
	printf '%s\n' 7,64000.0,3.5,70,72,1721347021000,true >"$SIMEX_DIR/BTCUSDT-aggTrades-2024-07-19.csv"
	simex_up "$SIMEX_DIR" --replay "$SIMEX_DIR/BTCUSDT-bookTicker-2024-07-19.csv,$SIMEX_DIR/BTCUSDT-aggTrades-2024-07-19.csv"
	bid | holds '.status == "NEW"'
	await_simex 5 executed_is 0.500
	await_simex 5 executed_is 1.000
	is '63980.00 63990.00' best
}

@test "a record that is none, or breaks off, is named with its line: 78" {
	run "$(simex_bin)" -d "$SIMEX_DIR" --replay /nowhere
	is 78 echo "$status"
	echo 'good morning' >"$SIMEX_DIR/none.raw"
	run "$(simex_bin)" -d "$SIMEX_DIR" --replay "$SIMEX_DIR/none.raw"
	is 78 echo "$status"
	[[ $output == *none.raw:1:*expected* ]]
	{ write_record | head -n 3; at 2500 '{"stream":"btcusdt@trade","data":{"e":"trade","T":1}'; } >"$SIMEX_DIR/broken.raw"
	run timeout 10 "$(simex_bin)" -d "$SIMEX_DIR" --replay "$SIMEX_DIR/broken.raw" --speed 100
	is 78 echo "$status"
	[[ $output == *broken.raw:4:* ]]
}
