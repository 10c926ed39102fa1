# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# crash.bash - a daemon is killed at one point of its way while commands run,
# and what must hold when it has been started again.

# ---- what runs while it happens ------------------------------------------------

# What a traffic waits for may not come when the daemon is over before it.
until_over() { await 10 is_so_or_over "$@"; }	# COMMAND...
is_so_or_over() { is_over "$VICTIM" || "$@"; }

limit()	# ACCOUNT SIDE QUANTITY PRICE: asked
{
	ask limit subAccountId="$1" symbol=BTCUSDT side="$2" quantity="$3" price="$4" leverage=10 \
	    force=true
}

rest_at_least() { [ "$(exchange_open | wc -l)" -ge "$1" ]; }	# COUNT

# Limits that rest, are filled at once, in parts and by the price, are refused,
# are cancelled before they are known, one by one and all together.
limits()
{
	local n id
	for n in 1 2 3; do
		limit "$ALPHA" BUY "0.02$n" "5900$n"
		limit "$BETA" SELL "0.03$n" "6100$n"
		limit "$ALPHA" BUY "0.01$n" "5800$n"
		ask cancel clientOrderId="$(name_of "$ALPHA" LMT)"
	done
	limit "$BETA" SELL 0.041 59950
	limit "$ALPHA" BUY -1 59950
	until_over rest_at_least 6
	for id in $(exchange_open | head -n 3); do
		ctl fill symbol=BTCUSDT clientOrderId="$id" qty=0.01 >/dev/null
	done
	for id in $(exchange_open | tail -n 3); do
		ask cancel clientOrderId="$id"
	done
	price BTCUSDT 59002
	price BTCUSDT 60000
	ask close subAccountId="$ALPHA" symbol=BTCUSDT
	for n in 1 2 3; do
		limit "$ALPHA" BUY "0.05$n" "5850$n"
		ask cancel_all subAccountId="$ALPHA" symbol=BTCUSDT
	done
}

# Requests that never arrive, those whose answer does not, and reports that nobody sends.
doubts()
{
	local n
	ctl lose path=/fapi/v1/order method=POST n=3 >/dev/null
	for n in 1 2 3; do
		limit "$ALPHA" BUY "0.02$n" "5900$n"
	done
	until_over no_fault_waits
	ctl drop path=/fapi/v1/order method=POST n=3 >/dev/null
	ctl events lose=4 >/dev/null
	for n in 1 2 3; do
		ask trade subAccountId="$BETA" symbol=BTCUSDT side=SELL quantity="0.03$n" leverage=10 \
		    force=true
	done
	until_over no_fault_waits
	limit "$BETA" BUY 0.041 58500
	ask close subAccountId="$BETA" symbol=BTCUSDT
}

no_fault_waits() { is 0 eval 'ctl status | jq ".faults | length"'; }

# The user stream breaks while orders rest and trade.
cuts()
{
	local n
	for n in 1 2 3; do
		limit "$ALPHA" BUY "0.02$n" "5900$n"
		ask trade subAccountId="$BETA" symbol=BTCUSDT side=SELL quantity="0.03$n" leverage=10 \
		    force=true
		ctl cut route=private >/dev/null
		price BTCUSDT 59002
		price BTCUSDT 60000
		until_over streams_again
	done
}

streams_again() { ctl status | holds '.streams.private >= 1'; }

# ---- what must hold --------------------------------------------------------------

# Neither in memory nor in sight.
nobody_thinks_of_any()
{
	is 0 rc hlen pms:doubt && holds '.live == 0' rc get pms:health:orderd &&
	    holds '.pending == 0' rc get pms:health:riskd
}

clear_resting()
{
	local account
	for account in ${ACCOUNTS:-$ALPHA $BETA}; do
		ask cancel_all subAccountId="$account"
	done
	await 20 nothing_rests
}

comes_to_rest() { comes_to_rest_with "${ANSWERED:-all_answered_once}"; }

# Where the listener cannot live, it is known by something else that all was answered.
comes_to_rest_with()	# CHECK
{
	local answers=$1
	await 30 "$answers" || { "$answers" >&2; return 1; }
	await 30 open_orders_agree || { open_orders_agree; return 1; }
	nothing_rests || clear_resting
	# Starts and gaps ask for much: what is left waits for the weight of the next minute.
	await 75 nothing_waits || { nothing_waits; return 1; }
	await 20 nobody_thinks_of_any || { nobody_thinks_of_any; return 1; }
	books_agree
	await 20 "$answers" || { "$answers" >&2; return 1; }
}

begins_armed()	# DAEMON POINT: it ends at the point
{
	rm -f "$PMS_DIR/$1.status"
	CRASH_AT=$2 up "$1" || :
}

must_be_over()	# DAEMON POINT
{
	await 75 is_over "$1" || { echo "$1 never came to $2" >&2; return 1; }
}

survives()	# DAEMON TRAFFIC POINT [POINT OF ITS NEXT START]
{
	VICTIM=$1
	echo "$1 $3 ${4:-}" >&2
	down "$1"
	asked_begin
	begins_armed "$1" "$3"
	"$2"
	must_be_over "$1" "$3"
	if [ -n "${4:-}" ]; then
		begins_armed "$1" "$4"
		must_be_over "$1" "$4"
	fi
	up "$1"
	comes_to_rest
	asked_end
	ctl clear >/dev/null
}

each()	# DAEMON TRAFFIC POINT...
{
	local point
	for point in "${@:3}"; do
		survives "$1" "$2" "$point"
	done
}
