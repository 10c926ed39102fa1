# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# storm.bash - limits and cancels of ten accounts, chosen by a seed, and somebody
# who kills a daemon every second.  STORM_SEED repeats a storm as far as the
# machine does; STORM_S is its length.

# Its exchange refuses nobody for asking too often.
export STORM_SIMEX='--still --funding-hours 0 -s 1 --weight-limit 100000 --orders-10s 3000 --orders-1m 12000'

# As deploy/stack makes the first two.
make_accounts()
{
	local n
	ACCOUNTS="$ALPHA $BETA"
	for n in 3 4 5 6 7 8 9 0; do
		ACCOUNTS+=" c3d4e5f6-0000-4000-8000-00000000000$n"
	done
	# shellcheck disable=SC2086 # a list of words
	printf '%s\n' $ACCOUNTS | psql -X -q -v ON_ERROR_STOP=1 -c '
	    create temp table a (id text)' -c '\copy a from stdin' -c "
	    insert into sub_accounts (id, name, initial_balance, current_balance, updated_at)
	    select id, 'storm ' || id, 10000, 10000, now() from a on conflict do nothing" -c '
	    insert into risk_rules (id, sub_account_id, max_leverage, max_notional_per_trade,
	        max_total_exposure)
	    select gen_random_uuid()::text, id, 100, 50000, 200000 from a on conflict do nothing'
	await 5 is 10 eval 'rc get pms:health:riskd | jq .accounts'
}

world_begin()
{
	export PMS_SIMEX_ARGS=$STORM_SIMEX
	export STORM_SEED=${STORM_SEED:-$((RANDOM + 1))}
	stack_up
	quiet_market
	make_accounts
}

world_end()
{
	load_stop
	stack_down
}

# ---- commands ---------------------------------------------------------------------

pick() { PICKED=${*:RANDOM % $# + 1:1}; }	# WORD...: one of them is in PICKED

# Around the price: some are taken at once, some when it moves, some rest.
storm_limit()
{
	local account side
	# shellcheck disable=SC2086
	pick $ACCOUNTS
	account=$PICKED
	pick BUY SELL
	side=$PICKED
	ask limit subAccountId="$account" symbol=BTCUSDT side="$side" leverage=10 force=true \
	    quantity="0.0$((RANDOM % 80 + 10))" price="$((59000 + RANDOM % 2000))"
	name_of "$account" LMT >>"$BATS_TEST_TMPDIR/placed"
}

storm_cancel()
{
	[ -s "$BATS_TEST_TMPDIR/placed" ] || return 0
	# shellcheck disable=SC2046
	pick $(tail -n 20 "$BATS_TEST_TMPDIR/placed")
	ask cancel clientOrderId="$PICKED"
}

storm_cancel_all()
{
	# shellcheck disable=SC2086
	pick $ACCOUNTS
	ask cancel_all subAccountId="$PICKED"
}

storm_close()
{
	# shellcheck disable=SC2086
	pick $ACCOUNTS
	ask close subAccountId="$PICKED" symbol=BTCUSDT
}

# A part of one that rests: it may be gone before.
storm_fill()
{
	[ -s "$BATS_TEST_TMPDIR/placed" ] || return 0
	# shellcheck disable=SC2046
	pick $(tail -n 10 "$BATS_TEST_TMPDIR/placed")
	ctl fill symbol=BTCUSDT clientOrderId="$PICKED" qty=0.003 >/dev/null 2>&1 || :
}

storm_price() { price BTCUSDT "$((59600 + RANDOM % 800))"; }

storm_commands()	# COUNT SECONDS: so many, over so long
{
	local n began
	began=$(now_us)
	for ((n = 1; n <= $1; n++)); do
		pick limit limit limit limit limit limit limit cancel cancel cancel cancel_all close
		"storm_$PICKED"
		pick fill fill price : : :
		[ "$PICKED" = : ] || "storm_$PICKED"
		for_until $((began + $2 * 1000000 * n / $1))
	done
}

# In the background, for as long as something is done to a server: what cannot be
# pushed has not been asked.
load_begin()	# COUNT SECONDS
{
	: >"$BATS_TEST_TMPDIR/asked"
	: >"$BATS_TEST_TMPDIR/placed"
	echo "STORM_SEED=$STORM_SEED" >&2
	(
		set +e
		RANDOM=$STORM_SEED
		storm_commands "$1" "$2"
	) >/dev/null 2>&1 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/load"
}

# A test that has failed does not wait for it.
load_stop()
{
	[ ! -e "$BATS_TEST_TMPDIR/load" ] || kill "$(cat "$BATS_TEST_TMPDIR/load")" 2>/dev/null || :
}

may_trade() { holds '.state == "ready"' rc get pms:health:riskd; }

goes_on()
{
	await 30 may_trade
	trade "$ALPHA" BUY 0.01 force=true | holds .success
}

for_until() { await 60 is_past "$1"; }		# MICROSECONDS
for_ms() { for_until $(($(now_us) + $1 * 1000)); }
is_past() { [ "$(now_us)" -ge "$1" ]; }

# ---- whoever kills -----------------------------------------------------------------

begin_again()	# DAEMON: it is there, and may be killed before it is ready
{
	up "$1" >/dev/null 2>&1 &
	await 20 is_up "$1"
}

storm_kills()	# SECONDS
{
	local end next
	next=$(now_us)
	end=$((next + $1 * 1000000))
	while [ "$next" -lt "$end" ]; do
		# shellcheck disable=SC2086
		pick $DAEMONS
		kill9 "$PICKED"
		begin_again "$PICKED"
		next=$((next + 1000000))
		for_until "$next"
	done
	wait
}

all_up()
{
	local name
	for name in $DAEMONS; do
		is_up "$name" || up "$name" || return 1
		await 20 ready "$name"
	done
}

storm()	# COMMANDS SECONDS
{
	local killer
	: >"$BATS_TEST_TMPDIR/placed"
	echo "STORM_SEED=$STORM_SEED" >&2
	asked_begin
	(RANDOM=$STORM_SEED; storm_kills "$2") 3>&- &
	killer=$!
	RANDOM=$((STORM_SEED + 1))
	storm_commands "$1" "$2"
	wait "$killer"
	all_up
	comes_to_rest
	asked_end
}
