/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rerun.h - a run again, from the lines of its ledger.
 *
 * Requests, verbs and paces are applied at their times; of the other lines the time
 * alone counts: so long did the run last at least.  The world has been made
 * of the terms of the run.
 */
#ifndef SIMEX_RERUN_H
#define SIMEX_RERUN_H

#include "base/why.h"
#include "tests/simex/api/world.h"

/* One line behind the header, without its end; -1: it is damaged. */
int	rerun_line(struct world *, const char *text, size_t len, struct why *) MUST_CHECK;

#endif
