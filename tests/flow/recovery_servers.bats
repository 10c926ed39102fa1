#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What Redis and PostgreSQL hold, forget or refuse, and what the daemons make of
# it.  All of them run as the users of deploy/redis.acl: what one may not do
# there, it does nowhere.

load lib

setup_file()
{
	PMS_DIR=$(mktemp -d /tmp/pmsd-flow.XXXXXX)
	export PMS_DIR PMS_REDIS_SOCKET=$PMS_DIR/redis.sock
	PMS_ONLY='redis postgres' "$STACK" start "$PMS_DIR" >/dev/null 3>&- || return 1
	acl_load
	old_position "$PMS_DIR/sql"
	stack_up_here
}

teardown_file() { stack_down; }

# The sample's users with the sample's passwords; only "default" stays as it is.
acl_load()
{
	local name rules upper
	while read -r _ name rules; do
		[ "$name" != default ] || continue
		# shellcheck disable=SC2086 # a list of words
		rc acl setuser "$name" $rules >/dev/null || return 1
		upper=PMS_${name^^}_REDIS
		export "$upper=unix:$PMS_REDIS_SOCKET?user=$name&password=CHANGE_ME_$name"
	done <"$REPO/deploy/redis.acl"
	# One password from a file, as systemd's LoadCredential gives it.
	printf 'CHANGE_ME_riskd\n' >"$PMS_DIR/riskd.password"
	export PMS_RISKD_REDIS="unix:$PMS_REDIS_SOCKET?user=riskd"
	export PMS_RISKD_REDIS_PASSWORD_FILE=$PMS_DIR/riskd.password
}

# A position of an engine before this one: a row, and no event.
old_position()	# SOCKET-FOLDER
{
	PGHOST=$1 PGUSER=pmsd PGDATABASE=pmsd sql "
	    insert into virtual_positions (id, sub_account_id, symbol, side, entry_price, quantity,
	        notional, leverage, margin, liquidation_price)
	    select 'old-1', id, 'DOGE/USDT:USDT', 'LONG', 0.1, 500, 50, 10, 5, 0
	    from sub_accounts where name = 'beta'"
}

stack_up_here()
{
	local built=$REPO/build/test/bin
	[ ! -x "$built/cmdd" ] || export PMS_BIN=${PMS_BIN:-$built}
	export PMS_SIMEX_ARGS=${PMS_SIMEX_ARGS---still --funding-hours 0 -s 1}
	"$STACK" start "$PMS_DIR" >/dev/null 3>&- || return 1
	# shellcheck source=/dev/null
	. "$PMS_DIR/env"
}

trade_json()	# REQUEST-ID QUANTITY
{
	printf '{"requestId":"%s","subAccountId":"%s","symbol":"BTCUSDT","side":"BUY","quantity":%s,"leverage":10}' \
	    "$1" "$ALPHA" "$2"
}

waits() { [ "$(rc llen "$1")" -gt 0 ]; }	# LIST
open_position() { sql "select id from virtual_positions where status = 'OPEN' and sub_account_id = '$ALPHA'"; }
orders_sent() { ids_sent | wc -l; }
view() { rc get "pms:risk:$1"; }	# ACCOUNT
held_of() { view "$BETA" | jq -r '.positions[] | select(.positionId == "old-1" or .id == "old-1") | .quantity'; }
knows_mid() { [ "$(price_of "$1" mid)" != null ]; }	# SYMBOL
moved_on() { [ "$(price_of "$1" ts)" != "$2" ]; }	# SYMBOL TS
price_of() { rc get "pms:price:$1" | jq -r ".$2"; }	# SYMBOL FIELD
want()	# SYMBOL SECONDS
{
	rc rpush pms:q:feed "{\"id\":\"$(uuid)\",\"symbol\":\"$1\",\"who\":\"test\",\"until\":$(($(date +%s%3N) + $2 * 1000))}" >/dev/null
}

# ---- permissions ---------------------------------------------------------------

@test "every daemon gets along with what redis.acl permits it" {
	run cmd trade "$(trade_json "$(uuid)" 0.01)"
	is true field .success <<<"$output"
	run cmd trail_stop '{"subAccountId":"'"$ALPHA"'","callbackPct":1,"positionId":"'"$(open_position)"'"}'
	is true field .success <<<"$output"
	run cmd trail_stop_cancel "$(jq -c --arg sub "$ALPHA" '{subAccountId: $sub, trailStopId}' <<<"$output")"
	is true field .success <<<"$output"
	run cmd close '{"subAccountId":"'"$ALPHA"'","symbol":"BTCUSDT"}'
	is true field .success <<<"$output"
	is '' rc acl log
	is 6 eval "rc client list | grep -o ' user=[a-z]*' | sort -u | grep -vc 'default'"
}

# ---- positions of an engine before this one ------------------------------------------

@test "a position that was taken over is in the account's first event, and survives" {
	await 5 is 500 held_of
	is opened sql "select type from engine.events where stream = 'account/$BETA' and version = 1"
	is 500 sql "select sum((p->>'qty')::float8) from engine.events e,
	    jsonb_array_elements(e.data->'positions') p where stream = 'account/$BETA'"
	kill9 riskd
	rc del "pms:risk:$BETA"
	up riskd
	await 5 is 500 held_of
}

# ---- prices --------------------------------------------------------------------------

@test "a symbol that nobody wants any more has no bid, ask and mid" {
	local ts
	down feedd
	PMS_FEEDD_SYMBOLS='BTCUSDT' up feedd
	want ETHUSDT 2
	await 5 knows_mid ETHUSDT
	await 5 is null price_of ETHUSDT mid
	is null price_of ETHUSDT bid
	ts=$(price_of ETHUSDT ts)
	await 5 moved_on ETHUSDT "$ts"
	is null price_of ETHUSDT mid
	is mark price_of ETHUSDT source
}

@test "many symbols are followed with one message" {
	local n before
	before=$(grep -c stream_down "$PMS_DIR/feedd.log" || :)
	for n in $(seq 40); do
		want "NEW${n}USDT" 60
	done
	await 5 logged feedd 'symbol_followed sym=NEW40USDT followed=yes'
	want ETHUSDT 60
	await 5 knows_mid ETHUSDT
	is "$before" eval "grep -c stream_down '$PMS_DIR/feedd.log' || :"
}

@test "instruments that Redis has lost are written again" {
	rc del pms:instr
	await 5 is 1 rc hexists pms:instr BTCUSDT
	await 5 is 1 rc hexists pms:instr '#version'
}

# ---- one answer, one order -------------------------------------------------------------

@test "what cannot be known of a request is not run: it is asked again" {
	local id before
	id=$(uuid)
	run cmd trade "$(trade_json "$id" 0.011)"
	is true field .success <<<"$output"
	before=$(orders_sent)
	rc acl setuser cmdd -hmget
	rc del "pms:result:$id"
	push trade "$(trade_json "$id" 0.011)"
	await_log cmdd 'ask_refused .*NOPERM'
	is '' rc get "pms:result:$id"
	rc acl setuser cmdd +hmget
	run await_answer "$id"
	is true field .success <<<"$output"
	is "$before" orders_sent
	rc acl log reset
}

@test "riskd takes no more orders while orderd's list is full" {
	down orderd
	# shellcheck disable=SC2046 # a list of words
	rc rpush pms:q:order $(seq 10000) >/dev/null
	push trade "$(trade_json "$(uuid)" 0.001)"
	await 5 is 10001 rc llen pms:q:order
	push trade "$(trade_json "$(uuid)" 0.001)"
	push trade "$(trade_json "$(uuid)" 0.001)"
	await 5 waits pms:q:risk
	await_log riskd 'list_full .*list=pms:q:order'
	rc ltrim pms:q:order 10000 -1
	await 5 is 0 rc llen pms:q:risk
	up orderd
	await 8 books_agree_but_for_the_old_one
}

books_agree_but_for_the_old_one() { nothing_waits && balances_agree && no_id_twice; }

# ---- operators' words --------------------------------------------------------------------------

@test "an operators' key of the wrong type is moved aside at a start, and everything is served" {
	local name
	for name in riskd orderd; do
		down "$name"
		rc set pms:halt spoilt >/dev/null
		up "$name"
		await_log "$name" 'key_moved_aside .*key=pms:halt '
		is 0 rc exists pms:halt
	done
	await 10 eval "rc get pms:health:riskd | jq -e .reconciled"
	run cmd trade "$(trade_json "$(uuid)" 0.012)"
	is true field .success <<<"$output"
	is 2 eval "rc --scan --pattern 'pms:dead:pms:halt:*' | wc -l"
	rc --scan --pattern 'pms:dead:pms:halt:*' | while read -r name; do rc del "$name"; done
}

# ---- PostgreSQL comes and goes -----------------------------------------------------------------

@test "an orderly restart of PostgreSQL ends nobody" {
	local n
	for n in 1 2 3; do
		down postgres
		up postgres
	done
	for n in riskd orderd algod; do
		is_up "$n"
		await 10 holds '.state == "ready"' rc get "pms:health:$n"
	done
	run cmd trade "$(trade_json "$(uuid)" 0.013)"
	is true field .success <<<"$output"
}

@test "after all this nobody has wanted what redis.acl refuses" {
	is '' rc acl log
}
