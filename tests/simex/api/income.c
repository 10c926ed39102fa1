/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/print.h"
#include "tests/simex/core/print_account.h"
#include "wire/jw.h"

enum {
	INCOMES = 100, INCOMES_MOST = 1000,
	FORCED_ORDERS = 50, FORCED_ORDERS_MOST = 100,
	MOVES = 500, MOVES_MOST = 500,
};

#define WEEK_MS		INT64_C(604800000)

static const char *const	close_words[] = { "LIQUIDATION", "ADL", NULL };

const struct param	income_forced_params[INCOME_FORCED_PARAMS] = {
	{ "autoCloseType", P_WORD, OPTIONAL, close_words, REJ_BAD_PARAM },
	{ "endTime", P_TIME, OPTIONAL, NULL, REJ_NONE },
	{ "limit", P_INT, OPTIONAL, NULL, REJ_NONE },
	{ "startTime", P_TIME, OPTIONAL, NULL, REJ_NONE },
	{ "symbol", P_STR, OPTIONAL, NULL, REJ_NONE },
};

/* What part of a history is asked for. */
struct span {
	wall_t	 from, until;
	size_t	 limit;
	bool	 newest;	/* no beginning was named: of too many, the last ones */
};

/* Without any time: the last week. */
static struct reject
span_of(const struct call *c, int64_t usual, int64_t most, struct span *s)
{
	const int64_t	 start = form_int(c->form, "startTime", -1);
	const int64_t	 end = form_int(c->form, "endTime", -1);
	const int64_t	 limit = form_int(c->form, "limit", usual);

	*s = (struct span){ .limit = 0 };
	if (limit < 1)
		return reject_with(REJ_BAD_PARAM, "limit");
	if (start != -1 && end != -1 && end < start)
		return reject_with(REJ_BAD_PARAM, "endTime");
	*s = (struct span){
		.from = wall_from_ms(start), .until = wall_add_us(trade_seen_until(c), 1),
		.limit = (size_t)(limit < most ? limit : most), .newest = start == -1,
	};
	if (end != -1 && wall_from_ms(end + 1).us < s->until.us)
		s->until = wall_from_ms(end + 1);
	if (start == -1)
		s->from = wall_from_ms((end != -1 ? end : wall_ms(c->now)) - WEEK_MS);
	return reject_none();
}

/* ---- incomes --------------------------------------------------------------------------- */

static bool
is_wanted(const struct call *c, const struct income *i)
{
	const char	*type = form_str(c->form, "incomeType");

	return (c->desk == NULL || c->desk->listing == i->listing) &&
	    (type == NULL || text_eq(type, money_name(i->money)));
}

static size_t
count_incomes(const struct call *c, const struct incomes *is, const struct span *s, size_t from)
{
	size_t	 n = 0;

	for (size_t i = from; i < is->n && is->v[i].at.us < s->until.us; i++)
		n += is_wanted(c, &is->v[i]);
	return n;
}

struct reject
income_list(struct call *c)
{
	const struct incomes	*is = &c->w->exchange.incomes;
	const int64_t		 page = form_int(c->form, "page", 1);
	struct span		 s;
	const struct reject	 r = span_of(c, INCOMES, INCOMES_MOST, &s);

	if (reject_is_set(&r))
		return r;
	if (page < 1 || page > INT32_MAX)
		return reject_with(REJ_BAD_PARAM, "page");
	const size_t	 first = incomes_first_since(is, s.from);
	const size_t	 n = count_incomes(c, is, &s, first);
	size_t		 skip = (size_t)(page - 1) * s.limit;

	if (s.newest && page == 1 && n > s.limit)
		skip = n - s.limit;
	jw_open(c->out, '[');
	for (size_t i = first, k = 0; i < is->n && k < skip + s.limit && k < n; i++) {
		if (!is_wanted(c, &is->v[i]))
			continue;
		if (k++ >= skip)
			print_income(c->out, &c->w->exchange, &is->v[i]);
	}
	jw_close(c->out, ']');
	return r;
}

/* ---- the rest ---------------------------------------------------------------------------- */

struct reject
income_margin_moves(struct call *c)
{
	const struct margin_moves	*ms = &c->w->exchange.margin_moves;
	const int64_t			 type = form_int(c->form, "type", 0);
	struct span			 s;
	const struct reject		 r = span_of(c, MOVES, MOVES_MOST, &s);

	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '[');
	for (size_t i = 0; i < ms->n && s.limit > 0; i++) {
		const struct margin_move	*m = &ms->v[i];

		if (m->listing != c->desk->listing ||
		    m->at.us < s.from.us || m->at.us >= s.until.us)
			continue;
		if (type != 0 && (type == 1) != (dec_sign(m->change) > 0))
			continue;
		print_margin_move(c->out, m);
		s.limit--;
	}
	jw_close(c->out, ']');
	return r;
}

static bool
is_kind(const struct order *o, int asked)
{
	if (asked == -1)
		return o->terms.forced == FORCED_LIQUIDATION || o->terms.forced == FORCED_ADL;
	return o->terms.forced == (asked == 0 ? FORCED_LIQUIDATION : FORCED_ADL);
}

struct reject
income_forced(struct call *c)
{
	const struct forced_orders	*fs = &c->w->exchange.forced;
	const int			 kind = form_word(c->form, income_forced_params,
					    INCOME_FORCED_PARAMS, "autoCloseType", -1);
	struct span			 s;
	const struct reject		 r = span_of(c, FORCED_ORDERS, FORCED_ORDERS_MOST, &s);

	if (reject_is_set(&r))
		return r;
	jw_open(c->out, '[');
	for (size_t i = fs->n; i > 0 && s.limit > 0; i--) {
		const struct order	*o = fs->v[i - 1];

		if (!is_kind(o, kind) || (c->desk != NULL && c->desk->listing != o->listing) ||
		    o->created.us < s.from.us || o->created.us >= s.until.us)
			continue;
		print_order(c->out, o, ORDER_QUERY);
		s.limit--;
	}
	jw_close(c->out, ']');
	return r;
}
