#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every header compiles alone, whatever was included before it.

cd "$(dirname "$0")/../.." || exit 1

# shellcheck disable=SC2016 # the inner shell's variable
git ls-files -co --exclude-standard '*.h' | xargs -P 2 -n 8 sh -c '
	for h; do
		gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -Icommon -I. \
		    "-I$(pg_config --includedir)" -x c -include "$h" /dev/null || exit 1
	done' sh
