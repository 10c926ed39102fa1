/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * types.h - the small words of the trade: enums, and their spelling on the wire.
 *
 * A name table is indexed by its enum and counted by the compiler; a name
 * function never returns NULL.
 */
#ifndef WIRE_TYPES_H
#define WIRE_TYPES_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

/* Bounds of identifiers, with their NUL. */
enum {
	SUB_ID = 64,		/* sub-account: uuid text, or what the gateway made */
	REQUEST_ID = 128,	/* uuid text; longer is refused */
	ITEM_ID = 64,		/* number of the command, then a letter a hop and a count */
	CLORD_ID = 36 + 1,	/* longest the exchange accepts */
	SYMBOL = 48,		/* ccxt spelling of the longest symbol; names may be UTF-8 */
	POSITION_ID = 64,
	ALGO_ID = 24,
	ASSET = 16,
	BOOT_ID = 13,		/* first 12 hex digits of the kernel's boot id */
	PREFIX = 16,		/* routing prefix of an account */
};

/* Whose account it is what belongs to nobody. */
#define EXTERNAL	"EXTERNAL"

struct names {
	const char *const	*v;	/* index is the enum value */
	int			 n;
};

/* Defines such a table, counted against its enum by the compiler. */
#define NAMES(table, count, ...)						\
	static const char *const	table##_v[] = { __VA_ARGS__ };		\
	_Static_assert(NITEMS(table##_v) == (count), #table);			\
	const struct names	table = { table##_v, (count) }

const char	*names_get(const struct names *, int value);		/* "?" out of range */
int		 names_find(const struct names *, const char *text);	/* any case; -1: none */

enum side { SIDE_BUY, SIDE_SELL, SIDE_N };
enum pos_side { POS_LONG, POS_SHORT, POS_SIDE_N };
enum ord_type { TYPE_MARKET, TYPE_LIMIT, ORD_TYPE_N };

/* What the outside calls the state of an order (wire.7, ORDERS). */
enum ord_status {
	OS_IDLE, OS_PLACING, OS_ACTIVE, OS_CANCELLING,
	OS_FILLED, OS_CANCELLED, OS_EXPIRED, OS_FAILED, OS_N
};

enum origin {
	ORIGIN_MANUAL, ORIGIN_BASKET, ORIGIN_CLOSE_ALL, ORIGIN_CHASE, ORIGIN_SCALPER,
	ORIGIN_TWAP, ORIGIN_TRAIL_STOP, ORIGIN_LIQUIDATION, ORIGIN_EXCHANGE_ADL,
	ORIGIN_BOT, ORIGIN_RECOVERED, ORIGIN_N
};

enum role {
	ROLE_ENTRY, ROLE_ADD, ROLE_UNWIND, ROLE_FLATTEN, ROLE_REPRICE, ROLE_HEDGE,
	ROLE_UNKNOWN, ROLE_N
};

extern const struct names	side_names, pos_side_names, ord_type_names, ord_status_names,
				origin_names, role_names;

/* BUY, SELL, LONG or SHORT in any case; -1 otherwise. */
int		 side_parse(const char *text, enum side *) MUST_CHECK;
enum side	 side_opposite(enum side);
enum pos_side	 side_opens(enum side);		/* BUY opens LONG */
enum side	 side_closing(enum pos_side);	/* LONG is closed by SELL */
bool		 ord_status_is_final(enum ord_status);

#endif
