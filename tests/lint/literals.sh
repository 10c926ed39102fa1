#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Names of keys and channels stand in keys.def and nowhere else; SQL stands in
# a statement table: store.c of a daemon, common/io/ledger.[ch], pmsctl.

cd "$(dirname "$0")/../.." || exit 1

sources()
{
	git ls-files -co --exclude-standard common feedd userd cmdd orderd riskd algod |
	    grep '\.[ch]$' | grep -v '^common/wire/keys\.[ch]$'
}

# shellcheck disable=SC2046 # no blanks in our names
out=$(
	grep -nE '"(pms|updates):' $(sources)
	grep -nE '"[ \t]*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|WITH) [^"]' \
	    $(sources | grep -vE '/store\.c$|^common/io/ledger\.[ch]$')
)
[ -z "$out" ] || { echo "$out"; exit 1; }
