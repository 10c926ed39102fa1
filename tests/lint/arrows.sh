#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Includes point one way: base <- wire <- venue, run and io above them; a
# daemon's core sees the pure three and itself, its shell no other daemon.

cd "$(dirname "$0")/../.." || exit 1
only()	# REGEX FILE...: quoted includes must begin so; prints those that do not
{
	allowed=$1
	shift
	grep -HnE '^#[ \t]*include[ \t]*"' "$@" 2>/dev/null | grep -vE "include[ \t]*\"($allowed)"
}
out=$(
	only 'base/' common/base/*.[ch]
	only '(base|wire)/' common/wire/*.[ch]
	only '(base|wire|venue)/' common/venue/*.[ch]
	only '(base|wire|run)/' common/run/*.[ch]
	only '(base|wire|venue|run|io)/' common/io/*.[ch]
	for c in $(make -s print-core); do only "(base|wire|venue|${c%%/*})/" "$c" "${c%.c}.h"; done
	for d in feedd userd cmdd orderd riskd algod; do
		only "(base|wire|venue|run|io|$d)/" $d/*.[ch] $d/*/*.[ch]
	done)
[ -z "$out" ] || { echo "$out"; exit 1; }
