# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# standby.bash - two instances of a daemon, of which one is stopped, killed or
# taken over.  Whoever loads it begins each test with asked_begin.

# For the next test, whichever is left of this one.
one_of_each()
{
	local name
	for name in $DAEMONS; do
		"$STACK" down "$name.2"
		rm -f "$PMS_DIR/$name.2.log"
		! is_frozen "$name" || kill9 "$name"
		is_up "$name" || up "$name"
	done
}

# ---- who works -------------------------------------------------------------------

holder() { rc get "pms:lock:$1" | jq -r .pid; }		# DAEMON -> its pid
beats() { rc get "pms:health:$1" | jq -r .pid; }	# DAEMON -> whose heartbeat it is
works() { is "$(pid "$1")" holder "${1%.2}" && is "$(pid "$1")" beats "${1%.2}"; }	# INSTANCE

stands_by()	# DAEMON: its second instance is there, and the first one works on
{
	second "$1"
	await_log "$1.2" "lock_standby .*holder_pid=$(pid "$1")"
	await_log "$1.2" 'status state="standby"'
	works "$1"
}

takes_over()	# DAEMON [SECONDS]
{
	await "${2:-3}" works "$1.2"
	await_log "$1.2" ' ready ' 10
}

# What goes through all of them but algod and feedd, and comes back.
deal()
{
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.012 leverage=10
	ask trade subAccountId="$BETA" symbol=BTCUSDT side=SELL quantity=0.023 leverage=10
	await 10 all_answered_once || { all_answered_once >&2; return 1; }
}

settled()
{
	await 15 all_answered_once || { all_answered_once >&2; return 1; }
	await 12 nothing_waits || { nothing_waits; return 1; }
	books_agree
}

# One trade that is answered truly by whoever has taken over.
goes_on()
{
	await 10 holds .reconciled rc get pms:health:riskd
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.014 leverage=10 force=true
	await_answer "$(tail -n 1 "$BATS_TEST_TMPDIR/asked")" | holds '.success and .trade.quantity == 0.014'
	settled
}

hold_position()
{
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.05 leverage=10 force=true
	await 5 has_position "$ALPHA"
}

# ---- stopped where it stands ---------------------------------------------------------

for_ms() { await $(($1 / 1000 + 5)) has_passed "$1" "$(now_us)"; }
has_passed() { [ $((($(now_us) - $2) / 1000)) -ge "$1" ]; }	# MS SINCE-US

# The first one wakes up where another one works: it ends, and has changed nothing.
ends_itself()	# DAEMON
{
	thaw "$1"
	await 5 is_over "$1"
	is 75 exit_status "$1"
	logged "$1" lock_lost
	works "$1.2"
}

frozen_is_taken_over()	# DAEMON
{
	stands_by "$1"
	deal
	freeze "$1"
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.016 leverage=10 force=true
	takes_over "$1" 8
	goes_on
	ends_itself "$1"
	goes_on
}

# ---- stopped in the middle of an order ------------------------------------------------

stops_at()	# DAEMON POINT, while an order is on its way
{
	down "$1"
	CRASH_HOW=stop CRASH_AT=$2 up "$1"
	await 10 holds .reconciled rc get pms:health:riskd
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=SELL quantity=0.018 leverage=10 force=true
	await 5 is_frozen "$1" || { echo "$1 never came to $2" >&2; return 1; }
	ORDER=$(rc hget "pms:seen:$(tail -n 1 "$BATS_TEST_TMPDIR/asked")" clordId)
}

# "verdict code" of each time the exchange was sent that order.
sent() { ctl ledger kind=requests | jq -r --arg id "$ORDER" '.[] |
    select(.method == "POST" and .clientOrderId == $id) | "\(.verdict) \(.code)"'; }

taken_over_at()	# DAEMON POINT
{
	stops_at "$1" "$2"
	second "$1"
	takes_over "$1" 8
	settled
	ends_itself "$1"
	settled
	goes_on
}

goes_on_from()	# DAEMON POINT MS
{
	stops_at "$1" "$2"
	for_ms "$3"
	thaw "$1"
	settled
	works "$1"
}
