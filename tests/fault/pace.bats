#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# The exchange's limits: what it refuses for being too much, what others use up,
# what it shuts for a while, and what may leave all the same.

# shellcheck disable=SC2030,SC2031 # each test is a subshell, with an ID of its own

load ../flow/lib
load ../flow/answers
load ../flow/faults

# Others who ask for more than there is are not to ban orderd.
setup_file()
{
	PMS_ORDERD_AUDIT_EVERY=2s stack_up
	ctl limits ban_after=0 >/dev/null
}

teardown_file() { stack_down; }
setup() { trouble_begin; }

# What a test has shut is open for the next one.
teardown()
{
	trouble_end
	ctl clear >/dev/null
	ctl limits weight=2400 orders_10s=300 orders_1m=1200 ban_after=0 retry_after=1 >/dev/null
	orderd_anew
}

orderd_anew()
{
	down orderd
	PMS_ORDERD_AUDIT_EVERY=2s up orderd
	await 5 ready orderd
	await 20 stream_is_up
}

# ---- words ------------------------------------------------------------------------

TOO_MANY='Too many requests; current limit is 2400 requests per minute.'

second_of_minute() { echo $(($(now_us) / 1000000 % 60)); }
is_early() { [ "$(second_of_minute)" -lt 40 ]; }		# enough of the minute is left
has_used_little() { is_early && orderd_says '.pace.weight < 1000'; }
window_begins() { [ $(($(now_us) / 1000000 % 10)) -lt 3 ]; }

sent() { ctl status | jq .requests; }		# about orders, of all kinds
silent_since() { is "$1" sent; }		# COUNT

sent_at()	# METHOD CLIENT-ORDER-ID -> in microseconds
{
	requests_as "$1" "$2" | jq '.[0].us'
}

# Other programs of this address ask for what weighs ten, until so much is used in this minute.
others_use()	# WEIGHT
{
	local used
	await 90 has_used_little
	await 3 orderd_says ".ts / 60000 | floor == $(($(now_us) / 60000000))"
	used=$(rc get pms:health:orderd | jq .pace.weight)
	freeze orderd		# what it hears half-way would keep it from asking further
	curl -s -o /dev/null "$SIMEX_REST/fapi/v1/depth?symbol=BTCUSDT#[1-$((($1 - used) / 10))]"
	thaw orderd
}

was_too_late()	# REQUEST-ID: told so, never sent, nothing held
{
	local id
	told "$1" | holds '.errorCode == "INFRA_TIMEOUT" and .errorCategory == "TIMEOUT" and .retryable'
	id=$(name_of "$1")
	is 0 times_sent "$id"
	await 5 holds_nothing "$id"
}

# ---- 429 --------------------------------------------------------------------------

@test "429 with Retry-After: nothing leaves before, then all that is in time" {
	local shut refused cancel limit
	resting
	refuse_next POST 429 -1003 "$TOO_MANY" retry_after=2
	begin_trade
	was_refused "$ID" NOT_PLACED
	refused=$(sent_at POST "$(name_of "$ID")")
	await 2 orderd_says '.pace.closed == "weight" and .mode == "ACTIVE" and
	    .why == ["exchange throttle"]'
	begin_cancel "$NAME"
	cancel=$ID
	begin_limit
	limit=$ID
	rests "$limit" "$QTY"
	was_cancelled "$cancel" "$NAME"
	for shut in "$(sent_at POST "$(name_of "$limit")")" "$(sent_at DELETE "$NAME")"; do
		[ $((shut - refused)) -ge 1990000 ]
	done
	settles
}

@test "429 for longer than a command lives: it is told that it was not sent" {
	local count trade
	resting
	refuse_next POST 429 -1003 "$TOO_MANY" retry_after=8
	begin_trade
	was_refused "$ID" NOT_PLACED
	count=$(sent)
	begin_trade
	trade=$ID
	begin_limit
	was_too_late "$trade"
	was_too_late "$ID"
	silent_since "$count"
	begin_cancel "$NAME"
	was_cancelled_in_time "$ID" "$NAME"
	settles
}

# Its caller may have heard before that it is not known.
was_cancelled_in_time()
{
	told "$1" | holds '.success or .errorCode == "INFRA_TIMEOUT"'
	await 10 is CANCELED status_there "$2"
	await 5 holds_nothing "$2"
}

@test "429 without Retry-After shuts to the end of the minute" {
	await 30 is_early
	refuse_next POST 429 -1003 "$TOO_MANY"
	begin_trade
	was_refused "$ID" NOT_PLACED
	await 2 orderd_says '.pace.closed == "weight" and .pace.untilMs % 60000 == 0 and
	    .pace.untilMs > .ts'
	begin_trade
	was_too_late "$ID"
	settles
}

# ---- others use the address -------------------------------------------------------

@test "what others use of the weight is counted; from nine tenths on only what is urgent asks" {
	local count
	resting
	others_use 2210
	await 5 orderd_says '.pace.weight >= 2200'
	count=$(sent)
	begin_trade
	was_filled "$ID" "$QTY"
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	# Two requests, and no audit between or behind them.
	begin_trade
	was_filled "$ID" "$QTY"
	silent_since $((count + 3))
	ctl limits weight=0 >/dev/null
	settles
}

@test "when others have used all of it there is silence to the end of the minute, not a ban" {
	local count banned
	resting
	others_use 2450
	banned=$(ctl status | jq .trouble.bannedUntil)
	ctl limits ban_after=5 >/dev/null
	await 5 orderd_says '.pace.closed == "weight" and .pace.untilMs % 60000 < 1000'
	count=$(sent)
	begin_cancel "$NAME"
	begin_trade
	was_too_late "$ID"
	silent_since "$count"
	await 70 is CANCELED status_there "$NAME"
	is "$banned" eval 'ctl status | jq .trouble.bannedUntil'
	settles
}

# ---- orders -----------------------------------------------------------------------

@test "a tenth of the orders is kept for what closes; the exchange never has to say -1015" {
	local placed=()
	ctl limits orders_10s=20 >/dev/null
	orderd_anew
	await 5 orderd_says '.pace.orders10sLimit == 20'
	begin_trade
	was_filled "$ID" "$QTY"
	await 12 window_begins
	for _ in {1..24}; do
		begin_limit
		placed+=("$ID")
	done
	begin_close
	told | holds .success
	for ID in "${placed[@]}"; do
		told | holds '.success or .errorCode == "INFRA_TIMEOUT"'
	done
	is 0 times_answered -1015
	[ "$(most_opened_in_10s)" -le 18 ]
	begin_cancel "$(name_of "${placed[0]}")"
	was_cancelled "$ID" "$(name_of "${placed[0]}")"
	await 12 window_begins
	settles
}

most_opened_in_10s()
{
	ctl ledger kind=requests | jq '
	    map(select(.method == "POST" and (.body | test("type=LIMIT"))) | .us / 10000000 | floor) |
	    group_by(.) | map(length) | max'
}

@test "-1015: neither opens nor closes leave before the window ends; cancels do" {
	local refused
	begin_trade
	was_filled "$ID" "$QTY"
	resting
	refuse_next POST 429 -1015 'Too many new orders; current limit is 300 orders per TEN_SECONDS.' \
	    retry_after=3
	begin_trade
	was_refused "$ID" NOT_PLACED
	refused=$(sent_at POST "$(name_of "$ID")")
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	begin_close
	told | holds .success
	[ $(($(sent_at POST "$(name_of "$ID")") - refused)) -ge 2990000 ]
	[ $(($(sent_at DELETE "$NAME") - refused)) -lt 2990000 ]
	settles
}

# ---- 418, 403 ---------------------------------------------------------------------

@test "a ban: no request before its end, said by status, and the stream is heard" {
	local count filled
	resting
	filled=$NAME
	resting
	ctl ban seconds=8 >/dev/null
	await 4 orderd_says '.mode == "HALTED" and .why == ["exchange ban"] and .pace.closed == "banned"'
	status_says '^orderd .* halted: exchange ban$'
	status_says '^closed: banned, for '
	count=$(sent)
	begin_trade
	was_too_late "$ID"
	ctl fill symbol=BTCUSDT clientOrderId="$filled" qty=0.005 price=59000 >/dev/null
	await 2 is 1 booked "$filled"
	begin_cancel "$NAME"
	silent_since "$count"
	was_cancelled_in_time "$ID" "$NAME"
	await 5 orderd_says '.mode == "ACTIVE"'
	settles
}

@test "orderd that is started in a ban asks once, and not again before its end" {
	local since
	resting
	kill9 orderd
	ctl fail path=/fapi/v1/time method=GET n=50 status=418 code=-1003 retry_after=6 >/dev/null
	"$STACK" up orderd 3>&- &	# returns when it is ready
	await 10 is 49 faults_left
	since=$(now_us)
	await 10 is 48 faults_left
	[ $(($(now_us) - since)) -gt 5000000 ]
	ctl clear >/dev/null
	await 20 ready orderd
	begin_cancel "$NAME"
	was_cancelled "$ID" "$NAME"
	settles
}

faults_left() { ctl status | jq '.faults[0].left'; }

@test "418 and 403 that say no time: two minutes, and five" {
	local status min max
	while read -r status min max; do
		ctl fail path=/fapi/v1/order method=POST status="$status" type=text/html \
		    body='<html><body>Forbidden</body></html>' >/dev/null
		begin_trade
		was_refused "$ID" NOT_PLACED
		await 2 orderd_says ".mode == \"HALTED\" and .pace.closed == \"banned\" and
		    .pace.untilMs - .ts > $min and .pace.untilMs - .ts <= $max"
		begin_trade
		was_too_late "$ID"
		orderd_anew
	done <<-'END'
	418 110000 120000
	403 290000 300000
	END
	settles
}
