#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
#
# What PostgreSQL can do to the daemons: it restarts, dies, stays away, is full,
# locked or slow, hangs up on a COMMIT, and holds rows that are not theirs, while
# ten accounts place and cancel.

load ../flow/lib
load ../flow/answers
load ../flow/crash
load storm

# Each begins with a world of its own.
setup() { world_begin; }
teardown() { world_end; }

# ---- words ------------------------------------------------------------------------------

at_rest()
{
	load_end
	goes_on
	comes_to_rest_with all_remembered
}

# What every event meets before it is written.
trouble()	# PL/PGSQL
{
	sql "create or replace function engine.trouble() returns trigger language plpgsql as
	        \$\$ begin $1 return new; end \$\$;
	     create or replace trigger trouble before insert on engine.events
	        for each row execute function engine.trouble()"
}

trouble_ends() { sql 'drop trigger if exists trouble on engine.events'; }

# ---- it goes, and comes back ---------------------------------------------------------------

@test "P1: PostgreSQL is restarted at once, three times" {
	load_begin 60 20
	for _ in 1 2 3; do
		for_ms 3000
		kill -QUIT "$(pid postgres)"
		await 10 is_over postgres
		up postgres
	done
	at_rest
}

@test "P2: PostgreSQL is killed with -9, three times" {
	load_begin 60 20
	for _ in 1 2 3; do
		for_ms 3000
		kill9 postgres
		up postgres
	done
	at_rest
}

everybody_trades()
{
	local account n=10
	: >"$BATS_TEST_TMPDIR/asked"
	for account in $ACCOUNTS; do
		n=$((n + 1))
		ask trade subAccountId="$account" symbol=BTCUSDT side=BUY quantity="0.0$n" \
		    leverage=10 force=true
		limit "$account" BUY "0.0$n" 59001
	done
	await 20 all_answered
	await 20 rest_at_least 10
	await 20 everybody_holds
}

everybody_holds() { is 10 sql "select count(*) from virtual_positions where status = 'OPEN'"; }
exchange_is_flat() { ctl position symbol=BTCUSDT | holds '.qty == "0"'; }
exchange_is_empty() { exchange_is_flat && is '' exchange_open; }

@test "P3: PostgreSQL is away for half a minute: what ends risk goes on, once, and is recorded" {
	local account
	everybody_trades
	down postgres
	await_log riskd 'reducing: no ledger' 15
	for account in $ACCOUNTS; do
		ask close subAccountId="$account" symbol=BTCUSDT
		ask close subAccountId="$account" symbol=BTCUSDT
		ask cancel_all subAccountId="$account"
	done
	await 20 exchange_is_empty
	trade "$ALPHA" BUY 0.01 | holds '.errorCode == "INFRA_LEDGER_UNAVAILABLE" and .retryable'
	for_ms 30000
	exchange_is_empty
	up postgres
	await 30 is 0 sql "select count(*) from virtual_positions where status = 'OPEN'"
	goes_on
	comes_to_rest_with all_remembered
}

# ---- it cannot, or will not yet --------------------------------------------------------------

@test "P4: the disk is full for some seconds" {
	load_begin 60 20
	for_ms 3000
	trouble "raise disk_full using message = 'No space left on device';"
	await_log orderd 'reducing: (no ledger|ledger slow)' 15
	for_ms 5000
	[ "$(grep -c 'reducing: no ledger' "$PMS_DIR/orderd.log")" -lt 25 ]
	trouble_ends
	at_rest
}

@test "P5: deadlocks" {
	load_begin 60 20
	for _ in 1 2 3 4 5; do
		for_ms 1000
		# It is the victim, or one of them is.
		sql "begin; update sub_accounts set updated_at = updated_at where id = '$ALPHA';
		    select pg_sleep(0.5); lock table engine.events in share mode; commit" \
		    >/dev/null 2>&1 || :
	done
	at_rest
}

@test "P5, P6: every fourth transaction is a deadlock's victim, or cannot be serialized" {
	load_begin 60 20
	trouble "if random() < 0.25 then raise deadlock_detected; end if;
	    if random() < 0.25 then raise serialization_failure; end if;"
	for_ms 15000
	trouble_ends
	at_rest
}

# ---- rows that are not theirs ------------------------------------------------------------------

# ALPHA's limit that is filled when riskd cannot expect what it meets.
one_rests()
{
	: >"$BATS_TEST_TMPDIR/asked"
	trade "$ALPHA" BUY 0.011 force=true | holds .success
	limit "$ALPHA" BUY 0.021 59001
	await 20 all_answered
	await 20 rest_at_least 1
}

is_filled() { price BTCUSDT 59000; }

begins_anew()	# DAEMON: it has seen that memory and ledger differ
{
	await 20 is_over "$1"
	is 75 exit_status "$1"
	up "$1"
}

@test "P6: a version of an account's stream is taken" {
	one_rests
	sql "insert into engine.events (stream, version, type, data, meta, at)
	    select stream, max(version) + 1, 'balance_external', jsonb_build_object('account', '$ALPHA',
	        'change', '0', 'balance', (select current_balance::numeric(20,8)::text
	        from sub_accounts where id = '$ALPHA')),
	        jsonb_build_object('cause', gen_random_uuid()::text), now()
	    from engine.events where stream = 'account/$ALPHA' group by stream"
	is_filled
	begins_anew riskd
	goes_on
	comes_to_rest_with all_answered
}

@test "P6: a version of an order's stream is taken" {
	local placed
	one_rests
	placed=$(exchange_open)
	ask limit subAccountId="$ALPHA" symbol=BTCUSDT side=BUY quantity=-1 price=59001
	sed -i '$d' "$BATS_TEST_TMPDIR/asked"
	ID=$(uuid)
	echo "$ID" >>"$BATS_TEST_TMPDIR/asked"
	sql "insert into engine.events (stream, version, type, data, meta, at)
	    select 'order/$(name_of "$ALPHA" LMT)', 1, type,
	        replace(data::text, '$placed', '$(name_of "$ALPHA" LMT)')::jsonb,
	        jsonb_build_object('cause', gen_random_uuid()::text), now()
	    from engine.events where stream = 'order/$placed' and version = 1"
	push limit "$(json requestId="$ID" subAccountId="$ALPHA" symbol=BTCUSDT side=BUY \
	    quantity=0.021 price=59001 leverage=10 force=true)"
	begins_anew orderd
	goes_on
	comes_to_rest_with all_remembered
}

# It was written in one transaction with its event, or by somebody else: nobody
# knows whose it is, so nothing is booked beside it until it is gone.
@test "P7: an execution stands there that nobody has booked: a person has to look" {
	local id
	one_rests
	id=$(exchange_open)
	sql "insert into engine.executions values ('BTCUSDT',
	    $(ctl ledger kind=executions | jq '[.[] | select(.symbol == "BTCUSDT").tradeId] | max + 1'),
	    $(ctl ledger kind=orders | jq ".[] | select(.clientOrderId == \"$id\").orderId"),
	    '$id', '$ALPHA', 'BUY', 0.021, 59001, 0, 'USDT', true, 0, now())"
	is_filled
	await 20 is_over riskd
	is 75 exit_status riskd
	logged riskd 'account_changed_elsewhere'
	sql "delete from engine.executions where clord_id = '$id'"
	up riskd
	goes_on
	comes_to_rest_with all_remembered
}

# ---- it hangs up, and is slow ----------------------------------------------------------------

@test "P8: connections are cut while transactions are committed" {
	local n
	load_begin 60 20
	for ((n = 0; n < 60; n++)); do
		sql "select pg_terminate_backend(pid) from pg_stat_activity
		    where datname = current_database() and pid <> pg_backend_pid()" >/dev/null
		for_ms $((RANDOM % 400))
	done
	at_rest
}

@test "P9: slow commits: no risk is added until they are fast again" {
	local account
	everybody_trades
	trouble 'perform pg_sleep(0.6);'
	for account in $ACCOUNTS; do
		ask close subAccountId="$account" symbol=BTCUSDT
	done
	await_log orderd 'reducing: ledger slow' 20
	await_log riskd 'reducing: ledger slow' 60
	await 20 is_refused
	trouble_ends
	await 30 all_remembered
	goes_on
	comes_to_rest_with all_remembered
}

# What has waited behind the lock is one transaction, of more rows than five seconds write.
@test "P9: what takes too long to be written at once is written all the same, and once" {
	local account
	everybody_trades
	trouble 'perform pg_sleep(0.6);'
	sql 'begin; lock table engine.events; select pg_sleep(2); commit' >/dev/null &
	for_ms 300
	for account in $ACCOUNTS; do
		ask close subAccountId="$account" symbol=BTCUSDT
	done
	await_log orderd 'postgres_lost why="no answer in time"' 20
	await 90 is 0 sql "select count(*) from virtual_positions where status = 'OPEN'"
	trouble_ends
	goes_on
	comes_to_rest_with all_remembered
}

is_refused() { trade "$ALPHA" BUY 0.01 force=true | holds '.errorCode == "INFRA_LEDGER_UNAVAILABLE"'; }

@test "P10: somebody has locked a table for three seconds" {
	load_begin 60 20
	for_ms 3000
	sql 'begin; lock table engine.events; select pg_sleep(3); commit' >/dev/null
	for_ms 2000
	sql 'begin; lock table sub_accounts; select pg_sleep(3); commit' >/dev/null
	at_rest
}
