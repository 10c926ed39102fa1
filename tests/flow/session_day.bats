#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The exchange ends every connection after a day, and here a day has four
# seconds; a listen key lives as long.

load lib
load session

setup_file()
{
	export PMS_SIMEX_ARGS='--still --funding-hours 0 -s 1 --stream-life-s 4 --key-life-s 4'
	stack_up
}
teardown_file() { stack_down; }

teardown() { touch "$BATS_TEST_TMPDIR/enough"; }

@test "three days under load: no connection of ours is ended, no key ends, no gap" {
	session CHANGE_EVERY=2s OVERLAP=500ms KEEP_EVERY=1s
	load_begin
	await 30 userd_says '.counters.changes >= 6'
	progress
	load_end
	settles
	is 1 counter gaps
	is 0 times_logged 'stream_down|listen_key_expired'
}

@test "who does not replace them in time has a gap a day, and books all the same" {
	session CHANGE_EVERY=1h KEEP_EVERY=1s
	load_begin
	await_since 'stream_down of=first' 8
	progress
	load_end
	settles
	[ "$(counter gaps)" -ge 2 ]
}
