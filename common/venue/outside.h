/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outside.h - orders and symbols as the outside reads them (contract 3.2),
 * shared by the daemons that publish events.  Pure.
 */
#ifndef VENUE_OUTSIDE_H
#define VENUE_OUTSIDE_H

#include "venue/instr.h"
#include "wire/msg.h"

/* How symbols are spelled in events and state: native, or ccxt's where known. */
struct spelling {
	const struct instrs	*instrs;
	bool			 ccxt;
};
const char	*outside_symbol(const struct spelling *, const char *native, char buf[SYMBOL]);

/* Wall-clock microseconds made strictly increasing, per publisher; zeroed at birth. */
struct event_stamp {
	int64_t	seq;
	wall_t	at;
};
struct event_stamp	event_stamp_next(int64_t *seq, wall_t now);

/* {"seq":..,"type":..,"subAccountId":..,"timestamp":.. and left open. */
void	outside_event(struct buf *, const char *type, const char *sub, struct event_stamp);

/* The members of the common order object, without subAccountId. */
void	outside_order(struct buf *, const struct msg_fill *, const struct spelling *, wall_t now);

#endif
