/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * account.h - sub-accounts and their positions, and what an execution does to
 * them.  Pure: no I/O, no clock.
 *
 * One net position per account and symbol.  The entry price is not kept: it is
 * cost / qty, and cost is the exact sum of what was paid for what is still
 * open.  A part is closed with its share of the cost, so that over the life of
 * a position the profits add up to exactly what came in minus what was paid.
 *
 * Invariants: qty > 0 in every position that exists; closing is the sum of what
 * the orders under way hold of it, and more than qty when something else shrank
 * it; balance is initial + every booked change, exactly.  Only account_book()
 * computes what an execution changes, and only account_apply() changes
 * anything: what is booked in between is durable first.
 */
#ifndef RISKD_ACCOUNT_H
#define RISKD_ACCOUNT_H

#include "riskd/tally.h"
#include "wire/msg.h"

#include <sys/queue.h>

enum account_status { ACC_ACTIVE, ACC_FROZEN, ACC_LIQUIDATED, ACC_STATUS_N };
extern const struct names	account_status_names;

struct rules {
	dec_t	max_leverage, max_notional, max_exposure, liq_threshold;
};

/* The contract's, when neither the account nor the desk has any. */
struct rules	rules_builtin(void);

struct position {
	char		id[POSITION_ID];
	char		symbol[SYMBOL];
	enum pos_side	side;
	dec_t		qty, cost;
	dec_t		rpnl, fees;	/* realised over its life; fees are not in rpnl */
	int		leverage;
	enum origin	origin;
	wall_t		opened_at;
	/* not booked: what is under way */
	dec_t		closing;	/* reserved by orders that close it */
	bool		watched;	/* an algo wants to know its end */
	TAILQ_ENTRY(position)	link;
};

struct account {
	char			id[SUB_ID];
	char			prefix[PREFIX];
	char			name[128];
	enum account_status	status;
	char			liq_mode[24];
	dec_t			maint_rate;
	struct rules		rules;
	dec_t			balance;
	int			version;	/* of its event stream */
	TAILQ_HEAD(, position)	positions;
	/* not booked: what is under way */
	dec_t			reserved;	/* notional that orders under way may add */
	bool			had_orders;	/* when its view was last written */
	struct tally		*net;		/* of all accounts */
	struct node		node;
};

/* Stays where it is: its accounts point back into it. */
struct accounts {
	struct map	map;		/* owns */
	struct tally	net;		/* by symbol: signed quantity of all positions */
};

struct account	*accounts_find(const struct accounts *, const char *id);	/* or NULL */
struct account	*accounts_get(struct accounts *, const char *id);		/* creates */
void		 accounts_remove(struct accounts *, struct account *);
void		 accounts_fini(struct accounts *);

struct position	*account_position(const struct account *, const char *symbol);	/* or NULL */
struct position	*account_position_by_id(const struct account *, const char *id);

dec_t	position_entry_px(const struct position *);
dec_t	position_free(const struct position *);		/* what no order under way closes */
dec_t	position_upnl(const struct position *, dec_t px);
dec_t	position_margin(const struct position *);		/* cost / leverage */
dec_t	position_signed_qty(const struct position *);

/* ---- booking ----------------------------------------------------------------- */

enum action { ACTION_OPEN, ACTION_ADD, ACTION_CLOSE, ACTION_N };
extern const struct names	action_names;

/* One trade row; a flip has two, the close first. */
struct leg {
	enum action	action;
	dec_t		qty, px, fee;
	dec_t		rpnl;		/* of a close; else zero */
	dec_t		change;		/* of the balance: rpnl - fee */
	struct position	after;		/* qty zero: it has ended */
};

enum { LEGS_MAX = 2 };

struct booking {
	char		account[SUB_ID];
	char		symbol[SYMBOL];
	struct exec	e;
	int64_t		order_id;
	char		clord_id[CLORD_ID];
	enum side	side;
	struct leg	legs[LEGS_MAX];
	int		nlegs;
	dec_t		rpnl, fee;	/* sums */
	dec_t		balance;	/* of the account after it */
};

/*
 * What the execution does to the account as it stands.  fee is in the quote
 * currency.  An execution of an order that may only close never opens: its
 * surplus (dropped) is returned and belongs to nobody here.
 */
dec_t	account_book(const struct account *, const struct msg_fill *, dec_t fee,
	    struct booking *);
void	account_apply(struct account *, const struct booking *);

/* Booked as JSON: the event of the account's stream, and back. */
void	booking_write(const struct booking *, struct buf *);
int	booking_read(struct booking *, const char *json, size_t len, struct why *) MUST_CHECK;

/* The account as JSON: what a snapshot and the event "opened" hold, and back. */
void	account_write(const struct account *, struct buf *);
int	account_read(struct account *, const char *json, size_t len, struct why *) MUST_CHECK;

/* What the next event of its stream says happened to it. */
int	account_event_read(struct account *, const char *type, const char *json, size_t len,
	    struct why *) MUST_CHECK;

#endif
