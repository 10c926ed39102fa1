#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Limit orders: that they rest, with everything that says so; what becomes of
# them; and that no crash loses one, tells one twice or sends one twice.

load lib
load answers
load resting

setup_file()
{
	export PMS_SIMEX_ARGS='--still --funding-hours 0 -s 1 --orders-10s 5000 --orders-1m 9000 --weight-limit 90000'
	stack_up
}

teardown_file() { stack_down; }

setup() { begin_at_rest; }
teardown() { end_at_rest; }

# ---- words ---------------------------------------------------------------------

kill_all() { local name; for name in $DAEMONS; do kill9 "$name"; done; }
start_all() { "$STACK" start "$PMS_DIR" >/dev/null 3>&-; }

back_again()	# NAME: started, and everything compared
{
	up "$1"
	await 15 stream_is_up
}

# ---- one order -------------------------------------------------------------------

ORDER_FIELDS='["avgFillPrice","clientOrderId","createdAt","exchangeOrderId","filledQty",
    "lastFillPrice","lastFillQty","leverage","orderRole","orderType","origin","parentId",
    "parentStrategySessionId","price","quantity","reduceOnly","replacesClientOrderId",
    "rootStrategySessionId","side","state","strategySessionId","subAccountId","symbol","updatedAt"]'

@test "what an address may use in a minute is what the exchange says" {
	await 5 holds '.pace.weightLimit == 90000' rc get pms:health:orderd
	is 90000 rc hget pms:instr '#weight'
}

@test "a limit order rests: answer, row, events, reservation and pending order" {
	local got id
	got=$(limit "$ALPHA" LONG 0.01 59000)
	id=$(field .clientOrderId <<<"$got")
	holds '.success and .state == "active" and .quantity == 0.01 and .price == 59000 and
	    .filledQty == 0 and
	    (.clientOrderId | test("^PMS[0-9a-f]{12}_LMT_[0-9a-f]{12}$"))' <<<"$got"
	row_holds "$ALPHA" "$id" "keys == $ORDER_FIELDS"
	row_holds "$ALPHA" "$id" ".clientOrderId == \"$id\" and .subAccountId == \"$ALPHA\" and
	    .exchangeOrderId == \"$(field .orderId <<<"$got")\" and .symbol == \"BTCUSDT\" and
	    .side == \"BUY\" and .orderType == \"LIMIT\" and .quantity == 0.01 and
	    .price == 59000 and
	    .reduceOnly == false and .state == \"active\" and .filledQty == 0 and
	    .avgFillPrice == 0 and
	    .lastFillPrice == 0 and .lastFillQty == 0 and .origin == \"MANUAL\" and
	    .parentId == null and
	    .orderRole == \"UNKNOWN\" and .strategySessionId == null and .leverage == 10 and
	    .replacesClientOrderId == null and .createdAt > 1600000000000 and
	    .updatedAt >= .createdAt"
	is t eval "[ \$(rc ttl pms:open_orders:$ALPHA) -gt 86000 ] && echo t"
	is "BTC/USDT:USDT|LONG|LIMIT|59000|0.01|10|MANUAL|PENDING" sql "select symbol, side, type,
	    price, quantity, leverage, origin, status from pending_orders where id = '$id'"
	holds '.reserved == "590" and .closing == "0" and .quantity == "0.01"' reservation "$id"
	await_event order_active
	await_event order_placed
	told_once "$id" order_active order_placed
	holds ".subAccountId == \"$ALPHA\" and .type == \"order_placed\" and .side == \"BUY\" and
	    .symbol == \"BTCUSDT\" and .price == 59000 and .account == {} and
	    (.seq | type == \"number\") and
	    .timestamp > 1600000000000" events_get order_placed
	holds ".state == \"active\" and .clientOrderId == \"$id\" and .orderType == \"LIMIT\" and
	    .quantity == 0.01 and .origin == \"MANUAL\"" events_get order_active
	is "$id" sent_since
	requests_as POST "$id" | grep -q 'type=LIMIT&quantity=0.01&price=59000&timeInForce=GTC'
	at_rest
}

@test "its order id is told to the last digit" {
	local got
	got=$(limit "$ALPHA" BUY 0.5 2900 symbol=ETH/USDT:USDT)
	is "$(ctl ledger kind=orders | grep -o '"orderId":[0-9]*,"symbol":"ETHUSDT"' | tail -n 1 |
	    tr -cd '0-9')" field .orderId <<<"$got"
	row_holds "$ALPHA" "$(field .clientOrderId <<<"$got")" \
	    ".exchangeOrderId == \"$(field .orderId <<<"$got")\" and .symbol == \"ETHUSDT\""
	at_rest
}

@test "two parts are filled, then the rest: each is booked when it happens" {
	local id
	id=$(rest "$ALPHA" BUY 0.03 59000)
	fill BTCUSDT "$id" 0.01
	await 5 is 0.01 quantity_of "$ALPHA"
	stands "$ALPHA" "$id" '.filledQty == 0.01 and .avgFillPrice == 59000 and
	    .quantity == 0.03 and
	    .lastFillQty == 0.01 and .lastFillPrice == 59000'
	fill BTCUSDT "$id" 0.015 price=58990
	await 5 is 0.025 quantity_of "$ALPHA"
	stands "$ALPHA" "$id" '.filledQty == 0.025 and .avgFillPrice == 58994 and
	    .lastFillQty == 0.015 and .lastFillPrice == 58990'
	fill BTCUSDT "$id" 0.005
	await_event order_filled
	holds '.filledQty == 0.03 and .price == 59000 and .avgFillPrice == 58995 and
	    .lastFillQty == 0.005 and
	    .state == "filled" and .orderType == "LIMIT" and
	    .account.positions[0].quantity == 0.03' \
	    events_get order_filled
	is '0.01 0.025' eval "events_get order_partial | jq .filledQty | paste -sd' '"
	told_once "$id" order_active order_filled order_partial order_partial order_placed
	is_gone "$ALPHA" "$id" FILLED
	is "0.01|0.118|t 0.015|0.17697|t 0.005|0.059|t" eval "sql \"select qty, fee, maker
	    from engine.executions where clord_id = '$id' order by at\" | paste -sd' '"
	at_rest
}

@test "partly filled, then cancelled: the part stays, and nothing is held any more" {
	local id
	id=$(rest "$ALPHA" BUY 0.03 59000)
	fill BTCUSDT "$id" 0.01
	await 5 is 0.01 quantity_of "$ALPHA"
	cancel "$id" | holds ".success and .state == \"cancelled\" and .filledQty == 0.01 and
	    .clientOrderId == \"$id\""
	await_event order_cancelled
	holds ".reason == \"CANCELED\" and .subAccountId == \"$ALPHA\" and .filledQty == 0.01 and
	    .state == \"cancelled\" and .symbol == \"BTCUSDT\" and
	    .account.positions[0].quantity == 0.01" \
	    events_get order_cancelled
	await 5 is_gone "$ALPHA" "$id" CANCELLED
	told_once "$id" order_active order_cancelled order_partial order_placed
	is 0.01 quantity_of "$ALPHA"
	at_rest
}

@test "a price between two ticks: a buy goes down, a sale goes up" {
	local buy sale
	buy=$(rest "$ALPHA" BUY 0.01 59000.19)
	sale=$(rest "$ALPHA" SELL 0.01 61000.11)
	requests_as POST "$buy" | grep -q 'price=59000.1&'
	requests_as POST "$sale" | grep -q 'price=61000.2&'
	row_holds "$ALPHA" "$buy" '.price == 59000.1'
	row_holds "$ALPHA" "$sale" '.price == 61000.2'
	limit "$BETA" BUY 0.01 59999.999999 | holds '.success and .price == 59999.9'
	at_rest
}

@test "one that would be hit by the account's own order expires, and is told so" {
	local id
	id=$(rest "$ALPHA" BUY 0.02 60000)
	trade "$BETA" SELL 0.01 | holds '.success and .trade.quantity == 0.01 and
	    .trade.price == 59999.9'
	await_event order_cancelled ".clientOrderId == \"$id\" and .reason == \"EXPIRED\" and
	    .state == \"expired\" and .subAccountId == \"$ALPHA\" and .filledQty == 0 and
	    .account.balance > 0"
	await 5 is_gone "$ALPHA" "$id" EXPIRED
	at_rest
}

@test "one that executes at once: a position, and no row stays" {
	local got id
	got=$(limit "$ALPHA" BUY 0.01 60500)
	id=$(field .clientOrderId <<<"$got")
	holds '.success and (.state == "active" or .state == "filled")' <<<"$got"
	await_event order_filled ".clientOrderId == \"$id\" and .avgFillPrice == 60000.1"
	await 5 is_gone "$ALPHA" "$id" FILLED
	is 0.01 quantity_of "$ALPHA"
	is 1 eval "types_of $id | grep -c order_filled"
	at_rest
}

@test "the stream is faster than the answer: the command is answered by what is heard" {
	local resting taken
	ctl skew events_first=1 >/dev/null
	fault hold ms=10000 n=2
	resting=$(rest "$ALPHA" BUY 0.01 59000)
	taken=$(limit "$ALPHA" BUY 0.01 60500 | field .clientOrderId)
	await_event order_filled ".clientOrderId == \"$taken\""
	stands "$ALPHA" "$resting"
	await 5 is_gone "$ALPHA" "$taken" FILLED
	told_once "$resting" order_active order_placed
	is 0.01 quantity_of "$ALPHA"
	at_rest
}

@test "the answer comes before the stream says a word" {
	local id
	ctl skew delay_ms=700 >/dev/null
	id=$(rest "$ALPHA" BUY 0.01 59000)
	stands "$ALPHA" "$id"
	fill BTCUSDT "$id" 0.01
	await_event order_filled
	is 1 eval "types_of $id | grep -c order_active"
	await 5 is_gone "$ALPHA" "$id" FILLED
	at_rest
}

# ---- what only reduces -------------------------------------------------------------

@test "a take profit holds what it closes; then it is filled, and everything is free" {
	local id
	buy "$ALPHA" 0.03 | holds .success
	id=$(rest "$ALPHA" SELL 0.03 61000 reduceOnly=true)
	row_holds "$ALPHA" "$id" '.reduceOnly and .side == "SELL"'
	requests_as POST "$id" | grep -q 'reduceOnly=true'
	holds '.closing == "0.03" and .reserved == "0"' reservation "$id"
	close_ "$ALPHA" | holds '.success == false and
	    .errorCode == "CLOSE_IN_FLIGHT" and .errorCategory == "AMBIGUITY" and
	    .details.value == 0.03 and .details.limit == 0.03 and .details.heldBy == ["'"$id"'"]'
	limit "$ALPHA" SELL 0.03 62000 reduceOnly=true | holds '.errorCode == "CLOSE_IN_FLIGHT"'
	price BTCUSDT 61010
	await_event order_filled ".clientOrderId == \"$id\" and .avgFillPrice == 61000"
	await_event position_closed '.realizedPnl > 29.9 and .realizedPnl < 30'
	await 5 is_gone "$ALPHA" "$id" FILLED
	at_rest
}

@test "a take profit of a part leaves the rest to be closed" {
	local id
	buy "$ALPHA" 0.03 | holds .success
	id=$(rest "$ALPHA" SELL 0.01 61000 reduceOnly=true)
	close_ "$ALPHA" | holds '.success and .trade.quantity == 0.02'
	await 5 is 0.01 quantity_of "$ALPHA"
	fill BTCUSDT "$id" 0.01
	await 5 is '' quantity_of "$ALPHA"
	await 5 is_gone "$ALPHA" "$id" FILLED
	at_rest
}

@test "nothing to reduce is refused, and nothing is sent" {
	limit "$ALPHA" SELL 0.01 61000 reduceOnly=true | holds '.errorCode == "RISK_REJECTED"'
	buy "$ALPHA" 0.01 | holds .success
	limit "$ALPHA" BUY 0.01 59000 reduceOnly=true | holds '.errorCode == "RISK_REJECTED"'
	is 1 eval 'sent_since | wc -l'
	at_rest
}

@test "the exchange makes it smaller, and fills that: nothing is held for the difference" {
	local id
	buy "$ALPHA" 0.03 | holds .success
	id=$(rest "$ALPHA" SELL 0.03 61000 reduceOnly=true)
	ctl amend symbol=BTCUSDT clientOrderId="$id" qty=0.02 >/dev/null
	await 5 row_holds "$ALPHA" "$id" '.quantity == 0.02'
	fill BTCUSDT "$id" 0.02
	await_event order_filled ".clientOrderId == \"$id\" and .filledQty == 0.02"
	await 5 is_gone "$ALPHA" "$id" FILLED
	close_ "$ALPHA" | holds '.success and .trade.quantity == 0.01'
	at_rest
}

@test "the account's snapshot has what rests" {
	local id
	id=$(rest "$ALPHA" BUY 0.02 59000)
	await 5 holds ".openOrders | length == 1 and (.[0] | .clientOrderId == \"$id\" and
	    (.exchangeOrderId | test(\"^[0-9]+$\")) and .symbol == \"BTCUSDT\" and
	    .side == \"BUY\" and
	    .orderType == \"LIMIT\" and .price == 59000 and .quantity == 0.02 and
	    .filledQty == 0 and
	    .origin == \"MANUAL\" and .leverage == 10 and .reduceOnly == false and
	    .state == \"active\" and .createdAt > 1600000000000)" rc get "pms:risk:$ALPHA"
	fill BTCUSDT "$id" 0.005
	await 5 holds '.openOrders[0].filledQty == 0.005' rc get "pms:risk:$ALPHA"
	kill9 riskd
	rc del "pms:risk:$ALPHA" >/dev/null
	up riskd
	await 5 holds '.openOrders[0] | .filledQty == 0.005 and .state == "active" and
	    (.exchangeOrderId | test("^[0-9]+$"))' rc get "pms:risk:$ALPHA"
	await 5 stream_is_up
	cancel "$id" | holds .success
	await 5 holds '.openOrders == []' rc get "pms:risk:$ALPHA"
	at_rest
}

# ---- told again -----------------------------------------------------------------------

# What orderd has told of its last execution, in other words: after it the order has ended.
told_to_end()	# ID FILLED-QUANTITY
{
	local trade
	trade=$(sql "select trade_id from engine.executions where clord_id = '$1'")
	row "$ALPHA" "$1" | jq -c --argjson trade "$trade" --arg cum "$2" '. + {id: "again",
	    cmd: "limit", orderId: (.exchangeOrderId | tonumber), status: "cancelled", cumQty: $cum,
	    reason: "CANCELED", tradeId: $trade, lastQty: $cum, lastPrice: 59000, fee: 0, feeAsset: "USDT"}'
}

@test "an execution told again that ends its order: the end is told, once" {
	local id told
	id=$(rest "$ALPHA" BUY 0.03 59000)
	fill BTCUSDT "$id" 0.01
	await 5 is 0.01 quantity_of "$ALPHA"
	told=$(told_to_end "$id" 0.01)
	rc rpush pms:q:fill "$told" >/dev/null
	await_event order_cancelled ".clientOrderId == \"$id\" and .filledQty == 0.01 and
	    .reason == \"CANCELED\" and .account.positions[0].quantity == 0.01"
	is 0 rc hexists pms:resv "$id"
	rc rpush pms:q:fill "$told" >/dev/null
	await 5 nothing_to_book
	is 1 eval "types_of $id | grep -c order_cancelled"
	is 0.01 quantity_of "$ALPHA"
	cancel "$id" | holds .success
	await 5 is_gone "$ALPHA" "$id" CANCELLED
	at_rest
}

nothing_to_book() { is 0 rc exists pms:q:fill pms:work:q:fill; }

# ---- crashes ------------------------------------------------------------------------

dies_placing()	# POINT: one row
{
	local asked id
	echo "$1" >&2
	down orderd
	asked=$(uuid)
	CRASH_AT=$1 up orderd || :
	push limit "$(plain requestId="$asked" subAccountId="$ALPHA" symbol=BTCUSDT side=BUY \
	    quantity=0.01 price=59000 leverage=10)"
	await 10 is_over orderd || { echo "orderd never came to $1" >&2; return 1; }
	up orderd
	await 10 answer "$asked"
	answer "$asked" | holds '.success or .errorCode == "INFRA_TIMEOUT"'
	id=$(rc hget "pms:seen:$asked" clordId)
	await 12 settled "$id" || { settled "$id"; return 1; }
}

# It stands, or it was never sent and nothing is held for it.
settled()	# ID
{
	stands "$ALPHA" "$1" || { ! ids_sent | grep -q "$1" && is_gone "$ALPHA" "$1" CANCELLED; }
}

@test "orderd dies while an order is placed: it stands once, or was never sent" {
	local point
	for point in send.before:order_place send.after:order_place answer.before:order_place \
	    answer.after:order_place commit.before:placed commit.after:placed exec.before:resting \
	    exec.after:resting exec.before:outcome exec.after:outcome; do
		dies_placing "$point" || return 1
	done
	no_id_twice
	at_rest
}

@test "each of four daemons is killed while two rest, and one is filled meanwhile" {
	local name first second
	for name in orderd riskd userd cmdd; do
		echo "$name" >&2
		first=$(rest "$ALPHA" BUY 0.02 59000)
		second=$(rest "$BETA" SELL 0.02 61000)
		kill9 "$name"
		fill BTCUSDT "$first" 0.01
		back_again "$name"
		await 10 is 0.01 quantity_of "$ALPHA"
		await 5 stands "$ALPHA" "$first" '.filledQty == 0.01 and .lastFillPrice == 59000'
		stands "$BETA" "$second" '.filledQty == 0'
		fill BTCUSDT "$first" 0.01
		await_event order_filled ".clientOrderId == \"$first\" and .filledQty == 0.02"
		cancel "$second" | holds '.success and .state == "cancelled"'
		await 5 is_gone "$ALPHA" "$first" FILLED
		await_event order_cancelled ".clientOrderId == \"$second\""
		told_once "$first" order_active order_filled order_partial order_placed
		told_once "$second" order_active order_cancelled order_placed
		close_everything
	done
	at_rest
}

@test "all six are killed; one order is filled, one cancelled, one left alone meanwhile" {
	local filled cancelled left
	filled=$(rest "$ALPHA" BUY 0.02 59000)
	cancelled=$(rest "$BETA" SELL 0.02 61000)
	left=$(rest "$ALPHA" BUY 0.01 58000)
	fill BTCUSDT "$left" 0.004
	await 5 is 0.004 quantity_of "$ALPHA"
	kill_all
	fill BTCUSDT "$filled" 0.01
	fill BTCUSDT "$filled" 0.01 price=58999
	fill BTCUSDT "$left" 0.003
	ctl cancel symbol=BTCUSDT clientOrderId="$cancelled" >/dev/null
	start_all
	await 15 stream_is_up
	await_event order_filled ".clientOrderId == \"$filled\" and .avgFillPrice == 58999.5"
	await_event order_cancelled ".clientOrderId == \"$cancelled\" and .reason == \"CANCELED\""
	await 10 is 0.027 quantity_of "$ALPHA"
	await 5 is_gone "$ALPHA" "$filled" FILLED
	await 5 is_gone "$BETA" "$cancelled" CANCELLED
	await 5 stands "$ALPHA" "$left" '.filledQty == 0.007 and .quantity == 0.01'
	told_once "$filled" order_active order_filled order_partial order_placed
	told_once "$cancelled" order_active order_cancelled order_placed
	told_once "$left" order_active order_partial order_partial order_placed
	at_rest
}

@test "the view is lost with its key, and comes back with the next reconciliation" {
	local first second
	first=$(rest "$ALPHA" BUY 0.02 59000)
	second=$(rest "$BETA" SELL 0.02 61000)
	rc del "pms:open_orders:$ALPHA" "pms:open_orders:$BETA" >/dev/null
	kill9 userd
	back_again userd
	await 5 stands "$ALPHA" "$first"
	await 5 stands "$BETA" "$second"
	at_rest
}

@test "rows of orders that do not exist disappear when orderd starts" {
	local id ghost
	id=$(rest "$ALPHA" BUY 0.02 59000)
	ghost=${id%????}dead
	rc hset "pms:open_orders:$ALPHA" "$ghost" "$(row "$ALPHA" "$id" |
	    sed "s/$id/$ghost/")" >/dev/null
	rc hset "pms:open_orders:$BETA" somebody "$(row "$ALPHA" "$id" |
	    sed "s/$id/somebody/; s/$ALPHA/$BETA/")" >/dev/null
	kill9 orderd
	back_again orderd
	await 10 is 1 rc hlen "pms:open_orders:$ALPHA"
	await 10 is 0 rc hlen "pms:open_orders:$BETA"
	stands "$ALPHA" "$id"
	at_rest
}

# Two audits say that there was time enough to ask.
@test "an order that rests is not asked for, before a restart and after" {
	local id
	down orderd
	PMS_ORDERD_AUDIT_EVERY=2s PMS_ORDERD_SILENCE=100ms up orderd
	id=$(rest "$ALPHA" BUY 0.02 59000)
	await_audits 2
	is 0 questions_about "$id"
	kill9 orderd
	PMS_ORDERD_AUDIT_EVERY=2s PMS_ORDERD_SILENCE=100ms up orderd
	await_audits 2
	is 0 questions_about "$id"
	is 0 eval 'rc get pms:health:orderd | jq .missed'
	kill9 orderd
	up orderd
	at_rest
}

questions_about()	# ID
{
	ctl ledger kind=requests | jq --arg id "$1" \
	    'map(select(.method == "GET" and .path == "/fapi/v1/order" and
	    (.body | contains($id)))) | length'
}

audits() { ctl ledger kind=requests | grep -o '"path":"/fapi/v1/openOrders"' | wc -l; }
audits_are_more_than() { [ "$(audits)" -gt "$1" ]; }
await_audits() { await 20 audits_are_more_than $(($(audits) + $1)); }	# HOW MANY

@test "three hundred rest when orderd dies: it comes back with all of them" {
	local n commands=()
	for n in {1..150}; do
		commands+=("$(plain requestId="many$n" subAccountId="$ALPHA" symbol=BTCUSDT side=BUY \
		    quantity=0.001 price=$((58000 + n)) leverage=10)"
		    "$(plain requestId="more$n" subAccountId="$BETA" symbol=ETHUSDT side=SELL \
		    quantity=0.02 price=$((3000 + n)).5 leverage=10)")
	done
	rc lpush pms:cmd:limit "${commands[@]}" >/dev/null
	await 20 all_rest 150
	kill9 orderd
	rc del "pms:open_orders:$ALPHA" >/dev/null
	up orderd
	await 10 holds '.live == 300 and .state == "ready" and .stream' rc get pms:health:orderd
	kill9 userd
	back_again userd
	await 10 all_rest 150
	cancel_everything
	await 10 nothing_waits
	is 300 eval 'sent_since | wc -l'
	at_rest
}

all_rest()	# HOW MANY of each account
{
	is "$1" rc hlen "pms:open_orders:$ALPHA" && is "$1" rc hlen "pms:open_orders:$BETA" &&
	    is $((2 * $1)) rc hlen pms:resv
}

# ---- what is refused ---------------------------------------------------------------------

# FIELD|VALUE|condition of the answer
bad_limits()
{
	cat <<-'END'
	price|0|.errorCode == "VALIDATION_FAILED" and .details.field == "price" and .details.limit
	price|-1|.errorCode == "VALIDATION_FAILED" and .details.field == "price" and .details.limit
	price|"cheap"|.errorCode == "VALIDATION_FAILED" and .details.field == "price"
	price|null|.errorCode == "VALIDATION_FAILED" and (.error | test("price is missing"))
	price|1e30|.errorCode == "VALIDATION_FAILED" and .details.field == "price"
	price|0.01|.errorCode == "PRICE_OUT_OF_RANGE" and .details == {check: "range", value: 0.01, limit: 556.8}
	price|9000000|.errorCode == "PRICE_OUT_OF_RANGE" and .details == {check: "range", value: 9000000, limit: 4529764}
	price|63000.1|.errorCode == "PRICE_OUT_OF_RANGE" and .details == {check: "range", value: 63000.1, limit: 63000}
	quantity|0.0001|.errorCode == "VALIDATION_FAILED" and .details == {check: "quantity", value: 0.0001, limit: 0.001}
	quantity|1001|.errorCode == "VALIDATION_FAILED" and .details == {check: "quantity", value: 1001, limit: 1000}
	quantity|0|.errorCode == "VALIDATION_FAILED" and .details.field == "quantity"
	symbol|"NOSUCH"|.errors == ["INVALID_SYMBOL:NOSUCH"]
	END
}

# A good order, but for one member: that is what it is, with quotes or without.
ask_with()	# FIELD JSON-VALUE -> the answer
{
	local -A members=([symbol]='"BTCUSDT"' [side]='"BUY"' [quantity]=0.01 [price]=59000)
	local id key text
	id=$(uuid)
	text="\"requestId\":\"$id\",\"subAccountId\":\"$ALPHA\""
	members[$1]=$2
	for key in "${!members[@]}"; do
		text+=",\"$key\":${members[$key]}"
	done
	push limit "{$text}"
	await_answer "$id"
}

@test "a limit order that cannot be is told why, with value and limit, and nothing is sent" {
	local field value want
	while IFS='|' read -r field value want; do
		echo "$field $value" >&2
		ask_with "$field" "$value" |
		    holds ".success == false and (.error | length > 0) and .retryable == false and
		        .errorCategory == \"VALIDATION\" and ($want)"
	done < <(bad_limits)
	limit "$ALPHA" SELL 0.01 56999.9 | holds '.errorCode == "PRICE_OUT_OF_RANGE" and
	    .details == {check: "range", value: 56999.9, limit: 57000}'
	limit "$ALPHA" BUY 0.001 40000 | holds '.details == {check: "min_notional", value: 40, limit: 50}'
	limit "$ALPHA" BUY 0.9 59000 leverage=120 | holds '.errorCode == "MAX_LEVERAGE_EXCEEDED" and
	    (.errors | length == 2) and .errors[1] == "MAX_NOTIONAL:53100.00>50000"'
	nothing_sent
	nothing_waits
	at_rest
}

@test "a price between two ticks is refused where the configuration says so" {
	down riskd
	PMS_RISKD_OFF_TICK=deny up riskd
	await 10 stream_is_up
	limit "$ALPHA" BUY 0.01 59000.07 | holds '.errorCode == "PRICE_OFF_TICK" and
	    .details == {check: "tick", value: 59000.07, limit: 59000} and
	    .errors == ["OFF_TICK:59000.07 not 59000 or 59000.1"]'
	nothing_sent
	rest "$ALPHA" BUY 0.01 59000.1 >/dev/null
	down riskd
	up riskd
	at_rest
}
