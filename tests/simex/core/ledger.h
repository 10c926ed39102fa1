/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the ground truth of a run: one ordered log of what came in, what
 * became of it, and what happened by itself.
 *
 * Inputs are the requests, the verbs that change something, and the pace of the
 * market where the program itself sets it; they and the time they came at make
 * everything else.  What a request or a verb brings about stands behind it and
 * says so: "by" is the number of the input, 0 of what happened by itself.
 * Numbers count from 1, without a gap.
 *
 * A line is a JSON object.  The latest stay in memory, some hundred megabytes
 * of them, less where there is a file: what waits for it is in file, whole
 * lines, and whoever writes them empties it.
 */
#ifndef SIMEX_LEDGER_H
#define SIMEX_LEDGER_H

#include "base/buf.h"
#include "base/clock.h"
#include "tests/simex/core/exchange.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum fate { FATE_EXECUTED, FATE_REFUSED, FATE_LOST, FATE_N };
enum event_fate { EVENT_SENT, EVENT_AGAIN, EVENT_LOST, EVENT_MUTED, EVENT_FATE_N };

enum entry_kind {
	ENTRY_EVENT, ENTRY_EXECUTION, ENTRY_MONEY, ENTRY_ORDER,
	ENTRY_ORDER_REQUEST, ENTRY_REQUEST,	/* about orders, and any other */
	ENTRY_VERB, ENTRY_PACE, ENTRY_N
};

struct arrival {
	wall_t		 at;
	const char	*method, *path;
	const char	*query, *body;	/* as received */
	size_t		 body_len;
	const char	*other_key;	/* not the account's; NULL: that one, or none */
	bool		 keyless;	/* no API key was sent */
	/* of the WebSocket API; payload NULL: of REST */
	const char	*payload;	/* what is signed */
	const char	*signature;	/* or NULL */
	const char	*logged_on;	/* the key of its connection; "": none */
	bool		 about_orders;
	char		 clord_id[CLORD_ID];
	enum fate	 fate;
	int		 code, http;	/* of a refusal; of the answer */
	int64_t		 order_id;	/* 0: none */
};

struct told_verb {
	wall_t		 at;
	const char	*uri;
	const char	*by;		/* who said so, if not the control port; or NULL */
	const char	*does;		/* a JSON list of other verbs that it stands for, or NULL */
	int		 http;
	int64_t		 order_id;	/* 0: none */
};

/* What the program, for its own speed, did to the market. */
struct told_pace {
	wall_t		 at;
	int64_t		 rows;		/* so many of the record, as far as it has them */
	wall_t		 until;		/* it stands still; unset: it does not */
};

/* A change of the balance that is no execution. */
struct told_money {
	wall_t		 at;
	const char	*why, *asset;
	const char	*symbol;	/* NULL: of no contract */
	dec_t		 change, balance;	/* balance: after it */
};

struct told_event {
	wall_t		 at, due;
	const char	*name, *listen_key;
	enum event_fate	 fate;
	int64_t		 of;		/* the entry it tells of; 0: none */
	const struct buf *json;
};

struct ledger {
	int64_t		 last_sum;	/* of which nobody has been told yet */
	STAILQ_HEAD(, page)	 pages;
	struct page		*last;			/* NULL: there is none */
	size_t			 bytes;			/* in them */
	int64_t			 n;
	int64_t			 of_kind[ENTRY_N];	/* how many of each so far */
	int64_t			 cause;			/* the input being served; 0: none */
	bool			 filed;
	struct buf		 file;
	/* inside */
	bool			 serving;		/* an input is not here yet, what follows it waits */
	struct waiting		*waiting;
	size_t			 nwaiting, waiting_cap;
	struct buf		 line;
};

void	ledger_init(struct ledger *);

/* An input is being served, until it is added; what it brings about, until ledger_end(). */
void	ledger_begin(struct ledger *);
void	ledger_add_request(struct ledger *, const struct arrival *);
void	ledger_add_verb(struct ledger *, const struct told_verb *);
void	ledger_add_pace(struct ledger *, const struct told_pace *);
void	ledger_end(struct ledger *);

/* Of a fact, what there is to note: an order, an execution, money.  Gives it its number. */
void	ledger_add_fact(struct ledger *, struct fact *);
void	ledger_add_money(struct ledger *, const struct told_money *);
void	ledger_add_event(struct ledger *, const struct told_event *);

/* A JSON list of a kind (ENTRY_N: all) without the first so many; each is counted in its kind. */
void	ledger_print(const struct ledger *, enum entry_kind, int64_t from, struct buf *);
void	ledger_fini(struct ledger *);

#endif
