/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/algo_print.h"

#include "tests/simex/core/print.h"
#include "wire/jw.h"

#include <stdio.h>

enum {
	AVERAGE_PLACES = 5,	/* at least; no fewer than a price has */
	UNUSED_PLACES = 3,
	ID_TEXT = 21,
};

static dec_t
or_zero(dec_t d)
{
	return dec_ok(d) ? d : DEC_ZERO;
}

/* Shortest form, in quotes; no number is 0. */
static void
put_dec(struct buf *b, const char *name, dec_t d)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_format(or_zero(d), text));
}

static const char *
tif_text(const struct algo_terms *t)
{
	return t->gte ? "GTE_GTC" : tif_name(t->tif);
}

static const char *
child_type(const struct algo *a)
{
	return algo_is_limit(&a->terms) ? "LIMIT" : "MARKET";
}

static void
put_child_id(struct buf *b, const char *name, const struct algo *a)
{
	char	 text[ID_TEXT] = "";

	if (a->child_id != 0)
		snprintf(text, sizeof(text), "%lld", (long long)a->child_id);
	jw_put_str(b, name, text);
}

/* ---- REST -------------------------------------------------------------------------- */

static void
put_names(struct buf *b, const struct algo *a)
{
	const struct algo_terms	*t = &a->terms;

	jw_put_int(b, "algoId", a->id);
	jw_put_str(b, "clientAlgoId", t->client_id);
	jw_put_str(b, "algoType", "CONDITIONAL");
	jw_put_str(b, "orderType", trigger_name(t->type));
	jw_put_str(b, "symbol", t->listing->symbol);
	jw_put_str(b, "side", names_get(&side_names, (int)t->side));
	jw_put_str(b, "positionSide", position_side_name(t->ps));
	jw_put_str(b, "timeInForce", tif_text(t));
	put_fixed(b, "quantity", t->qty, t->listing->qty_places);
	jw_put_str(b, "algoStatus", algo_status_name(a->status));
}

static void
put_child(struct buf *b, const struct algo *a)
{
	const struct listing	*l = a->terms.listing;
	const int		 places = l->price_places;

	put_child_id(b, "actualOrderId", a);
	put_fixed(b, "actualPrice", a->avg_px, places < AVERAGE_PLACES ? AVERAGE_PLACES : places);
	if (a->status == ALGO_FINISHED)
		put_fixed(b, "actualQty", a->cum_qty, l->qty_places);
	if (a->child_id != 0)
		jw_put_str(b, "actualType", child_type(a));
}

static void
put_prices(struct buf *b, const struct algo_terms *t)
{
	const int	 places = t->listing->price_places;

	put_fixed(b, "triggerPrice", or_zero(t->trigger_px), places);
	put_fixed(b, "price", or_zero(t->px), places);
	jw_key(b, "icebergQuantity");
	jw_null(b);
}

/* What another kind of algo order would have. */
static void
put_unused(struct buf *b)
{
	put_fixed(b, "tpTriggerPrice", DEC_ZERO, UNUSED_PLACES);
	put_fixed(b, "tpPrice", DEC_ZERO, UNUSED_PLACES);
	put_fixed(b, "slTriggerPrice", DEC_ZERO, UNUSED_PLACES);
	put_fixed(b, "slPrice", DEC_ZERO, UNUSED_PLACES);
	jw_put_str(b, "tpOrderType", "");
}

static void
put_manner(struct buf *b, const struct algo_terms *t)
{
	jw_put_str(b, "selfTradePreventionMode", stp_name(t->stp));
	jw_put_str(b, "workingType", working_name(t->working));
	jw_put_str(b, "priceMatch", price_match_name(t->pm));
	jw_put_bool(b, "closePosition", t->close_position);
	jw_put_bool(b, "priceProtect", t->price_protect);
	jw_put_bool(b, "reduceOnly", t->reduce_only);
}

static void
put_trail(struct buf *b, const struct algo_terms *t, enum algo_form form)
{
	if (t->type == TRIGGER_TRAILING) {
		put_fixed(b, "activatePrice", or_zero(t->activate_px),
		    t->listing->price_places);
		put_dec(b, "callbackRate", t->callback_rate);
	} else if (form == ALGO_PLACED) {
		jw_put_str(b, "activatePrice", "");
		jw_put_str(b, "callbackRate", "");
	}
}

void
print_algo(struct buf *b, const struct algo *a, enum algo_form form)
{
	jw_open(b, '{');
	put_names(b, a);
	if (form == ALGO_QUERY)
		put_child(b, a);
	put_prices(b, &a->terms);
	if (form == ALGO_QUERY)
		put_unused(b);
	put_manner(b, &a->terms);
	put_trail(b, &a->terms, form);
	jw_put_int(b, "createTime", wall_ms(a->created));
	jw_put_int(b, "updateTime", wall_ms(a->updated));
	jw_put_int(b, "triggerTime", wall_ms(a->triggered));
	jw_put_int(b, "goodTillDate", a->terms.good_till_ms);
	jw_close(b, '}');
}

static bool
is_wanted(const struct algo *a, const struct algo_filter *f)
{
	return (f->listing == NULL || f->listing == a->terms.listing) &&
	    (!f->open || algo_is_open(a)) && a->id >= f->from_id &&
	    a->created.us >= f->since.us &&
	    (!wall_is_set(f->until) || a->created.us <= f->until.us);
}

static size_t
count_wanted(const struct algos *as, const struct algo_filter *f)
{
	size_t	 n = 0;

	for (size_t i = 0; i < as->n; i++)
		if (is_wanted(as->v[i], f))
			n++;
	return n;
}

void
print_algos(struct buf *b, const struct algos *as, const struct algo_filter *f)
{
	const size_t	 n = count_wanted(as, f);
	const size_t	 limit = f->limit == 0 || f->limit > n ? n : f->limit;
	const size_t	 first = f->from_id == 0 ? n - limit : 0;
	size_t		 at = 0;

	jw_open(b, '[');
	for (size_t i = 0; i < as->n; i++) {
		if (!is_wanted(as->v[i], f))
			continue;
		if (at >= first && at < first + limit)
			print_algo(b, as->v[i], ALGO_QUERY);
		at++;
	}
	jw_close(b, ']');
}

/* The code is a string, here and nowhere else. */
void
print_algo_canceled(struct buf *b, const struct algo *a)
{
	jw_open(b, '{');
	jw_put_int(b, "algoId", a->id);
	jw_put_str(b, "clientAlgoId", a->terms.client_id);
	jw_put_str(b, "code", "200");
	jw_put_str(b, "msg", "success");
	jw_close(b, '}');
}

/* ---- the user stream ------------------------------------------------------------------ */

static void
put_asked(struct buf *b, const struct algo *a)
{
	const struct algo_terms	*t = &a->terms;

	jw_put_str(b, "caid", t->client_id);
	jw_put_int(b, "aid", a->id);
	jw_put_str(b, "at", "CONDITIONAL");
	jw_put_str(b, "o", trigger_name(t->type));
	jw_put_str(b, "s", t->listing->symbol);
	jw_put_str(b, "S", names_get(&side_names, (int)t->side));
	jw_put_str(b, "ps", position_side_name(t->ps));
	jw_put_str(b, "f", tif_text(t));
	put_dec(b, "q", t->qty);
}

static void
put_outcome(struct buf *b, const struct algo *a)
{
	jw_put_str(b, "X", algo_status_name(a->status));
	put_child_id(b, "ai", a);
	if (a->child_id == 0)
		return;
	put_dec(b, "ap", a->avg_px);
	put_dec(b, "aq", a->cum_qty);
	jw_put_str(b, "act", child_type(a));
}

static void
put_working(struct buf *b, const struct algo_terms *t)
{
	jw_put_str(b, "V", stp_name(t->stp));
	jw_put_str(b, "wt", working_name(t->working));
	jw_put_str(b, "pm", price_match_name(t->pm));
	jw_put_bool(b, "cp", t->close_position);
	jw_put_bool(b, "pP", t->price_protect);
}

/* EXPIRED and REJECTED were never recorded: as documented, with all that is known. */
void
event_algo(struct buf *b, const struct fact *f, wall_t now)
{
	const struct algo	*a = &f->algo->algo;
	const int64_t		 at_ms = wall_ms(f->at);

	jw_open(b, '{');
	jw_put_str(b, "e", "ALGO_UPDATE");
	jw_put_int(b, "T", at_ms);
	jw_put_int(b, "E", wall_ms(now) > at_ms ? wall_ms(now) : at_ms);
	jw_key(b, "o");
	jw_open(b, '{');
	put_asked(b, a);
	put_outcome(b, a);
	jw_put_str(b, "tp", a->terms.trigger_text[0] == '\0' ? "0" : a->terms.trigger_text);
	put_dec(b, "p", a->terms.px);
	if (a->status != ALGO_CANCELED)
		put_working(b, &a->terms);
	jw_put_bool(b, "R", a->terms.reduce_only);
	jw_put_int(b, "tt", wall_ms(a->triggered));
	jw_put_int(b, "gtd", a->terms.good_till_ms);
	if (a->status == ALGO_REJECTED)
		jw_put_str(b, "rm", a->reason);
	jw_put_bool(b, "ia", a->activated);
	jw_close(b, '}');
	jw_close(b, '}');
}
