#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Every crash point of cmdd, orderd and userd, and those of riskd that limits
# pass, at the first and at the third time, and again while the next start
# sweeps.  Points stand in the I/O layer, before and after each EXEC, COMMIT,
# request, answer and frame; what lies between two of them has no effect
# outside.  An output and its removal from the work list are one EXEC, so
# several points of a design with an outbox are one here:
#
#	c1  popped, the reply not read		stopped, and killed with an item in its work list
#	c2  read, not parsed			exec.before:hand_on, exec.before:refuse
#	c3  parsed, not stored			the same
#	c4  stored, still in the list		none: one EXEC
#	c5  removed, not handed over		none: one EXEC
#	c6  handed over, not noted		none: one EXEC; exec.after:hand_on
#	c7  outcome stored, caller waits	exec.before:refuse, exec.before:timeout: claimed, not given
#	c8  answered, nothing published		none: one EXEC
#	c9  published, not noted		exec.after:refuse, exec.after:timeout
#	c10 in the sweep of a start		exec.*:refuse of a start with work
#	o1  taken, nothing checked		stopped, and killed with an item in its work list
#	o2  reserved in memory only		exec.before:hand_on of riskd
#	o3  intent stored, no token		send.before:order_place: the item is the intent
#	o4  token taken, nothing written	the same
#	o5  half of the request written		none: it fits one write
#	o6  request written, no reply		send.after:order_place
#	o7  reply read, outcome not stored	answer.*:order_place, commit.before:placed,
#						exec.before:outcome
#	o8  stored, not published		commit.after:placed, exec.after:outcome, *:resting, *:row
#	o9  cancel wanted, not sent		exec.*:barrier, send.before:order_cancel
#	o10 cancel's reply not stored		send.after:order_cancel, answer.*:order_cancel,
#						exec.*:cancel, exec.*:cancel_all
#	o11 replace: old gone, no new one	none: an order is not replaced
#	o12 batch: some of the results		none: there are no batches
#	o13 resolver: answer not stored		send.*:order_query, answer.*:order_query,
#						exec.*:in_doubt, exec.*:found, commit.*:refused
#	o14 in the sweep of a start		commit.*:load, commit.*:events, *:open_orders,
#						*:positions, exec.*:rows, exec.*:reconciled
#	u1  frame read, not handed on		frame.*:user, exec.before:report, exec.before:account
#	u2  handed on, not applied		exec.after:report, exec.after:account
#	u3  in the transaction			commit.before:report of orderd, commit.before:book of riskd
#	u4  stored, not published		commit.after:report, exec.before:fill; commit.after:book,
#						exec.before:booked
#	u5  key renewed, not noted		answer.*:listen_key_keep
#	u6  new connection and old one		frame.after:user while connections are replaced
#	u7  snapshot read, not compared		answer.*:open_orders, answer.*:positions
#	u8  page k walked, k+1 not		answer.*:user_trades, commit.*:booked, commit.*:cursor
#	u9  funding half attributed		none: funding is one event; exec.*:account

load ../flow/lib
load ../flow/answers
load ../flow/crash

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup()
{
	export ANSWERED=all_answered_alike
	quiet_market
}

# What a row that has failed leaves is not for the next one.
teardown()
{
	local name
	for name in $DAEMONS; do
		! is_frozen "$name" || kill9 "$name"
		is_up "$name" || up "$name"
	done
}

# Before and after, the first time and the third.
both()	# KIND WHAT...
{
	local what
	for what in "${@:2}"; do
		echo "$1.before:$what $1.after:$what $1.before:$what#3 $1.after:$what#3"
	done
}

# ---- with traffic -------------------------------------------------------------------

# A command that is taken, and in the work list of whoever is dead.
dies_holding()	# DAEMON WORK-LIST
{
	echo "$1 holds $2" >&2
	asked_begin
	freeze "$1"
	limit "$ALPHA" BUY 0.021 59001
	ask cancel clientOrderId="$(name_of "$ALPHA" LMT)"
	await 5 is 1 rc llen "$2"
	kill9 "$1"
	up "$1"
	comes_to_rest
	asked_end
}

@test "c1, o1: an item that was popped and not read" {
	dies_holding cmdd pms:work:cmd:limit
	dies_holding riskd pms:work:q:risk
	dies_holding orderd pms:work:q:order
}

@test "c2 to c6: cmdd, commands on their way" {
	# shellcheck disable=SC2046 # lists of words
	each cmdd limits $(both exec hand_on)
}

# Nobody answers them in time but cmdd.
unanswered()
{
	local n
	freeze riskd
	for n in 1 2 3; do
		ask validate subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity="0.01$n"
	done
	await 15 is_over cmdd
	thaw riskd
}

refused()
{
	local n
	for n in 1 2 3; do
		limit "$ALPHA" BUY "-0.01$n" 59001
	done
}

@test "c7 to c9: cmdd, answers" {
	# shellcheck disable=SC2046
	each cmdd refused $(both exec refuse)
	# shellcheck disable=SC2046
	each cmdd unanswered $(both exec timeout)
}

@test "c7: what the dead one had claimed is answered by cmdd" {
	down riskd
	asked_begin
	begins_armed riskd exec.before:deny
	limit nobody BUY 0.021 59001
	must_be_over riskd exec.before:deny
	await_answer "$(tail -n 1 "$BATS_TEST_TMPDIR/asked")" 10 | holds '.success == false'
	up riskd
	comes_to_rest
	asked_end
}

@test "o2, u3, u4: riskd" {
	# shellcheck disable=SC2046
	each riskd limits $(both exec hand_on booked ack) $(both commit book)
}

@test "o3 to o8: orderd, orders on their way out" {
	# shellcheck disable=SC2046
	each orderd limits $(both send order_place) $(both answer order_place) \
	    $(both commit placed) $(both exec outcome resting row)
}

@test "o9, o10: orderd, cancels" {
	# shellcheck disable=SC2046
	each orderd limits $(both send order_cancel) $(both answer order_cancel) \
	    $(both exec barrier cancel cancel_all)
}

@test "o13: orderd, orders in doubt" {
	# shellcheck disable=SC2046
	each orderd doubts $(both send order_query) $(both answer order_query) \
	    $(both exec in_doubt found) $(both commit refused)
}

@test "u1, u2, u5: userd" {
	# shellcheck disable=SC2046
	each userd limits $(both frame user) $(both exec report account)
	# shellcheck disable=SC2046
	each userd cuts $(both exec stream) $(both answer listen_key_get)
}

@test "u3, u4: orderd, reports" {
	# shellcheck disable=SC2046
	each orderd limits $(both commit report) $(both exec fill ack)
}

@test "u5: userd, a key that is renewed" {
	# shellcheck disable=SC2046
	PMS_USERD_KEEP_EVERY=1s each userd limits $(both send listen_key_keep) \
	    $(both answer listen_key_keep)
}

@test "u6: userd, connections that are replaced" {
	PMS_USERD_CHANGE_EVERY=1s PMS_USERD_OVERLAP=2s each userd limits frame.before:user#9 \
	    frame.after:user#9 frame.before:user#21 frame.after:user#21
}

@test "u7, u8: orderd, after gaps of the stream" {
	# shellcheck disable=SC2046
	each orderd cuts $(both exec gap rows reconciled) $(both answer open_orders positions) \
	    $(both answer user_trades) $(both commit cursor) exec.before:found exec.after:found \
	    commit.before:booked commit.after:booked
}

# ---- again, while the next start sweeps -------------------------------------------------

again()	# DAEMON TRAFFIC POINT-BEFORE POINT...
{
	local point
	for point in "${@:4}"; do
		survives "$1" "$2" "$3" "$point"
	done
}

# What has waited for so long is not begun, and who would do it has not been heard of yet.
@test "c10: cmdd, in the sweep of a start" {
	again cmdd limits exec.after:hand_on#5 exec.before:refuse exec.after:refuse \
	    exec.before:refuse#3 exec.after:refuse#3
}

@test "o14: orderd, in the sweep of a start" {
	again orderd limits answer.before:order_place#4 commit.before:load commit.after:load \
	    commit.before:events commit.after:events send.after:open_orders \
	    answer.before:open_orders answer.after:open_orders answer.before:positions \
	    answer.after:positions exec.before:rows exec.after:rows
	again orderd limits exec.before:fill#3 exec.before:fill exec.after:fill \
	    commit.before:report commit.after:report
	again orderd cuts exec.before:reconciled exec.before:reconciled exec.after:reconciled
}

@test "u7: riskd, in the sweep of a start" {
	again riskd limits exec.before:booked#3 commit.before:load commit.after:load \
	    commit.before:sums commit.after:sums commit.before:book commit.after:book \
	    exec.before:booked exec.after:booked
}

@test "userd, in its start" {
	again userd limits frame.before:user#5 answer.before:listen_key_get \
	    answer.after:listen_key_get exec.before:stream exec.after:stream
}
