#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Long stops: each daemon is stopped at each step of a trade, taken over while
# it stands, and thawed when its successor has done the work; and minutes in
# which nobody takes over.

load ../flow/lib
load ../flow/answers
load ../flow/standby

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup() { asked_begin; }

teardown()
{
	asked_end
	one_of_each
}

# ---- taken over at each step ----------------------------------------------------------

each()	# DAEMON POINT...
{
	local daemon=$1 point
	for point in "${@:2}"; do
		echo "$daemon $point" >&2
		taken_over_at "$daemon" "$point"
		one_of_each
	done
}

@test "cmdd" { each cmdd exec.before:hand_on exec.after:hand_on; }

@test "riskd" {
	each riskd exec.before:hand_on exec.after:hand_on commit.before:book commit.after:book \
	    exec.before:booked exec.after:booked
}

@test "orderd, on the way out" {
	each orderd send.before:order_place send.after:order_place answer.before:order_place \
	    answer.after:order_place commit.before:placed commit.after:placed
}

@test "orderd, on the way back" {
	each orderd exec.before:outcome exec.after:outcome commit.before:report \
	    commit.after:report exec.before:fill exec.after:fill
}

@test "userd" {
	each userd frame.before:user#2 frame.after:user#2 exec.before:report exec.after:report
}

# ---- a second -------------------------------------------------------------------------

@test "a stop of a second is one second more, wherever it comes" {
	local point
	for point in send.before:order_place send.after:order_place answer.before:order_place \
	    answer.after:order_place commit.before:placed commit.after:placed exec.before:outcome \
	    exec.after:outcome commit.before:report commit.after:report exec.before:fill \
	    exec.after:fill; do
		goes_on_from orderd "$point" 1000
	done
}

# ---- ten seconds ----------------------------------------------------------------------

@test "userd is frozen, taken over, and thawed" { frozen_is_taken_over userd; }
@test "cmdd is frozen, taken over, and thawed" { frozen_is_taken_over cmdd; }

@test "a second instance that comes when the first has long been frozen waits its time, too" {
	freeze orderd
	for_ms 6000
	second orderd
	await_log orderd.2 lock_standby
	takes_over orderd 8
	goes_on
	ends_itself orderd
	goes_on
}

# ---- a minute --------------------------------------------------------------------------

MINUTE=60000

@test "a minute in which nobody takes over: it goes on" {
	local name
	for name in orderd riskd userd cmdd; do
		freeze "$name"
		ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.015 leverage=10 \
		    force=true
		for_ms $MINUTE
		thaw "$name"
		settled
		goes_on
		works "$name"
	done
}

@test "a minute between signing and sending: it is refused" {
	goes_on_from orderd send.before:order_place $MINUTE
	is 'refused -1021' sent
	goes_on
}

@test "a minute between sending and the answer: it is found" {
	goes_on_from orderd send.after:order_place $MINUTE
	is 'executed 0' sent
	goes_on
}

@test "a minute in which another one takes over: it ends itself" {
	local name
	for name in orderd riskd; do
		stands_by "$name"
		freeze "$name"
		takes_over "$name" 8
		goes_on
		for_ms $MINUTE
		ends_itself "$name"
		goes_on
		one_of_each
	done
}
