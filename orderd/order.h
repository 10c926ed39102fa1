/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * order.h - one order's life on the exchange.  Pure: no I/O, no clock.
 *
 * Invariants: cum_qty is the sum of the executions in trades, each counted
 * once by its trade id; told_qty is the largest cumulated quantity that the
 * exchange has named; a final state never changes, but an execution that comes
 * late is counted all the same.  An order is over when it is final and all
 * that the exchange has named is counted.  qty only shrinks.
 *
 * Only order_step() writes what happened.  The same inputs in any order lead to
 * the same executions.
 */
#ifndef ORDERD_ORDER_H
#define ORDERD_ORDER_H

#include "base/map.h"
#include "orderd/doubt.h"
#include "wire/deny.h"
#include "wire/msg.h"

#include <sys/queue.h>

enum ord_state {
	ORD_NONE,		/* a hole in the table */
	ORD_NEW,		/* named, nothing has left */
	ORD_SENT,		/* a request is under way */
	ORD_WORKING,		/* the exchange has it */
	ORD_IN_DOUBT,		/* nobody knows whether the exchange has it */
	ORD_FILLED, ORD_CANCELED, ORD_EXPIRED,
	ORD_REJECTED,		/* it never stood on the exchange */
	ORD_N
};
extern const struct names	ord_state_names;

enum ord_event {
	ON_SUBMIT,
	ON_ACK,			/* the answer of the request, or NEW on the stream */
	ON_REFUSE,		/* definitively nothing happened */
	ON_LOST,		/* no answer, or one that says nothing */
	ON_PARTIAL, ON_FILL, ON_CANCEL, ON_EXPIRE,
	ON_ABSENT,		/* proven: the exchange never had it (doubt.h) */
	ON_N
};
extern const struct names	ord_event_names;

/* Why an order was refused. */
struct refusal_of {
	enum deny	code;
	int		venue_code;
	char		error[200];
};

struct order {
	/* what was asked; never changes */
	struct terms		 o;
	struct expiry		 act;
	bool			 reduces;	/* none of it opens anything */
	/* what happened; order_step() only */
	enum ord_state		 state;
	int64_t			 order_id;	/* 0: not told yet */
	dec_t			 qty;		/* the exchange may shrink what only reduces */
	dec_t			 cum_qty, cost;
	dec_t			 told_qty;
	struct exec		 last;		/* trade_id 0: none yet */
	int64_t			*trades;	/* their ids */
	size_t			 ntrades;
	bool			 heard;		/* the stream has told of it */
	/* when to ask for it; doubt_*() only */
	struct doubt		 doubt;
	/* the shell's */
	int64_t			 no;		/* of its command; 0: of a child, or not known any more */
	struct item		*item;		/* until its outcome is told; the bus's */
	mono_t			 sent_at;	/* its request left; unset: in an earlier life */
	int64_t			 audit_no;	/* the last audit that has seen it */
	int64_t			 resv_round;	/* the last look at pms:resv that has */
	bool			 shown;		/* its row and events say that it rests */
	bool			 doubted;	/* people were told that it is in doubt */
	bool			 cancelling;	/* a cancel of it has been sent */
	struct refusal_of	 refusal;	/* of ORD_REJECTED */
	int			 version;	/* of its event stream */
	int			 writing;	/* entries of it that are not stored yet */
	/* blotter_*() only */
	struct node		 node, id_node;
	char			 id_key[SYMBOL + 24];	/* SYMBOL/order_id; "": not named yet */
	TAILQ_ENTRY(order)	 link, ask_link;
	bool			 retired, asked_for;
	int64_t			 sync_no;	/* the stream_up since which it was not compared; 0: was */
	mono_t			 sync_at;	/* when that came: older questions compare nothing */
};

struct order_input {
	enum ord_event	on;
	int64_t		order_id;	/* 0: not named */
	dec_t		told_qty;	/* cumulated, as the exchange says; DEC_NONE: not said */
	dec_t		qty;		/* of the order now; zero or DEC_NONE: not said */
	bool		heard;		/* by the stream, not found by asking */
	struct exec	e;		/* trade_id 0: none */
};

/* What a step means for the world; a set. */
enum order_act {
	ACT_STATE = 1,		/* the state or the exchange's id has changed */
	ACT_EXECUTION = 2,	/* the execution is new: store it, book it */
	ACT_OVER = 4,		/* final and complete, since now or once more */
	ACT_IN_DOUBT = 8,	/* since now: ask */
	ACT_MISSING = 16,	/* the exchange has named executions we have not seen */
	ACT_ALARM = 32,		/* it was said to be rejected, and it lives */
	ACT_IMPOSSIBLE = 64,	/* the table has a hole there; nothing was changed */
	ACT_AMENDED = 128,	/* its quantity is smaller now */
};

unsigned	order_step(struct order *, const struct order_input *);

/* What a report says, as an input; VS_UNKNOWN counts as a sign of life. */
struct order_input	order_input_of(const struct msg_report *);

bool		 order_is_final(const struct order *);
bool		 order_is_over(const struct order *);
bool		 order_is_missing(const struct order *);	/* executions that were named */
bool		 order_knows(const struct order *, int64_t trade_id);	/* it is counted */
bool		 order_is_settled(const struct order *);	/* placed or not: it is known */
enum ord_status	 order_status(const struct order *);		/* as the outside calls it */
dec_t		 order_avg_px(const struct order *);		/* DEC_NONE: no execution */

enum ord_state	 order_next_state(enum ord_state, enum ord_event);	/* ORD_NONE: a hole */

#endif
