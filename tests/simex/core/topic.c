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
	[UE_ALGO_UPDATE] = "ALGO_UPDATE",
	[UE_MARGIN_CALL] = "MARGIN_CALL",
	[UE_ORDER_TRADE_UPDATE] = "ORDER_TRADE_UPDATE",
	[UE_TRADE_LITE] = "TRADE_LITE",
	[UE_LISTEN_KEY_EXPIRED] = "listenKeyExpired",
};
_Static_assert(NITEMS(user_event_names) == UE_N, "user_event_names");

/* Of the default speed there is nothing to say. */
static const char *const speeds[DIFF_SPEEDS] = {
	[DIFF_100MS] = "@100ms", [DIFF_250MS] = "", [DIFF_500MS] = "@500ms",
};

/* By kind; a row stands for as many kinds as it has variants. */
static const struct form {
	enum topic_kind		 kind;
	const char		*suffix;	/* behind the symbol, or the whole name */
	enum route		 route;
	bool			 all;		/* of all contracts: no symbol in front */
	const char *const	*variants;	/* what follows; NULL: one without */
	int			 n;
} forms[] = {
	{ TOPIC_AGG_TRADE,         "@aggTrade",         ROUTE_MARKET, false, NULL, 1 },
	{ TOPIC_ALL_BOOK_TICKER,   "!bookTicker",       ROUTE_PUBLIC, true,  NULL, 1 },
	{ TOPIC_ALL_CONTRACT_INFO, "!contractInfo",     ROUTE_MARKET, true,  NULL, 1 },
	{ TOPIC_ALL_FORCE_ORDER,   "!forceOrder@arr",   ROUTE_MARKET, true,  NULL, 1 },
	{ TOPIC_ALL_MARK_1S,       "!markPrice@arr@1s", ROUTE_MARKET, true,  NULL, 1 },
	{ TOPIC_ALL_MARK_3S,       "!markPrice@arr",    ROUTE_MARKET, true,  NULL, 1 },
	{ TOPIC_ALL_MINI_TICKER,   "!miniTicker@arr",   ROUTE_MARKET, true,  NULL, 1 },
	{ TOPIC_ALL_TICKER,        "!ticker@arr",       ROUTE_MARKET, true,  NULL, 1 },
	{ TOPIC_BOOK_TICKER,       "@bookTicker",       ROUTE_PUBLIC, false, NULL, 1 },
	{ TOPIC_CONTINUOUS_KLINE,  "_perpetual@continuousKline_", ROUTE_MARKET, false,
	    interval_names, INTERVAL_N },
	{ TOPIC_DEPTH,             "@depth",            ROUTE_PUBLIC, false, speeds, DIFF_SPEEDS },
	{ TOPIC_DEPTH10,           "@depth10",          ROUTE_PUBLIC, false, speeds, DIFF_SPEEDS },
	{ TOPIC_DEPTH20,           "@depth20",          ROUTE_PUBLIC, false, speeds, DIFF_SPEEDS },
	{ TOPIC_DEPTH5,            "@depth5",           ROUTE_PUBLIC, false, speeds, DIFF_SPEEDS },
	{ TOPIC_FORCE_ORDER,       "@forceOrder",       ROUTE_MARKET, false, NULL, 1 },
	{ TOPIC_KLINE,             "@kline_",           ROUTE_MARKET, false, interval_names,
	    INTERVAL_N },
	{ TOPIC_MARK_1S,           "@markPrice@1s",     ROUTE_MARKET, false, NULL, 1 },
	{ TOPIC_MARK_3S,           "@markPrice",        ROUTE_MARKET, false, NULL, 1 },
	{ TOPIC_MINI_TICKER,       "@miniTicker",       ROUTE_MARKET, false, NULL, 1 },
	{ TOPIC_RPI_DEPTH,         "@rpiDepth@500ms",   ROUTE_PUBLIC, false, NULL, 1 },
	{ TOPIC_TICKER,            "@ticker",           ROUTE_MARKET, false, NULL, 1 },
	{ TOPIC_TRADE,             "@trade",            ROUTE_PUBLIC, false, NULL, 1 },
};

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

static const struct form *
form_of(enum topic_kind k)
{
	const struct form	*f = forms;

	while (k >= f->kind + f->n)
		f++;
	return f;
}

/* What a name of this kind ends with. */
static void
put_suffix(enum topic_kind k, char suffix[TOPIC_NAME])
{
	const struct form	*f = form_of(k);

	text_putf(suffix, TOPIC_NAME, "%s%s", f->suffix,
	    f->variants == NULL ? "" : f->variants[k - f->kind]);
}

bool
topic_parse(const struct listings *ls, const char *name, struct topic *t)
{
	const size_t	 len = strlen(name);
	char		 suffix[TOPIC_NAME];

	for (int k = 0; k < TOPIC_N; k++) {
		*t = (struct topic){ .kind = (enum topic_kind)k };
		put_suffix(t->kind, suffix);
		if (form_of(t->kind)->all ? text_eq(suffix, name) : text_ends_with(name, suffix) &&
		    names_listing(ls, name, len - strlen(suffix), &t->listing))
			return true;
	}
	return false;
}

enum route
topic_route(enum topic_kind k)
{
	return form_of(k)->route;
}

void
topic_format(const struct listings *ls, struct topic t, char name[TOPIC_NAME])
{
	char	 symbol[SYMBOL], suffix[TOPIC_NAME];

	put_suffix(t.kind, suffix);
	text_put(symbol, sizeof(symbol), form_of(t.kind)->all ? "" : ls->v[t.listing].symbol);
	text_lower(symbol);
	text_putf(name, TOPIC_NAME, "%s%s", symbol, suffix);
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
