#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What no gateway should send, and keys that hold what they must not hold.
# Whoever can be answered is answered, with all fields of an error; what cannot
# is put into pms:dead with its reason; everything else goes on.

load lib

setup_file() { stack_up; }
teardown_file() { stack_down; }

setup()
{
	rc del pms:dead >/dev/null
	quiet_market
	close_everything
}

# ---- words ---------------------------------------------------------------------

GOOD='{"requestId":"@","subAccountId":"#","symbol":"BTCUSDT","side":"BUY","quantity":0.01,"leverage":10,"reduceOnly":false,"ts":null,"deadlineMs":null}'

# Pushed byte for byte; @ stands for a requestId of its own, # for an account.
ask_raw()	# QUEUE PAYLOAD -> the answer
{
	local id text
	id=$(uuid)
	text=${2//@/$id}
	printf '%s' "${text//#/$ALPHA}" | rc -x lpush "pms:cmd:$1" >/dev/null
	await_answer "$id"
}

with()	# FIELD JSON-VALUE -> the good trade, with that
{
	local rest=${GOOD#*"\"$1\":"}
	printf '%s"%s":%s%s\n' "${GOOD%"\"$1\":"*}" "$1" "$2" "${rest#"${rest%%[,\}]*}"}"
}

is_refusal()	# [JQ-CONDITION], of the JSON on stdin
{
	holds ".success == false and (.error | type == \"string\" and length > 0) and
	    (.errorCode | test(\"^[A-Z_]+$\")) and (.retryable | type == \"boolean\") and
	    (.errorCategory | test(\"^(VALIDATION|RISK|INFRA|TIMEOUT)$\")) and
	    (.details | type == \"object\") and (${1:-true})"
}

still_works()
{
	ask_raw validate "$GOOD" | holds '.success and .valid'
}

trades_still_work()
{
	trade "$ALPHA" BUY 0.01 | holds '.success and .state == "filled"'
	trade "$ALPHA" SELL 0.01 | holds '.success and .state == "filled"'
	books_agree
}

# ---- fields ----------------------------------------------------------------------

# What a field may not hold.  The last column is found in details.limit.
bad_fields()	# FIELD|VALUE|LIMIT
{
	cat <<-'END'
	quantity|0|0
	quantity|-0.01|0
	quantity|-1e-8|0
	quantity|"0"|0
	quantity|"NaN"|number
	quantity|"Infinity"|number
	quantity|"-inf"|number
	quantity|"1e999"|number
	quantity|1e30|number
	quantity|92233720369|number
	quantity|"99999999999999999999999999"|number
	quantity|""|number
	quantity|"ten"|number
	quantity|"0x10"|number
	quantity|"0.01;"|number
	quantity|true|number
	quantity|[1]|number
	quantity|{"a":1}|number
	quantity|null|missing
	leverage|0|1..125
	leverage|-1|1..125
	leverage|126|1..125
	leverage|1.5|1..125
	leverage|"ten"|1..125
	leverage|1e15|1..125
	leverage|[]|1..125
	side|"UP"|BUY
	side|""|BUY
	side|1|BUY
	side|["BUY"]|BUY
	side|null|missing
	symbol|""|-
	symbol|null|missing
	symbol|{}|-
	symbol|"NO SUCH"|-
	symbol|"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"|47
	subAccountId|""|-
	subAccountId|null|missing
	subAccountId|[]|-
	subAccountId|"a\u0000b"|-
	subAccountId|"a\nb"|-
	reduceOnly|"maybe"|-
	reduceOnly|2|-
	reduceOnly|[]|-
	ts|"yesterday"|0..
	ts|-5|0..
	deadlineMs|0|1..86400000
	deadlineMs|-1|1..86400000
	deadlineMs|1e9|1..86400000
	END
}

@test "a field that holds nonsense is named, with its value and its limit" {
	local field value limit want
	while IFS='|' read -r field value limit; do
		echo "$field $value" >&2
		case $limit in
		missing) want="(.error | test(\"$field is missing\"))" ;;
		number) want='(.details.limit | test("^-92233720368"))' ;;
		-) want='(.details.value | length > 0)' ;;
		*) want="(.details.limit | startswith(\"$limit\")) and (.details.value | length > 0)" ;;
		esac
		ask_raw trade "$(with "$field" "$value")" |
		    is_refusal ".errorCode == \"VALIDATION_FAILED\" and .details.field == \"$field\" and $want"
	done < <(bad_fields)
	still_works
	trades_still_work
}

@test "an invalid side is called so in words that the gateway knows" {
	ask_raw trade "$(with side '"UP"')" | is_refusal '(.error | startswith("Invalid side"))'
}

@test "validate answers the same nonsense in its own way" {
	local field value limit
	while IFS='|' read -r field value limit; do
		case $field in reduceOnly) continue ;; esac
		echo "$field $value" >&2
		ask_raw validate "$(with "$field" "$value")" | is_refusal ".valid == false and
		    .errorCode == \"RISK_VALIDATION_ERROR\" and .details.field == \"$field\""
	done < <(bad_fields | awk -F'|' '$1 != last; { last = $1 }')
	still_works
}

@test "what riskd finds wrong is told with check, value and limit" {
	ask_raw trade "$(with symbol '"NOSUCHUSDT"')" | is_refusal '.errorCode == "VALIDATION_FAILED" and
	    .details == {check: "instrument", field: "symbol", value: "NOSUCHUSDT"} and
	    .errors == ["INVALID_SYMBOL:NOSUCHUSDT"]'
	ask_raw trade "$(with symbol 12345)" | is_refusal '.errors == ["INVALID_SYMBOL:12345"]'
	ask_raw trade "$(with symbol '"BTC/EUR:EUR"')" | is_refusal '.details.check == "instrument"'
	ask_raw trade "$(with symbol '"ΑΒΓ"')" | is_refusal '.details.check == "instrument"'
	ask_raw trade "$(with subAccountId '"nobody"')" |
	    is_refusal '.errorCode == "ACCOUNT_NOT_FOUND" and .errors == ["ACCOUNT_NOT_FOUND"] and
	        .details == {check: "account", field: "subAccountId", value: "nobody"}'
	ask_raw trade "$(with quantity 0.0004)" | is_refusal '.details == {check: "quantity",
	    value: 0.0004, limit: 0.001} and .errors == ["MIN_QTY:0.0004<0.001"]'
	ask_raw trade "$(with quantity 0.00000001)" | is_refusal '.details.check == "quantity"'
	ask_raw trade "$(with quantity 121)" | is_refusal '.errors == ["MAX_QTY:121>120"]'
	ask_raw trade "$(with quantity 92233720368)" | is_refusal '.details.check == "quantity"'
	price BTCUSDT 40000
	await 5 holds '.mark == 40000' rc get pms:price:BTCUSDT
	ask_raw trade "$(with quantity 0.001)" | is_refusal '.details == {check: "min_notional",
	    value: 40, limit: 50}'
	ask_raw trade "$(with reduceOnly true)" | is_refusal '.errorCode == "RISK_REJECTED"'
	ask_raw close '{"requestId":"@","subAccountId":"#","positionId":"none"}' |
	    is_refusal '.errorCode == "POSITION_NOT_FOUND" and .details.field == "positionId" and
	    .details.value == "none"'
	ask_raw close '{"requestId":"@","subAccountId":"#"}' | is_refusal '.details.field == "positionId"'
	ask_raw close '{"requestId":"@","subAccountId":"nobody","symbol":"BTCUSDT"}' |
	    is_refusal '.errorCode == "ACCOUNT_NOT_FOUND" and .details.value == "nobody"'
	quiet_market
	still_works
	books_agree
}

# ---- payloads -----------------------------------------------------------------------

nested() { printf '%*s' "$1" '' | tr ' ' '['; }	# DEPTH

broken_with_id()
{
	cat <<-'END'
	{"requestId":"@","subAccountId":
	{"requestId":"@"
	{"requestId":"@","quantity":NaN}
	{"requestId":"@","quantity":-Infinity}
	{"requestId":"@","quantity":1e999}
	{"requestId":"@","quantity":01}
	{"requestId":"@","side":"BUY","side":"SELL"}
	{"requestId":"@"} {"requestId":"@"}
	{'a':1,"requestId":"@"}
	{"requestId":"@","x":"\ud800"}
	{"requestId" : "@",}
	END
}

@test "what is no JSON, but holds a requestId, is answered" {
	local payload
	while read -r payload; do
		echo "$payload" >&2
		ask_raw trade "$payload" | is_refusal '.errorCode == "VALIDATION_FAILED"'
	done < <(broken_with_id)
	ask_raw trade "{\"requestId\":\"@\",\"x\":$(nested 5000)" | is_refusal
	ask_raw trade "{\"requestId\":\"@\",\"x\":$(nested 3000)$(nested 3000 | tr '[' ']')}" | is_refusal
	ask_raw trade "$(printf '{"requestId":"@","x":"\xff\xfe"}')" | is_refusal
	is 0 rc llen pms:dead
	still_works
	trades_still_work
}

nameless()
{
	cat <<-'END'
	{broken
	}
	[]
	"text"
	42
	null
	{}
	{"requestId":null,"side":"BUY"}
	{"requestId":"","subAccountId":"x"}
	{"requestId":{"a":1}}
	["requestId","x",{"requestId":"x"}]
	{"a":{"requestId":17}}
	END
	nested 5000
	echo
}

# The last entry; a text of JSON may come back in another spelling, so as text.
died_of()	# PAYLOAD
{
	rc lindex pms:dead -1 | jq -e --arg p "$1" '.list == "pms:cmd:trade" and .payload == $p and
	    (.reason | length > 0) and .ts > 1600000000000' >/dev/null
}

@test "what has no requestId goes to pms:dead, with the reason" {
	local payload
	while read -r payload; do
		echo "${payload:0:80}" >&2
		push trade "$payload"
		await 5 died_of "$payload" || { rc lindex pms:dead -1 | cut -c 1-300 >&2; return 1; }
	done < <(nameless)
	push trade '' && await 5 died_of ''
	printf '{"x":"\xff\x80"' | rc -x lpush pms:cmd:trade >/dev/null
	await 5 is 15 rc llen pms:dead
	rc del pms:dead >/dev/null
	still_works
	trades_still_work
}

@test "a payload of 100 KiB is answered, and kept for a person" {
	local big
	big=$(printf '%102400s' '' | tr ' ' x)
	ask_raw trade "$(with ts "\"$big\"")" |
	    is_refusal '.errorCode == "VALIDATION_FAILED" and (.error | test("65536"))'
	is 1 rc llen pms:dead
	holds '.list == "pms:cmd:trade" and (.payload | length > 102400)' rc lindex pms:dead 0
	printf '{"x":"%s"}' "$big" | rc -x lpush pms:cmd:trade >/dev/null
	await 5 is 2 rc llen pms:dead
	rc del pms:dead >/dev/null
	# Just below the bound it is read.
	ask_raw validate "$(with ts "null,\"note\":\"${big:0:60000}\"")" | holds .valid
	still_works
	trades_still_work
}

@test "a requestId of any shape is answered, or its command dies" {
	local id
	# shellcheck disable=SC2016 # no expansion is meant
	for id in "*" '{}' 'a:b/c?d=e' '$(id)' "ü" "$(printf '%0127d' 7)"; do
		echo "$id" >&2
		push validate "$(json requestId="\"$id\"" subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=0.01)"
		await_answer "$id" | holds .valid
	done
	push validate '{"requestId":12345,"side":"BUY"}'
	await_answer 12345 | is_refusal '.details.field == "subAccountId"'
	push validate '{"requestId":"with space","side":"BUY"}'
	await_answer 'with space' | is_refusal '.details.field == "requestId"'
	push validate "{\"requestId\":\"$(printf '%0128d' 7)\",\"side\":\"BUY\"}"
	await 5 is 1 rc llen pms:dead
	rc del pms:dead >/dev/null
	still_works
}

# ---- keys ---------------------------------------------------------------------------

moved_aside()	# KEY
{
	[ -n "$(rc --scan --pattern "pms:dead:$1:*")" ]
}

# A list that is empty is a free name: nothing is destroyed.
spoil()	# KEY
{
	await 5 is OK rc set "$1" spoilt nx
}

forget_spoilt()
{
	rc --scan --pattern 'pms:dead:*' | while read -r key; do rc del "$key" >/dev/null; done
}

can_push() { [ "$(rc lpush "pms:cmd:$1" "$2")" -ge 1 ]; }

@test "a queue of the wrong type is moved aside, and commands come through again" {
	local id
	for queue in trade validate close; do
		echo "$queue" >&2
		spoil "pms:cmd:$queue"
		id=$(uuid)
		await 6 can_push $queue "$(order "$ALPHA" BUY 0.01 requestId="$id")"
		await_answer "$id" | holds '.success != null'
		moved_aside "pms:cmd:$queue"
	done
	forget_spoilt
	at_rest_again
}

at_rest_again()
{
	still_works
	close_everything
	trades_still_work
}

@test "a list between daemons of the wrong type is moved aside, and nothing is lost" {
	local key
	for key in pms:q:risk pms:q:close pms:q:order pms:q:urgent pms:q:report pms:q:account \
	    pms:q:fill pms:q:outcome pms:open pms:resv pms:dead; do
		echo "$key" >&2
		spoil "$key"
		trade "$ALPHA" BUY 0.01 | holds .success
		cmd close "$(json subAccountId="$ALPHA" symbol=BTCUSDT)" | holds .success
		if [ "$key" = pms:dead ]; then push trade '{x' && await 5 is list rc type pms:dead; fi
		await 5 moved_aside "$key"
		rc del pms:dead >/dev/null
		forget_spoilt
	done
	at_rest_again
}

@test "a work list of the wrong type is moved aside, and its queue is served" {
	local key
	for key in pms:work:cmd:trade pms:work:cmd:close pms:work:q:risk pms:work:q:order \
	    pms:work:q:urgent pms:work:q:report pms:work:q:fill pms:work:q:outcome; do
		echo "$key" >&2
		spoil "$key"
		trade "$ALPHA" BUY 0.01 | holds .success
		cmd close "$(json subAccountId="$ALPHA" symbol=BTCUSDT)" | holds .success
		await 5 moved_aside "$key"
		forget_spoilt
	done
	at_rest_again
}

@test "an answer's key, a view or a price of the wrong type is overwritten" {
	local id
	id=$(uuid)
	rc hset "pms:result:$id" a b >/dev/null
	push trade "$(order "$ALPHA" BUY 0.01 requestId="$id")"
	await 6 is string rc type "pms:result:$id"
	await_answer "$id" | holds .success
	rc del "pms:risk:$ALPHA" pms:price:BTCUSDT >/dev/null
	rc rpush "pms:risk:$ALPHA" x >/dev/null
	rc hset pms:price:BTCUSDT a b >/dev/null
	price BTCUSDT 60010
	trade "$ALPHA" BUY 0.01 | holds .success
	await 5 holds '.positions[0].quantity == 0.02' rc get "pms:risk:$ALPHA"
	await 5 holds '.mid == 60010' rc get pms:price:BTCUSDT
	at_rest_again
}

@test "what is noted of a requestId by somebody else is moved aside, and it is answered" {
	local id
	id=$(uuid)
	rc set "pms:seen:$id" spoilt >/dev/null
	trade "$ALPHA" BUY 0.01 requestId="$id" | holds .success
	await 5 moved_aside "pms:seen:$id"
	forget_spoilt
	at_rest_again
}

@test "pms:q:fill becomes a string again and again while trades run" {
	local n
	for n in 1 2 3 4 5 6 7 8; do
		push trade "$(order "$ALPHA" BUY 0.01 requestId="run$n")"
		push trade "$(order "$BETA" SELL 0.02 requestId="nur$n")"
		rc set pms:q:fill spoilt nx >/dev/null
		rc set pms:q:outcome spoilt nx >/dev/null
	done
	for n in 1 2 3 4 5 6 7 8; do
		await_answer "run$n" | holds .success
		await_answer "nur$n" | holds .success
	done
	is 16 sql "select count(*) from engine.executions e join engine.events v on
	    v.stream = 'order/' || e.clord_id and v.version = 1 where v.meta->>'requestId' ~ '^(run|nur)'"
	await 5 moved_aside pms:q:fill
	forget_spoilt
	at_rest_again
}
