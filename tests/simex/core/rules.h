/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules.h - may this order be placed, as the market and the account stand?
 *
 * A numbered ladder; the first check that fails decides.  The exchange does
 * not say in which order it checks: this one is ours, and simex(8) lists it.
 * The terms are completed: a price is matched, the good-till date is a whole
 * second, and a reduce-only order of one-way mode that is larger than what it
 * may close is shrunk, not refused.
 */
#ifndef SIMEX_RULES_H
#define SIMEX_RULES_H

#include "tests/simex/core/exchange.h"

struct reject	rules_judge(const struct exchange *, const struct desk *, struct terms *,
		    wall_t now);
/* May this open order become what the terms say? */
struct reject	rules_judge_change(const struct exchange *, const struct desk *,
		    const struct order *, struct terms *, wall_t now);

bool		rules_is_maker_only(const struct terms *);

/* The worst price a MARKET order of this side may trade at. */
dec_t		rules_take_bound(const struct desk *, enum side);

#endif
