# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# answers.bash - commands that are pushed without waiting, and whether each of
# them has been answered exactly once.  Redis tells of every result it is given.

asked_begin()
{
	: >"$BATS_TEST_TMPDIR/asked"
	rc config set notify-keyspace-events 'K$' >/dev/null
	redis-cli -s "$PMS_REDIS_SOCKET" psubscribe '__keyspace@0__:pms:result:*' \
	    >"$BATS_TEST_TMPDIR/answered" </dev/null 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/listener"
	await 5 grep -q psubscribe "$BATS_TEST_TMPDIR/answered"
}

asked_end() { kill "$(cat "$BATS_TEST_TMPDIR/listener")"; }

ask()	# QUEUE KEY=VALUE...
{
	local queue=$1 id
	id=$(uuid)
	push "$queue" "$(json requestId="$id" "${@:2}")" &&
	    echo "$id" >>"$BATS_TEST_TMPDIR/asked"
}

answered()
{
	awk '/^pmessage/ { getline; getline id; sub(/.*:/, "", id); getline; if ($0 == "set") print id }' \
	    "$BATS_TEST_TMPDIR/answered" | sort
}

all_answered_once() { diff <(sort "$BATS_TEST_TMPDIR/asked") <(answered); }

# Whoever has claimed an answer and died gives it at its next start, though cmdd has given
# it meanwhile: where that takes seconds, it is the same answer that must come, and no other.
all_answered_alike()
{
	local id given
	diff <(sort "$BATS_TEST_TMPDIR/asked") <(answered | uniq) || return 1
	while read -r id; do
		given=$(rc get "pms:result:$id")	# for as long as a result lives
		[ -z "$given" ] || is "$given" rc hget "pms:seen:$id" answer || return 1
	done <"$BATS_TEST_TMPDIR/asked"
}

# Where the listener cannot live: each has an answer.
all_answered()
{
	local id
	while read -r id; do
		[ "$(rc exists "pms:result:$id")" = 1 ] || { echo "no answer: $id" >&2; return 1; }
	done <"$BATS_TEST_TMPDIR/asked"
}

# Where it may take longer than a result lives.
all_remembered()
{
	local id
	while read -r id; do
		[ "$(rc hexists "pms:seen:$id" answer)" = 1 ] || { echo "no answer: $id" >&2; return 1; }
	done <"$BATS_TEST_TMPDIR/asked"
}

position_of()	# ACCOUNT [SYMBOL] -> the id of its open position
{
	sql "select id from virtual_positions where sub_account_id = '$1' and status = 'OPEN'
	     and symbol like '${2:-BTC}/%'"
}

has_position() { [ -n "$(position_of "$@")" ]; }

# The client order id of what was asked last.
name_of()	# ACCOUNT TYPE
{
	echo "PMS$(hex12 "$1")_$2_$(hex12 "$(tail -n 1 "$BATS_TEST_TMPDIR/asked")/0")"
}

hex12() { printf '%s' "$1" | sha256sum | cut -c 1-12; }
