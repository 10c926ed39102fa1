#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# kill -9 of each daemon, before and after each EXEC, COMMIT, request and frame
# of the way an order takes, while trades and limits run.  After each: every
# command has been answered exactly once, no client order id is twice in the
# exchange's ledger, what rests is shown as it is, and at rest book and exchange
# agree.  tests/fault/crash.bats has all points.

load lib
load answers
load crash

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup() { quiet_market; }

# ---- what runs while it happens ------------------------------------------------

# Commands that are taken, refused by cmdd, by riskd and by the exchange, and a close.
traffic()
{
	local n
	for n in 1 2 3; do
		ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=LONG quantity="0.01$n"
		ask trade subAccountId="$BETA" symbol=BTCUSDT side=SELL quantity="0.02$n"
	done
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=-1
	ask trade subAccountId="$ALPHA" symbol=NOSUCH side=BUY quantity=0.01
	ctl fail path=/fapi/v1/order method=POST n=1 status=400 code=-2019 \
	    msg='Margin is insufficient.' >/dev/null
	ask trade subAccountId="$BETA" symbol=BTCUSDT side=BUY quantity=0.033
	ask close subAccountId="$ALPHA" symbol=BTCUSDT
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.017
}

# A position with a trailing stop that fires.
stops()
{
	price BTCUSDT 60000
	# A stop of the row before may be just about to do the same.
	is_flat || ask close subAccountId="$ALPHA" symbol=BTCUSDT
	await 5 is_flat
	ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.05
	await 5 has_position "$ALPHA"
	ask trail_stop subAccountId="$ALPHA" positionId="$(position_of "$ALPHA")" callbackPct=1
	await 5 runs_or_is_over
	price BTCUSDT 66000
	price BTCUSDT 60000
}

is_flat() { ! has_position "$ALPHA"; }
runs_or_is_over() { is_over algod || is 1 rc hlen "pms:active_trail_stop:$ALPHA"; }

# ---- the table: daemon, traffic, points ----------------------------------------------

@test "cmdd" {
	each cmdd traffic exec.before:hand_on#2 exec.after:hand_on#2 exec.before:refuse \
	    exec.after:refuse
}

@test "riskd" {
	each riskd traffic exec.before:hand_on#2 exec.after:hand_on#2 exec.before:deny \
	    exec.after:deny commit.before:book#2 commit.after:book#2 exec.before:booked#2 \
	    exec.after:booked#2 exec.before:refused exec.after:refused
}

@test "orderd, on the way out" {
	each orderd traffic send.before:order_place#2 send.after:order_place#2 \
	    commit.before:placed#2
	each orderd limits answer.before:order_place#2
}

@test "orderd, on the way back" {
	each orderd traffic exec.before:outcome#2 commit.before:report#2 commit.after:refused
	each orderd limits exec.after:fill#2
}

@test "orderd, cancels" {
	each orderd limits send.after:order_cancel exec.before:cancel_all
}

@test "userd" {
	each userd traffic frame.before:user#3 frame.after:user#3 exec.before:report#3 \
	    exec.after:report#3 exec.before:stream exec.after:stream
}

@test "algod" {
	each algod stops commit.before:started commit.after:started exec.before:step \
	    exec.after:step commit.before:triggered commit.after:triggered exec.before:step#3 \
	    exec.after:step#3
}
