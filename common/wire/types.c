/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/types.h"

#include <strings.h>

NAMES(side_names, SIDE_N,
    [SIDE_BUY] = "BUY", [SIDE_SELL] = "SELL");
NAMES(pos_side_names, POS_SIDE_N,
    [POS_LONG] = "LONG", [POS_SHORT] = "SHORT");
NAMES(ord_type_names, ORD_TYPE_N,
    [TYPE_MARKET] = "MARKET", [TYPE_LIMIT] = "LIMIT");
NAMES(ord_status_names, OS_N,
    [OS_IDLE] = "idle", [OS_PLACING] = "placing", [OS_ACTIVE] = "active",
    [OS_CANCELLING] = "cancelling", [OS_FILLED] = "filled", [OS_CANCELLED] = "cancelled",
    [OS_EXPIRED] = "expired", [OS_FAILED] = "failed");
NAMES(origin_names, ORIGIN_N,
    [ORIGIN_MANUAL] = "MANUAL", [ORIGIN_BASKET] = "BASKET", [ORIGIN_CLOSE_ALL] = "CLOSE_ALL",
    [ORIGIN_CHASE] = "CHASE", [ORIGIN_SCALPER] = "SCALPER", [ORIGIN_TWAP] = "TWAP",
    [ORIGIN_TRAIL_STOP] = "TRAIL_STOP", [ORIGIN_LIQUIDATION] = "LIQUIDATION",
    [ORIGIN_EXCHANGE_ADL] = "EXCHANGE_ADL", [ORIGIN_BOT] = "BOT",
    [ORIGIN_RECOVERED] = "RECOVERED");
NAMES(role_names, ROLE_N,
    [ROLE_ENTRY] = "ENTRY", [ROLE_ADD] = "ADD", [ROLE_UNWIND] = "UNWIND",
    [ROLE_FLATTEN] = "FLATTEN", [ROLE_REPRICE] = "REPRICE", [ROLE_HEDGE] = "HEDGE",
    [ROLE_UNKNOWN] = "UNKNOWN");

const char *
names_get(const struct names *t, int value)
{
	return value >= 0 && value < t->n ? t->v[value] : "?";
}

int
names_find(const struct names *t, const char *text)
{
	for (int i = 0; i < t->n; i++)
		if (strcasecmp(t->v[i], text) == 0)
			return i;
	return -1;
}

int
side_parse(const char *text, enum side *out)
{
	int	 v = names_find(&side_names, text);

	if (v == -1)
		v = names_find(&pos_side_names, text);	/* LONG is BUY, SHORT is SELL */
	if (v == -1)
		return -1;
	*out = (enum side)v;
	return 0;
}
_Static_assert((int)SIDE_BUY == (int)POS_LONG && (int)SIDE_SELL == (int)POS_SHORT, "side_parse");

enum side
side_opposite(enum side s)
{
	return s == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

enum pos_side
side_opens(enum side s)
{
	return s == SIDE_BUY ? POS_LONG : POS_SHORT;
}

enum side
side_closing(enum pos_side p)
{
	return p == POS_LONG ? SIDE_SELL : SIDE_BUY;
}

bool
ord_status_is_final(enum ord_status s)
{
	return s == OS_FILLED || s == OS_CANCELLED || s == OS_EXPIRED || s == OS_FAILED;
}
