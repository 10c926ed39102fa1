/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algo_terms.h - the parameters of POST /fapi/v1/algoOrder become the terms of
 * a conditional order.
 *
 * Only what can be said without looking at the market or the account.  What
 * closes a position is GTE and reduces only, whatever was sent.  Trigger and
 * activation prices need not lie on the tick.
 */
#ifndef SIMEX_ALGO_TERMS_H
#define SIMEX_ALGO_TERMS_H

#include "base/dec.h"
#include "tests/simex/core/form.h"
#include "tests/simex/core/listing.h"
#include "tests/simex/core/orders.h"
#include "tests/simex/core/reject.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	ALGOS_PARAMS = 20, ALGOS_OPEN_PARAMS = 3,
	ALGO_PRICE_TEXT = 40 + 1,	/* longest decimal a form lets pass */
};

enum trigger {
	TRIGGER_STOP, TRIGGER_STOP_MARKET, TRIGGER_TAKE_PROFIT, TRIGGER_TAKE_PROFIT_MARKET,
	TRIGGER_TRAILING, TRIGGER_N
};

enum working { WORKING_CONTRACT, WORKING_MARK, WORKING_N };

/* The price of the child is one of the book: so many levels deep, theirs or our own side. */
struct algo_terms {
	char			 client_id[CLORD_ID];
	const struct listing	*listing;
	enum side		 side;
	enum position_side	 ps;
	enum trigger		 type;
	enum tif		 tif;
	bool			 gte;		/* expires with the position */
	dec_t			 qty;		/* closing a position: zero */
	dec_t			 px;		/* STOP, TAKE_PROFIT; none: DEC_NONE */
	enum price_match	 pm;
	dec_t			 trigger_px;	/* trailing: DEC_NONE */
	char			 trigger_text[ALGO_PRICE_TEXT];	/* as sent; trailing: "" */
	enum working		 working;
	bool			 close_position;
	bool			 reduce_only;	/* so is what closes a position */
	bool			 price_protect;
	dec_t			 activate_px;	/* trailing; not sent: DEC_NONE */
	dec_t			 callback_rate;	/* trailing, percent; else DEC_NONE */
	enum stp		 stp;
	int64_t			 good_till_ms;	/* of GTD, a whole second; else 0 */
	bool			 wants_result;	/* newOrderRespType=RESULT */
};

extern const struct param	algos_params[ALGOS_PARAMS];
extern const struct param	algos_open_params[ALGOS_OPEN_PARAMS];	/* of openAlgoOrders */

/* Of a form that form_check() has passed, for the contract it names. */
struct reject	 algos_parse(const struct form *, const struct listing *, struct algo_terms *);

bool		 algo_is_limit(const struct algo_terms *);	/* so is the child */
bool		 algo_takes_profit(const struct algo_terms *);

const char	*trigger_name(enum trigger);
const char	*working_name(enum working);

#endif
