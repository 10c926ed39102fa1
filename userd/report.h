/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.h - frames of the user stream, as messages.  Pure.
 *
 * Only ORDER_TRADE_UPDATE books: TRADE_LITE tells the same execution earlier,
 * without its fee and its status, and is published raw but goes no further.
 */
#ifndef USERD_REPORT_H
#define USERD_REPORT_H

#include "base/why.h"
#include "wire/msg.h"

enum user_event {
	UE_OTHER,		/* nothing for us */
	UE_ACCOUNT,		/* into account */
	UE_EXPIRED,		/* the listen key */
	UE_LITE,		/* published raw, no more */
	UE_ORDER,		/* into report */
};

enum { EVENT_WORD = 40 };

struct user_frame {
	enum user_event		kind;
	char			event[EVENT_WORD];	/* the exchange's word for it; "" : none */
	struct msg_report	report;
	struct msg_account	account;	/* positions: the reader frees it */
};

/* Ids of the messages are left empty.  -1: it is not what the exchange sends. */
int	report_read(const char *json, size_t len, struct user_frame *, struct why *) MUST_CHECK;

#endif
