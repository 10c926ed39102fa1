# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# lib.bash - what the flow tests say.  One stack per bats file:
#
#	load lib
#	setup_file() { stack_up; }
#	teardown_file() { stack_down; }
#	@test "a market order is filled and booked" {
#		run cmd trade '{"subAccountId":"'$ALPHA'","symbol":"BTCUSDT","side":"BUY","quantity":0.01}'
#		is true field .success <<<"$output"
#		books_agree
#	}
#
# Nothing here sleeps for a time: await polls a fact until its deadline.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
STACK=$REPO/deploy/stack
DAEMONS='feedd userd riskd orderd algod cmdd'

# ---- the stack ----------------------------------------------------------------

# The binaries with crash points, where they are built; a market that moves
# only when the test moves it.  What the test file exported before wins.
stack_up()
{
	local built=$REPO/build/test/bin
	[ ! -x "$built/cmdd" ] || export PMS_BIN=${PMS_BIN:-$built}
	PMS_DIR=$(mktemp -d /tmp/pmsd-flow.XXXXXX)
	export PMS_DIR
	export PMS_SIMEX_ARGS="${PMS_SIMEX_ARGS---still --funding-hours 0 -s 1} --ledger $PMS_DIR/exchange.ledger"
	"$STACK" start "$PMS_DIR" >/dev/null 3>&- || return 1
	# shellcheck source=/dev/null
	. "$PMS_DIR/env"
}

stack_down()
{
	local rc=0
	[ -n "${PMS_DIR:-}" ] || return 0
	events_stop
	down simex || :
	ledger_holds || rc=1
	"$STACK" stop "$PMS_DIR" 3>&-
	return "$rc"
}

# Whatever the tests of a file did: the exchange's own books were right, and the
# same run again is the same.
ledger_holds()
{
	local simex ledger=$PMS_DIR/exchange.ledger
	[ -s "$ledger" ] || return 0
	simex=$(cd "$REPO" && realpath "${PMS_BIN:-build/bin}/simex")
	"$simex" --audit "$ledger" >"$PMS_DIR/audit" || { cat "$PMS_DIR/audit" >&2; return 1; }
	"$simex" --rerun "$ledger" | cmp - "$ledger" >&2
}

kill9() { "$STACK" kill "$1"; }		# NAME, as a crash would
down() { "$STACK" down "$1"; }		# NAME, asked to stop
up() { "$STACK" up "$1" 3>&-; }		# NAME; CRASH_AT=point up NAME arms a crash point
second() { "$STACK" second "$1" 3>&-; }	# NAME; the instance is called NAME.2
freeze() { "$STACK" freeze "$1"; }	# NAME, as a paused machine would
thaw() { "$STACK" thaw "$1"; }
is_frozen() { "$STACK" status | grep -q "^$1  *frozen$"; }
ready() { [ -s "$PMS_DIR/$1.ready" ] && is_up "$1"; }
is_up() { "$STACK" status | grep -q "^$1  *up$"; }
is_over() { [ -e "$PMS_DIR/$1.status" ]; }
exit_status() { cat "$PMS_DIR/$1.status"; }	# NAME, of its last run
pid() { cut -d' ' -f1 "$PMS_DIR/$1.pid"; }

# ---- words to the servers -----------------------------------------------------

rc() { redis-cli -s "$PMS_REDIS_SOCKET" "$@"; }
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$1"; }
field() { jq -r "$1"; }			# JQ-PATH, of the JSON on stdin
uuid() { cat /proc/sys/kernel/random/uuid; }

# The control port of the exchange: ctl price symbol=BTCUSDT price=60000
ctl()	# VERB KEY=VALUE...
{
	local verb=$1 pair args=()
	shift
	for pair in "$@"; do
		args+=(--data-urlencode "$pair")
	done
	curl -sS --fail-with-body --max-time 5 --get "${args[@]}" "$SIMEX_CONTROL/$verb"
}

price() { ctl price symbol="$1" price="$2" >/dev/null; }	# SYMBOL VALUE

# Prices are where a test begins; whoever judges by them has heard so.
quiet_market()
{
	ctl clear >/dev/null
	ctl ladder symbol=BTCUSDT levels=20 qty=1.5 gap=0.1 >/dev/null
	price BTCUSDT 60000
	price ETHUSDT 3000
	await 5 holds '.mid == 60000 and .mark == 60000' rc get pms:price:BTCUSDT
	await 5 holds '.mid == 3000 and .mark == 3000' rc get pms:price:ETHUSDT
}

# The next n requests for an order meet this: fault drop, fault fail status=400 code=-2019
fault()	# VERB KEY=VALUE...
{
	ctl "$1" path=/fapi/v1/order method=POST "${@:2}" >/dev/null
}

# A row of the catalogue of faults, by its name: row X3 n=2
row()	# NAME [KEY=VALUE...]
{
	ctl fault row="$1" "${@:2}" >/dev/null
}

# ---- JSON ---------------------------------------------------------------------

# A value that reads as JSON is that; what does not is text: json side=BUY quantity=0.01
json()	# KEY=VALUE... -> an object
{
	jq -nc '[$ARGS.positional[] | capture("^(?<key>[^=]+)=(?<text>.*)$"; "s") |
	    .text as $text | {(.key): (try ($text | fromjson) catch $text)}] | add // {}' --args "$@"
}

# The JSON that the command prints; without a command, of standard input.
holds()	# JQ-CONDITION [COMMAND...]
{
	local want=$1 text
	shift
	if [ $# = 0 ]; then text=$(cat); else text=$("$@"); fi
	jq -e "$want" <<<"$text" >/dev/null || { echo "not so: $want, in: $text" >&2; return 1; }
}

# ---- commands -----------------------------------------------------------------

push()	# QUEUE JSON
{
	rc -e lpush "pms:cmd:$1" "$2" >/dev/null
}

answer()	# REQUEST-ID -> its result, when there is one
{
	local text
	text=$(rc get "pms:result:$1")
	[ -n "$text" ] && printf '%s\n' "$text"
}

await_answer()	# REQUEST-ID [SECONDS]
{
	await "${2:-6}" answer "$1" && answer "$1"
}

# As the gateway does it: with a requestId of its own, unless the JSON has one.
cmd()	# QUEUE JSON [SECONDS] -> the result
{
	local id json
	json=$(jq -c --arg id "$(uuid)" '{requestId: $id} + .' <<<"$2") || return 1
	id=$(jq -r .requestId <<<"$json")
	push "$1" "$json"
	await_answer "$id" "${3:-6}"
}

# KEY=VALUE beside these replace and add: trade "$ALPHA" BUY 0.01 leverage=20
trade()	# ACCOUNT SIDE QUANTITY [KEY=VALUE...] -> the result
{
	cmd trade "$(order "$@")"
}

order()	# the same -> the command
{
	json subAccountId="$1" symbol=BTCUSDT side="$2" quantity="$3" leverage=10 "${@:4}"
}

close_everything()
{
	local account symbol
	sql "select sub_account_id, symbol from virtual_positions where status = 'OPEN'" |
	    while IFS='|' read -r account symbol; do
		cmd close "$(json subAccountId="$account" symbol="$symbol")" |
		    holds .success || return 1
	    done
}

# ---- waiting ------------------------------------------------------------------

now_us()
{
	echo "${EPOCHREALTIME//[!0-9]/}"
}

# The condition is run again and again: give a command, not its outcome.
await()	# SECONDS COMMAND...
{
	local end=$(($(now_us) + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$(now_us)" -gt "$end" ]; then
			echo "awaited in vain: $*" >&2
			show_logs
			return 1
		fi
		sleep 0.02
	done
}

# ---- load ------------------------------------------------------------------------

# In the background, again and again until load_end; what fails in it is not its matter.
load_run()	# COMMAND...
{
	rm -f "$BATS_TEST_TMPDIR/enough"
	(
		until [ -e "$BATS_TEST_TMPDIR/enough" ]; do
			"$@" || :
		done
	) >/dev/null 2>&1 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/load"
}

load_enough() { touch "$BATS_TEST_TMPDIR/enough"; }

load_end()
{
	load_enough
	tail --pid="$(cat "$BATS_TEST_TMPDIR/load")" -f /dev/null
}

is()	# WANTED COMMAND...: await 5 is 0 rc llen pms:q:risk
{
	local want=$1 got
	shift
	got=$("$@")
	[ "$got" = "$want" ] || { echo "wanted '$want', got '$got': $*" >&2; return 1; }
}

logged()	# NAME REGEX
{
	grep -qE -- "$2" "$PMS_DIR/$1.log"
}

await_log()	# NAME REGEX [SECONDS]
{
	await "${3:-5}" logged "$1" "$2"
}

show_logs()
{
	local name
	for name in $DAEMONS simex; do
		[ ! -e "$PMS_DIR/$name.2.log" ] || { echo "--- $name.2" && tail -n 8 "$PMS_DIR/$name.2.log"; }
		echo "--- $name" && tail -n 8 "$PMS_DIR/$name.log"
	done >&2 2>/dev/null
}

# ---- events -------------------------------------------------------------------

events_start()
{
	: >"$PMS_DIR/events"
	# Not through rc: the pid must be redis-cli's own.
	redis-cli -s "$PMS_REDIS_SOCKET" psubscribe 'pms:events:*' >"$PMS_DIR/events" 2>&1 \
	    </dev/null 3>&- &
	echo $! >"$PMS_DIR/events.pid"
	await 5 grep -q '^psubscribe' "$PMS_DIR/events"
}

events_stop()
{
	[ -e "$PMS_DIR/events.pid" ] || return 0
	kill "$(cat "$PMS_DIR/events.pid")" 2>/dev/null || :
	rm -f "$PMS_DIR/events.pid"
}

# redis-cli writes four lines for each: "pmessage", pattern, channel, text.
events_get()	# TYPE -> its events, one JSON a line
{
	awk -v want="pms:events:$1" '
	    $0 == "pmessage" { getline; getline channel; getline; if (channel == want) print }
	' "$PMS_DIR/events"
}

has_event()	# TYPE [JQ-CONDITION]
{
	events_get "$1" | jq -e -s "any(.[]; ${2:-true})"
}

# What was published of orders and positions, in order.
event_types()	# -> their types, in one line
{
	awk '$0 == "pmessage" { getline; getline channel; getline
	    sub(/.*:/, "", channel); if (channel ~ /^(order|position)_/) print channel }' \
	    "$PMS_DIR/events" | paste -sd' '
}

await_event()	# TYPE [JQ-CONDITION] [SECONDS]
{
	await "${3:-5}" has_event "$1" "${2:-true}"
}

# ---- do the books agree? ------------------------------------------------------

# At rest: no order works, no command waits.  Each check says what differs.
books_agree()
{
	local check
	for check in nothing_waits positions_agree balances_agree no_id_twice executions_agree; do
		await 5 "$check" || { "$check" || :; return 1; }
	done
}

nothing_waits()
{
	is 0 rc hlen pms:resv && is 0 rc zcard pms:open && is 0 rc llen pms:dead &&
	    is '' rc --scan --pattern 'pms:work:*' && is '' rc --scan --pattern 'pms:q:*'
}

# Rows "name value"; a row of zero says as much as none.
rounded()
{
	awk '{ v = sprintf("%.8f", $2); if (v + 0 != 0) print $1, v }' <<<"$1" | sort
}

same()	# WHAT OURS THEIRS
{
	diff -u --label "$1: ours" --label "the exchange's" <(rounded "$2") <(rounded "$3") >&2
}

# What belongs to no account is a part of the exchange's position, too.
virtual_positions()
{
	sql "select symbol || ' ' || sum(quantity) from (
	         select replace(replace(symbol, '/', ''), ':USDT', '') as symbol,
	             (case side when 'LONG' then quantity else -quantity end)::numeric as quantity
	         from virtual_positions where status = 'OPEN'
	     union all
	         select symbol, case side when 'BUY' then qty else -qty end
	         from engine.executions where sub_account_id = 'EXTERNAL') as p
	     group by symbol"
}

exchange_symbols()
{
	ctl status | jq -r '.symbols | keys[]'
}

exchange_positions()
{
	local symbol
	for symbol in $(exchange_symbols); do
		ctl position symbol="$symbol" | jq -r '"\(.symbol) \(.qty)"'
	done
}

positions_agree()
{
	same positions "$(virtual_positions)" "$(exchange_positions)"
}

balances_agree()
{
	is '' sql "select a.name, a.current_balance, a.initial_balance + coalesce(sum(l.change_amount), 0)
	    from sub_accounts a left join balance_logs l on l.sub_account_id = a.id
	    group by a.id
	    having abs(a.current_balance - a.initial_balance - coalesce(sum(l.change_amount), 0)) > 1e-9"
}

# A batch has several in one body.
ids_sent()
{
	ctl ledger kind=requests | jq -r '.[] | select(.method == "POST") | .body |
	    scan("PMS[0-9a-f]{12}_[A-Z]{3}_[0-9a-f]{12}")'
}

ids_sent_twice()
{
	ids_sent | sort | uniq -d
}

no_id_twice()
{
	is '' ids_sent_twice
}

booked_executions()
{
	sql "select symbol || '/' || clord_id || ' ' || sum(qty)
	     from engine.executions where clord_id like 'PMS%' group by symbol, clord_id"
}

exchange_executions()
{
	ctl ledger kind=executions | jq -r '
	    map(select(.clientOrderId | startswith("PMS"))) | group_by([.symbol, .clientOrderId])[] |
	    "\(.[0].symbol)/\(.[0].clientOrderId) \(map(.qty | tonumber) | add)"'
}

executions_agree()
{
	same 'executed quantity of each order' "$(booked_executions)" "$(exchange_executions)"
}

# ---- what rests ---------------------------------------------------------------

# Ours at the exchange, oldest first.
exchange_open()
{
	ctl ledger kind=orders | jq -r '.[] | select(.clientOrderId | startswith("PMS")) |
	    select(.status == "NEW" or .status == "PARTIALLY_FILLED") | .clientOrderId'
}

# Its rows, as the gateway reads them, with what is filled of each.
shown_open()
{
	local key
	for key in $(rc --scan --pattern 'pms:open_orders:*'); do
		rc hvals "$key" | jq -r '"\(.clientOrderId) \(.filledQty + 1)"'
	done
}

exchange_open_filled()
{
	ctl ledger kind=orders | jq -r '.[] | select(.clientOrderId | startswith("PMS")) |
	    select(.status == "NEW" or .status == "PARTIALLY_FILLED") |
	    "\(.clientOrderId) \((.executedQty | tonumber) + 1)"'
}

nothing_rests() { is '' exchange_open && is '' shown_open; }
open_orders_agree() { same 'filled quantity of what rests' "$(shown_open)" "$(exchange_open_filled)"; }
