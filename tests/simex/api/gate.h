/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.h - what a request has to pass before its endpoint sees it, in the
 * order of simex(8), ORDER OF CHECKS; and the book that is kept of it.
 */
#ifndef SIMEX_GATE_H
#define SIMEX_GATE_H

#include "tests/simex/api/world.h"

/* As world_request(), of which it is the inside: time has been advanced. */
struct served	gate_serve(struct world *, const struct request *, struct buf *out);

#endif
