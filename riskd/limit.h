/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit.h - the judgement of an order before it is sent: a ladder of checks.
 * Pure.
 *
 * The checks stand in the order of riskd(8), ORDER OF CHECKS.  Some end the
 * ladder, because what follows would make no sense; the others are collected.
 * What only reduces a position passes all that guard against new risk.
 */
#ifndef RISKD_LIMIT_H
#define RISKD_LIMIT_H

#include "riskd/account.h"
#include "riskd/market.h"
#include "venue/instr.h"
#include "wire/deny.h"

struct question {
	const struct account	*account;	/* NULL: there is none */
	const struct instr	*instr;		/* NULL: unknown */
	const struct market	*market;
	const char		*sub, *symbol;	/* as they were read */
	enum side		 side;
	dec_t			 qty;
	dec_t			 px;		/* of a LIMIT; DEC_NONE: MARKET */
	int			 leverage;
	bool			 reduce_only;
	bool			 tick_strict;	/* a price between two ticks is refused */
	mono_t			 now;
};

/* What the order would make of the account (contract 7.2). */
struct values {
	dec_t	px, notional;
	dec_t	required, available;	/* margin: additional; left */
	dec_t	exposure;		/* of the other symbols, and of orders under way */
	dec_t	result;			/* exposure of this symbol afterwards */
	dec_t	equity, maintenance, usage;
};

struct finding {
	enum deny	code;
	const char	*check;
	dec_t		value, limit;	/* DEC_NONE: the check has none */
	char		text[120];	/* NAME:value>limit, as the gateway knows it */
	const char	*field, *given;	/* of the question, a word that names nothing; or NULL */
};

enum { FINDINGS_MAX = 16 };

struct verdict {
	struct finding	findings[FINDINGS_MAX];
	int		n;		/* 0: go ahead */
	bool		has_values;
	struct values	values;
	dec_t		qty, px;	/* rounded to what may be sent; px DEC_NONE: MARKET */
	dec_t		closing;	/* of it: takes from the position as it is now */
	dec_t		opening;	/* the rest */
};

void		 limit_judge(const struct question *, struct verdict *);

/* The names of the checks in their order; NULL at the end. */
const char	*limit_check_name(size_t i);

#endif
