#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The session of the user stream: keys end, connections grow old, break or fall
# silent, and at rest every execution is booked once.

load lib
load session

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup() { quiet_market; }

teardown()
{
	touch "$BATS_TEST_TMPDIR/enough"
	kill -CONT "$(pid simex)"
	ctl clear >/dev/null
	ctl ban seconds=0 >/dev/null
	ctl mute on=0 >/dev/null
	ctl events dup=0 swap=0 >/dev/null
	up orderd
	session
}

# In orderd's name, while it is down: as fresh as the test lasts.
orders_say()	# LIVE MISSED
{
	rc set pms:health:orderd \
	    "$(json daemon=orderd ts="$(($(date +%s) + 600))000" live="$1" missed="$2")" >/dev/null
}

# ---- planned ------------------------------------------------------------------------------

@test "connections are replaced under load, without a gap" {
	session CHANGE_EVERY=1s OVERLAP=500ms
	load_begin
	await 20 userd_says '.counters.changes >= 5'
	progress
	load_end
	settles
	is 1 counter gaps
	is 0 times_logged stream_down
}

@test "both connections break while they overlap: one gap" {
	session CHANGE_EVERY=2s OVERLAP=4s
	await 10 userd_says '.lease == "draining"'
	ctl cut route=private >/dev/null
	await_since 'from=opening to=live' 5
	await 5 userd_says '.counters.gaps == 2 and .state == "ready"'
	load_begin
	progress
	load_end
	settles
}

@test "the key is renewed in time, and nothing is asked beside" {
	session KEEP_EVERY=1s
	await 5 userd_says '.keyAgeMs < 1000 and .connectionAgeMs > 3000 and .lease == "live"'
	is 1 counter gaps
	is 0 counter probes
}

# ---- the key has ended --------------------------------------------------------------------

@test "the key ends with a word under load: a gap, a new key, and all is booked" {
	session
	load_begin
	progress
	ctl expire_key >/dev/null
	await_since 'listen_key_expired told_by=exchange'
	progress
	load_end
	settles
	is 2 counter gaps
}

@test "the key ends without a word under load: the renewal finds it" {
	session KEEP_EVERY=1s
	load_begin
	progress
	ctl expire_key event=0 >/dev/null
	await_since 'listen_key_not_kept status=400 code=-1125'
	progress
	load_end
	settles
	is 2 counter gaps
}

@test "the key ends without a word while an order is open: the silence is not believed" {
	session SILENCE=2s
	down orderd
	orders_say 1 0
	ctl expire_key event=0 >/dev/null
	await_since 'listen_key_not_kept status=400 code=-1125'
	await_since 'to=live'
	up orderd
	settles
}

@test "renewals fail without a reason: the key is asked for, and the stream stays" {
	session SILENCE=1s
	ctl fail path=/fapi/v1/listenKey method=PUT n=1000 status=503 >/dev/null
	down orderd
	orders_say 1 0
	await 5 is 2 times_logged 'listen_key_not_kept status=503'
	await 5 userd_says '.keyAgeMs < 1000 and .connectionAgeMs > 2000'
	ctl clear >/dev/null
	up orderd
	settles
	is 1 counter gaps
}

@test "the key ends without a word while renewals fail: another one is a gap" {
	session SILENCE=1s
	ctl fail path=/fapi/v1/listenKey method=PUT n=1000 status=503 >/dev/null
	down orderd
	orders_say 1 0
	ctl expire_key event=0 >/dev/null
	await_since 'listen_key_expired told_by=another_key'
	await_since 'from=opening to=live'
	ctl clear >/dev/null
	up orderd
	settles
	is 2 counter gaps
}

# ---- it breaks ----------------------------------------------------------------------------

@test "the connection is cut again and again under load" {
	local n
	session
	load_begin
	for n in 1 2 3; do
		progress
		ctl cut route=private >/dev/null
		await 5 userd_says ".counters.gaps == $n + 1 and .lease == \"live\""
	done
	progress
	load_end
	settles
}

@test "the exchange asks to close" {
	session
	ctl cut route=private code=1001 >/dev/null
	await_since 'stream_down of=first'
	await 5 userd_says '.counters.gaps == 2 and .lease == "live"'
	settles
}

@test "the connection is cut, and for a while there is no other" {
	session
	load_begin
	progress
	ctl fail path=/fapi/v1/listenKey n=4 status=503 >/dev/null
	ctl cut route=private >/dev/null
	await 10 is 4 times_logged no_listen_key
	progress
	load_end
	settles
	is 2 counter gaps
}

@test "an exchange that falls asleep with its connections open is noticed within 15 s" {
	session
	kill -STOP "$(pid simex)"
	await_since 'stream_down of=first' 15
	kill -CONT "$(pid simex)"
	await_since 'to=live' 20
	settles
}

# ---- silence ------------------------------------------------------------------------------

@test "silence while orders are open is proved, and without orders it is not" {
	session SILENCE=1s
	down orderd
	orders_say 0 0
	await 5 userd_says '.silentMs > 2500'
	is 0 counter probes
	orders_say 1 0
	await 5 userd_says '.counters.probes >= 2'
	is 1 counter gaps
	up orderd
	settles
}

@test "a mute stream is deaf when orderd has found out more than it was told" {
	session SILENCE=4s
	down orderd
	orders_say 1 7
	ctl mute on=1 >/dev/null
	await 8 userd_says '.silentMs > 3500'
	orders_say 1 8
	await_since 'stream_deaf missed=1' 5
	ctl mute on=0 >/dev/null
	await_since 'to=live'
	up orderd
	settles
	is 2 counter gaps
}

@test "a mute stream while orders are open is noticed within 15 s, and all is booked" {
	session
	trade "$ALPHA" BUY 0.01 | holds .success
	ctl mute on=1 >/dev/null
	push trade "$(order "$ALPHA" BUY 0.01 force=true)"
	await_since 'stream_deaf missed=' 15
	ctl mute on=0 >/dev/null
	await_since 'to=live'
	close_everything
	settles
	is 2 counter gaps
}

# ---- what it says -------------------------------------------------------------------------

@test "events that come twice and in another order are booked once" {
	session CHANGE_EVERY=1s OVERLAP=500ms
	ctl events dup=1 swap=1 >/dev/null
	load_begin
	await 20 userd_says '.counters.changes >= 2'
	progress
	load_end
	settles
	is 1 counter gaps
}

# ---- bans ---------------------------------------------------------------------------------

@test "a ban: the stream stays, and nothing is asked before its end" {
	session SILENCE=1s
	down orderd
	orders_say 1 0
	await 5 userd_says '.counters.probes >= 1'
	ctl ban seconds=5 >/dev/null
	await 5 userd_says '.state | test("^banned until 20..-..-..T..:..:..Z$")'
	await 10 userd_says '.state == "ready"'
	await 5 userd_says '.keyAgeMs < 2000'
	is 1 times_logged ' warn userd banned '
	is 1 counter gaps
	up orderd
	settles
}
