/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * income.h - the histories of the account: every change of a balance, and
 * every change a client made to the wallet of an isolated position.
 *
 * Append only, in order of time; they grow as long as the run lasts.  A
 * tran_id is unique among the incomes of its kind.
 */
#ifndef SIMEX_INCOME_H
#define SIMEX_INCOME_H

#include "base/clock.h"
#include "base/dec.h"
#include "tests/simex/core/orders.h"
#include "tests/simex/core/wallet.h"

#include <stddef.h>
#include <stdint.h>

struct income {
	enum money		 money;
	const struct listing	*listing;	/* NULL: of no contract */
	size_t			 purse;
	dec_t			 change, balance;	/* what it came to */
	int64_t			 tran_id;
	int64_t			 trade_id;	/* 0: of no trade */
	wall_t			 at;
};

struct incomes {
	struct income	*v;
	size_t		 n, cap;
	int64_t		 count[MONEY_N];
};

struct margin_move {
	const struct listing	*listing;
	enum position_side	 ps;
	dec_t			 change;
	wall_t			 at;
};

struct margin_moves {
	struct margin_move	*v;
	size_t			 n, cap;
};

/* Gives it its tran_id. */
void	incomes_add(struct incomes *, const struct income *);
/* Index of the first that is not older; n if all are. */
size_t	incomes_first_since(const struct incomes *, wall_t);
void	incomes_fini(struct incomes *);

void	margin_moves_add(struct margin_moves *, const struct margin_move *);
void	margin_moves_fini(struct margin_moves *);

#endif
