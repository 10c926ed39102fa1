#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Tables whose order means nothing else are alphabetical, so that a row is
# found, and two people do not add the same one: refusals, parameters.

cd "$(dirname "$0")/../.." || exit 1

rows()	# -> "table name" in the order of the files
{
	sed -n 's/^DENY([A-Z_0-9]*,[ \t]*"\([A-Z_]*\)".*/deny.def \1/p' common/wire/deny.def
	for f in common/io/settings.c feedd/feedd.c userd/userd.c cmdd/cmdd.c orderd/orderd.c \
	    riskd/riskd.c algod/algod.c; do
		[ ! -e "$f" ] || sed -n '/struct conf_key.*= {/,/^};/{
			s/^[ \t]*COMMON(\([a-z_]*\).*/\1/p
			s/^[ \t]*CONF[A-Z_]*([a-z_]*, *\([a-z_]*\).*/\1/p
			s/^[ \t]*{ *\(\.name = \)*"\([a-z_]*\)".*/\2/p;}' "$f" | sed "s|^|$f |"
	done
}

rows | LC_ALL=C awk '$1 == table && $2 <= last { print $1 ": " $2 " stands behind " last; bad = 1 }
    { table = $1; last = $2 } END { exit bad }'
