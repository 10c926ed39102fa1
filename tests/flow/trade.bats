#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Market orders and closes: what the caller is answered, what is published, what
# the views and the database hold, and that the exchange has the same.

load lib

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup()
{
	quiet_market
	close_everything
	events_start
	BALANCE=$(balance "$ALPHA")
	ASKED=$(requests | wc -l)
}

teardown() { events_stop; }

# ---- words ---------------------------------------------------------------------

balance() { sql "select current_balance from sub_accounts where id = '$1'"; }

requests()	# what the exchange was sent, one JSON a line
{
	ctl ledger kind=requests | jq -c '.[] | select(.method == "POST")'
}

sent()	# JQ-PATH, of the requests since the test began
{
	requests | tail -n "+$((ASKED + 1))" | jq -r "$1"
}

close_()	# ACCOUNT KEY=VALUE... -> the result
{
	cmd close "$(json subAccountId="$1" "${@:2}")"
}

changed_by()	# AMOUNT: alpha's balance since the test began
{
	jq -ne --argjson is "$(balance "$ALPHA")" --argjson was "$BALANCE" --argjson by "$1" \
	    '$is - $was - $by | fabs < 1e-9' >/dev/null ||
	    { echo "balance $BALANCE -> $(balance "$ALPHA"), not by $1" >&2; return 1; }
}

# Rows of one order, as the database has them.
rows()	# "COLUMNS" TABLE CLIENT-ORDER-ID
{
	local by=client_order_id
	[ "$2" != engine.executions ] || by=clord_id
	sql "select $1 from $2 where $by = '$3'" | sort
}

prefix_of() { printf '%s' "$1" | sha256sum | cut -c 1-12; }

no_reservation() { is 0 rc hlen pms:resv; }

at_rest()
{
	close_everything
	books_agree
}

count() { awk -v RS='[ \n]+' -v word="$1" '$0 == word { n++ } END { print n + 0 }'; }	# WORD

# ---- one order -------------------------------------------------------------------

@test "a market buy: the answer has position and trade" {
	local got
	got=$(trade "$ALPHA" BUY 0.01)
	holds '.success and .state == "filled" and .symbol == "BTCUSDT"' <<<"$got"
	holds ".clientOrderId | test(\"^PMS$(prefix_of "$ALPHA")_MKT_[0-9a-f]{12}$\")" <<<"$got"
	holds '.orderId | test("^[0-9]+$")' <<<"$got"
	holds '.position | .side == "LONG" and .quantity == 0.01 and .entryPrice == 60000.1 and
	    .notional == 600.001 and .margin == 60.0001 and .leverage == 10' <<<"$got"
	holds '.trade | .price == 60000.1 and .quantity == 0.01 and .notional == 600.001 and
	    .fee == 0.3000005 and .realizedPnl == 0' <<<"$got"
	no_reservation
	at_rest
}

@test "its events come in order, with the account inside" {
	local got id
	got=$(trade "$ALPHA" BUY 0.01)
	id=$(field .clientOrderId <<<"$got")
	await_event order_filled ".clientOrderId == \"$id\""
	is 'position_updated order_filled' event_types
	holds ".subAccountId == \"$ALPHA\" and .type == \"position_updated\" and .symbol == \"BTCUSDT\" and
	    .positionId == \"$(field .position.id <<<"$got")\" and .side == \"LONG\" and
	    .quantity == 0.01 and .entryPrice == 60000.1 and .leverage == 10 and .margin == 60.0001 and
	    (.liquidationPrice | type == \"number\")" events_get position_updated
	holds ".subAccountId == \"$ALPHA\" and .state == \"filled\" and .price == 60000.1 and
	    .avgFillPrice == 60000.1 and .filledQty == 0.01 and .quantity == 0.01 and
	    .side == \"BUY\" and .orderType == \"MARKET\" and .origin == \"MANUAL\" and
	    (.exchangeOrderId | test(\"^[0-9]+$\"))" events_get order_filled
	holds '.account | .positions[0].quantity == 0.01 and (.balance | type == "number") and
	    .rules.maxLeverage == 100' events_get order_filled
	holds '.availableMargin and .balance and .marginUsed == 6.00001 and
	    .update.marginUsed == 6.00001' events_get margin_update
	at_rest
}

@test "riskd's view has it" {
	trade "$ALPHA" BUY 0.01 >/dev/null
	price BTCUSDT 60100
	await 5 holds ".equity == .balance + 0.999 and .marginUsed == 6.00001 and
	    (.availableMargin - .equity + .marginUsed | fabs) < 1e-6 and
	    (.timestamp | type == \"number\") and .positionCount == 1" rc get "pms:risk:$ALPHA"
	holds '.positions[0] | .symbol == "BTCUSDT" and .side == "LONG" and .quantity == 0.01 and
	    .entryPrice == 60000.1 and .markPrice == 60100 and .unrealizedPnl == 0.999 and
	    .pnlPercent == 1.66499723 and .openedAt > 1600000000000' rc get "pms:risk:$ALPHA"
	at_rest
}

@test "the database has it, in the gateway's tables and in the engine's" {
	local got id pos order
	got=$(trade "$ALPHA" LONG 0.01)
	id=$(field .clientOrderId <<<"$got")
	pos=$(field .position.id <<<"$got")
	order=$(field .orderId <<<"$got")
	is "BTC/USDT:USDT|LONG|60000.1|0.01|600.001|10|60.0001|OPEN" sql "select symbol, side,
	    entry_price, quantity, notional, leverage, margin, status from virtual_positions
	    where id = '$pos'"
	is "$pos|$order|BTC/USDT:USDT|BUY|MARKET|60000.1|0.01|600.001|0.3000005||OPEN|MANUAL|FILLED" \
	    rows "position_id, exchange_order_id, symbol, side, type, price, quantity, notional, fee,
	    realized_pnl, action, origin_type, status" trade_executions "$id"
	is "BTC/USDT:USDT|LONG|MARKET|0.01|10|$order|MANUAL|FILLED|t" \
	    rows "symbol, side, type, quantity, leverage, exchange_order_id, origin, status,
	    filled_at is not null" pending_orders "$id"
	is "BTCUSDT|$order|$ALPHA|BUY|0.01|60000.1|0.3000005|USDT|f|0" \
	    rows "symbol, exchange_order_id, sub_account_id, side, qty, px, fee, fee_asset, maker,
	    realized_pnl" engine.executions "$id"
	is "-0.3000005|FEE:BTCUSDT:LONG|t" sql "select change_amount, reason,
	    abs(balance_after - balance_before - change_amount) < 1e-9 from balance_logs
	    where trade_id = (select id from trade_executions where client_order_id = '$id')"
	is "1|placed 2|execution" eval "sql \"select version, type from engine.events
	    where stream = 'order/$id' order by version\" | paste -sd' '"
	is 1 sql "select count(*) from engine.events where stream = 'account/$ALPHA'
	    and type = 'execution' and data->>'clientOrderId' = '$id'"
	changed_by -0.3000005
	at_rest
}

@test "three partial fills: three executions, two order_partial, one order_filled" {
	local got id
	ctl ladder symbol=BTCUSDT levels=5 qty=0.004 gap=10 >/dev/null
	got=$(trade "$ALPHA" BUY 0.011)
	id=$(field .clientOrderId <<<"$got")
	holds '.trade | .quantity == 0.011 and .notional == 660.1011 and .price == 60009.19090909 and
	    .fee == 0.33005055' <<<"$got"
	holds '.position.entryPrice == 60009.19090909' <<<"$got"
	await_event order_filled
	is 2 count order_partial <<<"$(event_types)"
	is 1 count order_filled <<<"$(event_types)"
	is '0.004 0.008' eval "events_get order_partial | jq .filledQty | paste -sd' '"
	holds '.filledQty == 0.011 and .avgFillPrice == 60009.19090909 and .lastFillQty == 0.003 and
	    .lastFillPrice == 60020.1' events_get order_filled
	is "60000.1|0.004 60010.1|0.004 60020.1|0.003" \
	    eval "rows 'px, qty' engine.executions $id | paste -sd' '"
	is "ADD|0.003 ADD|0.004 OPEN|0.004" \
	    eval "rows 'action, quantity' trade_executions $id | paste -sd' '"
	no_reservation
	at_rest
}

# ---- positions --------------------------------------------------------------------

@test "a second buy adds to the position, at the average entry" {
	local first second
	first=$(trade "$ALPHA" BUY 0.01)
	price BTCUSDT 61000
	second=$(trade "$ALPHA" BUY 0.02 leverage=5)
	holds ".position | .id == \"$(field .position.id <<<"$first")\" and .quantity == 0.03 and
	    .notional == 1820.003 and .entryPrice == 60666.76666667 and .leverage == 10" <<<"$second"
	holds '.trade | .price == 61000.1 and .quantity == 0.02' <<<"$second"
	is 1 sql "select count(*) from virtual_positions where status = 'OPEN'"
	is ADD rows action trade_executions "$(field .clientOrderId <<<"$second")"
	at_rest
}

@test "a short bigger than the long: one position, the profit booked, fees once" {
	local opened got id
	opened=$(trade "$ALPHA" BUY 0.01 | field .position.id)
	await_event order_filled
	price BTCUSDT 61000
	got=$(trade "$ALPHA" SHORT 0.03)
	id=$(field .clientOrderId <<<"$got")
	holds '.trade | .realizedPnl == 9.998 and .fee == 0.9149985 and .quantity == 0.03' <<<"$got"
	holds ".position | .side == \"SHORT\" and .quantity == 0.02 and .entryPrice == 60999.9 and
	    .id != \"$opened\"" <<<"$got"
	is 1 sql "select count(*) from virtual_positions where status = 'OPEN'"
	is 'CLOSED|9.998|t' sql "select status, realized_pnl, closed_at is not null
	    from virtual_positions where id = '$opened'"
	is 'CLOSE|0.01|9.998|0.3049995 OPEN|0.02||0.609999' \
	    eval "rows 'action, quantity, realized_pnl, fee' trade_executions $id | paste -sd' '"
	is '9.6930005|CLOSE:BTCUSDT:LONG -0.609999|FEE:BTCUSDT:SHORT' eval "sql \"
	    select round(change_amount::numeric, 8), reason from balance_logs where trade_id in
	    (select id from trade_executions where client_order_id = '$id')
	    order by change_amount desc\" | sed 's/\.\([0-9]*[1-9]\)0*|/.\1|/' | paste -sd' '"
	changed_by 8.783001
	await_event order_filled '.side == "SELL"'
	is 'position_updated order_filled position_closed position_updated order_filled' event_types
	holds ".positionId == \"$opened\" and .realizedPnl == 9.998 and .closePrice == 60999.9 and
	    .side == \"LONG\"" events_get position_closed
	at_rest
}

@test "two accounts on opposite sides both close, though the exchange holds nothing" {
	trade "$ALPHA" BUY 0.02 | holds .success
	trade "$BETA" SELL 0.02 | holds .success
	is 0 eval 'ctl position symbol=BTCUSDT | jq -r ".qty | tonumber"'
	is 2 sql "select count(*) from virtual_positions where status = 'OPEN'"
	positions_agree
	close_ "$ALPHA" symbol=BTC/USDT:USDT | holds '.success and .state == "filled" and
	    .trade.quantity == 0.02 and (.trade.realizedPnl | type == "number")'
	close_ "$BETA" symbol=BTCUSDT | holds '.success and .trade.quantity == 0.02'
	is 0 sql "select count(*) from virtual_positions where status = 'OPEN'"
	# Reduce-only is refused where the net holds nothing to reduce.
	is false eval "sent '.body | test(\"reduceOnly=true\")' | sed -n 3p"
	books_agree
}

# ---- closing ------------------------------------------------------------------------

@test "a part of a position is closed" {
	local id
	id=$(trade "$ALPHA" BUY 0.01 | field .position.id)
	price BTCUSDT 60500
	close_ "$ALPHA" positionId="$id" side=SELL quantity=0.004 |
	    holds '.success and .trade.quantity == 0.004 and .trade.realizedPnl == 1.9992 and
	    .position.quantity == 0.006 and .position.entryPrice == 60000.1'
	await_event position_reduced ".positionId == \"$id\" and .closedQty == 0.004 and
	    .remainingQty == 0.006 and .realizedPnl == 1.9992"
	await_event position_updated ".positionId == \"$id\" and .quantity == 0.006"
	is 'OPEN|0.006|360.0006' sql "select status, quantity, notional from virtual_positions
	    where id = '$id'"
	at_rest
}

@test "a position is closed by its id, or by its symbol in either spelling" {
	local by id
	for by in id BTC/USDT:USDT BTCUSDT; do
		id=$(trade "$ALPHA" BUY 0.01 | field .position.id)
		if [ $by = id ]; then by=positionId=$id; else by=symbol=$by; fi
		close_ "$ALPHA" "$by" | holds '.success and .trade.quantity == 0.01'
		is CLOSED sql "select status from virtual_positions where id = '$id'"
		await_event position_closed ".positionId == \"$id\""
	done
	books_agree
}

@test "what cannot be closed is told so" {
	local id
	close_ "$ALPHA" symbol=BTCUSDT | holds '.success == false and
	    .errorCode == "POSITION_NOT_FOUND" and .errorCategory == "VALIDATION"'
	id=$(trade "$ALPHA" BUY 0.01 | field .position.id)
	close_ "$ALPHA" positionId="$id" side=BUY | holds '.errorCode == "POSITION_SIDE_MISMATCH"'
	close_ "$BETA" positionId="$id" | holds '.errorCode == "POSITION_NOT_FOUND"'
	at_rest
}

@test "two closes of one position at once: one order" {
	local id
	id=$(trade "$ALPHA" BUY 0.01 | field .position.id)
	rc lpush pms:cmd:close "$(json requestId=twin1 subAccountId="$ALPHA" positionId="$id")" \
	    "$(json requestId=twin2 subAccountId="$ALPHA" positionId="$id")" >/dev/null
	await_answer twin1 | holds .success
	await_answer twin2 |
	    holds '.errorCode == "CLOSE_IN_FLIGHT" or .errorCode == "POSITION_NOT_FOUND"'
	is 2 eval 'sent .clientOrderId | grep -c PMS'
	books_agree
}

# ---- refusals -----------------------------------------------------------------------

@test "a trade beyond the account's limits is refused with all findings" {
	local got asked
	asked=$(json subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=17 leverage=120)
	got=$(cmd trade "$asked")
	holds '.success == false and .errorCode == "MAX_LEVERAGE_EXCEEDED" and
	    .errorCategory == "RISK" and .retryable == false and (.error | length > 0)' <<<"$got"
	holds '.details == {check: "leverage", value: 120, limit: 100}' <<<"$got"
	holds '[.errors[] | sub(":.*"; "")] == ["MAX_LEVERAGE", "MAX_NOTIONAL", "MAX_EXPOSURE",
	    "INSUFFICIENT_MARGIN", "MARGIN_RATIO_EXCEEDED"]' <<<"$got"
	holds '.errors[0:3] == ["MAX_LEVERAGE:120>100", "MAX_NOTIONAL:1020000.00>50000",
	    "MAX_EXPOSURE:1020000.00>200000"]' <<<"$got"
	holds '.success and .valid == false and (.errors | length) == 5 and
	    .computed_values.notional == 1020000 and .computedValues.notional == 1020000' \
	    cmd validate "$asked"
	is '' sent .clientOrderId
	is '' event_types
	no_reservation
	books_agree
}

# CODE of the exchange, what it says, what the caller is told
refusals()
{
	cat <<-'END'
	-1111|Precision is over the maximum defined for this asset.|EXCHANGE_PRECISION
	-1116|Invalid orderType.|EXCHANGE_INVALID_ORDER
	-2019|Margin is insufficient.|EXCHANGE_MARGIN_INSUFFICIENT
	-2022|ReduceOnly Order is rejected.|EXCHANGE_REJECTED
	-4003|Quantity less than or equal to zero.|EXCHANGE_QTY_TOO_SMALL
	-4131|The counterparty's best price does not meet the PERCENT_PRICE filter limit.|EXCHANGE_REJECTED
	-4164|Order's notional must be no smaller than 50 (unless you choose reduce only).|EXCHANGE_MIN_NOTIONAL
	-9999|A code nobody knows.|EXCHANGE_REJECTED
	END
}

@test "a refusal of the exchange comes back as its code, and holds nothing" {
	local number text code got id
	while IFS='|' read -r number text code; do
		fault fail status=400 code="$number" msg="$text"
		got=$(trade "$ALPHA" BUY 0.01)
		holds ".success == false and .errorCode == \"$code\" and
		    .errorCategory == \"EXCHANGE\" and .retryable == false and (.error | length > 0) and
		    .details.exchangeCode == $number" <<<"$got"
		id=$(field .details.clientOrderId <<<"$got")
		await_event order_failed ".clientOrderId == \"$id\" and .subAccountId == \"$ALPHA\" and
		    .state == \"failed\" and .errorCode == \"$code\" and (.error | length > 0) and
		    .side == \"BUY\" and .symbol == \"BTCUSDT\""
		is CANCELLED rows status pending_orders "$id"
		no_reservation
	done < <(refusals)
	changed_by 0
	is 0 count order_filled <<<"$(event_types)"
	trade "$ALPHA" BUY 0.01 | holds .success
	at_rest
}

# The gateway closes a position row by itself when it reads one of these.
@test "no error text holds the words on which the gateway acts" {
	fault fail status=400 code=-2022 msg='ReduceOnly Order is rejected.'
	trade "$ALPHA" BUY 0.01 | holds '.error | ascii_downcase |
	    test("reduceonly|reduce only|no position found|close order failed") | not'
	books_agree
}
