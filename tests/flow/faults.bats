#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The exchange answers badly, says no, or throttles: each command is answered
# once and truly, each order is sent once, and nothing that is refused holds
# margin.  The longer ones are in tests/fault.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, with an ID of its own

load lib
load answers
load faults

setup_file() { stack_up; }
teardown_file() { stack_down; }
setup() { trouble_begin; }
teardown() { trouble_end; }

# ---- executed, and the answer does not say so -------------------------------------

@test "an answer that says nothing of what was executed: all hear the truth" {
	local way
	while read -r way; do
		orders_meet "$way"
		cancel_meets "$way"
	done <<-'END'
	drop
	fail|execute=1|status=400|code=-1007|msg=Timeout waiting for response from backend server.
	fail|execute=1|status=200|body={"orderId":17957968307,"symbol":"BTC
	END
	settles
}

@test "-4116 to a first send is the proof that it stands there" {
	refuse_next POST 400 -4116 'clientOrderId is duplicated.' execute=1
	begin_limit
	rests "$ID" "$QTY"
	settles
}

# ---- refused ----------------------------------------------------------------------

@test "what the exchange refuses is told at once, and holds nothing" {
	local status code msg want
	while IFS='|' read -r status code msg want; do
		refuse_next POST "$status" "$code" "$msg"
		begin_trade
		was_refused "$ID" "$want"
	done <<-'END'
	503||Service Unavailable.|NOT_PLACED
	400|-1021|Timestamp for this request is outside of the recvWindow.|NOT_PLACED
	400|-5028|The requested timestamp is outside the recvWindow of the matching engine|NOT_PLACED
	400|-2019|Margin is insufficient.|EXCHANGE_MARGIN_INSUFFICIENT
	END
	settles
}

@test "an order that was refused is known to the next life of orderd" {
	refuse_next POST 400 -2019 'Margin is insufficient.'
	begin_limit
	was_refused "$ID" EXCHANGE_MARGIN_INSUFFICIENT
	NAME=$(name_of "$ID")
	kill9 orderd
	up orderd
	begin_cancel "$NAME"
	told | holds '.success == false and .errorCode == "ORDER_ALREADY_FINAL" and
	    .details.state == "failed"'
	is_up orderd
	settles
}

@test "a cancel that the exchange refuses is sent again until the order is gone" {
	resting
	refuse_next DELETE 503 '' 'Service Unavailable.' n=2
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	is 3 times_cancelled "$NAME"
	settles
}

@test "a close that is refused again and again is told each time, and sent once each time" {
	local first
	begin_trade
	was_filled "$ID" "$QTY"
	refuse_next POST 400 -2022 'ReduceOnly Order is rejected.' n=3
	for _ in 1 2 3; do
		begin_close
		was_refused "$ID" EXCHANGE_REJECTED
		# The gateway would take the position for gone if it read this.
		told | holds '.error | ascii_downcase | contains("reduceonly") | not'
	done
	first=$(name_of "$ID")
	begin_close
	told | holds .success
	is 1 times_sent "$first"
	settles
}

# ---- an order that is gone when its cancel comes ----------------------------------

@test "the cancel of an order that was filled unheard: booked, and told as filled" {
	resting
	ctl mute on=1 >/dev/null
	ctl fill symbol=BTCUSDT clientOrderId="$NAME" qty="$QTY" >/dev/null
	begin_cancel "$NAME"
	told | holds ".success == false and .errorCode == \"ORDER_ALREADY_FINAL\" and
	    .details.state == \"filled\" and .details.filledQty == $QTY"
	await 5 is 1 booked "$NAME"
	ctl mute on=0 >/dev/null
	settles
}

@test "the cancel of an order that was cancelled unheard says that it is" {
	resting
	ctl mute on=1 >/dev/null
	ctl cancel symbol=BTCUSDT clientOrderId="$NAME" >/dev/null
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	is 0 booked "$NAME"
	ctl mute on=0 >/dev/null
	settles
}

@test "-2011 and -2013 of an order that stands there prove nothing: it is cancelled in the end" {
	resting
	ctl lag ms=3000 >/dev/null
	refuse_next DELETE 400 -2011 'Unknown order sent.' n=3
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	is 4 times_cancelled "$NAME"
	settles
}

@test "an order that ends before its cancel comes keeps its end" {
	resting
	ctl fill symbol=BTCUSDT clientOrderId="$NAME" qty="$QTY" >/dev/null
	await 5 is 1 booked "$NAME"
	begin_cancel "$NAME"
	told | holds '.success == false and .errorCode == "ORDER_ALREADY_FINAL" and
	    .details.state == "filled"'
	is 0 times_cancelled "$NAME"
	settles
}

# ---- throttled --------------------------------------------------------------------

@test "in an overload what reduces goes, cancels go, and new risk is told NOT_PLACED" {
	begin_trade
	was_filled "$ID" "$QTY"
	resting
	ctl overload on=1 >/dev/null
	begin_trade
	was_refused "$ID" NOT_PLACED
	begin_limit
	was_refused "$ID" NOT_PLACED
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	begin_close
	told | holds .success
	await 5 is '' position_of "$ALPHA"
	ctl overload on=0 >/dev/null
	begin_trade
	was_filled "$ID" "$QTY"
	settles
}

@test "a ban: nothing is sent until its end, which is shown; then it goes on" {
	local cancel trade
	resting
	ctl ban seconds=3 >/dev/null
	begin_cancel "$NAME"
	cancel=$ID
	await 2 orderd_says '.mode == "HALTED" and .why == ["exchange ban"] and
	    .pace.closed == "banned" and .pace.untilMs > .ts'
	begin_trade
	trade=$ID
	await 5 orderd_says '.mode == "ACTIVE"'
	was_cancelled "$cancel" "$NAME"
	was_filled "$trade" "$QTY"
	is 1 times_answered -1003
	settles
}
