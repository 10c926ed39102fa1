#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The cores decide and the pure libraries compute: none of their objects may
# call what reads a clock, the environment or a file, sends or logs.

cd "$(dirname "$0")/../.." || exit 1
make -s build/libcore.a build/libpure.a build/libsimex.a >/dev/null || exit 1

FORBIDDEN='redis.*|event_(base|new|add).*|evtimer_.*|PQ.*|curl_.*|lws_.*|log_(debug|info|warn|error|fatal).*'
FORBIDDEN="$FORBIDDEN|clock_gettime|gettimeofday|time|rand|random|getrandom|getenv|f?open|socket|connect|(u|nano)?sleep"

out=$(nm -A -u build/libcore.a build/libpure.a build/libsimex.a | grep -E " ($FORBIDDEN)$")
[ -z "$out" ] || { echo "$out"; exit 1; }
