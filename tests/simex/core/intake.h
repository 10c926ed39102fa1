/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * intake.h - the parameters of POST and PUT /fapi/v1/order become the terms of
 * an order, or of its change.
 *
 * Only what can be said without looking at the market or the account; the
 * rest is the exchange's ladder of checks.
 */
#ifndef SIMEX_INTAKE_H
#define SIMEX_INTAKE_H

#include "tests/simex/core/exchange.h"
#include "tests/simex/core/form.h"
#include "tests/simex/core/orders.h"
#include "tests/simex/core/reject.h"

enum { INTAKE_PARAMS = 19, INTAKE_CHANGE_PARAMS = 9 };

extern const struct param	intake_params[INTAKE_PARAMS];
extern const struct param	intake_change_params[INTAKE_CHANGE_PARAMS];

/*
 * What is absent of STP depends on the way the order came in; only where that is
 * NONE may NONE be sent.
 */
struct reject	intake_parse(const struct form *, bool hedged, enum stp absent, struct terms *);
struct reject	intake_parse_change(const struct form *, bool hedged, struct change *);
/* Sent while the exchange is overloaded: is it of those that are let through? */
bool		intake_is_exempt(const struct form *);

#endif
