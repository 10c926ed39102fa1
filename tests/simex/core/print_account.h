/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * print_account.h - the account as its REST answers show it.
 *
 * The older form of an answer names every contract, and says leverage and
 * margin type with the position; the newer one leaves out where nothing is.
 */
#ifndef SIMEX_PRINT_ACCOUNT_H
#define SIMEX_PRINT_ACCOUNT_H

#include "base/buf.h"
#include "tests/simex/core/account.h"

enum account_form { ACCOUNT_V2, ACCOUNT_V3 };

enum { ADL_QUANTILE = 1 };	/* of whatever is open: nobody else is here */

void	print_account(struct buf *, const struct exchange *, enum account_form);
void	print_account_config(struct buf *, const struct exchange *);
void	print_balances(struct buf *, const struct exchange *);
/* Appends what there is to say: of a list. */
void	print_position_risk(struct buf *, const struct exchange *, const struct desk *,
	    enum account_form);
void	print_symbol_config(struct buf *, const struct desk *);
void	print_leverage(struct buf *, const struct desk *);
void	print_income(struct buf *, const struct exchange *, const struct income *);
void	print_margin_move(struct buf *, const struct margin_move *);

#endif
