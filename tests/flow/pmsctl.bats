#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What an operator does with pmsctl: every subcommand and every exit status.

bats_require_minimum_version 1.5.0

load lib

setup_file()
{
	stack_up
	# PMS_BIN may be relative to the repository.
	PMSCTL=$(cd "$REPO" && realpath "${PMS_BIN:-build/bin}/pmsctl")
	export PMSCTL
}

teardown_file() { stack_down; }

ctl_() { "$PMSCTL" -f "$PMS_DIR/pmsd.conf" "$@"; }
ask() { run --separate-stderr ctl_ "$@"; }

says()	# TEXT, in what it wrote to standard error
{
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *"$1"* ]] || { echo "no '$1' in: $stderr" >&2; return 1; }
}

ends()	# STATUS
{
	# shellcheck disable=SC2154 # run sets it
	[ "$status" = "$1" ] || { echo "status $status, wanted $1: $output $stderr" >&2; return 1; }
}

ORDER=(symbol=BTCUSDT side=BUY quantity=0.001 leverage=10)

# ---- usage -----------------------------------------------------------------------

subcommands_of_usage() { ctl_ -h | sed -n '/^subcommands/,/^options/s/^  \([a-z]*\) .*/\1/p'; }
subcommands_of_manual()
{
	sed -n '/^\.Sh SUBCOMMANDS/,/^\.Sh EXIT/s/^\.It Cm \([a-z]*\).*/\1/p' "$REPO/deploy/pmsctl/pmsctl.8"
}

@test "usage and manual list the same subcommands" {
	is "$(subcommands_of_usage)" subcommands_of_manual
	ask -h && ends 0
	ask -V && ends 0
	[[ $output == pmsctl\ * ]]
}

@test "wrong usage and wrong configuration are told, with 78" {
	ask && ends 78
	says 'usage: pmsctl'
	ask stauts && ends 78
	says "'stauts' is no subcommand"
	ask status now && ends 78
	ask watch -n none && ends 78
	says '-n none: not a whole number'
	ask send trad && ends 78
	says "'trad' is no command queue; there are: trade limit"
	ask send validate quantity && ends 78
	says "'quantity' is neither a JSON object nor field=value"
	ask -f "$PMS_DIR/nothing" status && ends 78
	says 'nothing cannot be read'
	PMS_PMSCTL_REDIS=localhost ask status && ends 78
	says "'localhost': neither unix:/path"
}

@test "without Redis it is 75, with the address" {
	PMS_PMSCTL_REDIS=unix:$PMS_DIR/nowhere ask status && ends 75
	says "no connection to Redis at unix:$PMS_DIR/nowhere"
}

# ---- status ----------------------------------------------------------------------

daemons_ready() { awk '$NF == "ready" { print $1 }' | paste -sd' '; }
pid_shown() { awk -v name="$1" '$1 == name { print $2 }'; }

@test "status has a line for each daemon, and is 0 when all are ready" {
	await 20 ctl_ status
	ask status && ends 0
	is "feedd userd cmdd orderd riskd algod" daemons_ready <<<"$output"
	is "$(pid feedd)" pid_shown feedd <<<"$output"
	[[ $output == *'pms:dead 0, pms:open 0'* ]]
}

@test "status -v shows the counters" {
	ask status -v
	is true jq -e '.counters.taken >= 0' <<<"$(grep '"daemon":"cmdd"' <<<"$output")"
}

# ---- send ------------------------------------------------------------------------

@test "send makes a command of fields and prints its answer" {
	ask send -v validate "subAccountId=$ALPHA" "${ORDER[@]}" && ends 0
	is true field .valid <<<"$output"
	says 'answered in '
}

@test "send takes JSON, and a requestId that is in it" {
	local id
	id=$(uuid)
	ask send validate '{"requestId":"'"$id"'","subAccountId":"'"$ALPHA"'","symbol":"BTCUSDT","side":"BUY","quantity":1}'
	ends 0
	is 1 rc exists "pms:seen:$id"
	is 0 rc exists "pms:result:$id"
}

@test "send -r pushes to the other end" {
	ask send -r validate "subAccountId=$ALPHA" "${ORDER[@]}" && ends 0
}

@test "send is 1 when the answer is no" {
	ask send validate "subAccountId=$ALPHA" symbol=BTCUSDT side=UP quantity=0.001 && ends 1
	is false field .success <<<"$output"
	is side field .details.field <<<"$output"
}

@test "send keeps numbers, flags and quoted texts as what they are" {
	down cmdd
	"$PMSCTL" -f "$PMS_DIR/pmsd.conf" send -t 20 validate requestId=kinds a=1e3 b=007 c=true \
	    d='"5"' e=x=y f='[1]' >/dev/null 2>&1 3>&- &
	await 5 is 1 rc llen pms:cmd:validate
	is '{"requestId":"kinds","a":1e3,"b":"007","c":true,"d":"5","e":"x=y","f":[1]}' \
	    rc lindex pms:cmd:validate 0
	kill $!
	rc del pms:cmd:validate
	up cmdd
}

@test "send is 75 when nobody takes the command, and withdraws it" {
	down cmdd
	ask send -t 0.3 validate "subAccountId=$ALPHA" "${ORDER[@]}" && ends 75
	says 'has been withdrawn'
	is 0 rc llen pms:cmd:validate
	up cmdd
}

@test "send is 75 when it was taken and is not answered in time; asked again it tells" {
	down riskd
	ask send -t 0.3 validate requestId=slow "subAccountId=$ALPHA" "${ORDER[@]}" && ends 75
	says 'requestId=slow'
	up riskd
	ask send validate requestId=slow "subAccountId=$ALPHA" "${ORDER[@]}"
	is true jq 'has("success")' <<<"$output"
}

# ---- watch -----------------------------------------------------------------------

watch_()	# ARGUMENTS: in the background; its pid is in $!
{
	ctl_ watch "$@" >"$PMS_DIR/watched" 2>"$PMS_DIR/watching" 3>&- &
	await 5 grep -q 'pmsctl: watching' "$PMS_DIR/watching"
}

@test "watch prints time, type and JSON, and ends after -n" {
	watch_ -n 2 -t 20
	rc publish pms:events:order_filled '{"a":1}'
	rc publish pms:events:margin_update '{"b":2}'
	wait $!
	is $'order_filled {"a":1}\nmargin_update {"b":2}' cut -d' ' -f2- "$PMS_DIR/watched"
	grep -qE '^20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z ' "$PMS_DIR/watched"
}

@test "watch takes a pattern of types, or of channels" {
	watch_ -n 1 -t 20 'order_*'
	rc publish pms:events:margin_update '{}'
	rc publish pms:events:order_failed '{}'
	wait $!
	is order_failed cut -d' ' -f2 "$PMS_DIR/watched"
	watch_ -n 1 -t 20 updates:pms:price:BTCUSDT
	price BTCUSDT 60123
	wait $!
	is updates:pms:price:BTCUSDT cut -d' ' -f2 "$PMS_DIR/watched"
}

@test "watch is 75 when -n events did not come in time, without -n 0" {
	ask watch -n 1 -t 0.1 never && ends 75
	ask watch -t 0.1 never && ends 0
}

# ---- positions -------------------------------------------------------------------

@test "positions shows the view of one account, or of all" {
	await 20 ctl_ positions "$BETA"
	ask positions "$ALPHA" && ends 0
	[[ $output == "$ALPHA ACTIVE  balance 10000 "*"riskd's view, "*" old)" ]]
	rc set pms:risk:made-up '{"subAccountId":"made-up","balance":99.5,"positions":[{"id":"p1",
	    "symbol":"DOGEUSDT","side":"SHORT","quantity":120,"entryPrice":0.0812,"leverage":10}]}' ex 60
	ask positions && ends 0
	is 3 grep -c "riskd's view" <<<"$output"
	grep -qE '^  DOGEUSDT +SHORT +120 +0.0812 .* p1$' <<<"$output"
	rc del pms:risk:made-up
}

@test "positions is 1 for an account that has no view" {
	ask positions nobody && ends 1
	says "account 'nobody' has no view"
}

# ---- orders ----------------------------------------------------------------------

rests()	# ACCOUNT ID CREATED-MS [KEY=VALUE...]: as orderd writes it down
{
	rc hset "pms:open_orders:$1" "$2" "$(json subAccountId="$1" clientOrderId="$2" \
	    symbol=BTCUSDT side=BUY orderType=LIMIT quantity=0.5 filledQty=0.2 price=59000.5 \
	    state=active createdAt="$3" "${@:4}")" >/dev/null
}

ms_ago() { echo $(($(now_us) / 1000 - $1 * 1000)); }	# SECONDS
column() { awk -v n="$1" 'NR > 1 { print $n }' | paste -sd' '; }

@test "orders shows what rests, of one account or of all, the oldest first" {
	ask orders && ends 0
	[ -z "$output" ]
	rests "$ALPHA" PMS1 "$(ms_ago 5)"
	rests "$ALPHA" PMS2 "$(ms_ago 3723)"
	rests "$BETA" PMS3 "$(ms_ago 90)" price=null orderType=MARKET
	ask orders && ends 0
	is 'PMS2 PMS1 PMS3' column 2 <<<"$output"
	grep -qE "^$ALPHA +PMS2 +BTCUSDT +BUY +LIMIT +0.5 +0.2 +59000.5 +active +1h02m$" <<<"$output"
	grep -qE "^$BETA +PMS3 .* MARKET +0.5 +0.2 +- +active +1m3[0-9]s$" <<<"$output"
	ask orders "$BETA" && ends 0
	is PMS3 column 2 <<<"$output"
	ask orders nobody && ends 0
	[ -z "$output" ]
	ask orders one two && ends 78
	ask status
	[[ $output == *'pms:open_orders:* 3, pms:doubt 0'* ]]
}

@test "orders --doubt shows what is in doubt, and since when" {
	rc hset pms:doubt PMS4 "$(json subAccountId="$BETA" clientOrderId=PMS4 symbol=ETHUSDT side=SELL \
	    orderType=MARKET quantity=1 filledQty=0 price=null state=placing createdAt=1 \
	    since="$(ms_ago 75)")"
	ask orders --doubt && ends 0
	grep -qE "^$BETA +PMS4 +ETHUSDT +SELL +MARKET +1 +0 +- +placing +1m1[5-9]s$" <<<"$output"
	ask orders -d "$ALPHA" && ends 0
	[ -z "$output" ]
	ask status
	[[ $output == *'pms:open_orders:* 3, pms:doubt 1'* ]]
}

@test "orders is 1 when one is not readable, and shows the others" {
	rc hset "pms:open_orders:$BETA" PMS5 '{"symbol":'
	ask orders && ends 1
	says "PMS5 of pms:open_orders:$BETA is not readable"
	is 'PMS2 PMS1 PMS3' column 2 <<<"$output"
	rc del pms:doubt "pms:open_orders:$ALPHA" "pms:open_orders:$BETA"
}

# ---- halt, reduce, resume -----------------------------------------------------------

beat()	# DAEMON HALTS: one heartbeat of a daemon that is not there
{
	rc set "pms:health:$1" "$(json daemon="$1" pid=1 state=ready since=1 ts="$(now_us)" \
	    halts="$2")" >/dev/null
}

begin()	# ARGUMENTS: in the background
{
	ctl_ "$@" >"$PMS_DIR/halting" 2>"$PMS_DIR/halting.err" 3>&- &
	echo $! >"$PMS_DIR/halting.pid"
}

ended()	# STATUS, what it has written: both to $output
{
	status=0
	wait "$(cat "$PMS_DIR/halting.pid")" || status=$?
	output=$(cat "$PMS_DIR/halting") stderr=$(cat "$PMS_DIR/halting.err")
	ends "$1"
}

away()	# both of them, with their heartbeats
{
	down riskd
	down orderd
	rc del pms:health:riskd pms:health:orderd pms:halt
}

@test "halt is done once riskd and orderd have both said that they obey" {
	away
	begin halt '*' 'too  much ' wind
	await 5 is 'HALTED too much wind' rc hget pms:halt '*'
	beat riskd '{"*":"HALTED too much wind"}'
	beat orderd '{"*":"HALTED too much wind"}'
	ended 0
	is '* HALTED too much wind: riskd and orderd obey' echo "$output"
	ask status
	grep -qE '^\* +HALTED +pms:halt +riskd orderd +too much wind$' <<<"$output"
}

@test "an account is halted beside all; what comes from a file is told as such" {
	begin reduce "$ALPHA"
	await 5 is REDUCING rc hget pms:halt "$ALPHA"
	beat riskd '{"*":"HALTED too much wind","'"$ALPHA"'":"REDUCING"}'
	beat orderd '{"*":"HALTED too much wind","'"$ALPHA"'":"REDUCING","'"$BETA"'":"HALTED by hand"}'
	ended 0
	ask status
	grep -qE "^$ALPHA +REDUCING +pms:halt +riskd orderd" <<<"$output"
	grep -qE "^$BETA +HALTED +file +orderd +by hand$" <<<"$output"
}

@test "resume ends the one it names, and is done when nobody obeys it any more" {
	begin resume
	await 5 is 0 rc hexists pms:halt '*'
	beat riskd '{"'"$ALPHA"'":"REDUCING"}'
	beat orderd '{"'"$ALPHA"'":"REDUCING"}'
	ended 0
	is '* ACTIVE: riskd and orderd obey' echo "$output"
	is "$ALPHA" rc hkeys pms:halt
}

@test "halt is 75 when one does not confirm; what was asked stays written" {
	begin halt
	await 5 is HALTED rc hget pms:halt '*'
	beat riskd '{"*":"HALTED"}'
	beat orderd null
	ended 75
	says 'orderd is down, hangs or starts, and did not confirm'
	[[ $stderr != *riskd* ]]
	is HALTED rc hget pms:halt '*'
	begin resume '*'
	await 5 is 0 rc hexists pms:halt '*'
	beat riskd '{}'
	beat orderd '{"*":"HALTED by hand"}'
	ended 75
	says "orderd did not confirm, and obeys 'HALTED by hand'; a file"
	[[ $stderr != *riskd* ]]
}

@test "halt of nobody, or of a reason, is wrong usage" {
	ask halt maintenance && ends 78
	says "'maintenance' is neither a sub-account nor '*' for all"
	ask halt '*' "$(printf 'w%.0s' {1..120})" && ends 78
	says 'a reason has at most 119 bytes'
	ask resume '*' now && ends 78
	is "$ALPHA" rc hkeys pms:halt
	rc del pms:halt
	up riskd
	up orderd
	await 20 ctl_ status
}

@test "status shows modes, and what orderd has used of the limits" {
	local used='"weight":12,"orders10s":3,"orders1m":4' pace
	pace="{$used,\"weightLimit\":2400,\"orders10sLimit\":300,\"orders1mLimit\":1200"
	pace+=",\"closed\":\"ban\",\"untilMs\":$(ms_ago -90)}"
	away
	rc set pms:health:orderd "$(json daemon=orderd pid=1 state=ready since=1 ts="$(ms_ago 0)" \
	    mode=REDUCING why='["no ledger","user stream"]' pace="$pace")"
	rc set pms:health:riskd "$(json daemon=riskd pid=1 state=ready since=1 ts="$(ms_ago 0)" mode=ACTIVE)"
	ask status && ends 0
	grep -qE '^orderd .* ready, REDUCING: no ledger, user stream$' <<<"$output"
	grep -qE '^riskd .* ready$' <<<"$output"
	grep -qE '^weight in 1 min +12 +2400$' <<<"$output"
	grep -qE '^orders in 10 s +3 +300$' <<<"$output"
	grep -qE '^orders in 1 min +4 +1200$' <<<"$output"
	grep -qE '^closed: ban, for 1m[23][0-9]s$' <<<"$output"
	up riskd
	up orderd
	await 20 ctl_ status
}

# ---- dead ------------------------------------------------------------------------

numbers() { awk '$4 == "pms:cmd:validate" { print $1 }' | paste -sd' '; }
payload_of() { ctl_ dead show "$1" | jq -r .payload; }	# N

@test "dead lists what could not be processed, shows it and tries it again" {
	ask dead && ends 0
	[ -z "$output" ]
	push validate '{first' && await 5 is 1 rc llen pms:dead
	push validate '{second' && await 5 is 2 rc llen pms:dead
	ask dead list && ends 0
	is '1 2' numbers <<<"$output"
	ask dead show 1 && ends 0
	is '{first' field .payload <<<"$output"
	ask dead retry 1 && ends 0
	is 'pushed to pms:cmd:validate' echo "$output"
	await 5 is '{first' payload_of 2
	is '{second' payload_of 1
}

@test "dead retry of an internal list goes behind what waits there" {
	rc rpush pms:dead '{"list":"pms:q:made","reason":"x","ts":1,"payload":"{}"}'
	ask dead retry 3 && ends 1
	says "'pms:q:made' is no list that a daemon reads"
	ask dead drop 3 && ends 0
	rc rpush pms:dead '{"list":"pms:q:feed","reason":"x","ts":1,"payload":"{broken"}'
	ask dead retry 3 && ends 0
	await 5 is '{broken' payload_of 3
	is pms:q:feed field .list <<<"$(ctl_ dead show 3)"
}

@test "dead drop removes one, bytes that are no text too" {
	rc rpush pms:dead $'{"list":"pms:cmd:trade","payload":"\xff"}'
	ask dead && ends 0
	grep -qE '^ +4 .* pms:cmd:trade .*not valid JSON' <<<"$output"
	ask dead retry 4 && ends 1
	says 'the item is not readable'
	ask dead drop 4 && ends 0
	is 3 rc llen pms:dead
	ask dead drop 4 && ends 1
	says 'there is no item 4'
	ask dead drop first && ends 78
	ask dead bury 1 && ends 78
	rc del pms:dead
}

# ---- permissions --------------------------------------------------------------------

@test "the operator of redis.acl may do all of it" {
	local rules
	rules=$(sed -n 's/^user operator //p' "$REPO/deploy/redis.acl")
	# shellcheck disable=SC2086 # a list of words
	rc acl setuser operator $rules
	rc acl log reset
	export PMS_PMSCTL_REDIS="unix:$PMS_REDIS_SOCKET?user=operator&password=CHANGE_ME_operator"
	ask status && ends 0
	ask positions && ends 0
	ask orders && ends 0
	ask orders -d && ends 0
	ask send validate "subAccountId=$ALPHA" "${ORDER[@]}" && ends 0
	ask watch -t 0.1 && ends 0
	rc rpush pms:dead '{"list":"pms:cmd:validate","reason":"x","ts":1,"payload":"{}"}'
	ask dead retry 1 && ends 0
	ask halt "$ALPHA" try
	ask resume "$ALPHA"
	is '' rc acl log
	await 5 is 1 rc llen pms:dead
	ask dead drop 1 && ends 0
}

# ---- and when something is down ----------------------------------------------------

shows() { ctl_ status | grep -qE "$1"; }	# REGEX

@test "status is 1 when a daemon is silent, and names the list that waits" {
	kill9 feedd
	await 6 shows '^feedd .* silent, last said: '
	rc rpush pms:q:feed '{}'
	ask status && ends 1
	grep -qE '^pms:q:feed +[1-9][0-9]* +0$' <<<"$output"
	rc lrem pms:q:feed 1 '{}'
	up feedd
	await 20 ctl_ status
}
