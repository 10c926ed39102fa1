#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Two instances of one daemon: one works, the other stands by and takes over.
# One that was stopped for so long that it was taken over ends itself when it
# goes on; whatever it does until then reaches nobody.

load lib
load answers
load standby

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup() { asked_begin; }

teardown()
{
	asked_end
	one_of_each
}

# ---- kill -9 ------------------------------------------------------------------------

succeeds()	# DAEMON
{
	stands_by "$1"
	deal
	is 0 grep -cE "lock_held|status state=\"starting\"" "$PMS_DIR/$1.2.log" || return 1
	kill9 "$1"
	deal
	takes_over "$1"
	goes_on
}

@test "cmdd is killed, and its second instance takes over" { succeeds cmdd; }
@test "riskd is killed, and its second instance takes over" { succeeds riskd; }
@test "orderd is killed, and its second instance takes over" { succeeds orderd; }
@test "userd is killed, and its second instance takes over" { succeeds userd; }

@test "feedd is killed, and its second instance takes over" {
	stands_by feedd
	kill9 feedd
	takes_over feedd
	price BTCUSDT 60123
	await 10 holds '.mid == 60123' rc get pms:price:BTCUSDT
	goes_on
}

@test "algod is killed, and its second instance takes over with the stop it runs" {
	price BTCUSDT 60000
	hold_position
	ask trail_stop subAccountId="$ALPHA" positionId="$(position_of "$ALPHA")" callbackPct=1
	await 5 is 1 rc hlen "pms:active_trail_stop:$ALPHA"
	stands_by algod
	kill9 algod
	takes_over algod
	price BTCUSDT 55000
	await 10 is '' position_of "$ALPHA"
	settled
}

# ---- SIGSTOP ------------------------------------------------------------------------

@test "orderd and riskd stand still for a second, and go on" {
	local name
	for name in orderd riskd; do
		freeze "$name"
		ask trade subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.015 leverage=10 \
		    force=true
		for_ms 1000
		thaw "$name"
		settled
		works "$name"
	done
}

@test "riskd is frozen, taken over, and thawed" { frozen_is_taken_over riskd; }
@test "orderd is frozen, taken over, and thawed" { frozen_is_taken_over orderd; }

@test "who was taken over ends itself though its successor is gone, too" {
	freeze riskd
	second riskd
	takes_over riskd 8
	goes_on
	down riskd.2
	thaw riskd
	await 5 is_over riskd
	is 75 exit_status riskd
	up riskd
	goes_on
}

# ---- stopped in the middle of an order ----------------------------------------------------

@test "what was signed before the stop is refused, and was not placed" {
	taken_over_at orderd send.before:order_place
	is 'refused -1021' sent
}

@test "what was sent before the stop is found, and booked once" {
	taken_over_at orderd send.after:order_place
	is 'executed 0' sent
}

@test "what was answered before the stop is told once" {
	taken_over_at orderd exec.before:outcome
	is 'executed 0' sent
}

@test "a stop of a second is one second more, wherever it comes" {
	local point
	for point in send.before:order_place answer.before:order_place exec.before:outcome; do
		goes_on_from orderd "$point" 1000
	done
}

# ---- who is alive -----------------------------------------------------------------------

@test "a second instance with a run directory of its own stands by all the same" {
	mkdir "$PMS_DIR/run2"
	PMS_ORDERD_RUN_DIR=$PMS_DIR/run2 second orderd
	await_log orderd.2 lock_
	logged orderd.2 lock_standby
	works orderd
	goes_on
}

@test "a process of another container is not taken for dead because it is not seen" {
	local value
	value=$(rc get pms:lock:orderd)
	down orderd
	rc set pms:lock:orderd "$(jq -c '.epoch = "1-1" | .space = 1 | .pid = 4000000 | .file = 0' <<<"$value")"
	CRASH_AT=none up orderd
	await_log orderd 'lock_standby holder_epoch=1-1'
	await 8 works orderd
	goes_on
}

# ---- what connects again ------------------------------------------------------------------

connections_of()	# DAEMON -> ids
{
	rc client list | sed -n "s/^id=\([0-9]*\) .* name=$1-.*/\1/p"
}

# In one EXEC: another one holds the lock, and no connection of this one is left.
supersede()	# DAEMON
{
	local id value
	value=$(rc get "pms:lock:$1" | jq -c '.epoch = "2-2"')
	{
		echo multi
		printf "set pms:lock:%s '%s'\n" "$1" "$value"
		for id in $(connections_of "$1"); do
			echo "client kill id $id"
		done
		echo exec
	} | rc >/dev/null
}

watch_redis()
{
	redis-cli -s "$PMS_REDIS_SOCKET" monitor >"$BATS_TEST_TMPDIR/monitor" </dev/null 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/monitor.pid"
	await 5 grep -q OK "$BATS_TEST_TMPDIR/monitor"
}

begun_after()	# REGEX DAEMON -> what only it does, in the lines behind the one that matches
{
	sed "1,/$1/d" "$BATS_TEST_TMPDIR/monitor" |
	    grep -iE "\"pms:mark:$2\"|\"set\" \"pms:health:$2\"|\"blmove\" .*:$2\"" || :
}

@test "who was cut off reads the lock before anything else" {
	watch_redis
	supersede algod
	await 5 is_over algod
	kill "$(cat "$BATS_TEST_TMPDIR/monitor.pid")"
	is 75 exit_status algod
	is '' begun_after '"2-2' algod
}
