#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A manual lists what the program knows, in the same order: parameters (also in
# the sample pmsd.conf), counters, and the keys of wire.7.

cd "$(dirname "$0")/../.." || exit 1
t=$(mktemp -d) && trap 'rm -rf "$t"' EXIT
bad=0

# PAGE SECTION -> the words of its .It lines; {any} stands for %s
items() { sed -n "/^\.Sh $2\$/,/^\.Sh/s/^\.It [A-Z][a-z] \([^ ]*\).*/\1/p" "$1" | sed 's/\\&//g; s/{[^}]*}/%s/g'; }
sample() { sed -n "1,/^\[/s/^#* *\([a-z_]*\) =.*/\1/p; /^\[$1\]/,/^\[[^]]*\]/{/^\[/d; s/^#* *\([a-z_]*\) =.*/\1/p;}" deploy/pmsd.conf; }
same() { diff -u --label "$2" --label "$3" "$t/$2" "$t/$3" || { echo "$1: $2 and $3 differ"; bad=1; }; }

for d in feedd userd cmdd orderd riskd algod; do
	build/bin/$d -n -f /dev/null | sed -n 's/ *=.*//p' >"$t/program"
	items $d/$d.8 PARAMETERS >"$t/manual" && same $d program manual
	sample $d >"$t/pmsd.conf" && same $d program pmsd.conf
	build/bin/$d --counters | cut -f 1 >"$t/counters"
	items $d/$d.8 COUNTERS >"$t/manual" && same $d counters manual
done
sed -n 's/^KEY([^"]*"\([^"]*\)".*/\1/p' common/wire/keys.def >"$t/keys.def"
items common/wire/wire.7 KEYS >"$t/wire.7" && same wire keys.def wire.7
exit $bad
