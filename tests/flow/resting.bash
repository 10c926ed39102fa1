# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# resting.bash - orders that rest: how they are placed and cancelled, what shows
# them, and what tells of them.  Words that are used a hundred times do without jq.

# ---- commands -----------------------------------------------------------------

# As json and cmd, without a process for each: what stands in quotes here needs no escape.
plain()	# KEY=VALUE... -> an object; of two with one key the later
{
	local -A values=()
	local pair key text=
	for pair in "$@"; do
		values[${pair%%=*}]=${pair#*=}
	done
	for key in "${!values[@]}"; do
		case ${values[$key]} in
		true | false | null) text+=,\"$key\":${values[$key]} ;;
		'' | *[!0-9.]*) text+=,\"$key\":\"${values[$key]}\" ;;
		*) text+=,\"$key\":${values[$key]} ;;
		esac
	done
	printf '{%s}\n' "${text#,}"
}

give()	# QUEUE KEY=VALUE... -> the result
{
	local id
	read -r id </proc/sys/kernel/random/uuid
	push "$1" "$(plain requestId="$id" "${@:2}")"
	await_answer "$id"
}

# limit "$ALPHA" BUY 0.01 59000 reduceOnly=true
limit()	# ACCOUNT SIDE QUANTITY PRICE [KEY=VALUE...] -> the result
{
	give limit subAccountId="$1" symbol=BTCUSDT side="$2" quantity="$3" price="$4" \
	    leverage=10 "${@:5}"
}

cancel() { give cancel clientOrderId="$1"; }			# ID
cancel_all() { give cancel_all subAccountId="$1" "${@:2}"; }	# ACCOUNT [symbol=SYMBOL]

# ACCOUNT QUANTITY [KEY=VALUE...]; ACCOUNT [KEY=VALUE...]
buy() { give trade subAccountId="$1" symbol=BTCUSDT side=BUY quantity="$2" leverage=10 "${@:3}"; }
close_() { give close subAccountId="$1" symbol=BTCUSDT "${@:2}"; }

# A limit order that rests: its id.  One that does not fails the test.
rest()	# ACCOUNT SIDE QUANTITY PRICE [KEY=VALUE...]
{
	local got
	got=$(limit "$@")
	[[ $got == *'"success":true,'*'"state":"active",'*'"filledQty":0}' ]] ||
	    { echo "it does not rest: $got" >&2; return 1; }
	got=${got#*'"clientOrderId":"'}
	printf '%s\n' "${got%%'"'*}"
}

# What the exchange does with it: fill BTCUSDT ID 0.01
fill() { ctl fill symbol="$1" clientOrderId="$2" qty="$3" "${@:4}" >/dev/null; }

# ---- what shows an order ----------------------------------------------------------

row() { rc hget "pms:open_orders:$1" "$2"; }		# ACCOUNT ID
row_holds() { holds "$3" row "$1" "$2"; }		# ACCOUNT ID JQ-CONDITION
reservation() { rc hget pms:resv "$1"; }		# ID
status_of() { sql "select status from pending_orders where id = '$1'"; }

stands()	# ACCOUNT ID [JQ-CONDITION of its row]
{
	row_holds "$1" "$2" ".state == \"active\" and (${3:-true})" &&
	    is 1 rc hexists pms:resv "$2" && is PENDING status_of "$2"
}

is_gone()	# ACCOUNT ID STATUS
{
	is 0 rc hexists "pms:open_orders:$1" "$2" && is 0 rc hexists pms:resv "$2" &&
	    is "$3" status_of "$2"
}

quantity_of()	# ACCOUNT -> of its position
{
	sql "select quantity from virtual_positions where sub_account_id = '$1' and status = 'OPEN'"
}

nothing_rests()
{
	is 0 sql "select count(*) from pending_orders where status = 'PENDING'" &&
	    is '' rc --scan --pattern 'pms:open_orders:*'
}

# ---- what tells of it ----------------------------------------------------------------

told_once()	# ID TYPE...: and nothing else of order_*
{
	local id=$1
	is "$(printf '%s\n' "${@:2}" | sort)" types_of "$id"
}

types_of()	# ID -> the types of all order events that name it
{
	awk -v id="$1" '
	    $0 == "pmessage" { getline; getline channel; getline
	        sub(/,"account":.*/, "")	# names what else rests
	        if (channel ~ /:order_/ && index($0, id)) { sub(/.*:/, "", channel); print channel } }
	' "$PMS_DIR/events" | sort
}

# ---- what the exchange was sent -------------------------------------------------------

requests()	# METHOD -> those about orders, one JSON a line
{
	ctl ledger kind=requests | jq -c --arg method "$1" '.[] | select(.method == $method)'
}

requests_as()	# METHOD ID
{
	requests "$1" | grep "$2"
}

# In setup: SENT=$(ids_sent | wc -l)
sent_since() { ids_sent | tail -n "+$((SENT + 1))"; }
nothing_sent() { is '' sent_since; }

# ---- from rest to rest ------------------------------------------------------------------

stream_is_up() { rc get pms:health:riskd | grep -q '"reconciled":true'; }
no_answer_twice() { is '' eval 'answered | uniq -d'; }

cancel_everything()
{
	local account
	for account in $(sql "select distinct sub_account_id from pending_orders
	    where status = 'PENDING'"); do
		cancel_all "$account" | holds .success || return 1
	done
	await 10 nothing_rests
}

begin_at_rest()
{
	ctl skew events_first=0 delay_ms=0 >/dev/null
	ctl mute on=0 >/dev/null
	quiet_market
	await 10 stream_is_up
	cancel_everything
	close_everything
	events_start
	asked_begin
	SENT=$(ids_sent | wc -l)
}

end_at_rest()
{
	asked_end
	events_stop
}

at_rest()
{
	cancel_everything
	close_everything
	books_agree
	no_answer_twice
}
