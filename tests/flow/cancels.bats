#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Cancels: of orders that rest, that are being sent, that wait, that have ended
# and that nobody knows; with an exchange that says nothing, and with crashes.
# Each is answered once, and an order that was to go is gone.

load lib
load answers
load resting

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup() { begin_at_rest; }

teardown()
{
	! is_frozen riskd || thaw riskd
	end_at_rest
}

# ---- words ---------------------------------------------------------------------

# As fault does it for placements: fault_cancel drop n=2
fault_cancel() { ctl "$1" path=/fapi/v1/order method=DELETE "${@:2}" >/dev/null; }
cancels_of() { requests_as DELETE "$1" | wc -l; }			# ID -> how many were sent
at_us() { requests_as "$1" "$2" | head -n 1 | jq .us; }		# METHOD ID -> of the first

# Pushed, not waited for; its requestId is what is printed.
begin()	# QUEUE KEY=VALUE...
{
	local id
	read -r id </proc/sys/kernel/random/uuid
	push "$1" "$(plain requestId="$id" "${@:2}")"
	echo "$id"
}

begin_limit()	# ACCOUNT SIDE QUANTITY PRICE [KEY=VALUE...]
{
	begin limit subAccountId="$1" symbol=BTCUSDT side="$2" quantity="$3" price="$4" \
	    leverage=10 "${@:5}"
}

was_not_sent() { ! ids_sent | grep -q "$1"; }		# ID

# Taken or not: riskd does not see it.
waiting_for_riskd() { echo $(($(rc llen pms:q:risk) + $(rc llen pms:work:q:risk))); }

# What the order of a command will be called, or is.
prefix_of() { printf '%s' "$1" | sha256sum | cut -c 1-12; }	# ACCOUNT
name_for()	# ACCOUNT REQUEST-ID
{
	echo "PMS$(prefix_of "$1")_LMT_$(printf '%s/0' "$2" | sha256sum | cut -c 1-12)"
}

is_cancelled()	# [FILLED], of the JSON on stdin
{
	holds ".success and .state == \"cancelled\" and .filledQty == ${1:-0} and
	    (.clientOrderId | startswith(\"PMS\"))"
}

is_cancelled_unsent()	# the same, of a limit
{
	holds '.success == false and .errorCode == "ORDER_CANCELLED" and
	    .errorCategory == "AMBIGUITY" and
	    .retryable == false and (.error | length > 0) and
	    (.details.clientOrderId | startswith("PMS"))'
}

has_ended()	# STATE FILLED, the same
{
	holds ".success == false and .errorCode == \"ORDER_ALREADY_FINAL\" and
	    .errorCategory == \"VALIDATION\" and .details.state == \"$1\" and
	    .details.filledQty == $2"
}

is_unknown()
{
	holds '.success == false and .errorCode == "ORDER_NOT_FOUND" and
	    .errorCategory == "VALIDATION" and
	    (.details.clientOrderId | length > 0)'
}

told_cancelled()	# ACCOUNT ID REASON
{
	await_event order_cancelled ".clientOrderId == \"$2\" and .subAccountId == \"$1\" and
	    .reason == \"$3\" and .state == \"cancelled\" and (.account.balance > 0)"
	await 5 eval "is 0 rc hexists pms:open_orders:$1 $2 && is 0 rc hexists pms:resv $2"
}

# ---- one order -------------------------------------------------------------------

@test "an order that rests is cancelled; another one stays" {
	local id other
	id=$(rest "$ALPHA" BUY 0.01 59000)
	other=$(rest "$ALPHA" BUY 0.01 59000)
	cancel "$id" | is_cancelled
	told_cancelled "$ALPHA" "$id" CANCELED
	await 5 is CANCELLED status_of "$id"
	is 1 cancels_of "$id"
	told_once "$id" order_active order_cancelled order_placed
	stands "$ALPHA" "$other"
	at_rest
}

@test "one that is partly filled says how much" {
	local id
	id=$(rest "$ALPHA" SELL 0.03 61000)
	fill BTCUSDT "$id" 0.012
	cancel "$id" | is_cancelled 0.012
	told_cancelled "$ALPHA" "$id" CANCELED
	await 5 is 0.012 quantity_of "$ALPHA"
	at_rest
}

@test "while its request has no answer and the stream is silent, the cancel waits" {
	local asked cancelled id
	ctl skew delay_ms=2500 >/dev/null
	fault hold ms=1500
	asked=$(begin_limit "$ALPHA" BUY 0.01 59000)
	id=$(name_for "$ALPHA" "$asked")
	await 3 requests_as POST "$id"
	cancelled=$(begin cancel clientOrderId="$id")
	await_answer "$asked" | holds '.success and .state == "active"'
	await_answer "$cancelled" | is_cancelled
	is t eval "[ $(($(at_us DELETE "$id") - $(at_us POST "$id"))) -gt 1400000 ] && echo t"
	is 1 cancels_of "$id"
	told_cancelled "$ALPHA" "$id" CANCELED
	at_rest
}

@test "when the stream has told of it, the cancel does not wait for the answer" {
	local asked id
	fault hold ms=10000
	asked=$(begin_limit "$ALPHA" BUY 0.01 59000)
	id=$(name_for "$ALPHA" "$asked")
	await 3 requests_as POST "$id"
	cancel "$id" | is_cancelled
	await_answer "$asked" | holds .success
	told_cancelled "$ALPHA" "$id" CANCELED
	at_rest
}

@test "one that waits for the exchange's pace ends unsent" {
	local asked id
	fault fail status=429 code=-1015 msg='Too many new orders.' retry_after=3
	limit "$BETA" BUY 0.01 59000 | holds '.success == false and .details.exchangeCode == -1015'
	asked=$(begin_limit "$ALPHA" BUY 0.01 59000)
	id=$(name_for "$ALPHA" "$asked")
	await 2 is 1 rc hexists pms:resv "$id"
	cancel "$id" | is_cancelled
	await_answer "$asked" | is_cancelled_unsent
	told_cancelled "$ALPHA" "$id" CANCELLED
	told_once "$id" order_cancelled
	was_not_sent "$id"
	is '' status_of "$id"
	at_rest
}

@test "the cancel comes before its order: the order is never sent" {
	local asked id cancelled
	asked=$(uuid)
	id=$(name_for "$ALPHA" "$asked")
	cancelled=$(begin cancel clientOrderId="$id")
	await 2 is 1 rc llen pms:work:q:urgent
	begin_limit "$ALPHA" BUY 0.01 59000 requestId="$asked" >/dev/null
	await_answer "$asked" | is_cancelled_unsent
	await_answer "$cancelled" | is_cancelled
	told_cancelled "$ALPHA" "$id" CANCELLED
	nothing_sent
	is 0 cancels_of "$id"
	at_rest
}

# ---- nothing to cancel ---------------------------------------------------------------

@test "what nobody knows is told so, when its order could not come any more" {
	local id began
	id=$(name_for "$ALPHA" "$(uuid)")
	began=$(now_us)
	cancel "$id" | is_unknown
	is t eval "[ $(($(now_us) - began)) -gt 2500000 ] && echo t"
	is 0 cancels_of "$id"
	at_rest
}

@test "a name that is none of ours is told so at once, and none at all, too" {
	local id asked=()
	for id in web_12345 PMS PMS_LMT_1 pms0123456789ab_LMT_0123456789ab x; do
		asked+=("$(begin cancel clientOrderId="$id")")
	done
	# One that might still come would be waited for, three seconds long.
	await 2 answer "${asked[-1]}"
	for id in "${asked[@]}"; do
		await_answer "$id" | is_unknown
	done
	for id in '{}' '{"clientOrderId":""}' '{"clientOrderId":null}'; do
		cmd cancel "$id" | holds '.success == false and
		    .errorCode == "VALIDATION_CLIENT_ORDER_ID_REQUIRED"'
	done
	at_rest
}

@test "what has ended is told with its state, also by a later life of orderd" {
	local filled gone
	filled=$(rest "$ALPHA" BUY 0.01 59000)
	gone=$(rest "$ALPHA" BUY 0.02 59000)
	fill BTCUSDT "$filled" 0.01
	fill BTCUSDT "$gone" 0.005
	await_event order_filled
	cancel "$gone" | is_cancelled 0.005
	await 5 nothing_rests
	cancel "$filled" | has_ended filled 0.01
	cancel "$gone" | has_ended cancelled 0.005
	kill9 orderd
	up orderd
	cancel "$filled" | has_ended filled 0.01
	cancel "$gone" | has_ended cancelled 0.005
	is 0 cancels_of "$filled"
	is 1 cancels_of "$gone"
	at_rest
}

@test "it is filled while the cancel is on its way: the truth is told, with the quantity" {
	local id
	id=$(rest "$ALPHA" BUY 0.02 59000)
	ctl skew delay_ms=1500 >/dev/null
	fill BTCUSDT "$id" 0.02
	cancel "$id" | has_ended filled 0.02
	is -2011 eval "requests_as DELETE $id | head -n 1 | jq .code"
	await_event order_filled ".clientOrderId == \"$id\""
	at_rest
}

# ---- an exchange that says nothing ------------------------------------------------------

@test "the answer of the cancel is lost: the stream tells, or it is asked" {
	local id muted
	for muted in 0 1; do
		id=$(rest "$ALPHA" BUY 0.01 59000)
		ctl mute on=$muted >/dev/null
		fault_cancel drop
		cancel "$id" | is_cancelled
		await 5 is CANCELLED status_of "$id"
	done
	ctl mute on=0 >/dev/null
	told_cancelled "$ALPHA" "$id" CANCELED
	at_rest
}

@test "the exchange is busy, or lost the request: it is sent again until it is done" {
	local id
	id=$(rest "$ALPHA" BUY 0.01 59000)
	fault_cancel fail status=503 msg='Service Unavailable' n=3
	begin cancel clientOrderId="$id" >"$BATS_TEST_TMPDIR/asked_one"
	await 3 row_holds "$ALPHA" "$id" '.state == "cancelling"'
	await_answer "$(cat "$BATS_TEST_TMPDIR/asked_one")" | is_cancelled
	is 4 cancels_of "$id"
	told_cancelled "$ALPHA" "$id" CANCELED
	id=$(rest "$ALPHA" BUY 0.01 59000)
	fault_cancel lose n=2
	cancel "$id" | is_cancelled
	is 3 cancels_of "$id"
	at_rest
}

@test "the exchange wants less of us: the cancel waits as long as it says, and then is sent" {
	local id
	id=$(rest "$ALPHA" BUY 0.01 59000)
	fault_cancel fail status=429 code=-1003 msg='Too many requests.' retry_after=1
	cancel "$id" | is_cancelled
	is 2 cancels_of "$id"
	told_cancelled "$ALPHA" "$id" CANCELED
	at_rest
}

@test "without the ledger a cancel is sent and answered; what it ends is written later" {
	local id unknown
	id=$(rest "$ALPHA" BUY 0.01 59000)
	down postgres
	cancel "$id" | is_cancelled
	is 1 cancels_of "$id"
	unknown=$(begin cancel clientOrderId="$(name_for "$ALPHA" "$(uuid)")")
	await_answer "$unknown" | holds '.success == false and .errorCode == "INFRA_TIMEOUT"'
	up postgres
	told_cancelled "$ALPHA" "$id" CANCELED
	await 5 is CANCELLED status_of "$id"
	await 5 nothing_waits
	at_rest
}

@test "an order in doubt is cancelled, whether the exchange has it or not" {
	local asked id
	ctl mute on=1 >/dev/null
	fault drop
	asked=$(begin_limit "$ALPHA" BUY 0.01 59000)
	id=$(name_for "$ALPHA" "$asked")
	await 3 requests_as POST "$id"
	cancel "$id" | is_cancelled
	await_answer "$asked" | holds .success
	ctl mute on=0 >/dev/null
	told_cancelled "$ALPHA" "$id" CANCELED
	fault lose
	asked=$(begin_limit "$ALPHA" BUY 0.01 59000)
	id=$(name_for "$ALPHA" "$asked")
	await 3 requests_as POST "$id"
	cancel "$id" | holds '.success == false and .errorCode == "INFRA_TIMEOUT"'
	await_answer "$asked" | holds '.success == false'
	await_event order_failed ".clientOrderId == \"$id\" and .errorCode == \"NOT_PLACED\"" 12
	await 5 is_gone "$ALPHA" "$id" CANCELLED
	await 5 nothing_waits
	at_rest
}

# ---- asked again ---------------------------------------------------------------------

@test "the same requestId twice: one order, one cancel, and the same answer" {
	local asked id first
	asked=$(begin_limit "$ALPHA" BUY 0.01 59000)
	first=$(await_answer "$asked")
	rc del "pms:result:$asked" >/dev/null
	begin_limit "$ALPHA" BUY 0.01 59000 requestId="$asked" >/dev/null
	is "$first" await_answer "$asked"
	begin_limit "$ALPHA" BUY 0.02 59000 requestId="$asked" >/dev/null
	await 3 eval "answer $asked | grep -q REQUEST_ID_REUSED"
	id=$(name_for "$ALPHA" "$asked")
	is "$id" sent_since
	asked=$(begin cancel clientOrderId="$id")
	first=$(await_answer "$asked")
	is_cancelled <<<"$first"
	rc del "pms:result:$asked" >/dev/null
	begin cancel clientOrderId="$id" requestId="$asked" >/dev/null
	is "$first" await_answer "$asked"
	is 1 cancels_of "$id"
	cancel_everything
	books_agree
}

@test "a cancel that wants no answer is done, and gets none" {
	local id
	id=$(rest "$ALPHA" BUY 0.01 59000)
	push cancel "{\"clientOrderId\":\"$id\"}"
	told_cancelled "$ALPHA" "$id" CANCELED
	id=$(rest "$ALPHA" BUY 0.01 59000)
	push cancel_all "{\"subAccountId\":\"$ALPHA\",\"requestId\":\"unknown\"}"
	told_cancelled "$ALPHA" "$id" CANCELED
	is 0 rc exists pms:result: pms:result:unknown
	at_rest
}

# ---- a crowd ------------------------------------------------------------------------------

@test "a thousand cancels of one order: one request, and each is answered once" {
	local id other n commands=()
	id=$(rest "$ALPHA" BUY 0.01 59000)
	other=$(rest "$BETA" BUY 0.01 59000)
	ctl skew delay_ms=2500 >/dev/null
	fault_cancel hold ms=2000
	for n in {1..1000}; do
		commands+=("{\"requestId\":\"crowd$n\",\"clientOrderId\":\"$id\"}")
	done
	rc lpush pms:cmd:cancel "${commands[@]}" >/dev/null
	await 5 answer crowd1000
	is 1 cancels_of "$id"
	cancel "$other" | is_cancelled
	answer crowd1000 | holds '.errorCode == "CANCEL_IN_FLIGHT" and
	    .errorCategory == "AMBIGUITY" and
	    .success == false and .details.value == 9 and .details.limit == 8'
	await 6 is 8 crowd_answers '"success":true'
	is 992 crowd_answers '"errorCode":"CANCEL_IN_FLIGHT"'
	is 1 cancels_of "$id"
	is 1000 eval 'answered | grep -c "^crowd"'
	at_rest
}

crowd_answers()	# TEXT -> how many have it
{
	local keys
	keys=$(printf 'pms:result:crowd%s ' {1..1000})
	# shellcheck disable=SC2086 # words
	rc mget $keys | grep -c -e "$1"
}

# ---- all of an account ---------------------------------------------------------------------

cancels_all()	# CANCELLED [FAILED], of the JSON on stdin
{
	holds ".success and .cancelledCount == $1 and .failedCount == ${2:-0}"
}

@test "cancel_all: of one symbol, of all, and of nobody else" {
	local first second eth other
	first=$(rest "$ALPHA" BUY 0.01 59000)
	second=$(rest "$ALPHA" SELL 0.01 61000)
	eth=$(rest "$ALPHA" BUY 0.1 2900 symbol=ETHUSDT)
	other=$(rest "$BETA" BUY 0.01 59000)
	fill BTCUSDT "$second" 0.004
	cancel_all "$ALPHA" symbol=BTC/USDT:USDT | cancels_all 2
	told_cancelled "$ALPHA" "$first" CANCELED
	told_cancelled "$ALPHA" "$second" CANCELED
	stands "$ALPHA" "$eth"
	stands "$BETA" "$other"
	cancel_all "$ALPHA" symbol=DOGEUSDT | cancels_all 0
	cancel_all "$ALPHA" | cancels_all 1
	told_cancelled "$ALPHA" "$eth" CANCELED
	cancel_all "$ALPHA" | cancels_all 0
	stands "$BETA" "$other"
	cancel_all nobody | cancels_all 0
	cmd cancel_all '{}' | holds '.errorCode == "VALIDATION_SUBACCOUNT_REQUIRED"'
	is 4 eval 'sent_since | wc -l'
	at_rest
}

@test "cancel_all counts as failed what will not go in time, and goes on with it" {
	local id
	id=$(rest "$ALPHA" BUY 0.01 59000)
	fault_cancel fail status=503 msg='Service Unavailable' n=6
	cancel_all "$ALPHA" | cancels_all 0 1
	await 12 is CANCELLED status_of "$id"
	is 7 cancels_of "$id"
	at_rest
}

@test "cancel_all stops what was asked for before it and has not arrived" {
	local before other after
	freeze riskd
	before=$(begin_limit "$ALPHA" BUY 0.01 59000 deadlineMs=20000)
	other=$(begin_limit "$BETA" BUY 0.01 59000 deadlineMs=20000)
	await 2 is 2 waiting_for_riskd
	cancel_all "$ALPHA" | cancels_all 0
	after=$(begin_limit "$ALPHA" BUY 0.02 59000 deadlineMs=20000)
	thaw riskd
	await_answer "$before" | is_cancelled_unsent
	await_answer "$other" | holds .success
	await_answer "$after" | holds .success
	told_cancelled "$ALPHA" "$(name_for "$ALPHA" "$before")" CANCELLED
	is "$(printf '%s\n' "$(name_for "$BETA" "$other")" "$(name_for "$ALPHA" "$after")")" sent_since
	at_rest
}

@test "what it stops is stopped by a later life of orderd, too; on its symbol alone" {
	local before eth
	freeze riskd
	before=$(begin_limit "$ALPHA" BUY 0.01 59000 deadlineMs=20000)
	eth=$(begin_limit "$ALPHA" BUY 0.1 2900 symbol=ETHUSDT deadlineMs=20000)
	await 2 is 2 waiting_for_riskd
	cancel_all "$ALPHA" symbol=BTCUSDT | cancels_all 0
	kill9 orderd
	up orderd
	thaw riskd
	await 10 stream_is_up
	told_cancelled "$ALPHA" "$(name_for "$ALPHA" "$before")" CANCELLED
	await 10 stands "$ALPHA" "$(name_for "$ALPHA" "$eth")"
	is "$(name_for "$ALPHA" "$eth")" sent_since
	at_rest
}

# ---- crashes ----------------------------------------------------------------------------------

survives()	# POINT QUEUE: one row; the order rests, orderd dies at the point of its cancel
{
	local id
	echo "$1" >&2
	id=$(rest "$ALPHA" BUY 0.01 59000)
	down orderd
	: >"$BATS_TEST_TMPDIR/asked"
	CRASH_AT=$1 up orderd || :
	ask "$2" subAccountId="$ALPHA" clientOrderId="$id"
	await 10 is_over orderd || { echo "orderd never came to $1" >&2; return 1; }
	up orderd
	await 12 is CANCELLED status_of "$id" || return 1
	await 12 answer "$(cat "$BATS_TEST_TMPDIR/asked")"
	answer "$(cat "$BATS_TEST_TMPDIR/asked")" | holds '.success or .errorCode == "INFRA_TIMEOUT"'
	await 5 nothing_waits || { nothing_waits; return 1; }
	no_answer_twice
	await_event order_cancelled ".clientOrderId == \"$id\""
}

@test "orderd dies around the request of a cancel" {
	local point
	for point in send.before send.after answer.before answer.after; do
		survives "$point:order_cancel" cancel || return 1
	done
	at_rest
}

@test "orderd dies around what a cancel says" {
	survives exec.before:cancel cancel
	survives exec.after:cancel cancel
	survives exec.before:fill cancel
	survives exec.after:fill cancel
	at_rest
}

@test "orderd dies around a cancel_all" {
	survives exec.before:barrier cancel_all
	survives exec.after:barrier cancel_all
	survives send.after:order_cancel cancel_all
	survives exec.before:cancel_all cancel_all
	survives exec.after:cancel_all cancel_all
	at_rest
}
