#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every script is clean under shellcheck.  SC1091: files that exist only while
# a stack runs, or are checked by themselves.

cd "$(dirname "$0")/../.." || exit 1

scripts()
{
	git ls-files -co --exclude-standard | while read -r f; do
		case $f in
		*.bash | *.bats) echo "$f" ;;
		*.[ch] | *.json | *.jsonl | *.tsv) ;;
		*) [ ! -f "$f" ] || ! head -n 1 "$f" | grep -qaE '^#!.*(sh|bats)$|shellcheck shell=' || echo "$f" ;;
		esac
	done
}

scripts | xargs -P 2 -n 6 shellcheck -e SC1091
