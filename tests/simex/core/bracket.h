/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bracket.h - leverage brackets of a contract: which leverage and which
 * maintenance margin go with how large a position.
 *
 * Bracket n is for notionals in (floor, cap], zero is in the first: a position
 * may be as large as the cap of its leverage, so the cap is inside.  Always:
 * brackets are numbered from 1 and without holes, each has less leverage and a
 * higher ratio than the one before, and
 *
 *	cum(n) == cum(n - 1) + floor(n) * (ratio(n) - ratio(n - 1))
 *
 * so that notional * ratio - cum is the same on both sides of an edge.  A price
 * may carry a position beyond the last cap; the last bracket then goes on.
 *
 * Notionals may be signed, their magnitude counts.  A table owns its rows.
 */
#ifndef SIMEX_BRACKET_H
#define SIMEX_BRACKET_H

#include "base/buf.h"
#include "base/dec.h"
#include "base/why.h"
#include "wire/types.h"

#include <stddef.h>

/* The exchange writes the largest int64 where there is no cap. */
#define BRACKET_UNCAPPED	((dec_t){ INT64_MAX })

struct bracket {
	int	number, initial_leverage;
	dec_t	floor, cap;		/* notionals; a cap may be BRACKET_UNCAPPED */
	dec_t	ratio, cum;		/* of the maintenance margin */
};

struct brackets {
	struct bracket	*v;
	size_t		 n;		/* never 0 */
};

/* Of many contracts, in the order they were listed. */
struct bracket_book {
	struct bracket_entry {
		char		symbol[SYMBOL];
		struct brackets	brackets;
	}	*v;
	size_t	 n;
};

/*
 * The exchange's answer to GET leverageBracket, a list or a single contract,
 * into an empty book.  A notionalCoef, an account's own, is applied to floor,
 * cap and cum.  -1: not that; the reason names symbol and bracket, the book is
 * empty.
 */
int	bracket_book_read(struct bracket_book *, const char *json, size_t len, struct why *)
	    MUST_CHECK;
const struct brackets	*bracket_book_find(const struct bracket_book *, const char *symbol);
void	bracket_book_fini(struct bracket_book *);

/*
 * For a contract nobody has listed: the leverages of BTCUSDT below max_leverage
 * behind max_leverage itself, the caps of BTCUSDT from the first one on.  A
 * leverage that is none of BTCUSDT's has half its initial margin as ratio, down
 * to a multiple of 0.0005 below the next.  1 <= max_leverage <= 125.
 */
void	brackets_default(struct brackets *, int max_leverage);
/* As the exchange lists it: {"symbol":..,"brackets":[..]}. */
void	brackets_print(struct buf *, const struct brackets *, const char *symbol);
void	brackets_fini(struct brackets *);

/* Never NULL. */
const struct bracket	*brackets_find(const struct brackets *, dec_t notional);
/* Of NONE it is NONE: what is too large to be counted has a margin that is so, too. */
dec_t	brackets_maint_margin(const struct brackets *, dec_t notional);

/* How large a position of this leverage may be; zero: the contract does not have it. */
dec_t	brackets_max_notional(const struct brackets *, int leverage);
/* How much leverage a position this large may have; 0: it may not be so large. */
int	brackets_max_leverage(const struct brackets *, dec_t notional);
/* The text of a maxNotionalValue.  Returns buf. */
const char	*bracket_format_cap(dec_t cap, char buf[DEC_STR]);

/*
 * The mark price at which money + profit == maintenance margin.  qty is signed;
 * cost is what was paid for it, never negative; money stands behind it without
 * its profit: of an isolated position its wallet, else the balance with the
 * profits and without the maintenance margins of the others.  Zero: there is no
 * such price.  Exact to the eighth digit as long as qty * ratio has eight.
 */
dec_t	brackets_liquidation_px(const struct brackets *, dec_t qty, dec_t cost, dec_t money);

#endif
