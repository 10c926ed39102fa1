# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# session.bash - userd with parameters of the test, what it has said since, and
# trades while the stream has its troubles.

# userd anew, with these parameters: session KEEP_EVERY=1s
session()
{
	local pair
	down userd
	MARK=$(wc -l <"$PMS_DIR/userd.log")
	(
		for pair; do
			export "PMS_USERD_$pair"
		done
		up userd
	)
	await 10 may_trade
}

may_trade() { holds '.state == "ready"' rc get pms:health:riskd; }
userd_says() { holds "$1" rc get pms:health:userd; }		# JQ-CONDITION
counter() { rc get pms:health:userd | field ".counters.$1"; }
logged_since() { tail -n "+$((MARK + 1))" "$PMS_DIR/userd.log" | grep -E -- "$1"; }
await_since() { await "${2:-5}" logged_since "$1"; }		# REGEX [SECONDS]
times_logged() { logged_since "$1" | wc -l; }

# Both accounts trade and close, one command after the other.
load_begin() { load_run trade_and_close; }

trade_and_close()
{
	trade "$ALPHA" BUY 0.01 force=true
	trade "$BETA" SELL 0.02 force=true
	cmd close "$(json subAccountId="$ALPHA" symbol=BTCUSDT)"
	cmd close "$(json subAccountId="$BETA" symbol=BTCUSDT)"
}

booked() { sql 'select count(*) from engine.executions'; }
booked_more_than() { [ "$(booked)" -gt "$1" ]; }
progress() { await 10 booked_more_than $(($(booked) + 4)); }

settles()
{
	await 20 may_trade
	await 20 nothing_waits || { nothing_waits; return 1; }
	books_agree
}
