/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit.h - is a ledger right?  Proved from its lines alone.
 *
 * What does not hold is a finding, and the audit goes on; a line that cannot
 * be read ends it.  The checks are those of simex(8), AUDIT, in that order.
 */
#ifndef SIMEX_AUDIT_H
#define SIMEX_AUDIT_H

#include "base/buf.h"
#include "base/why.h"
#include "tests/simex/core/books.h"
#include "tests/simex/core/line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum audit_check {
	CHECK_CAUSE, CHECK_ORDER, CHECK_EXECUTION, CHECK_TRADE_ID, CHECK_FEE, CHECK_PROFIT,
	CHECK_POSITION, CHECK_BALANCE, CHECK_EVENT, CHECK_DELIVERY, CHECK_N
};

/* What a verb is to an audit, by its URI. */
enum audit_heed {
	HEED_NOTHING, HEED_CLEAR, HEED_DRIFT, HEED_EVENTS, HEED_EXPIRE_KEY, HEED_FEES, HEED_MUTE,
	HEED_N
};

/* The input that was read last. */
struct audit_input {
	int64_t	 n;			/* 0: none */
	bool	 makes_orders;		/* it was executed, and may */
	int64_t	 order_id;		/* 0: it does not say which */
};

/* An entry that the user stream owes events for. */
struct owed {
	int64_t		 n, of_line;
	unsigned	 wants, has;	/* bits of enum audit_event */
	dec_t		 qty, px, cum, position, balance;
	int64_t		 order_id, trade_id;	/* 0: no execution */
};

struct audit {
	enum audit_heed		(*heed)(const char *uri);
	int64_t			 line, n, us;
	dec_t			 fee_maker, fee_taker;
	bool			 fees_vary;	/* they have been changed for some contract */
	struct books		 books;
	struct map		 orders, algo_ids;
	struct audit_input	 input;
	bool			 heard;		/* a listen key lives */
	bool			 telling;	/* the last line was an event */
	struct { bool twice, muted, drifted; int64_t lose; } asked;
	struct owed		*owed;
	size_t			 nowed, owed_cap;
	int64_t			 done[CHECK_N], findings;
	struct buf		 said;		/* a line for each finding */
	struct buf		 text[3];	/* of the line being read */
};

/* The header, then each line; -1: it is damaged.  The number of a line is a->line. */
int	audit_begin(struct audit *, const struct line *header, enum audit_heed (*)(const char *uri),
	    struct why *) MUST_CHECK;
int	audit_line(struct audit *, const char *text, size_t len, struct why *) MUST_CHECK;
/* What was checked how often, and what it comes to; after the last line. */
void	audit_end(struct audit *, struct buf *report);
void	audit_fini(struct audit *);

#endif
