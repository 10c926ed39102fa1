/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print.h - the exchange's objects as its REST answers show them.
 *
 * Decimals are strings with as many places as the exchange prints there; ids
 * and times are integers.  An order just placed, changed or cancelled has no
 * average price and no quote sum, unless the old shape is asked for; one that
 * is asked for has.
 */
#ifndef SIMEX_PRINT_H
#define SIMEX_PRINT_H

#include "base/buf.h"
#include "tests/simex/core/exchange.h"
#include "tests/simex/core/fixed.h"
#include "tests/simex/core/meter.h"

enum shape { SHAPE_TODAY, SHAPE_OLD };

enum order_form {
	ORDER_ACK,		/* placed: as if nothing had traded yet */
	ORDER_RESULT,		/* placed with RESULT, or cancelled: as it is */
	ORDER_CHANGED,		/* as it is, with its pair */
	ORDER_QUERY,		/* asked for */
	ORDER_LIST,		/* asked for with others */
};

void	put_money(struct buf *, const char *name, dec_t);		/* eight places */

void	print_order(struct buf *, const struct order *, enum order_form);
void	print_order_in(struct buf *, const struct order *, enum order_form, enum shape,
	    int64_t modify_id);	/* or NO_MODIFY_ID */
void	print_amendment(struct buf *, const struct order *, const struct amendment *);
void	print_trade(struct buf *, const struct trade *);
void	print_exchange_info(struct buf *, const struct listings *, const struct meter *, wall_t now);
void	print_book_ticker(struct buf *, const struct desk *, wall_t now);
void	print_premium_index(struct buf *, const struct desk *, wall_t now);
void	print_depth(struct buf *, const struct desk *, int levels, wall_t now);
/* [["px","qty"],..] of one side, best first. */
void	print_levels(struct buf *, const struct desk *, enum side, int levels);

#endif
