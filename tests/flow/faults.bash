# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# faults.bash - orders of every kind while the exchange is in trouble: pushed
# without waiting, looked for there, and all accounts settled at the end.  Who
# loads it loads answers, too.

trouble_begin()
{
	ctl mute on=0 >/dev/null
	ctl revoke on=0 >/dev/null
	quiet_market
	await 15 stream_is_up
	rest_nothing
	close_everything
	events_start
	asked_begin
	FROM=$(ctl status | jq .requests)	# of the exchange's ledger: what this test has caused
	N=0
}

trouble_end()
{
	asked_end
	events_stop
}

stream_is_up() { holds .reconciled rc get pms:health:riskd; }

# What rests would be in the way of the next test.
rest_nothing()
{
	local account
	[ "$(rc hlen pms:resv)" != 0 ] || return 0
	for account in "$ALPHA" "$BETA"; do
		cmd cancel_all "$(json subAccountId="$account")" | holds .success || return 1
	done
}

# ---- commands ---------------------------------------------------------------------

begin()	# QUEUE KEY=VALUE...: pushed, not waited for; its requestId is in $ID
{
	ask "$@" && ID=$(tail -n 1 "$BATS_TEST_TMPDIR/asked")
}

told() { await_answer "${1:-$ID}" 8; }		# [REQUEST-ID] -> the answer

# Each has a quantity of its own: equal ones would be suspected to be the same.  It is in $QTY.
begin_trade()	# [KEY=VALUE...]
{
	next_quantity
	begin trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity="$QTY" leverage=10 "$@"
}

begin_limit()	# [KEY=VALUE...]; it rests
{
	next_quantity
	begin limit subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity="$QTY" price=59000 \
	    leverage=10 "$@"
}

begin_close() { begin close subAccountId="$ALPHA" symbol=BTCUSDT; }
begin_cancel() { begin cancel subAccountId="$ALPHA" clientOrderId="$1"; }

next_quantity()
{
	N=$((N + 1))
	QTY=0.0$((N + 10))
}

resting()	# [KEY=VALUE...]: a limit order rests; its client order id is in $NAME
{
	begin_limit "$@"
	told | holds '.success and .state == "active"' || return 1
	NAME=$(name_of "$ID")
	await 5 is 1 rc hexists "pms:open_orders:$ALPHA" "$NAME"
}

# Words that hold blanks: VERB|KEY=VALUE|KEY=VALUE...
meets()	# METHOD TEXT: the next request for an order meets this
{
	local words
	IFS='|' read -ra words <<<"$2"
	ctl "${words[0]}" path=/fapi/v1/order method="$1" "${words[@]:1}" >/dev/null
}

# A trade and a limit order whose placements meet it; both hear the truth.
orders_meet()	# TEXT [WORD that begins them]
{
	meets POST "$1"
	"${@:2}" begin_trade
	was_filled "$ID" "$QTY"
	meets POST "$1"
	"${@:2}" begin_limit
	rests "$ID" "$QTY"
}

# The cancel of what was begun last meets it.
cancel_meets()	# TEXT
{
	NAME=$(name_of "$ID")
	meets DELETE "$1"
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
}

refuse_next()	# METHOD STATUS CODE MSG [KEY=VALUE...]; CODE and MSG may be empty
{
	ctl fail path=/fapi/v1/order method="$1" status="$2" ${3:+code="$3"} ${4:+msg="$4"} \
	    "${@:5}" >/dev/null
}

# PMS_BIN may be relative to the repository.
operator()
{
	"$(cd "$REPO" && realpath "${PMS_BIN:-build/bin}/pmsctl")" -f "$PMS_DIR/pmsd.conf" "$@"
}

status_says() { operator status | grep -qE -- "$1"; }		# REGEX
riskd_says() { holds "$1" rc get pms:health:riskd; }		# JQ-CONDITION
orderd_says() { holds "$1" rc get pms:health:orderd; }	# JQ-CONDITION

# ---- one order --------------------------------------------------------------------

name_of() { rc hget "pms:seen:$1" clordId; }	# REQUEST-ID -> client order id
is_named() { [ -n "$(name_of "$1")" ]; }

requests_as()	# METHOD CLIENT-ORDER-ID -> what the exchange was sent
{
	ctl ledger kind=requests from="$FROM" |
	    jq -c --arg method "$1" --arg id "$2" \
	    'map(select(.method == $method and .clientOrderId == $id))'
}

times_sent() { requests_as POST "$1" | jq length; }
times_cancelled() { requests_as DELETE "$1" | jq length; }

times_answered()	# CODE -> how many requests about orders
{
	ctl ledger kind=requests from="$FROM" | jq --argjson code "$1" 'map(select(.code == $code)) | length'
}

status_there()	# CLIENT-ORDER-ID -> its state at the exchange; none: it never came
{
	ctl ledger kind=orders |
	    jq -r --arg id "$1" 'map(select(.clientOrderId == $id)) | .[-1].status // "none"'
}

status_here() { sql "select status from pending_orders where id = '$1'"; }
booked() { sql "select count(*) from engine.executions where clord_id = '$1'"; }
holds_nothing() { is 0 rc hexists pms:resv "$1"; }	# CLIENT-ORDER-ID

# ---- what the caller hears --------------------------------------------------------

was_filled()	# REQUEST-ID QUANTITY: told so, sent once, booked once
{
	local id
	told "$1" | holds ".success and .trade.quantity == $2"
	id=$(name_of "$1")
	is 1 times_sent "$id"
	await 5 is 1 booked "$id"
}

rests()	# REQUEST-ID QUANTITY: told so, sent once, and it stands there
{
	local id
	told "$1" | holds ".success and .state == \"active\" and .quantity == $2"
	id=$(name_of "$1")
	is 1 times_sent "$id"
	is NEW status_there "$id"
}

was_cancelled()	# REQUEST-ID CLIENT-ORDER-ID: told so, and it is so
{
	told "$1" | holds ".success and .state == \"cancelled\" and .clientOrderId == \"$2\""
	is CANCELED status_there "$2"
	await 5 holds_nothing "$2"
}

was_refused()	# REQUEST-ID CODE: told so, sent once, and nothing is held for it
{
	local id
	told "$1" | holds ".success == false and .errorCode == \"$2\" and (.error | length > 0)"
	id=$(name_of "$1")
	is 1 times_sent "$id"
	await 5 holds_nothing "$id"
	await_event order_failed ".clientOrderId == \"$id\" and .errorCode == \"$2\""
}

# Told after four seconds that it is not known, and in time that it never came.
was_not_placed()	# REQUEST-ID
{
	local id
	told "$1" | holds ".errorCode == \"INFRA_TIMEOUT\" and .errorCategory == \"TIMEOUT\" and
	    .retryable and .details.clientOrderId == \"$(name_of "$1")\""
	id=$(name_of "$1")
	await_event order_failed ".clientOrderId == \"$id\" and .errorCode == \"NOT_PLACED\"" 10
	is 1 times_sent "$id"
	is 0 booked "$id"
	await 5 holds_nothing "$id"
}

# ---- in the end -------------------------------------------------------------------

# Each was answered once, nothing is in doubt, and when nothing rests any more the books agree.
settles()
{
	await 10 all_answered_once || { all_answered_once; return 1; }
	await 10 is 0 rc exists pms:doubt
	rest_nothing
	close_everything
	books_agree
}
