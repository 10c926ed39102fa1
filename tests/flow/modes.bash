# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# modes.bash - what the degraded modes refuse, what goes on in them, and who says
# so.  Who loads it loads faults, too.

modes_end()
{
	local name
	rm -f "$PMS_DIR"/run/halt*
	for name in redis postgres feedd riskd orderd algod; do
		is_up "$name" || up "$name"
	done
	rc del pms:halt >/dev/null
	trouble_end
}

both_say()	# STATE MODE: riskd and orderd, and people are shown it
{
	await 6 riskd_says ".mode == \"$1\" and (.why | index(\"$2\"))"
	await 6 orderd_says ".mode == \"$1\" and (.why | index(\"$2\"))"
	await 3 status_says "^riskd .* ${1,,}: $2"
	await 3 status_says "^orderd .* ${1,,}: $2"
}

both_are_ready()
{
	await 15 riskd_says '.mode == "ACTIVE" and .why == [] and .state == "ready"'
	await 15 orderd_says '.mode == "ACTIVE" and .why == [] and .state == "ready"'
}

is_denied()	# CODE: what was begun last; nothing of it has left
{
	local id
	told | holds ".success == false and .errorCode == \"$1\" and .retryable"
	id=$(name_of "$ID")
	[ -z "$id" ] || is 0 times_sent "$id"
}

new_risk_is_denied()	# CODE
{
	begin_trade
	is_denied "$1"
	begin_limit
	is_denied "$1"
}

# A position, and an order that rests: in $NAME.
stand()
{
	begin_trade
	was_filled "$ID" "$QTY"
	resting
}

cancel_works()
{
	# shellcheck disable=SC2153 # stand names it
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
}

close_works()
{
	begin_close
	told | holds .success
	is 1 times_sent "$(name_of "$ID")"
	await 5 is '' position_of "$ALPHA"
}

# Nobody hears yet what becomes of them.
cancel_and_close_are_taken()
{
	begin_cancel "$NAME"
	told | holds '.success and .state == "cancelled"'
	begin_close
	told | holds .success
}

is_halted_by()	# SCOPE REASON: what was begun last
{
	is_denied TRADING_HALTED
	told | holds ".errorCategory == \"RISK\" and .details.scope == \"$1\" and
	    .details.reason == \"$2\" and .details.mode == \"operator halted\""
}

cmd_validate()
{
	begin validate subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.01 leverage=10
	told
}

