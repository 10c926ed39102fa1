/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orders.h - the client's orders and trades on one contract, all of them, by
 * every name.
 *
 * The store owns them until orders_fini(); order ids and trade ids count up
 * from the first, and an order's id finds it without a search.  A
 * client order id finds the newest order that carries it: ids may be used
 * again once their order is closed.  cum_qty + leaves_qty == terms.qty while an
 * order is open; leaves_qty is zero once it is closed.
 */
#ifndef SIMEX_ORDERS_H
#define SIMEX_ORDERS_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/map.h"
#include "base/rng.h"
#include "tests/simex/core/agenda.h"
#include "tests/simex/core/book.h"
#include "tests/simex/core/listing.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tif { TIF_GTC, TIF_IOC, TIF_FOK, TIF_GTX, TIF_GTD, TIF_RPI, TIF_N };
enum stp { STP_EXPIRE_TAKER, STP_EXPIRE_MAKER, STP_EXPIRE_BOTH, STP_NONE, STP_N };

/* Whose best price an order takes for its own, and the how manieth. */
enum price_match {
	PM_NONE, PM_OPPONENT, PM_OPPONENT_5, PM_QUEUE, PM_QUEUE_5, PM_QUEUE_10, PM_QUEUE_20, PM_N
};

enum { NO_MODIFY_ID = -1 };

/* Whose quantity an order changes: the one of one-way mode, or one of two. */
enum position_side { PS_BOTH, PS_LONG, PS_SHORT, PS_N };

/* What the exchange orders itself, in the account's name. */
enum forced {
	FORCED_NOT, FORCED_LIQUIDATION, FORCED_ADL, FORCED_SETTLEMENT, FORCED_DELIVERY, FORCED_N
};

/* How an order ended other than by being filled. */
enum end { END_NOT, END_CANCELED, END_EXPIRED, END_EXPIRED_IN_MATCH };

enum status {
	ST_NEW, ST_PARTIALLY_FILLED, ST_FILLED, ST_CANCELED, ST_EXPIRED, ST_EXPIRED_IN_MATCH, ST_N
};

struct terms {
	char		 clord_id[CLORD_ID];
	enum side	 side;
	enum ord_type	 type;
	enum tif	 tif;
	enum stp	 stp;
	enum position_side ps;
	enum price_match pm;
	dec_t		 px;		/* DEC_NONE: MARKET, or still to be matched */
	dec_t		 qty;
	int64_t		 good_till_ms;	/* of GTD */
	bool		 reduce_only;
	bool		 closes;	/* all of a position, before what else reduces it */
	bool		 triggered;	/* of a conditional order, whose date was judged then */
	bool		 wants_result;	/* newOrderRespType=RESULT */
	enum forced	 forced;
};

struct order {
	/* what was asked; the exchange may lower the quantity */
	struct terms		 terms;
	const struct listing	*listing;
	int64_t			 id;
	wall_t			 created;
	/* what happened; the exchange only */
	enum end		 end;
	dec_t			 cum_qty, cum_quote;
	wall_t			 updated;
	int64_t			 moves;		/* how often its owner changed it */
	/* where it lives */
	struct resting		 rest;
	struct appointment	 expiry;
	struct node		 node;
	TAILQ_ENTRY(order)	 open_link, reducing_link;
};

TAILQ_HEAD(order_list, order);

struct trade {
	int64_t		 id, order_id;
	const struct listing *listing;
	char		 clord_id[CLORD_ID];
	enum side	 side;
	enum position_side ps;
	dec_t		 px, qty, fee, realized;
	const char	*fee_asset;	/* of the wallet */
	bool		 maker;
	wall_t		 at;
};

/* A change of an order by its owner. */
struct amendment {
	int64_t		 id, order_id, count, modify_id;
	wall_t		 at;
	enum price_match pm;
	struct { dec_t px, qty; } before, after;
};

struct orders {
	const struct listing	*listing;
	int64_t			 first_id, first_trade_id;
	struct order		**v;		/* by id - first_id */
	size_t			 n, cap;
	struct map		 by_clord_id;
	struct order_list	 open;		/* oldest first */
	struct order_list	 reducing;	/* those of them that may only reduce */
	size_t			 n_open;
	struct trade		*trades;	/* by id */
	size_t			 ntrades, trades_cap;
	struct amendment	*amendments;	/* oldest first */
	size_t			 namendments, amendments_cap;
	int64_t			 next_trade_id;	/* others' trades have ids between the client's */
};

void		 orders_init(struct orders *, const struct listing *, int64_t ids_from);
struct order	*orders_add(struct orders *, const struct terms *, wall_t now);	/* it is open */
void		 orders_close(struct orders *, struct order *);	/* out of the open ones */
struct trade	*orders_add_trade(struct orders *, const struct order *, wall_t now);
struct amendment *orders_add_amendment(struct orders *, const struct order *, wall_t now);
/* Whether it may only reduce; who joins those that do stands behind them. */
void		 orders_set_reducing(struct orders *, struct order *, bool);

struct order	*orders_find(const struct orders *, int64_t id);		/* or NULL */
struct order	*orders_find_clord_id(const struct orders *, const char *);	/* or NULL */
/* Index of the first that is not older; n or ntrades if all are. */
size_t		 orders_first_since(const struct orders *, wall_t);
size_t		 orders_first_trade_since(const struct orders *, wall_t);
size_t		 orders_first_trade_from(const struct orders *, int64_t id);	/* this id or later */
void		 orders_fini(struct orders *);

bool		 order_is_open(const struct order *);
enum status	 order_status(const struct order *);
bool		 order_is_kept(const struct order *, wall_t now);	/* for those who ask */
dec_t		 order_avg_px(const struct order *);	/* nothing filled: zero */

/* By the enum of each, NULL at the end: what clients send and are told. */
extern const char *const	side_words[SIDE_N + 1];
extern const char *const	position_side_words[PS_N + 1];
extern const char *const	tif_words[TIF_N + 1];
extern const char *const	stp_words[STP_N + 1];
extern const char *const	price_match_words[PM_N + 1];
extern const char *const	resp_words[];	/* newOrderRespType: the second is wants_result */

/* A name for an order to which nobody gave one. */
void		 clord_id_make(struct rng *, char clord_id[CLORD_ID]);

const char	*status_name(enum status);
const char	*tif_name(enum tif);
const char	*stp_name(enum stp);
const char	*price_match_name(enum price_match);
const char	*position_side_name(enum position_side);

#endif
