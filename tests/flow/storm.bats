#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# A short storm: a daemon is killed every second while ten accounts place and
# cancel.  tests/fault/storm.bats has the long one.

load lib
load answers
load crash
load ../fault/storm

setup_file()
{
	export PMS_SIMEX_ARGS=$STORM_SIMEX
	export STORM_SEED=${STORM_SEED:-$((RANDOM + 1))}
	stack_up
}

teardown_file() { stack_down; }

@test "a daemon is killed every second, for fifteen seconds" {
	quiet_market
	make_accounts
	storm 60 "${STORM_S:-15}"
}
