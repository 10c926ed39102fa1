/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * intake.h - the parameters of POST /fapi/v1/order become the terms of an
 * order.
 *
 * Only what can be said without looking at the market or the account; the
 * rest is the exchange's ladder of checks.
 */
#ifndef SIMEX_INTAKE_H
#define SIMEX_INTAKE_H

#include "tests/simex/core/form.h"
#include "tests/simex/core/orders.h"
#include "tests/simex/core/reject.h"

enum { INTAKE_PARAMS = 19 };

extern const struct param	intake_params[INTAKE_PARAMS];

struct reject	intake_parse(const struct form *, bool hedged, struct terms *);

#endif
