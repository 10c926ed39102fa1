#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two analysers that read the code differently; every finding is an error.
# A file that has passed is looked at again when it or any header is newer.
# cppcheck does not find sys/queue.h by itself; 2.10 cannot parse a compound
# literal behind "?", takes prototypes without names for swapped ones, and
# knows __attribute__((noreturn)) but not _Noreturn.

cd "$(dirname "$0")/../.." || exit 1
STAMPS=build/lint; mkdir -p "$STAMPS"
newest=$(git ls-files -co --exclude-standard '*.h' '*.def' .clang-tidy tests/lint/static.sh | xargs ls -t | head -n 1)
queue=$(ls /usr/include/*/sys/queue.h)
export newest STAMPS queue
# shellcheck disable=SC2016 # the inner shell's variables
git ls-files -co --exclude-standard '*.c' | xargs -P 2 -n 1 sh -c '
	stamp=$STAMPS/$(echo "$1" | tr / _)
	[ "$stamp" -nt "$1" ] && [ "$stamp" -nt "$newest" ] && exit 0
	cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=internalAstError --suppress=funcArgOrderDifferent -D_GNU_SOURCE \
	    "-D_Noreturn=__attribute__((noreturn))" --include="$queue" -Icommon -I. "$1" || exit 1
	clang-tidy --quiet --warnings-as-errors="*" "$1" -- -std=c11 -D_GNU_SOURCE "-DVERSION=\"\"" -Icommon -I. \
	    "-I$(pg_config --includedir)" 2>/dev/null || exit 1
	: >"$stamp"' sh
