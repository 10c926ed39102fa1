#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every manual page formats without a warning, and there is one per program.

cd "$(dirname "$0")/../.." || exit 1
bad=0
for page in feedd/feedd.8 userd/userd.8 cmdd/cmdd.8 orderd/orderd.8 riskd/riskd.8 algod/algod.8 \
    deploy/pmsctl/pmsctl.8 tests/simex/simex.8 common/wire/wire.7; do
	[ -e "$page" ] || { echo "$page: missing"; bad=1; continue; }
	out=$(groff -mdoc -ww -Tutf8 -z "$page" 2>&1)
	[ -z "$out" ] || { echo "$out"; bad=1; }
done
exit $bad
