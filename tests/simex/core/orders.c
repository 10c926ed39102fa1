/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/orders.h"

#include "base/die.h"
#include "tests/simex/core/sorted.h"

#include <stdlib.h>
#include <string.h>

enum { MADE_NAME = 22 };

#define DAY_US			INT64_C(86400000000)
#define KEPT_US			(90 * DAY_US)
#define KEPT_UNFILLED_US	(3 * DAY_US)

static const char *const status_names[] = {
	[ST_NEW] = "NEW", [ST_PARTIALLY_FILLED] = "PARTIALLY_FILLED", [ST_FILLED] = "FILLED",
	[ST_CANCELED] = "CANCELED", [ST_EXPIRED] = "EXPIRED",
	[ST_EXPIRED_IN_MATCH] = "EXPIRED_IN_MATCH",
};
_Static_assert(NITEMS(status_names) == ST_N, "status_names");

const char *const	side_words[SIDE_N + 1] = {
	[SIDE_BUY] = "BUY", [SIDE_SELL] = "SELL",
};
const char *const	position_side_words[PS_N + 1] = {
	[PS_BOTH] = "BOTH", [PS_LONG] = "LONG", [PS_SHORT] = "SHORT",
};
const char *const	tif_words[TIF_N + 1] = {
	[TIF_GTC] = "GTC", [TIF_IOC] = "IOC", [TIF_FOK] = "FOK", [TIF_GTX] = "GTX",
	[TIF_GTD] = "GTD", [TIF_RPI] = "RPI",
};
const char *const	stp_words[STP_N + 1] = {
	[STP_EXPIRE_TAKER] = "EXPIRE_TAKER", [STP_EXPIRE_MAKER] = "EXPIRE_MAKER",
	[STP_EXPIRE_BOTH] = "EXPIRE_BOTH", [STP_NONE] = "NONE",
};
/* OPPONENT_10 and OPPONENT_20 were taken back in October 2025. */
const char *const	price_match_words[PM_N + 1] = {
	[PM_NONE] = "NONE", [PM_OPPONENT] = "OPPONENT", [PM_OPPONENT_5] = "OPPONENT_5",
	[PM_QUEUE] = "QUEUE", [PM_QUEUE_5] = "QUEUE_5", [PM_QUEUE_10] = "QUEUE_10",
	[PM_QUEUE_20] = "QUEUE_20",
};
const char *const	resp_words[] = { "ACK", "RESULT", NULL };

static const enum status status_of_end[] = {
	[END_NOT] = ST_NEW, [END_CANCELED] = ST_CANCELED, [END_EXPIRED] = ST_EXPIRED,
	[END_EXPIRED_IN_MATCH] = ST_EXPIRED_IN_MATCH,
};

void
clord_id_make(struct rng *r, char clord_id[CLORD_ID])
{
	static const char	 letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (int i = 0; i < MADE_NAME; i++)
		clord_id[i] = letters[rng_below(r, sizeof(letters) - 1)];
	clord_id[MADE_NAME] = '\0';
}

const char *
status_name(enum status s)
{
	return (unsigned)s < ST_N ? status_names[s] : "?";
}

const char *
tif_name(enum tif t)
{
	return (unsigned)t < TIF_N ? tif_words[t] : "?";
}

const char *
stp_name(enum stp s)
{
	return (unsigned)s < STP_N ? stp_words[s] : "?";
}

const char *
price_match_name(enum price_match pm)
{
	return (unsigned)pm < PM_N ? price_match_words[pm] : "?";
}

const char *
position_side_name(enum position_side ps)
{
	return (unsigned)ps < PS_N ? position_side_words[ps] : "?";
}

void
orders_init(struct orders *os, const struct listing *l, int64_t ids_from)
{
	*os = (struct orders){
		.listing = l,
		.first_id = l->first_order_id + ids_from,
		.first_trade_id = l->first_trade_id + ids_from,
		.next_trade_id = l->first_trade_id + ids_from,
	};
	TAILQ_INIT(&os->open);
	TAILQ_INIT(&os->reducing);
}

static void
name(struct orders *os, struct order *o)
{
	struct node	*older = map_find(&os->by_clord_id, o->terms.clord_id);

	if (older != NULL)
		map_remove(&os->by_clord_id, older);
	map_put(&os->by_clord_id, &o->node, o->terms.clord_id);
}

struct order *
orders_add(struct orders *os, const struct terms *t, wall_t now)
{
	struct order	*o = xcalloc(1, sizeof(*o));

	o->terms = *t;
	o->listing = os->listing;
	o->id = os->first_id + (int64_t)os->n;
	o->created = o->updated = now;
	o->rest = (struct resting){
		.owner = OWNER_CLIENT, .side = t->side, .px = t->px, .leaves_qty = t->qty,
		.hidden = t->tif == TIF_RPI,
	};
	if (os->n == os->cap) {
		os->cap = os->cap == 0 ? 64 : os->cap * 2;
		os->v = xrealloc(os->v, os->cap * sizeof(*os->v));
	}
	os->v[os->n++] = o;
	name(os, o);
	TAILQ_INSERT_TAIL(&os->open, o, open_link);
	os->n_open++;
	if (t->reduce_only)
		TAILQ_INSERT_TAIL(&os->reducing, o, reducing_link);
	return o;
}

void
orders_close(struct orders *os, struct order *o)
{
	TAILQ_REMOVE(&os->open, o, open_link);
	os->n_open--;
	if (o->terms.reduce_only)
		TAILQ_REMOVE(&os->reducing, o, reducing_link);
}

struct trade *
orders_add_trade(struct orders *os, const struct order *o, wall_t now)
{
	if (os->ntrades == os->trades_cap) {
		os->trades_cap = os->trades_cap == 0 ? 64 : os->trades_cap * 2;
		os->trades = xrealloc(os->trades, os->trades_cap * sizeof(*os->trades));
	}
	struct trade	*t = &os->trades[os->ntrades];
	*t = (struct trade){
		.id = os->next_trade_id++, .order_id = o->id,
		.listing = o->listing, .side = o->terms.side, .ps = o->terms.ps, .at = now,
	};
	memcpy(t->clord_id, o->terms.clord_id, sizeof(t->clord_id));
	os->ntrades++;
	return t;
}

struct amendment *
orders_add_amendment(struct orders *os, const struct order *o, wall_t now)
{
	if (os->namendments == os->amendments_cap) {
		os->amendments_cap = os->amendments_cap == 0 ? 64 : os->amendments_cap * 2;
		os->amendments = xrealloc(os->amendments,
		    os->amendments_cap * sizeof(*os->amendments));
	}
	struct amendment	*a = &os->amendments[os->namendments++];
	*a = (struct amendment){
		.id = (int64_t)os->namendments, .order_id = o->id, .at = now,
	};
	return a;
}

void
orders_set_reducing(struct orders *os, struct order *o, bool reduce_only)
{
	if (o->terms.reduce_only == reduce_only)
		return;
	o->terms.reduce_only = reduce_only;
	if (reduce_only)
		TAILQ_INSERT_TAIL(&os->reducing, o, reducing_link);
	else
		TAILQ_REMOVE(&os->reducing, o, reducing_link);
}

struct order *
orders_find(const struct orders *os, int64_t id)
{
	if (id < os->first_id || id - os->first_id >= (int64_t)os->n)
		return NULL;
	return os->v[id - os->first_id];
}

struct order *
orders_find_clord_id(const struct orders *os, const char *clord_id)
{
	struct node	*n = map_find(&os->by_clord_id, clord_id);

	return n == NULL ? NULL : MAP_OF(n, struct order, node);
}

size_t
orders_first_since(const struct orders *os, wall_t t)
{
	size_t	 low = 0, high = os->n;

	while (low < high) {
		const size_t	 mid = low + (high - low) / 2;

		if (os->v[mid]->created.us < t.us)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t
orders_first_trade_from(const struct orders *os, int64_t id)
{
	return SORTED_FIRST(struct trade, id, os->trades, os->ntrades, id);
}

size_t
orders_first_trade_since(const struct orders *os, wall_t t)
{
	return SORTED_FIRST(struct trade, at.us, os->trades, os->ntrades, t.us);
}

void
orders_fini(struct orders *os)
{
	for (size_t i = 0; i < os->n; i++)
		free(os->v[i]);
	free(os->v);
	free(os->trades);
	free(os->amendments);
	map_fini(&os->by_clord_id);
}

bool
order_is_open(const struct order *o)
{
	return o->end == END_NOT && dec_lt(o->cum_qty, o->terms.qty);
}

enum status
order_status(const struct order *o)
{
	if (o->end != END_NOT)
		return status_of_end[o->end];
	if (dec_is_zero(o->cum_qty))
		return ST_NEW;
	return dec_lt(o->cum_qty, o->terms.qty) ? ST_PARTIALLY_FILLED : ST_FILLED;
}

bool
order_is_kept(const struct order *o, wall_t now)
{
	const int64_t	 age_us = now.us - o->created.us;

	if (o->end != END_NOT && dec_is_zero(o->cum_qty) && age_us > KEPT_UNFILLED_US)
		return false;
	return age_us <= KEPT_US;
}

dec_t
order_avg_px(const struct order *o)
{
	if (dec_is_zero(o->cum_qty))
		return DEC_ZERO;
	return dec_div(o->cum_quote, o->cum_qty, ROUND_HALF_EVEN);
}
