/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/topic.h"

#include "base/attr.h"
#include "base/text.h"

#include <string.h>

static const char *const route_names[] = {
	[ROUTE_NONE] = "none", [ROUTE_PUBLIC] = "public", [ROUTE_MARKET] = "market",
	[ROUTE_PRIVATE] = "private",
};
_Static_assert(NITEMS(route_names) == ROUTE_N, "route_names");

static const char *const user_event_names[] = {
	[UE_ACCOUNT_CONFIG_UPDATE] = "ACCOUNT_CONFIG_UPDATE",
	[UE_ACCOUNT_UPDATE] = "ACCOUNT_UPDATE",
	[UE_MARGIN_CALL] = "MARGIN_CALL",
	[UE_ORDER_TRADE_UPDATE] = "ORDER_TRADE_UPDATE",
	[UE_TRADE_LITE] = "TRADE_LITE",
	[UE_LISTEN_KEY_EXPIRED] = "listenKeyExpired",
};
_Static_assert(NITEMS(user_event_names) == UE_N, "user_event_names");

static const struct {
	const char	*suffix;	/* behind the symbol, or the whole name */
	enum route	 route;
	bool		 all;		/* of all contracts: no symbol in front */
} topics[] = {
	[TOPIC_AGG_TRADE]   = { "@aggTrade", ROUTE_MARKET, false },
	[TOPIC_ALL_MARK_1S] = { "!markPrice@arr@1s", ROUTE_MARKET, true },
	[TOPIC_ALL_MARK_3S] = { "!markPrice@arr", ROUTE_MARKET, true },
	[TOPIC_BOOK_TICKER] = { "@bookTicker", ROUTE_PUBLIC, false },
	[TOPIC_DEPTH5]      = { "@depth5", ROUTE_PUBLIC, false },
	[TOPIC_MARK_1S]     = { "@markPrice@1s", ROUTE_MARKET, false },
	[TOPIC_MARK_3S]     = { "@markPrice", ROUTE_MARKET, false },
};
_Static_assert(NITEMS(topics) == TOPIC_N, "topics");

const char *
route_name(enum route r)
{
	return (unsigned)r < ROUTE_N ? route_names[r] : "?";
}

enum route
route_find(const char *name, size_t len)
{
	for (int r = ROUTE_PUBLIC; r < ROUTE_N; r++)
		if (strlen(route_names[r]) == len && memcmp(route_names[r], name, len) == 0)
			return (enum route)r;
	return ROUTE_NONE;
}

struct address
address_parse(const char *path)
{
	struct address	 a = { .route = ROUTE_NONE, .names = "" };
	const char	*p = path + (*path == '/');
	const size_t	 len = strcspn(p, "/");

	a.route = route_find(p, len);
	if (a.route != ROUTE_NONE)
		p += len + (p[len] == '/');
	a.combined = text_starts_with(p, "stream");
	p += strcspn(p, "/");
	if (*p == '/')
		a.names = p + 1;
	return a;
}

static bool
names_listing(const struct listings *ls, const char *name, size_t len, int *listing)
{
	char	 symbol[SYMBOL];

	if (text_copyn(symbol, sizeof(symbol), name, len) == -1)
		return false;
	for (const char *c = symbol; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')	/* streams are named in lower case only */
			return false;
	text_upper(symbol);
	const struct listing	*l = listings_find(ls, symbol);

	*listing = l == NULL ? -1 : l->index;
	return l != NULL;
}

bool
topic_parse(const struct listings *ls, const char *name, struct topic *t)
{
	const size_t	 len = strcspn(name, "@");

	for (int k = 0; k < TOPIC_N; k++) {
		*t = (struct topic){ .kind = (enum topic_kind)k };
		if (topics[k].all && text_eq(topics[k].suffix, name))
			return true;
		if (!topics[k].all && text_eq(topics[k].suffix, name + len) &&
		    names_listing(ls, name, len, &t->listing))
			return true;
	}
	return false;
}

enum route
topic_route(enum topic_kind k)
{
	return topics[k].route;
}

void
topic_format(const struct listings *ls, struct topic t, char name[TOPIC_NAME])
{
	char	 symbol[SYMBOL];

	text_put(symbol, sizeof(symbol), ls->v[t.listing].symbol);
	text_lower(symbol);
	text_putf(name, TOPIC_NAME, "%s%s", topics[t.kind].all ? "" : symbol,
	    topics[t.kind].suffix);
}

const char *
user_event_name(enum user_event e)
{
	return (unsigned)e < UE_N ? user_event_names[e] : "?";
}

unsigned
user_events_parse(const char *names)
{
	unsigned	 bits = 0;

	while (*names != '\0') {
		const size_t	 len = strcspn(names, "/");

		for (int e = 0; e < UE_N; e++)
			if (strlen(user_event_names[e]) == len &&
			    memcmp(user_event_names[e], names, len) == 0)
				bits |= 1u << e;
		names += len + (names[len] == '/');
	}
	return bits;
}
