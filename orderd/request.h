/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.h - what orderd asks the exchange, and how its answers are read.
 * Pure: texts in and out; venue.c sends them.
 */
#ifndef ORDERD_REQUEST_H
#define ORDERD_REQUEST_H

#include "venue/endpoint.h"
#include "venue/fault.h"
#include "wire/msg.h"

/* The parameters, without timestamp and signature (query_sign() ends them). */
void	request_place(const struct terms *, struct buf *);
void	request_query(const struct terms *, struct buf *);
void	request_query_id(const char *symbol, int64_t order_id, struct buf *);
void	request_trades(const struct terms *, int64_t order_id, struct buf *);

/* Any answer about one order: what it did not hold is 0, "" or DEC_NONE. */
struct answer {
	int		code;		/* of an error */
	char		msg[160];
	char		clord_id[CLORD_ID], symbol[SYMBOL];
	enum side	side;
	int64_t		order_id;
	char		status[24];
	dec_t		qty, px, cum_qty;
	int64_t		server_ms;	/* of the clock */
	bool		hedge;		/* of the position mode */
};
void	answer_read(struct answer *, const char *body, size_t len);

/* What an answer with that HTTP status means for the request. */
struct fault	answer_fault(const struct answer *, int http);

/* The orders of a list (openOrders), one after the other: see fields_read_next(). */
int	answer_next_order(const char *body, size_t len, size_t *at, struct answer *) MUST_CHECK;

/*
 * What the exchange says of an order now, as a report without an execution.
 * terms: of the order that was asked for; NULL: the answer names it.
 */
void	answer_report(const struct answer *, const struct terms *, struct msg_report *);

/* Each trade of a userTrades page.  -1: the text is none. */
struct found {
	int64_t		order_id;
	enum side	side;
	struct exec	e;
};
typedef int	found_each(void *arg, const struct found *);	/* -1 ends it */
int		answer_found(const char *body, size_t len, found_each *, void *arg) MUST_CHECK;
void		found_report(const struct found *, const struct answer *, struct msg_report *);

/* Where the account holds a position (positionRisk).  -1: the text is none. */
typedef void	symbol_each(void *arg, const char *symbol);
int		answer_positions(const char *body, size_t len, symbol_each *, void *arg) MUST_CHECK;

/* The executions of one order's userTrades page, as reports.  -1: the text is none. */
typedef void	report_each(void *arg, const struct msg_report *);
int		 answer_trades(const struct terms *, const char *body, size_t len, report_each *,
		    void *arg) MUST_CHECK;

/* The limits of the account (rateLimit/order). */
struct order_limits {
	int64_t	per_10s, per_minute;	/* 0: not told */
};
struct order_limits	answer_limits(const char *body, size_t len);

#endif
