# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
#
# demo.sh - a short story with real commands, told by deploy/stack demo, which
# sources this with the stack's env file and calls story().  Every step is what
# a gateway does: push a JSON object into a Redis list, read its one answer,
# listen to the events.

PMSCTL="$ROOT/build/bin/pmsctl -f $PMS_DIR/pmsd.conf"

heading()
{
	printf '\n\033[1m%s\033[0m\n' "$*"
}

exchange()	# VERB QUERY: the simulator's control port
{
	curl -sS --fail "$SIMEX_CONTROL/$1?$2"
}

# Says the command and its answer, fails when the answer is not the one of the story.
tell()	# success|refusal QUEUE FIELD=VALUE...
{
	want=$1 queue=$2
	shift 2
	echo "> LPUSH pms:cmd:$queue  $*"
	if answer=$($PMSCTL send -v "$queue" "$@" 2>"$PMS_DIR/told"); then got=success; else got=refusal; fi
	echo "$answer" | jq -c .
	[ "$got" = "$want" ] || { cat "$PMS_DIR/told" >&2; echo "demo: wanted a $want" >&2; return 1; }
	say_times
}

# When the request reached the exchange, on its clock, and when the answer was there.
say_times()
{
	pushed=$(sed -n 's/.*pushed at \([0-9]*\) us.*/\1/p' "$PMS_DIR/told")
	answered=$(sed -n 's/.*answered in \([0-9.]*\) ms.*/\1/p' "$PMS_DIR/told")
	id=$(echo "$answer" | jq -r '.clientOrderId // empty')
	wire=$([ -z "$id" ] || exchange ledger kind=requests |
	    jq -r --arg id "$id" --argjson pushed "$pushed" '
	        map(select(.body | contains($id)))[-1] | (.us - $pushed) / 1000')
	echo "  ${wire:+at the exchange after $wire ms, }answered after $answered ms"
}

position_of()	# SYMBOL, of alpha
{
	psql -X -q -A -t -c "select id from virtual_positions where status = 'OPEN'
	    and sub_account_id = '$ALPHA' and symbol like '${1%USDT}/%'"
}

await_filled()	# CLIENT-ORDER-ID QUANTITY
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		redis-cli -s "$PMS_REDIS_SOCKET" hget "pms:open_orders:$ALPHA" "$1" |
		    jq -e ".filledQty == $2" >/dev/null && return 0
		sleep 0.2
	done
	echo 'demo: the order has not been filled in part' >&2
	return 1
}

await_stop_to_fire()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -n "$(position_of BTCUSDT)" ] || return 0
		sleep 0.2
	done
	echo 'demo: the trailing stop has not closed the position' >&2
	return 1
}

story()
{
	redis-cli -s "$PMS_REDIS_SOCKET" psubscribe 'pms:events:*' >"$PMS_DIR/events" </dev/null &
	listener=$!

	heading 'Six daemons, one exchange account, two virtual accounts'
	$PMSCTL status
	exchange price 'symbol=BTCUSDT&price=61250' >/dev/null
	exchange price 'symbol=ETHUSDT&price=2600' >/dev/null

	heading 'A market order: judged, sent, filled, booked'
	tell success trade subAccountId="$ALPHA" symbol=BTC/USDT:USDT side=LONG quantity=0.02 leverage=10

	heading 'Would a larger one be allowed?'
	tell success validate subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=5 leverage=10

	heading 'No, and the refusal says why'
	tell refusal trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=5 leverage=10

	heading 'The other account takes the other side: the exchange sees the sum only'
	tell success trade subAccountId="$BETA" symbol=BTCUSDT side=SELL quantity=0.02 leverage=10
	exchange position symbol=BTCUSDT | jq -c .

	heading 'A limit order rests below the market, is filled in part, and is cancelled'
	tell success limit subAccountId="$ALPHA" symbol=ETHUSDT side=BUY quantity=0.5 price=2500 leverage=10
	resting=$(echo "$answer" | jq -r .clientOrderId)
	exchange fill "symbol=ETHUSDT&clientOrderId=$resting&qty=0.2" >/dev/null
	await_filled "$resting" 0.2
	$PMSCTL orders
	tell success cancel clientOrderId="$resting"
	$PMSCTL positions "$ALPHA"
	tell success close subAccountId="$ALPHA" symbol=ETHUSDT

	heading 'A trailing stop, 0.5 % below the best price; the price rises, then falls'
	tell success trail_stop subAccountId="$ALPHA" positionId="$(position_of BTCUSDT)" callbackPct=0.5
	exchange walk 'symbol=BTCUSDT&to=62500&steps=50&ms=10' >/dev/null
	sleep 1
	exchange walk 'symbol=BTCUSDT&to=62000&steps=50&ms=10' >/dev/null
	await_stop_to_fire

	heading 'What the other account still holds, and its end'
	$PMSCTL positions
	tell success close subAccountId="$BETA" symbol=BTCUSDT

	heading 'Every event on the way'
	kill "$listener"
	awk '$0 == "pmessage" { getline; getline; sub(/pms:events:/, ""); if ($0 != "user_stream") n[$0]++ }
	    END { for (e in n) printf "%6d %s\n", n[e], e | "sort -k2"; close("sort -k2") }' "$PMS_DIR/events"

	heading 'The books: balance = initial + everything in the log'
	psql -X -q -c "select a.name, a.initial_balance as initial, round(sum(l.change_amount)::numeric, 8) as booked,
	    round(a.current_balance::numeric, 8) as balance from sub_accounts a join balance_logs l on l.sub_account_id = a.id
	    group by a.id order by a.name"
}
