#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The exchange alone: its ledger, run again and proved, scripts, and each row
# of its faults once, as a client meets it.

load lib
load simex

setup()
{
	simex_up "$BATS_TEST_TMPDIR/simex" --weight-limit 0 --orders-10s 0 --orders-1m 0
	ctl price symbol=BTCUSDT price=60000 >/dev/null
}

# Whatever a test did: its ledger is right, and the same again.
teardown()
{
	simex_down
	"$(simex_bin)" --audit "$SIMEX_DIR/ledger" >"$SIMEX_DIR/audit" || { cat "$SIMEX_DIR/audit"; return 1; }
	"$(simex_bin)" --rerun "$SIMEX_DIR/ledger" | cmp - "$SIMEX_DIR/ledger"
}

# ---- the ledger ---------------------------------------------------------------------------

@test "a run with a moving market and faults is the same again, and right" {
	simex_down
	SIMEX_MARKET='' simex_up "$SIMEX_DIR" --quote-ms 5 -s 7 --jumps 3600 --gaps 3600
	listen
	for ((i = 0; i < 12; i++)); do
		signed POST /fapi/v1/order "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.00$((i % 4 + 1))" >/dev/null
		case $i in
		2) row U1 ;;
		3) row X1 ;;
		4) row U3 ;;
		5) row X3 n=2 ;;
		6) ctl walk symbol=BTCUSDT to=60500 steps=40 ms=7 >/dev/null ;;
		7) row U13 ;;
		8) row U9 side=SELL qty=0.05 ;;
		9) row U5 ;;
		esac
		order_by_hand "reduceOnly=false" >/dev/null || :
	done
	listen_end
	ctl ledger kind=all | holds 'length > 100 and ([.[].n] == [range(1; length + 1)])'
	simex_down
	run "$(simex_bin)" --audit "$SIMEX_DIR/ledger"
	[ "$status" = 0 ]
	[[ $output == *'0 findings'* ]]
	"$(simex_bin)" --rerun "$SIMEX_DIR/ledger" >"$SIMEX_DIR/again"
	cmp "$SIMEX_DIR/ledger" "$SIMEX_DIR/again"
	is 1 grep -c '"uri":"walk?' "$SIMEX_DIR/again"
}

@test "it is written while it runs, and asked for by kind" {
	order_by_hand >/dev/null
	ctl cancel symbol=BTCUSDT clientOrderId="$HAND" >/dev/null
	ctl foreign symbol=ETHUSDT side=BUY qty=0.1 >/dev/null
	ctl fund symbol=ETHUSDT rate=0.0001 >/dev/null
	await_simex 5 grep -q FUNDING_FEE "$SIMEX_DIR/ledger"
	is 600 stat -c %a "$SIMEX_DIR/ledger"
	ctl ledger kind=requests | holds 'length == 1 and .[0].verdict == "executed" and .[0].http == 200'
	ctl ledger kind=verbs | holds 'map(.uri | sub("[?].*"; "")) == ["price", "cancel", "foreign", "fund"]'
	ctl ledger kind=verbs from=2 | holds 'length == 2 and .[0].n == 3'
	ctl ledger kind=money | holds 'length == 1 and .[0].asset == "USDT"'
	ctl ledger kind=executions | holds 'length == 1 and .[0].by == 6 and .[0].position == "0.1"'
	ctl ledger kind=events | holds 'length == 0'
}

@test "what is wrong in a ledger is found, what is damaged is named" {
	ctl foreign symbol=BTCUSDT side=BUY qty=0.1 >/dev/null
	simex_down
	sed 's/"balance":"9/"balance":"8/' "$SIMEX_DIR/ledger" >"$SIMEX_DIR/wrong"
	run "$(simex_bin)" --audit "$SIMEX_DIR/wrong"
	[ "$status" = 1 ]
	[[ $output == *'line 5: balance: '*'1 findings'* ]]
	sed 3d "$SIMEX_DIR/ledger" >"$SIMEX_DIR/wrong"
	run "$(simex_bin)" --audit "$SIMEX_DIR/wrong"
	[ "$status" = 78 ]
	[[ $output == *'wrong: line 3: expected entry 2'* ]]
	head -c -1 "$SIMEX_DIR/ledger" >"$SIMEX_DIR/wrong"
	for how in --audit --rerun; do
		run "$(simex_bin)" "$how" "$SIMEX_DIR/wrong"
		[ "$status" = 78 ]
		[[ $output == *'wrong: line 5: expected a line feed at the end'* ]]
		run "$(simex_bin)" "$how" /dev/null
		[ "$status" = 78 ]
		[[ $output == *'/dev/null: line 1: expected the header of a ledger'* ]]
	done
}

@test "a run of other listings is run again with the same ones only" {
	simex_down
	curl_listings >"$SIMEX_DIR/listings"
	simex_up "$SIMEX_DIR" --listings "$SIMEX_DIR/listings"
	ctl status | holds '.symbols | keys == ["BTCUSDT"]'
	ctl foreign symbol=BTCUSDT side=BUY qty=0.1 >/dev/null
	simex_down
	"$(simex_bin)" --rerun "$SIMEX_DIR/ledger" | cmp - "$SIMEX_DIR/ledger"
	cp "$SIMEX_DIR/listings" "$SIMEX_DIR/kept"
	echo >>"$SIMEX_DIR/listings"
	run "$(simex_bin)" --rerun "$SIMEX_DIR/ledger"
	[ "$status" = 78 ]
	[[ $output == *'line 1: expected listings '* ]]
	mv "$SIMEX_DIR/kept" "$SIMEX_DIR/listings"
}

@test "a run of other brackets or another record is not run again with these" {
	local what file
	simex_down
	curl_listings >"$SIMEX_DIR/listings"
	simex_up "$SIMEX_DIR"
	signed GET /fapi/v1/leverageBracket >"$SIMEX_DIR/brackets"
	simex_down
	printf '%s {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":1,"s":"BTCUSDT","b":"60000","B":"1","a":"60001","A":"1","T":1790000000000,"E":1790000000000}}\n' \
	    1790000000000000 1790000000100000 >"$SIMEX_DIR/replay"
	simex_up "$SIMEX_DIR" --brackets "$SIMEX_DIR/brackets" --replay "$SIMEX_DIR/replay,$SIMEX_DIR/replay"
	ctl foreign symbol=BTCUSDT side=BUY qty=0.1 >/dev/null
	simex_down
	head -n 1 "$SIMEX_DIR/ledger" |
	    jq -r .replay | is "$(cat "$SIMEX_DIR/replay" "$SIMEX_DIR/replay" | sha256sum | cut -d' ' -f1)" cat
	for what in brackets replay; do
		file=$SIMEX_DIR/$what
		"$(simex_bin)" --rerun "$SIMEX_DIR/ledger" | cmp - "$SIMEX_DIR/ledger"
		cp "$file" "$SIMEX_DIR/kept"
		echo >>"$file"
		run "$(simex_bin)" --rerun "$SIMEX_DIR/ledger"
		[ "$status" = 78 ]
		[[ $output == *"line 1: expected $what "* ]]
		mv "$SIMEX_DIR/kept" "$file"
	done
}

# Steps of so many markets take longer than a millisecond: what cannot be caught up is left out.
@test "with more to do than there is time for, it answers, ends when told to, and is the same again" {
	curl -sS "$SIMEX_REST/fapi/v1/exchangeInfo" |
	    jq -c '.symbols |= [.[0] as $one | range(900) as $i | $one | .symbol = "A\($i)USDT" |
	        .simex = {startPx: "60000", quoteQty: "5", firstOrderId: 1000, firstTradeId: 5000}]' >"$SIMEX_DIR/listings"
	simex_down
	SIMEX_MARKET='' simex_up "$SIMEX_DIR" --quote-ms 1 --listings "$SIMEX_DIR/listings"
	sleep 1
	for _ in 1 2 3 4 5; do
		curl -sS -m 10 "$SIMEX_REST/fapi/v1/ping" >/dev/null
	done
	signed POST /fapi/v1/order 'symbol=A0USDT&side=BUY&type=MARKET&quantity=0.01' | holds '.orderId > 0'
	local pid=${SIMEX_PID:?}
	kill "$pid"
	timeout 20 tail --pid="$pid" -f /dev/null
	grep -q '"kind":"pace"' "$SIMEX_DIR/ledger"
}

curl_listings()
{
	simex_up "$SIMEX_DIR" >&2
	curl -sS "$SIMEX_REST/fapi/v1/exchangeInfo" |
	    jq -c '.symbols |= map(select(.symbol == "BTCUSDT") + {simex: {startPx: "60000", quoteQty: "5",
	        firstOrderId: 1000, firstTradeId: 5000}})'
	simex_down
}

@test "a script says its verbs, and one that says nothing is named" {
	simex_down
	cat >"$SIMEX_DIR/script" <<-'END'
		0.05s    foreign symbol=BTCUSDT side=BUY qty=0.1	# soon
		order 2  fault row=X3 msg="Unknown # error"
		every 10s price symbol=BTCUSDT price=60000
	END
	simex_up "$SIMEX_DIR" --script "$SIMEX_DIR/script"
	await_simex 5 holds 'length == 1' ctl ledger kind=executions
	order_by_hand >/dev/null
	is 200 http
	is 'Unknown # error' order_by_hand
	is 503 http
	ctl ledger kind=verbs | holds 'length == 2 and all(.from == "script")'
	echo '5 price' >"$SIMEX_DIR/wrong"
	run "$(simex_bin)" -d "$SIMEX_DIR" --script "$SIMEX_DIR/wrong"
	[ "$status" = 78 ]
	[[ $output == *'wrong: line 1: expected a time'* ]]
	echo '5s pirce' >"$SIMEX_DIR/wrong"
	run "$(simex_bin)" -d "$SIMEX_DIR" --script "$SIMEX_DIR/wrong"
	[ "$status" = 78 ]
	[[ $output == *'wrong: line 1: expected a verb'*'pirce'* ]]
}

# The weight on every answer, a late one too; the orders on those to orders.
@test "an answer says what its request has used" {
	order_by_hand '' -D "$SIMEX_DIR/headers" >/dev/null
	is 3 grep -ciE '^x-mbx-(used-weight-1m|order-count-(10s|1m)): [0-9]+' "$SIMEX_DIR/headers"
	signed GET /fapi/v1/openOrders '' -D "$SIMEX_DIR/headers" >/dev/null
	is 1 grep -ci '^x-mbx-' "$SIMEX_DIR/headers"
	ctl hold path=/fapi/v1/order ms=300 >/dev/null
	order_by_hand '' -D "$SIMEX_DIR/headers" >/dev/null &
	await_simex 5 holds 'length == 3' ctl ledger kind=requests
	signed POST /fapi/v1/order/test '' >/dev/null
	wait $!
	grep -qi '^x-mbx-order-count-1m: [12]\b' "$SIMEX_DIR/headers"
}

# Twenty requests of a weight of ten, where forty are allowed in a minute.
asks_on()	# -> how often each status, in their order
{
	while [ $((EPOCHSECONDS % 60)) -gt 57 ]; do
		sleep 0.2
	done
	curl -sS -o /dev/null -w '%{http_code}\n' "$SIMEX_REST/fapi/v1/depth?symbol=BTCUSDT#[1-20]" |
	    uniq -c | awk '{ printf "%s%s*%s", NR == 1 ? "" : " ", $2, $1 }'
}

@test "who goes on asking after ten refusals is banned, unless told otherwise" {
	simex_down
	simex_up "$SIMEX_DIR" --weight-limit 40
	is '200*4 429*10 418*6' asks_on
	ctl clear >/dev/null
	simex_down
	simex_up "$SIMEX_DIR" --weight-limit 40 --ban-after 0
	is '200*4 429*16' asks_on
	ctl ledger kind=all | holds 'map(.http) == [range(4) | 200] + [range(16) | 429]'
	simex_down
	simex_up "$SIMEX_DIR" --weight-limit 40 --ban-after 2
	is '200*4 429*2 418*14' asks_on
}

# ---- faults of requests ----------------------------------------------------------------------

# The next order hears this status and text, and is there afterwards or not; the one after is well.
order_hears()	# ROW STATUS REGEX STATE
{
	row "$1"
	order_by_hand >"$SIMEX_DIR/text"
	is "$2" http || { echo "$1" >&2; return 1; }
	grep -qE -- "$3" < <(cat "$SIMEX_DIR/text" && echo) || { cat "$SIMEX_DIR/text" >&2; return 1; }
	is "$4" state_of "$HAND" || { echo "$1" >&2; return 1; }
	ctl clear >/dev/null
	order_by_hand >"$SIMEX_DIR/text"
	holds '.status == "NEW"' cat "$SIMEX_DIR/text"
	ctl cancel symbol=BTCUSDT clientOrderId="$HAND" >/dev/null
}

@test "X3-X5: in doubt or not, the words are the exchange's" {
	order_hears X3 503 '^Unknown error, please check your request or try again later.$' NEW
	order_hears X4 503 '^Service Unavailable.$' none
	order_hears X4a 503 '"code":-1001' none
	order_hears X5 408 '"code":-1007' NEW
	order_hears X5a 400 '"code":-1006' NEW
	order_hears X5b 408 '^$' NEW
	order_hears X5c 502 '<h1>502 Bad Gateway' NEW
	order_hears X5d 504 '<h1>504 Gateway Time-out' NEW
	order_hears X5e 200 '^$' NEW
	order_hears X5f 200 '^\{"orderId":[0-9]+$' NEW
}

@test "X6-X11, X13, X16: refused, and X13 is there all the same" {
	order_hears X6 503 '"code":-1008' none
	order_hears X7 429 '"code":-1003' none
	order_hears X7a 429 '"code":-1003' none
	order_hears X8 418 '"code":-1003.*banned until' none
	order_hears X9 403 '403 ERROR' none
	order_hears X10 400 '"code":-1021' none
	order_hears X11 400 '"code":-5028' none
	order_hears X13 400 '"code":-4116' NEW
	order_hears X16 400 '"code":-2019' none
	order_hears X16a 400 '"code":-2027' none
	order_hears X16b 400 '"code":-2028' none
}

@test "X7: with Retry-After, or without" {
	row X7
	order_by_hand '' -D "$SIMEX_DIR/headers" >/dev/null
	grep -qi '^Retry-After: 3' "$SIMEX_DIR/headers"
	row X7a
	order_by_hand '' -D "$SIMEX_DIR/headers" >/dev/null
	is '' sed -n '/^[Rr]etry-[Aa]fter/p' "$SIMEX_DIR/headers"
}

@test "X19: an endpoint that has moved stays away" {
	local name status
	while read -r name status; do
		row "$name"
		for _ in 1 2 3; do
			order_by_hand >/dev/null
			is "$status" http
		done
		is none state_of "$HAND"
		ctl clear >/dev/null
	done <<-END
		X19 400
		X19a 404
		X19b 410
	END
}

@test "X1, X2, X24: accepted, and the connection goes or the answer comes late" {
	row X1
	run order_by_hand
	[ "$status" = 52 ]
	ctl ledger kind=requests | holds 'length == 1 and .[0].verdict == "executed"'
	row X2 ms=300
	order_by_hand | holds '.status == "NEW"'
	awk '{ exit !($4 >= 0.3) }' "$SIMEX_DIR/said"
	row X24 path=/fapi/v1/time method=GET
	curl -sS -w '%{num_connects}\n' -o /dev/null "$SIMEX_REST/fapi/v1/time" -o /dev/null \
	    "$SIMEX_REST/fapi/v1/time" | paste -sd' ' | is '1 1' cat
}

@test "X12: a query does not know what is young" {
	row X12 ms=60000
	order_by_hand >/dev/null
	signed GET /fapi/v1/order "symbol=BTCUSDT&origClientOrderId=$HAND" | holds '.code == -2013'
	ctl clear >/dev/null
	signed GET /fapi/v1/order "symbol=BTCUSDT&origClientOrderId=$HAND" | holds '.status == "NEW"'
}

@test "X14: a cancel comes too late, or is said to" {
	local name state
	while read -r name state; do
		order_by_hand >/dev/null
		row "$name"
		cancel_by_hand | holds '.code == -2011'
		is "$state" state_of "$HAND"
	done <<-END
		X14 FILLED
		X14a EXPIRED
		X14b NEW
	END
}

@test "X15: what may only reduce is refused, again and again, and nothing else" {
	row X15
	ctl foreign symbol=BTCUSDT side=BUY qty=0.1 >/dev/null
	order_by_hand | holds '.status == "NEW"'
	for _ in 1 2 3; do
		order_by_hand side=BUY\&reduceOnly=true >/dev/null
		is 400 http
	done
	ctl status | holds '.faults[0].left == 7'
}

@test "X20: an answer of a later version" {
	row X20
	order_by_hand | holds '.zNew and (.orderId | type == "string") and .executedQty == 0 and
	    .priceMatch == "SOMETHING_NEW"'
}

@test "X22: for a while nobody is there" {
	row X22
	run order_by_hand
	[ "$status" = 7 ]
	await_simex 5 curl -sS "$SIMEX_REST/fapi/v1/ping"
	ctl ledger kind=requests | holds 'length == 0'
}

# Another simex has the port that this one keeps closed.
port_is_taken()	# OPTION URL
{
	local pid=$SIMEX_PID dir=$SIMEX_DIR port=${2##*:} status=0
	ctl refuse "ms=700" "port=$1" >/dev/null
	simex_up "$dir/other" "--$1-port" "$port"
	wait "$pid" || status=$?
	simex_down
	SIMEX_DIR=$dir
	is 75 echo "$status"
	grep -q "simex cannot_reopen port=$port\$" "$dir/simex.log"
}

@test "X22, U4: a port that is somebody else's afterwards ends the program" {
	port_is_taken rest "$SIMEX_REST"
	simex_up "$SIMEX_DIR"
	port_is_taken stream "$SIMEX_STREAM"
}

@test "X23: an answer that is slow, long, full of headers, or breaks off" {
	row X23
	run order_by_hand '' --max-time 0.5
	[ "$status" = 28 ]
	row X23a
	order_by_hand >/dev/null
	is 10000000 bytes
	row X23b headers=25
	order_by_hand '' -D "$SIMEX_DIR/headers" >/dev/null
	is 25 grep -c '^X-Flood' "$SIMEX_DIR/headers"
	row X23c
	run order_by_hand
	[ "$status" = 18 ]
	is 40 bytes
}

# A frame of a client, its mask all zero.
ask_for_a_price()	# what is answered goes to $SIMEX_DIR/answer, until the connection ends
{
	local request='{"id":1,"method":"ticker.price","params":{"symbol":"BTCUSDT"}}'
	exec 6<>"/dev/tcp/127.0.0.1/${SIMEX_STREAM##*:}"
	printf 'GET /ws-fapi/v1 HTTP/1.1\r\nHost: simex\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%s' \
	    $'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n' >&6
	# shellcheck disable=SC2059
	printf "\\x81\\x$(printf %x $((128 + ${#request})))\\0\\0\\0\\0%s" "$request" >&6
	timeout "$1" cat <&6 >"$SIMEX_DIR/answer" || :
	exec 6>&-
}

@test "X23, X23c over the WebSocket API: late, or never" {
	local from
	row X23 path=/fapi/v2/ticker/price method=GET ms=500
	ask_for_a_price 0.3
	run grep -a '"price"' "$SIMEX_DIR/answer"
	[ "$status" = 1 ]
	row X23 path=/fapi/v2/ticker/price method=GET ms=500
	ask_for_a_price 1
	grep -aq '"price"' "$SIMEX_DIR/answer"
	row X23c path=/fapi/v2/ticker/price method=GET ms=100
	from=$(now_us)
	ask_for_a_price 5
	[ $(($(now_us) - from)) -lt 2000000 ]
	grep -aq 'HTTP/1.1 101' "$SIMEX_DIR/answer"
	run grep -a '"price"' "$SIMEX_DIR/answer"
	[ "$status" = 1 ]
}

@test "X25-X27: the key, the mode, somebody else's weight" {
	row X25
	signed GET /fapi/v3/balance | holds '.code == -2015'
	ctl clear >/dev/null
	row X26
	signed GET /fapi/v1/positionSide/dual | holds .dualSidePosition
	row X27
	signed GET /fapi/v3/balance '' -D "$SIMEX_DIR/headers" >/dev/null
	awk 'tolower($1) == "x-mbx-used-weight-1m:" { used = $2 } END { exit !(used >= 500) }' \
	    "$SIMEX_DIR/headers"
}

# ---- faults of the user stream ------------------------------------------------------------------

@test "U1-U3: events twice, backwards, one missing" {
	listen
	row U1
	row U9
	await_simex 5 is 2 events_heard ACCOUNT_UPDATE
	is 2 events_heard TRADE_LITE
	is 4 events_heard ORDER_TRADE_UPDATE
	ctl clear >/dev/null
	row U3
	row U9
	await_simex 5 is 3 events_heard TRADE_LITE
	is 5 events_heard ORDER_TRADE_UPDATE
	row U2
	: >"$SIMEX_DIR/stream"
	row U9
	await_simex 5 stream_has TRADE_LITE
	grep -aoE '"x":"[A-Z]+"' "$SIMEX_DIR/stream" | paste -sd' ' | is '"x":"TRADE" "x":"NEW"' cat
	listen_end
}

@test "U4, U6: cut without a word, and refused; closed with one" {
	listen
	row U6
	await_simex 5 stream_is_over
	stream_matches '880203e9$'
	listen
	row U4 ms=1500
	await_simex 5 stream_is_over
	run stream_matches '880203e9$'
	[ "$status" != 0 ]
	run listen
	[ "$status" != 0 ]
	await_simex 5 listen
	listen_end
}

@test "U5: the listen key ends, with an event or without" {
	listen
	row U5
	await_simex 5 is 1 events_heard listenKeyExpired
	listen_end
	listen
	row U5a
	curl -sS -X PUT -H 'X-MBX-APIKEY: testkey' "$SIMEX_REST/fapi/v1/listenKey" | holds '.code == -1125'
	is 0 events_heard listenKeyExpired
	listen_end
}

@test "U7: nothing is heard, and the connection stays" {
	listen
	row U7
	row U9
	ctl mute on=0 >/dev/null
	is 0 events_heard TRADE_LITE
	row U7a ms=1500
	row U9
	is 0 events_heard TRADE_LITE
	await_simex 5 is 1 events_heard TRADE_LITE
	listen_end
}

@test "U9, U13: a trade by hand, and funding" {
	listen
	row U9
	await_simex 5 stream_has '"c":"web_'
	row U13
	await_simex 5 stream_has FUNDING_FEE
	listen_end
}

@test "U10, U12: the exchange closes a position, and changes orders on its own" {
	listen
	row U9
	row U10
	await_simex 5 stream_has '"c":"adl_autoclose"'
	row U9
	row U12
	await_simex 5 stream_has '"c":"autoclose-[0-9]+".*"x":"CALCULATED","X":"NEW"'
	order_by_hand >/dev/null
	row U12a
	cancel_by_hand | holds '.status == "CANCELED" and .origQty == "0.009"'
	await_simex 5 stream_has '"x":"AMENDMENT"'
	order_by_hand >/dev/null
	row U12b
	cancel_by_hand | holds '.code == -2011'
	is EXPIRED_IN_MATCH state_of "$HAND"
	listen_end
}

@test "U11: a cancel comes too late, and the fill is told later still" {
	listen
	order_by_hand >/dev/null
	await_simex 5 stream_has "\"c\":\"$HAND\".*\"X\":\"NEW\""
	row U11
	cancel_by_hand | holds '.code == -2011'
	is FILLED state_of "$HAND"
	is 0 events_heard TRADE_LITE
	await_simex 5 is 1 events_heard TRADE_LITE
	listen_end
}

@test "U15: frames that nobody should send" {
	listen
	row U15a
	await_simex 5 stream_matches '01017b000122.*80017d$'
	row U15b
	await_simex 5 stream_matches '810b7b2265223a22c328ff227d$'
	row U15c
	await_simex 5 stream_matches '8182010203047a7f$'
	: >"$SIMEX_DIR/stream"
	row U15d
	await_simex 5 is 10000 pings_heard
	row U15
	await_simex 10 stream_is_long 16777216
	[[ $(tail -c 3 "$SIMEX_DIR/stream") == *'"}' ]]
	listen_end
}
