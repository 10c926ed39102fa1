#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What the exchange account does and nobody here has asked for: orders by hand,
# orders that bear our kind of name, and executions that the user stream does
# not tell.  All of it is booked, once, to an account or to EXTERNAL.

load lib
load answers
load resting

setup_file()
{
	export PMS_SIMEX_ARGS='--still --funding-hours 0 -s 1 --weight-limit 90000'
	export PMS_ORDERD_AUDIT_EVERY=2s
	stack_up
}

teardown_file() { stack_down; }

setup()
{
	begin_at_rest
	BALANCES=$(balances)
}

teardown() { end_at_rest; }

# ---- words ---------------------------------------------------------------------

# SYMBOL SIDE QUANTITY [price=PRICE] -> the order
foreign() { ctl foreign symbol="$1" side="$2" qty="$3" "${@:4}"; }
order_id() { grep -o '"orderId":[0-9]*' | tr -cd '0-9'; }		# of the JSON on stdin
balances() { sql "select id, current_balance from sub_accounts order by id"; }
counter() { rc get "pms:health:$1" | jq ".counters.$2"; }		# DAEMON NAME
grows() { [ "$(counter "$1" "$2")" -gt "$3" ]; }			# DAEMON NAME BEYOND
adopted() { counter orderd adopted; }

# Of one order: whose, how often, how much.
booked() { sql "select sub_account_id, count(*), sum(qty)::float8 from engine.executions
    where exchange_order_id = $1 group by 1"; }				# ORDER-ID

cursor() { sql "select trade_id from engine.cursors where symbol = '$1'"; }
cursor_has() { [ "$(cursor "$1")" -ge "$2" ]; }				# SYMBOL TRADE-ID
last_trade()	# SYMBOL -> its id
{
	ctl ledger kind=executions |
	    jq --arg symbol "$1" 'map(select(.symbol == $symbol) | .tradeId) | max'
}

# Every execution there ever was is booked, and no other.
trades_agree()
{
	same executions \
	    "$(sql "select symbol || '/' || trade_id || ' ' || qty * px from engine.executions")" \
	    "$(ctl ledger kind=executions | jq -r '.[] | "\(.symbol)/\(.tradeId) \(.qty * .price)"')"
}

# With the stack's own key, past all of the daemons.
place_directly()	# ID SYMBOL SIDE QUANTITY [PRICE]
{
	local form="symbol=$2&side=$3&quantity=$4&newClientOrderId=$1" signature
	form+=${5:+"&type=LIMIT&timeInForce=GTC&price=$5"}
	[ $# = 5 ] || form+='&type=MARKET'
	form+="&recvWindow=5000&timestamp=$(($(now_us) / 1000))"
	signature=$(printf '%s' "$form" | openssl dgst -sha256 -hmac "$(cat "$PMS_DIR/api_secret")" |
	    sed 's/.*= //')
	curl -sS --fail-with-body --max-time 5 -H "X-MBX-APIKEY: $(cat "$PMS_DIR/api_key")" \
	    -d "$form&signature=$signature" "$SIMEX_REST/fapi/v1/order"
}

# A name as riskd would give one to the account's order.
name_of()	# ACCOUNT TYPE
{
	echo "PMS$(printf '%s' "$1" | sha256sum | cut -c 1-12)_$2_$(uuid | tr -d - | cut -c 1-12)"
}

is_adopted()	# ACCOUNT ID [JQ-CONDITION of its row]
{
	await 10 stands "$1" "$2" ".origin == \"RECOVERED\" and .subAccountId == \"$1\" and
	    (${3:-true})"
	logged orderd "order_adopted sub=$1 clord_id=$2"
}

agree_at_rest()
{
	at_rest
	await 10 trades_agree
}

# ---- by hand -----------------------------------------------------------------------

@test "a market order by hand is booked to EXTERNAL, and changes no account" {
	local id seen
	seen=$(counter orderd foreign)
	id=$(foreign BTCUSDT BUY 0.017 | order_id)
	await 5 is 'EXTERNAL|1|0.017' booked "$id"
	await_log orderd "order_foreign clord_id=web_.* order_id=$id .*EXTERNAL"
	await_log riskd "foreign_order clord_id=web_.* order_id=$id .*EXTERNAL"
	await 5 grows orderd foreign "$seen"
	await 5 grows riskd external 0
	is "$BALANCES" balances
	is '' event_types
	is '' quantity_of "$ALPHA"
	positions_agree
	agree_at_rest
}

@test "one that rests is nobody's row; each of its executions is booked" {
	local placed id name
	placed=$(foreign BTCUSDT SELL 0.03 price=61000)
	id=$(order_id <<<"$placed")
	name=$(field .clientOrderId <<<"$placed")
	fill BTCUSDT "$name" 0.01
	fill BTCUSDT "$name" 0.005
	await 5 is 'EXTERNAL|2|0.015' booked "$id"
	is '' rc --scan --pattern 'pms:open_orders:*'
	cancel "$name" | holds '.errorCode == "ORDER_NOT_FOUND"'
	ctl cancel symbol=BTCUSDT clientOrderId="$name" >/dev/null
	is "$BALANCES" balances
	agree_at_rest
}

@test "while userd is down: found when it is up, on each symbol, also one never traded" {
	local btc eth doge
	kill9 userd
	btc=$(foreign BTCUSDT SELL 0.011 | order_id)
	eth=$(foreign ETHUSDT BUY 0.12 | order_id)
	doge=$(foreign DOGEUSDT BUY 1000 | order_id)
	up userd
	await 10 stream_is_up
	await 5 is 'EXTERNAL|1|0.011' booked "$btc"
	await 5 is 'EXTERNAL|1|0.12' booked "$eth"
	await 5 is 'EXTERNAL|1|1000' booked "$doge"
	is "$BALANCES" balances
	agree_at_rest
}

@test "a close does not ask the exchange to reduce what a stranger has flattened" {
	buy "$ALPHA" 0.2 symbol=ETHUSDT | holds .success
	foreign ETHUSDT SELL "$(ctl position symbol=ETHUSDT | jq -r .qty)" >/dev/null
	await 5 positions_agree
	close_ "$ALPHA" symbol=ETHUSDT | holds '.success and
	    .trade.quantity == 0.2'
	agree_at_rest
}

@test "an order with our kind of name and nobody's prefix is EXTERNAL's" {
	local id
	id=$(place_directly PMSffffffffffff_MKT_0123456789ab BTCUSDT BUY 0.013 | order_id)
	await 5 is 'EXTERNAL|1|0.013' booked "$id"
	id=$(place_directly PMSffffffffffff_LMT_0123456789ab BTCUSDT BUY 0.014 59000 | order_id)
	fill BTCUSDT PMSffffffffffff_LMT_0123456789ab 0.014
	await 5 is 'EXTERNAL|1|0.014' booked "$id"
	is '' rc --scan --pattern 'pms:open_orders:*'
	is "$BALANCES" balances
	agree_at_rest
}

# ---- ours, though nobody knew -------------------------------------------------------

@test "an order with an account's name is that account's: it rests, fills, is cancelled" {
	local filled gone before
	before=$(adopted)
	filled=$(name_of "$ALPHA" LMT)
	gone=$(name_of "$ALPHA" LMT)
	place_directly "$filled" BTCUSDT BUY 0.02 59000 >/dev/null
	place_directly "$gone" BTCUSDT SELL 0.03 61000 >/dev/null
	is_adopted "$ALPHA" "$filled" '.quantity == 0.02 and .price == 59000 and .side == "BUY"'
	is_adopted "$ALPHA" "$gone" '.quantity == 0.03 and .price == 61000 and .side == "SELL"'
	await 3 eval "is $((before + 2)) adopted"
	await_event order_active ".clientOrderId == \"$filled\" and .origin == \"RECOVERED\""
	holds '.reserved == "1180"' reservation "$filled"
	fill BTCUSDT "$filled" 0.005
	await 5 is 0.005 quantity_of "$ALPHA"
	stands "$ALPHA" "$filled" '.filledQty == 0.005'
	fill BTCUSDT "$filled" 0.015
	await_event order_filled ".clientOrderId == \"$filled\" and .filledQty == 0.02"
	await 5 is_gone "$ALPHA" "$filled" FILLED
	fill BTCUSDT "$gone" 0.01
	await 5 is 0.01 quantity_of "$ALPHA"
	cancel "$gone" | holds '.success and .state == "cancelled" and .filledQty == 0.01'
	await 5 is_gone "$ALPHA" "$gone" CANCELLED
	agree_at_rest
}

@test "one that was filled at once, too; and of orders placed while all were down nothing is lost" {
	local market resting done_
	market=$(name_of "$BETA" MKT)
	place_directly "$market" BTCUSDT SELL 0.011 >/dev/null
	await 5 is 0.011 quantity_of "$BETA"
	await_event order_filled ".clientOrderId == \"$market\" and .subAccountId == \"$BETA\""
	resting=$(name_of "$BETA" LMT)
	done_=$(name_of "$ALPHA" LMT)
	kill9 userd
	kill9 orderd
	place_directly "$resting" BTCUSDT SELL 0.02 61000 >/dev/null
	place_directly "$done_" BTCUSDT BUY 0.03 59000 >/dev/null
	fill BTCUSDT "$done_" 0.03
	up orderd
	up userd
	await 10 stream_is_up
	is_adopted "$BETA" "$resting"
	await 5 is 0.03 quantity_of "$ALPHA"
	await 5 is_gone "$ALPHA" "$done_" FILLED
	fill BTCUSDT "$resting" 0.02
	await 5 is 0.031 quantity_of "$BETA"
	agree_at_rest
}

@test "all records of an order are lost: it is found where it stands, and reserved again" {
	local id
	id=$(rest "$ALPHA" BUY 0.02 59000)
	fill BTCUSDT "$id" 0.005
	await 5 is 0.005 quantity_of "$ALPHA"
	down orderd
	down riskd
	sql "delete from engine.events where stream = 'order/$id';
	    delete from pending_orders where id = '$id'"
	rc hdel pms:resv "$id" >/dev/null
	rc hdel "pms:open_orders:$ALPHA" "$id" >/dev/null
	up riskd
	up orderd
	is_adopted "$ALPHA" "$id" '.quantity == 0.02 and .price == 59000'
	await 10 row_holds "$ALPHA" "$id" '.filledQty == 0.005'
	is 0.005 quantity_of "$ALPHA"
	fill BTCUSDT "$id" 0.015
	await 5 is 0.02 quantity_of "$ALPHA"
	await 5 is_gone "$ALPHA" "$id" FILLED
	agree_at_rest
}

# ---- a stream with holes --------------------------------------------------------------

@test "executions the stream never told are found by an audit" {
	local part all
	part=$(rest "$ALPHA" BUY 0.02 59000)
	all=$(rest "$BETA" SELL 0.03 61000)
	ctl events lose=2 >/dev/null
	fill BTCUSDT "$part" 0.005
	fill BTCUSDT "$all" 0.03
	await 12 is 0.005 quantity_of "$ALPHA"
	await 12 is 0.03 quantity_of "$BETA"
	await 5 is_gone "$BETA" "$all" FILLED
	stands "$ALPHA" "$part" '.filledQty == 0.005'
	is 1 eval "types_of $all | grep -c order_filled"
	agree_at_rest
}

@test "of a foreign order the stream never told, too" {
	local id
	ctl events lose=2 >/dev/null
	id=$(foreign BTCUSDT BUY 0.019 | order_id)
	buy "$ALPHA" 0.01 | holds .success
	await 10 is 'EXTERNAL|1|0.019' booked "$id"
	agree_at_rest
}

@test "what should have been told long ago is counted as missed" {
	local id seen
	id=$(rest "$ALPHA" BUY 0.02 59000)
	seen=$(counter orderd missed)
	ctl events lose=1 >/dev/null
	ctl fail path=/fapi/v1/userTrades status=503 n=10 >/dev/null
	fill BTCUSDT "$id" 0.02
	await 20 is 0.02 quantity_of "$ALPHA"
	await 5 grows orderd missed "$seen"
	logged orderd "stream_missed clord_id=$id "
	agree_at_rest
}

# ---- far behind ---------------------------------------------------------------------------

@test "more than a thousand trades while userd is down are all booked" {
	local id
	id=$(rest "$ALPHA" BUY 0.05 2900 symbol=ETHUSDT)
	kill9 userd
	for _ in {1..22}; do
		ctl ladder symbol=ETHUSDT levels=50 qty=0.001 gap=0.01 >/dev/null
		foreign ETHUSDT SELL 0.05 >/dev/null
	done
	ctl ladder symbol=ETHUSDT levels=5 qty=10 gap=0.1 >/dev/null
	fill ETHUSDT "$id" 0.05
	[ "$(ctl ledger kind=executions | jq length)" -gt 1100 ]
	up userd
	await 15 stream_is_up
	await 10 is 0.05 quantity_of "$ALPHA"
	await_event order_filled ".clientOrderId == \"$id\""
	await 20 trades_agree
	agree_at_rest
}

@test "cursors follow, and never go back" {
	local trade seen
	trade=$(last_trade BTCUSDT)
	await 15 cursor_has BTCUSDT "$trade"
	await 15 cursor_has ETHUSDT "$(last_trade ETHUSDT)"
	buy "$ALPHA" 0.01 | holds .success
	seen=$(cursor BTCUSDT)
	kill9 orderd
	foreign BTCUSDT SELL 0.012 >/dev/null
	up orderd
	await 15 cursor_has BTCUSDT "$(last_trade BTCUSDT)"
	[ "$(cursor BTCUSDT)" -gt "$seen" ]
	is t sql "select since <= now() from engine.cursors where symbol = '*'"
	agree_at_rest
}
