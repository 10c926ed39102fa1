#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What the exchange does to the account by itself: it liquidates, deleverages,
# settles a contract.  No order of ours did it; all of it is booked, once.

load lib
load answers
load resting

setup_file()
{
	export PMS_SIMEX_ARGS='--still --funding-hours 0 -s 1 --weight-limit 90000'
	stack_up
}

teardown_file() { stack_down; }

# SYMBOL SIDE QUANTITY
foreign() { ctl foreign symbol="$1" side="$2" qty="$3" >/dev/null; }
last_order() { ctl ledger kind=executions | jq '.[-1].orderId'; }
# Of one order: whose, how often, how much.
booked() { sql "select sub_account_id, count(*), sum(qty)::float8 from engine.executions
    where exchange_order_id = $1 group by 1"; }

trades_agree()
{
	same executions \
	    "$(sql "select symbol || '/' || trade_id || ' ' || qty * px from engine.executions")" \
	    "$(ctl ledger kind=executions | jq -r '.[] | "\(.symbol)/\(.tradeId) \(.qty * .price)"')"
}

@test "a deleveraging, which begins with an execution of nothing, is booked" {
	foreign BTCUSDT BUY 0.1
	ctl adl symbol=BTCUSDT qty=0.04 | holds '.code == 200'
	await 10 is 'EXTERNAL|1|0.04' booked "$(last_order)"
	await 10 trades_agree
}

@test "a liquidation: what the market takes and what the fund takes over" {
	ctl ladder symbol=BTCUSDT levels=2 qty=0.02 >/dev/null
	ctl transfer asset=USDT amount=-999900 | holds '.code == 200'
	ctl price symbol=BTCUSDT price=59000 >/dev/null
	ctl account | holds '.balance == "0"'
	ctl position symbol=BTCUSDT | holds '.qty == "0"'
	await 10 trades_agree
}

@test "a settlement at the end of a contract" {
	ctl transfer asset=USDT amount=10000 | holds '.code == 200'
	foreign DOGEUSDT SELL 500
	ctl settle symbol=DOGEUSDT price=0.19 | holds '.code == 200'
	await 10 is 'EXTERNAL|1|500' booked "$(last_order)"
	await 10 trades_agree
}
