/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.h - accounts, orders and answers as the outside reads them (contract 3,
 * 4.3).  Pure: JSON text from the book and the latest prices.
 */
#ifndef RISKD_VIEW_H
#define RISKD_VIEW_H

#include "riskd/limit.h"
#include "riskd/pending.h"
#include "venue/outside.h"

/*
 * The risk snapshot of an account: pms:risk:{sub}, and "account" in events.  Of its
 * orders under way (NULL: none) the last OPEN_ORDERS that may rest are in it.
 */
enum { OPEN_ORDERS = 50 };
void	view_snapshot(const struct account *, const struct pending_list *, const struct market *,
	    const struct spelling *, wall_t now, struct buf *);

/* Price at which the account would be liquidated by this position; zero: never. */
dec_t	view_liq_px(const struct account *, const struct position *, const struct market *);

/* One leg's event: position_updated, position_reduced or position_closed. */
void	view_position(const struct account *, const struct leg *, const struct market *,
	    const struct spelling *, const char *type, enum origin, struct event_stamp,
	    struct buf *);

/* order_filled and order_cancelled: the order object, with the account's snapshot. */
void	view_order(const struct msg_fill *, const char *type, const char *snapshot,
	    const struct spelling *, struct event_stamp, struct buf *);

void	view_margin_update(const char *snapshot, struct event_stamp, struct buf *);

/* The answer of trade and close: what is known of the order now. */
void	view_answer(const struct pending *, const struct account *, struct buf *);

/*
 * Why not: the ladder's findings as an error answer, with the orders that stand in
 * the way, where it is such.
 */
enum { HOLDING = 5 };
void	view_denial(const struct verdict *, const struct pending *const holding[], size_t n,
	    struct buf *);

/* The answer of validate. */
void	view_validation(const struct verdict *, struct buf *);

#endif
