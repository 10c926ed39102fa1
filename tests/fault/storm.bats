#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Daemons are killed at random, all together, or asked to stop while ten
# accounts place and cancel: every command has one answer, what rests is known,
# every execution is booked once, nothing is left over.

load ../flow/lib
load ../flow/answers
load ../flow/crash
load storm

setup_file()
{
	export PMS_SIMEX_ARGS=$STORM_SIMEX
	export STORM_SEED=${STORM_SEED:-$((RANDOM + 1))}
	stack_up
}

teardown_file() { stack_down; }

setup()
{
	quiet_market
	make_accounts
}

@test "K58: a daemon is killed every second" { storm 300 "${STORM_S:-120}"; }

# ---- all of them ----------------------------------------------------------------------

kill_all()
{
	local name
	for name in $DAEMONS; do
		kill9 "$name"
	done
}

@test "K59: all six are killed at once, and started in any order" {
	local name draw
	RANDOM=$STORM_SEED
	echo "STORM_SEED=$STORM_SEED" >&2
	asked_begin
	for _ in 1 2 3 4 5; do
		storm_commands 12 1
		kill_all
		storm_commands 4 1
		draw=$RANDOM
		# shellcheck disable=SC2086 # a list of words
		for name in $(shuf --random-source=<(yes "$draw") -e $DAEMONS); do
			echo "$name" >&2
			begin_again "$name"
		done
		all_up
	done
	comes_to_rest
	asked_end
}

# ---- asked to stop ----------------------------------------------------------------------

terminate() { kill -TERM "$(pid "$1")"; }

@test "K62: each is asked to stop under load, and ends with 0" {
	local name
	RANDOM=$STORM_SEED
	echo "STORM_SEED=$STORM_SEED" >&2
	asked_begin
	for name in $DAEMONS; do
		storm_commands 12 1
		terminate "$name"
		storm_commands 4 1
		await 10 is_over "$name"
		is 0 exit_status "$name"
		up "$name"
	done
	comes_to_rest
	asked_end
}

@test "K62: one that still waits for the exchange ends at the second word" {
	asked_begin
	ctl mute on=1 >/dev/null
	ctl hold path=/fapi/v1/order method=POST n=3 ms=8000 >/dev/null
	for _ in 1 2 3; do
		storm_limit
	done
	await 5 is '' eval 'ctl status | jq -r ".faults[]"'
	terminate orderd
	for_until $(($(now_us) + 2000000))
	! is_up orderd || terminate orderd
	await 2 is_over orderd
	ctl mute on=0 >/dev/null
	up orderd
	comes_to_rest
	asked_end
}
