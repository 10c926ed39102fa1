#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Every way in which the exchange's REST interface can fail, for trades, limits
# and cancels: each command is answered once and truly, each order is sent once,
# and at rest the books agree.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, with an ID of its own

load ../flow/lib
load ../flow/answers
load ../flow/faults

setup_file() { stack_up; }
teardown_file() { stack_down; }
setup() { trouble_begin; }

teardown()
{
	is_up orderd || up orderd
	trouble_end
	may_connect
}

# No new connection can be made; what is connected stays.
may_not_connect() { prlimit --pid "$(pid orderd)" --nofile=1:; }
may_connect() { prlimit --pid "$(pid orderd)" --nofile=1024:; }

anew() { down "$1"; up "$1"; }		# NAME
memory_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$(pid "$1")/status"; }

# ---- no connection ----------------------------------------------------------------

# The exchange forgets everything when it is killed: before all others.
@test "an exchange that refuses connections: NOT_PLACED at once; when it is back it goes on" {
	freeze userd	# it would say that the user stream is away
	kill9 simex
	begin_trade
	told | holds '.errorCode == "NOT_PLACED" and .retryable and .errorCategory == "EXCHANGE"'
	begin_limit
	told | holds '.errorCode == "NOT_PLACED" and (.error | test("no connection"))'
	thaw userd
	up simex
	# shellcheck disable=SC2034 # of its ledger, which is a new one
	FROM=0
	quiet_market
	await 30 stream_is_up
	begin_trade
	was_filled "$ID" "$QTY"
	settles
}

@test "a cancel without a connection is tried until there is one" {
	anew orderd	# what cancels leave by is not connected yet
	await 20 stream_is_up
	resting
	may_not_connect
	begin_cancel "$NAME"
	await_log orderd "cancel_failed clord_id=$NAME status=0 .* tries=3"
	is 0 times_cancelled "$NAME"
	may_connect
	was_cancelled "$ID" "$NAME"
	is 1 times_cancelled "$NAME"
	settles
}

@test "a close without a connection is told NOT_PLACED, and can be asked for again" {
	anew orderd
	await 20 stream_is_up
	begin_trade
	was_filled "$ID" "$QTY"
	may_not_connect
	begin_close
	told | holds '.errorCode == "NOT_PLACED" and .retryable'
	is 0 times_sent "$(name_of "$ID")"
	may_connect
	begin_close
	told | holds .success
	settles
}

executed_silently()
{
	cat <<-'END'
	drop
	hold|ms=10000
	fail|execute=1|status=503|msg=Unknown error, please check your request or try again later.
	fail|execute=1|status=503|code=-1000|msg=Unknown error, please check your request.
	fail|execute=1|status=400|code=-1007|msg=Timeout waiting for response from backend server.
	fail|execute=1|status=504|type=text/html|body=<html><body>Gateway Timeout</body></html>
	fail|execute=1|status=200|body={"orderId":17957968307,"symbol":"BTC
	fail|execute=1|status=200
	fail|execute=1|status=400|code=-4116|msg=clientOrderId is duplicated.
	drip|ms=10000
	flood|bytes=10000000
	END
}

@test "trades and limits that the exchange executed, with an answer that says nothing" {
	local way
	while read -r way; do
		orders_meet "$way"
	done < <(executed_silently)
	settles
}

@test "cancels that the exchange executed, with an answer that says nothing" {
	local way
	while read -r way; do
		resting
		meets DELETE "$way"
		begin_cancel "$NAME"
		was_cancelled "$ID" "$NAME"
	done < <(executed_silently)
	settles
}

@test "the same while the stream is mute: trades, limits and cancels are asked for" {
	local way
	ctl mute on=1 >/dev/null
	while read -r way; do
		orders_meet "$way" begin_until_taken
		cancel_meets "$way"
	done < <(executed_silently)
	ctl mute on=0 >/dev/null
	settles
}

# userd is told that its stream has said nothing, and opens another: a gap for a moment.
begin_until_taken()	# begin_trade or begin_limit
{
	await 10 stream_is_up
	"$1"
	! told | holds '.errorCode == "INFRA_UNAVAILABLE"' 2>/dev/null || begin_until_taken "$1"
}

# ---- not executed, and the answer does not say so ---------------------------------

lost_silently()
{
	cat <<-'END'
	lose
	fail|status=503|msg=Unknown error, please check your request or try again later.
	fail|status=400|code=-1000|msg=An unknown error occurred while processing the request.
	fail|status=400|code=-1006|msg=An unexpected response was received from the message bus.
	fail|status=400|code=-1007|msg=Timeout waiting for response from backend server.
	fail|status=408|code=-1007|msg=Timeout waiting for response from backend server.
	fail|status=408
	fail|status=502|type=text/html|body=<html><body>Bad Gateway</body></html>
	fail|status=504|type=text/html|body=<html><body>Gateway Timeout</body></html>
	fail|status=500|body={"code":
	fail|status=503
	fail|status=200|body={"orderId":17957968307,"symbol":"BTC
	fail|status=200
	fail|status=200|body=[]
	fail|status=200|code=-1
	END
}

@test "of what never arrived, with an answer that says nothing, that is told after its proof" {
	local way id lost=()
	while read -r way; do
		meets POST "$way"
		begin_trade
		await 3 is_sent "$ID"
		lost+=("$ID")
		meets POST "$way"
		begin_limit
		await 3 is_sent "$ID"
		lost+=("$ID")
	done < <(lost_silently)
	for id in "${lost[@]}"; do
		was_not_placed "$id"
	done
	settles
}

is_sent() { is 1 times_sent "$(name_of "$1")"; }	# REQUEST-ID

@test "a cancel that never arrived is sent again" {
	local way
	while read -r way; do
		resting
		meets DELETE "$way"
		begin_cancel "$NAME"
		was_cancelled "$ID" "$NAME"
		is 2 times_cancelled "$NAME"
	done < <(lost_silently)
	settles
}

# ---- refused ----------------------------------------------------------------------

# STATUS|CODE|MSG|what the caller hears
refusals()
{
	cat <<-'END'
	503||Service Unavailable.|NOT_PLACED
	503||Internal error; unable to process your request. Please try again.|NOT_PLACED
	503|-1001|Internal error; unable to process your request. Please try again.|NOT_PLACED
	503|-1016|This service is no longer available.|NOT_PLACED
	503|-1008|Request throttled by system-level protection.|NOT_PLACED
	400|-1021|Timestamp for this request is outside of the recvWindow.|NOT_PLACED
	400|-5028|The requested timestamp is outside the recvWindow of the matching engine|NOT_PLACED
	400|-1111|Precision is over the maximum defined for this asset.|EXCHANGE_PRECISION
	400|-2010|NEW_ORDER_REJECTED|EXCHANGE_REJECTED
	400|-2019|Margin is insufficient.|EXCHANGE_MARGIN_INSUFFICIENT
	400|-2022|ReduceOnly Order is rejected.|EXCHANGE_REJECTED
	400|-2027|Exceeded the maximum allowable position at current leverage.|EXCHANGE_REJECTED
	400|-4131|The counterparty's best price does not meet the filter limit.|EXCHANGE_REJECTED
	400|-4164|Order's notional must be no smaller than 5|EXCHANGE_MIN_NOTIONAL
	404|||EXCHANGE_REJECTED
	END
}

@test "what the exchange refuses is told at once, and can be asked for again" {
	local status code msg want
	while IFS='|' read -r status code msg want; do
		refuse_next POST "$status" "$code" "$msg"
		begin_trade
		was_refused "$ID" "$want"
		refuse_next POST "$status" "$code" "$msg"
		begin_limit
		was_refused "$ID" "$want"
		# The same once more is no duplicate of anything.
		begin limit subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity="$QTY" price=59000 \
		    leverage=10
		rests "$ID" "$QTY"
	done < <(refusals)
	settles
}

@test "a cancel that the exchange refuses is sent again until the order is gone" {
	local status code msg
	while IFS='|' read -r status code msg _; do
		resting
		refuse_next DELETE "$status" "$code" "$msg" n=2
		begin_cancel "$NAME"
		was_cancelled "$ID" "$NAME"
		is 3 times_cancelled "$NAME"
	done < <(refusals)
	settles
}

# ---- the clock --------------------------------------------------------------------

@test "a clock ten seconds wrong: -1021 is refused, the clock is asked for, it works again" {
	local wrong
	wrong='{"serverTime":'$(($(now_us) / 1000 - 10000))'}'
	ctl fail path=/fapi/v1/time method=GET status=200 body="$wrong" >/dev/null
	refuse_next POST 400 -1021 'Timestamp for this request is outside of the recvWindow.'
	begin_trade
	was_refused "$ID" NOT_PLACED
	await 5 clock_was_asked
	begin_trade
	was_refused "$ID" NOT_PLACED
	is -1021 eval "requests_as POST $(name_of "$ID") | jq '.[0].code'"
	await 5 orderd_says '.clockErrorMs < 1000'
	begin_trade
	was_filled "$ID" "$QTY"
	settles
}

clock_was_asked() { ctl status | holds '.faults == []'; }

# ---- what is said too early -------------------------------------------------------

@test "an exchange that knows an order only after 5 s: nothing is concluded before" {
	local trade limit
	ctl mute on=1 >/dev/null
	ctl lag ms=5000 >/dev/null
	meets POST drop
	begin_trade
	trade=$ID
	await 3 is_sent "$trade"
	meets POST drop
	begin_limit
	limit=$ID
	for ID in "$trade" "$limit"; do
		told | holds '.errorCode == "INFRA_TIMEOUT"'
	done
	await 10 is 1 booked "$(name_of "$trade")"
	NAME=$(name_of "$limit")
	await 10 row_holds '.state == "active"'
	is 1 times_sent "$(name_of "$trade")"
	is 1 times_sent "$NAME"
	is '' events_get order_failed
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	ctl lag ms=0 >/dev/null
	ctl mute on=0 >/dev/null
	settles
}

row_holds() { holds "$1" rc hget "pms:open_orders:$ALPHA" "$NAME"; }	# JQ-CONDITION, of $NAME

# ---- refused without end ----------------------------------------------------------

@test "a stop whose order is refused comes again, ever more slowly, and closes in the end" {
	local from
	begin_trade
	was_filled "$ID" "$QTY"
	begin trail_stop subAccountId="$ALPHA" positionId="$(position_of "$ALPHA")" callbackPct=1
	told | holds .success
	refuse_next POST 400 -2022 'ReduceOnly Order is rejected.' n=4
	from=$(ctl status | jq .requests)
	price BTCUSDT 59000
	await 30 is '' position_of "$ALPHA"
	is true came_ever_more_slowly "$from"
	settles
}

# Five orders, the pauses between them longer and longer.
came_ever_more_slowly()	# FROM: of the ledger
{
	ctl ledger kind=requests from="$1" | jq '
	    map(select(.method == "POST") | .us) |
	    [.[1:], .[:-1]] | transpose | map(.[0] - .[1]) |
	    length == 4 and . == sort and .[0] >= 200000'
}

# ---- connections ------------------------------------------------------------------

@test "answers of 40 MB, a thousand headers: the order is found, and memory stays bounded" {
	local way before
	before=$(memory_kb orderd)
	for way in 'flood|bytes=40000000' 'flood|bytes=1000|headers=2000' 'flood|bytes=10000000'; do
		orders_meet "$way"
	done
	[ $(($(memory_kb orderd) - before)) -lt 200000 ]
	settles
}

@test "a connection that is closed when it is used again: nothing is sent twice, all are told" {
	local ms placed=()
	for ms in 0 0 1 2 5 10 20 30 40 50; do
		ctl close_after path=/fapi/v1/order method=POST ms="$ms" >/dev/null
		begin_trade
		placed+=("$ID")
		begin_limit
		placed+=("$ID")
	done
	for ID in "${placed[@]}"; do
		told | holds '.success or .errorCode == "NOT_PLACED" or .errorCode == "INFRA_TIMEOUT"'
		await 10 is 0 rc hexists pms:doubt "$(name_of "$ID")"
		agrees_with_exchange "$(name_of "$ID")"
	done
	settles
}

# What stands here as what it came to stands there so, and is there at most once.
agrees_with_exchange()	# CLIENT-ORDER-ID
{
	case $(status_there "$1") in
	FILLED) await 5 is 1 booked "$1" ;;
	NEW) await 5 is 1 rc hexists "pms:open_orders:$ALPHA" "$1" ;;
	none) await 5 holds_nothing "$1" ;;
	*) false ;;
	esac
	[ "$(times_sent "$1")" -le 1 ]
}

# ---- the key ----------------------------------------------------------------------

@test "a key that is revoked: said loudly, exit 78, what rests rests; given back it works" {
	begin_trade
	was_filled "$ID" "$QTY"
	resting
	ctl revoke on=1 >/dev/null
	begin_trade
	await_log orderd 'exchange_refuses_us code=-2015'
	await 5 is_over orderd
	is 78 exit_status orderd
	await_log orderd 'credentials_refused .* code=-2015'
	told | holds '.errorCode == "EXCHANGE_REJECTED" or .errorCode == "INFRA_TIMEOUT"'
	await 6 riskd_says '.mode == "REDUCING" and (.why | index("no orderd"))'
	begin_limit
	told | holds '.errorCode == "INFRA_UNAVAILABLE"'
	begin_cancel "$NAME"
	told | holds '.errorCode == "INFRA_UNAVAILABLE" and .retryable'
	is NEW status_there "$NAME"
	ctl revoke on=0 >/dev/null
	up orderd
	await 30 stream_is_up
	await 10 orderd_says '.mode == "ACTIVE"'
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	begin_trade
	was_filled "$ID" "$QTY"
	await 15 is 0 rc exists pms:doubt
	settles
}
