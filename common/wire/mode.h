/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mode.h - the degraded modes: what may still be done while something is
 * missing, or an operator says so.  Pure.
 *
 * One table for all daemons; each knows some of the conditions.  Several may
 * hold at once: the strictest decides, all are shown.  What only asks passes
 * always, what only reduces a position passes unless trading is halted.
 */
#ifndef WIRE_MODE_H
#define WIRE_MODE_H

#include "base/buf.h"
#include "wire/deny.h"
#include "wire/types.h"

/* From the mildest. */
enum trading { TRADING_ACTIVE, TRADING_REDUCING, TRADING_HALTED, TRADING_N };
extern const struct names	trading_names;

/* In the order of riskd(8), DEGRADED MODES: the strictest first. */
enum mode {
	MODE_HALTED, MODE_BANNED, MODE_REDUCING, MODE_NO_LEDGER, MODE_LEDGER_SLOW, MODE_NO_ORDERD,
	MODE_STREAM_GAP, MODE_REDIS_FILLING, MODE_THROTTLED, MODE_N
};

struct mode_row {
	const char	*name;
	enum trading	 trading;
	enum deny	 code;		/* DENY_NONE: nothing is refused */
	const char	*text;		/* NULL: the code's own sentence */
};
const struct mode_row	*mode_row(enum mode);

/* A set of them: mode_bit(A, is_a) | mode_bit(B, is_b). */
unsigned	 mode_bit(enum mode, bool holds);
enum trading	 mode_trading(unsigned set);
/* What stands against an order; NULL: nothing. */
const struct mode_row	*mode_against(unsigned set, bool adds_risk);

/* "mode":"REDUCING","why":["no ledger"] for the heartbeat. */
void		 mode_print(unsigned set, struct buf *);
/* One line for people: "ready", "degraded: ...", "reducing: ...", "halted: ...". */
enum { MODE_LINE = 160 };
const char	*mode_line(unsigned set, char line[MODE_LINE]);

/* ---- an operator's word ------------------------------------------------------ */

enum { HALT_REASON = 120 };

struct halt {
	enum trading	trading;
	bool		understood;
	char		reason[HALT_REASON];	/* cut where it is longer */
};

/* A state, a blank, and the reason.  Nothing at all, and what is none of the states: HALTED. */
struct halt	 halt_read(const char *text, size_t len);

#endif
