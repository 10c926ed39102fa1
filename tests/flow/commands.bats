#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# Commands on their way in: both ends of the lists, their order, every spelling,
# repeats, all queues, and commands that nobody waits for any more.

load lib

setup_file()
{
	stack_up
	rc config set notify-keyspace-events 'K$' >/dev/null
}

teardown_file() { stack_down; }

setup()
{
	quiet_market
	close_everything
	ASKED=$(sent | wc -l)
}

teardown()
{
	[ ! -e "$BATS_TEST_TMPDIR/listener" ] || kill "$(cat "$BATS_TEST_TMPDIR/listener")"
	! grep -q 'producer_side = rpush' "$PMS_DIR/pmsd.conf" || producers_push lpush
}

# ---- words ---------------------------------------------------------------------

sent() { ctl ledger kind=requests | jq -r '.[] | select(.method == "POST") | .body'; }
sent_now() { sent | tail -n "+$((ASKED + 1))"; }
count_now() { sent_now | grep -c symbol= || :; }

question()	# REQUEST-ID [KEY=VALUE...]
{
	json requestId="$1" subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.01 "${@:2}"
}

producers_push()	# lpush or rpush
{
	down cmdd
	sed -i '/^\[cmdd\]/,$d' "$PMS_DIR/pmsd.conf"
	printf '[cmdd]\nproducer_side = %s\n' "$1" >>"$PMS_DIR/pmsd.conf"
	up cmdd
}

now_ms() { echo $(($(now_us) / 1000)); }

# As long as a command without a time stamp may have waited.
cmdd_is_long_gone() { [ $(($(now_ms) - $(rc get pms:last:cmdd))) -gt 1200 ]; }

at_rest()
{
	close_everything
	books_agree
}

# ---- order ---------------------------------------------------------------------

numbered() { seq -f "n$1%04g" 1000; }	# WORD -> 1000 requestIds

answers_start()
{
	rc psubscribe '__keyspace@0__:pms:result:*' >"$BATS_TEST_TMPDIR/answered" </dev/null 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/listener"
	await 5 grep -q psubscribe "$BATS_TEST_TMPDIR/answered"
}

answered()	# WORD -> its requestIds, in the order of their answers
{
	awk '$0 == "pmessage" { getline; getline key; getline; sub(/.*:/, "", key)
	    if ($0 == "set") print key }' "$BATS_TEST_TMPDIR/answered" | grep "^n$1"
}

all_answered() { [ "$(answered "$1" | wc -l)" -ge 1000 ]; }

come_out_in_order()	# lpush or rpush
{
	local ts
	down cmdd
	answers_start
	ts=$(now_ms)
	numbered "$1" | jq -rR --arg push "$1" --argjson ask "$(question "" ts="$ts")" \
	    '"\($push) pms:cmd:validate '"'"'\($ask + {requestId: .} | tojson)'"'"'"' |
	    rc >/dev/null
	is 1000 rc llen pms:cmd:validate
	up cmdd
	await 15 all_answered "$1"
	diff <(numbered "$1") <(answered "$1") | head -n 5 >&2
	is "$(numbered "$1" | sha256sum)" eval "answered $1 | sha256sum"
	is 0 rc zcard pms:open
}

@test "1000 commands that were queued with LPUSH come out in order" {
	come_out_in_order lpush
}

@test "the same trade through RPUSH, and 1000 in order, with producer_side = rpush" {
	producers_push rpush
	rc rpush pms:cmd:trade "$(order "$ALPHA" BUY 0.01 requestId=by-rpush)" >/dev/null
	await_answer by-rpush | holds '.success and .trade.quantity == 0.01'
	come_out_in_order rpush
	producers_push lpush
	trade "$ALPHA" BUY 0.01 | holds '.success and .position.quantity == 0.02'
	is 2 count_now
	at_rest
}

@test "trades that were queued are placed in order" {
	local n
	down cmdd
	for n in 1 2 3 4 5 6 7 8 9; do
		push trade "$(order "$ALPHA" BUY 0.0$((n + 10)) ts="$(now_ms)" requestId="t$n")"
	done
	up cmdd
	for n in 1 2 3 4 5 6 7 8 9; do
		await_answer "t$n" | holds .success
	done
	is '0.011 0.012 0.013 0.014 0.015 0.016 0.017 0.018 0.019' sql "select
	    string_agg(data->>'quantity', ' ' order by (data->>'createdAt')::bigint, data->>'quantity')
	    from engine.events where type = 'placed' and meta->>'requestId' ~ '^t[1-9]$'"
	at_rest
}

# ---- spellings -------------------------------------------------------------------

@test "symbols and sides in every spelling; the answer has the symbol as it was given" {
	local symbol side want
	while read -r symbol side want; do
		echo "$symbol $side" >&2
		cmd trade "$(json subAccountId="$ALPHA" symbol="$symbol" side="$side" quantity=0.01)" |
		    holds ".success and .symbol == \"$symbol\""
		is "$want" eval "sent_now | tail -n 1 | sed 's/.*symbol=\([A-Z]*\)&side=\([A-Z]*\)&.*/\1 \2/'"
	done <<-'END'
	BTCUSDT BUY BTCUSDT BUY
	BTC/USDT:USDT SELL BTCUSDT SELL
	BTC/USDT LONG BTCUSDT BUY
	btcusdt short BTCUSDT SELL
	btc/usdt:usdt buy BTCUSDT BUY
	Btc/Usdt Short BTCUSDT SELL
	BTC sell BTCUSDT SELL
	ETH/USDT:USDT Long ETHUSDT BUY
	ETHUSDT SHORT ETHUSDT SELL
	END
	at_rest
}

@test "numbers in quotes, flags as numbers, members that are null or unknown" {
	cmd trade '{"subAccountId":"'"$ALPHA"'","symbol":"BTCUSDT","side":"BUY","quantity":"0.010",
	    "leverage":"20","reduceOnly":0,"fallbackPrice":null,"fastExecution":true,"x":{"y":[1]}}' |
	    holds '.success and .trade.quantity == 0.01 and .position.leverage == 20'
	cmd trade '{"subAccountId":"'"$ALPHA"'","symbol":"BTCUSDT","side":"SELL","quantity":1e-2,
	    "leverage":null,"reduceOnly":"true"}' | holds '.success and (.position | not)'
	books_agree
}

# ---- one requestId ------------------------------------------------------------------

@test "the same command twice: the same answer, one order" {
	local id asked first
	id=$(uuid)
	asked=$(order "$ALPHA" BUY 0.01 requestId="$id")
	rc lpush pms:cmd:trade "$asked" "$asked" >/dev/null
	first=$(await_answer "$id")
	holds .success <<<"$first"
	rc del "pms:result:$id" >/dev/null
	push trade "$asked"
	is "$first" await_answer "$id"
	is 1 count_now
	at_rest
}

@test "a refused command twice: the same answer" {
	local asked first
	asked=$(order "$ALPHA" BUY 17 requestId="$(uuid)")
	first=$(cmd trade "$asked")
	holds '.success == false' <<<"$first"
	rc del "pms:result:$(field .requestId <<<"$asked")" >/dev/null
	is "$first" cmd trade "$asked"
	is 0 count_now
}

@test "the same requestId with another body is refused, and the first is remembered" {
	local id first
	id=$(uuid)
	first=$(trade "$ALPHA" BUY 0.01 requestId="$id")
	rc del "pms:result:$id" >/dev/null
	trade "$ALPHA" BUY 0.02 requestId="$id" | holds '.success == false and .retryable == false and
	    .errorCode == "REQUEST_ID_REUSED" and .errorCategory == "VALIDATION"'
	rc del "pms:result:$id" >/dev/null
	is "$first" trade "$ALPHA" BUY 0.01 requestId="$id"
	is 1 count_now
	at_rest
}

@test "without a requestId, or with \"unknown\", it is done without a reply" {
	push trade "$(order "$ALPHA" BUY 0.01)"
	await 5 is 1 count_now
	push trade "$(order "$ALPHA" BUY 0.01 requestId=unknown)"
	await 5 is 2 count_now
	push trade "$(order "$ALPHA" BUY 0.02 requestId=unknown)"
	await 5 is 3 count_now
	await 5 is 0.04 sql "select quantity from virtual_positions where status = 'OPEN'"
	is '' rc --scan --pattern 'pms:result:unknown'
	is 0 rc exists pms:seen:unknown pms:seen: pms:result:
	at_rest
}

@test "a result lives 30 s, its memory a day, that of a question a minute, and nothing stays open" {
	local id ttl
	id=$(uuid)
	trade "$ALPHA" BUY 0.01 requestId="$id" >/dev/null
	ttl=$(rc ttl "pms:result:$id")
	echo "ttl $ttl" >&2
	[ "$ttl" -ge 27 ] && [ "$ttl" -le 30 ]
	ttl=$(rc ttl "pms:seen:$id")
	echo "ttl $ttl" >&2
	[ "$ttl" -gt 86300 ] && [ "$ttl" -le 86400 ]
	id=$(uuid)
	cmd validate "$(order "$ALPHA" BUY 0.01 requestId="$id")" | holds .success
	[ "$(rc ttl "pms:seen:$id")" -le 60 ]
	is 0 rc zcard pms:open
	at_rest
}

# ---- all queues ------------------------------------------------------------------------

queues()	# QUEUE CODE, for an object that holds nothing but a requestId
{
	cat <<-'END'
	admin_close INFRA_UNAVAILABLE
	admin_takeover INFRA_UNAVAILABLE
	basket INFRA_UNAVAILABLE
	cancel VALIDATION_CLIENT_ORDER_ID_REQUIRED
	cancel_all VALIDATION_SUBACCOUNT_REQUIRED
	chase INFRA_CHASE_UNAVAILABLE
	chase_cancel INFRA_CHASE_UNAVAILABLE
	close VALIDATION_FAILED
	close_all INFRA_UNAVAILABLE
	limit VALIDATION_FAILED
	scale INFRA_UNAVAILABLE
	scalper INFRA_SCALPER_UNAVAILABLE
	scalper_cancel INFRA_SCALPER_UNAVAILABLE
	trade VALIDATION_FAILED
	trail_stop VALIDATION_FAILED
	trail_stop_cancel VALIDATION_FAILED
	twap INFRA_TWAP_UNAVAILABLE
	twap_basket INFRA_TWAP_UNAVAILABLE
	twap_basket_cancel INFRA_TWAP_UNAVAILABLE
	twap_cancel INFRA_TWAP_UNAVAILABLE
	validate RISK_VALIDATION_ERROR
	END
}

@test "each of the 21 queues is answered" {
	local queue code n=0
	while read -r queue code; do
		echo "$queue" >&2
		cmd "$queue" '{}' | holds ".success == false and .errorCode == \"$code\" and
		    (.error | length > 0) and .errorCategory != \"\" and
		    .retryable == (.errorCategory == \"INFRA\")"
		n=$((n + 1))
	done < <(queues)
	is 21 echo "$n"
	is '' rc --scan --pattern 'pms:cmd:*'
	books_agree
}

@test "an algo's queue says so when algod is away; the others go on" {
	down algod
	await_log cmdd 'peer daemon=algod alive=no' 8
	says_unavailable trail_stop
	says_unavailable trail_stop_cancel
	trade "$ALPHA" BUY 0.01 | holds .success
	up algod
	at_rest
}

says_unavailable()	# QUEUE
{
	cmd "$1" '{"trailStopId":"x","subAccountId":"x","positionId":"x"}' | holds '.retryable and
	    .errorCode == "INFRA_TRAIL_STOP_UNAVAILABLE" and .errorCategory == "INFRA"'
}

@test "no queue waits behind another: trades under way hold nothing" {
	local n
	ctl mute on=1 >/dev/null
	fault hold n=3 ms=2000
	for n in 1 2 3; do
		push trade "$(order "$ALPHA" BUY 0.0$((n + 10)) requestId="held$n")"
	done
	await 3 is 3 count_now
	cmd validate "$(question "$(uuid)")" 1 | holds '.success and .valid'
	cmd trail_stop_cancel '{"trailStopId":"none"}' 1 | holds '.success != null'
	cmd cancel '{"clientOrderId":"none"}' 1 | holds '.errorCode'
	trade "$BETA" SELL 0.02 | holds .success
	for n in 1 2 3; do
		await_answer "held$n" | holds .success
	done
	ctl mute on=0 >/dev/null
	await 12 is 0 rc hlen pms:resv
	at_rest
}

# ---- commands nobody waits for any more ---------------------------------------------------

@test "what waited too long is answered, and not begun; what only asks is done" {
	local position id
	position=$(trade "$ALPHA" BUY 0.01 | field .position.id)
	ASKED=$(sent | wc -l)
	down cmdd
	await 5 cmdd_is_long_gone
	push trade "$(order "$BETA" BUY 0.01 requestId=stale)"
	push trade "$(order "$BETA" BUY 0.01 requestId=old ts=$(($(now_ms) - 60000)))"
	push trade "$(order "$BETA" BUY 0.01 requestId=fresh ts="$(now_ms)")"
	push trade "$(order "$BETA" BUY 0.02 requestId=patient ts=$(($(now_ms) - 20000)) deadlineMs=60000)"
	push close "$(json requestId=closing subAccountId="$ALPHA" positionId="$position")"
	push validate "$(question asking)"
	up cmdd
	for id in stale old closing; do
		echo "$id" >&2
		await_answer $id | holds '.success == false and .errorCode == "INFRA_TIMEOUT" and
		    .errorCategory == "TIMEOUT" and .retryable and .details.limitMs and
		    .details.ageMs > .details.limitMs and (.error | length > 0)'
	done
	for id in fresh patient asking; do
		echo "$id" >&2
		await_answer $id | holds .success
	done
	is 2 count_now
	is 0 rc zcard pms:open
	at_rest
}

@test "a command of unknown age is not begun" {
	down cmdd
	rc del pms:last:cmdd >/dev/null
	push trade "$(order "$ALPHA" BUY 0.01 requestId=ageless)"
	up cmdd
	await_answer ageless | holds '.errorCode == "INFRA_TIMEOUT" and .retryable and
	    .details.limitMs and (.details | has("ageMs") | not)'
	is 0 count_now
	trade "$ALPHA" BUY 0.01 | holds .success
	at_rest
}
