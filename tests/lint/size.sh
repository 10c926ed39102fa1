#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What has outgrown its size: files of over 650 lines, functions of over 80.
# Rows of a table count as what they are: only code between braces is measured.

cd "$(dirname "$0")/../.." || exit 1
# shellcheck disable=SC2046 # no blanks in our names
out=$(awk '
	FNR == 1 { n = 0 }
	FNR == 651 { print FILENAME ": more than 650 lines" }
	/^{/ { n = FNR }
	/^}/ && n { if (FNR - n > 81) print FILENAME ":" n ": function of " FNR - n - 1 " lines"; n = 0 }
    ' $(git ls-files -co --exclude-standard '*.[ch]'))
[ -z "$out" ] || { echo "$out"; exit 1; }
