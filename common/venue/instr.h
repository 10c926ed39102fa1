/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instr.h - instruments: what the exchange's filters allow, and how the text of
 * a symbol is read.
 *
 * Prices are rounded to the tick so that they never get worse for the asker
 * (BUY down, SELL up), quantities down to the step.  A quantity below the
 * minimum is refused, never raised.  A zero in a filter switches it off.
 */
#ifndef VENUE_INSTR_H
#define VENUE_INSTR_H

#include "base/dec.h"
#include "base/map.h"
#include "wire/field.h"

#include <stdbool.h>

struct lot {
	dec_t	step, min, max;
};

struct instr {
	char		symbol[SYMBOL];		/* native: BTCUSDT */
	char		base[ASSET], quote[ASSET];
	bool		trading;		/* status TRADING and a perpetual */
	dec_t		tick, px_min, px_max;
	struct lot	lot, market_lot;
	dec_t		min_notional;
	dec_t		px_up, px_down;		/* multipliers on the mark price */
	struct node	node;			/* struct instrs only */
};

/* All of them, by native symbol; owns what it holds. */
struct instrs {
	struct map	map;
	int64_t		weight_1m;	/* what an address may use of the exchange; 0: not known */
};

struct instr	*instrs_find(const struct instrs *, const char *native);	/* or NULL */
struct instr	*instrs_put(struct instrs *, const struct instr *);	/* copies; replaces */
void		 instrs_fini(struct instrs *);

/* The value of pms:instr, one instrument: for instr_fields. */
extern const struct fields	instr_fields;

/* Puts what the exchange's exchangeInfo lists; what it does not list stays.  -1: not that. */
int	instr_read_info(struct instrs *, const char *json, size_t len, struct why *) MUST_CHECK;

/*
 * BTC/USDT:USDT, BTC/USDT, btcusdt, BTC: to the native symbol.  A known
 * instrument decides; only an unknown text gets USDT appended.  The result may
 * still be unknown.  -1: no symbol at all, or too long.
 */
int	instr_native(const struct instrs *, const char *text, char native[SYMBOL]) MUST_CHECK;

/* BASE/QUOTE:QUOTE, as the read models and ccxt spell it. */
void	instr_ccxt(const struct instr *, char ccxt[SYMBOL]);

dec_t	instr_round_px(const struct instr *, enum side, dec_t px);
dec_t	instr_round_qty(const struct instr *, enum ord_type, dec_t qty);
const struct lot	*instr_lot(const struct instr *, enum ord_type);

#endif
