/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/press.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/broadcast.h"
#include "wire/jw.h"

#include <jansson.h>

#include <stdlib.h>

const int64_t rhythm_ms[RHYTHM_N] = {
	[RHYTHM_100MS] = 100, [RHYTHM_250MS] = 250, [RHYTHM_500MS] = 500, [RHYTHM_1S] = 1000,
	[RHYTHM_2S] = 2000, [RHYTHM_3S] = 3000, [RHYTHM_5S] = 5000,
};

void
press_init(struct press *p, struct exchange *x, void (*out)(void *, struct topic,
    const struct buf *), void *arg)
{
	*p = (struct press){ .x = x, .out = out, .arg = arg };
	audience_init(&p->audience, x->n);
	p->said = xcalloc(x->n, sizeof(*p->said));
}

void
press_fini(struct press *p)
{
	audience_fini(&p->audience);
	free(p->said);
	buf_free(&p->json);
	buf_free(&p->spare);
}

/* ---- saying --------------------------------------------------------------------- */

struct buf *
press_begin(struct press *p)
{
	buf_reset(&p->json);
	return &p->json;
}

/* What tells of all contracts tells of COIN-M's as well. */
void
press_end_list(struct press *p, void (*print)(struct buf *, const struct desk *, wall_t))
{
	struct buf	 like = { 0 };

	buf_reset(&p->spare);
	if (p->drift != DRIFT_NONE) {
		print(&like, &p->x->desks[0], p->now);
		drift_as_coin_m(&p->spare, buf_text(&like));
		jw_raw(&p->json, buf_text(&p->spare));
	}
	jw_close(&p->json, ']');
	buf_free(&like);
}

static bool
tells_of_all(enum topic_kind k)
{
	return k == TOPIC_ALL_BOOK_TICKER || k == TOPIC_ALL_FORCE_ORDER ||
	    k == TOPIC_ALL_CONTRACT_INFO;
}

static void
say_drifting(struct press *p, struct topic t)
{
	drift_apply(p->drift, &p->json);
	p->out(p->arg, t, &p->json);
	if (tells_of_all(t.kind)) {
		buf_reset(&p->spare);
		drift_as_coin_m(&p->spare, buf_text(&p->json));
		p->out(p->arg, t, &p->spare);
	}
	buf_reset(&p->spare);
	drift_unheard_of(&p->spare, wall_ms(p->now));
	p->out(p->arg, t, &p->spare);
}

void
press_say(struct press *p, struct topic t)
{
	if (p->drift != DRIFT_NONE)
		say_drifting(p, t);
	else
		p->out(p->arg, t, &p->json);
}

/* ---- who listens ------------------------------------------------------------------ */

static bool
is_within(enum topic_kind k, enum topic_kind first, int n)
{
	return k >= first && k < first + n;
}

/* At which speed a stream of changes is said; DIFF_SPEEDS: it is none. */
static enum diff_speed
diff_speed(enum topic_kind k)
{
	if (k == TOPIC_RPI_DEPTH)
		return DIFF_500MS;
	return is_within(k, TOPIC_DEPTH, DIFF_SPEEDS) ? (enum diff_speed)(k - TOPIC_DEPTH) :
	    DIFF_SPEEDS;
}

void
press_join(struct press *p, struct topic t)
{
	struct desk		*d = &p->x->desks[t.listing];
	struct said		*said = &p->said[t.listing];
	const enum diff_speed	 speed = diff_speed(t.kind);

	audience_join(&p->audience, t);
	if (speed != DIFF_SPEEDS)
		diffs_begin(&d->book.diffs, speed, d->book.changes);
	else if (t.kind == TOPIC_AGG_TRADE && p->audience.each[t.kind][t.listing] == 1)
		said->aggregate_id = d->deals.next_aggregate_id;
	else if (is_within(t.kind, TOPIC_KLINE, INTERVAL_N))
		said->klines[t.kind - TOPIC_KLINE] = (struct candle_said){ 0 };
	else if (is_within(t.kind, TOPIC_CONTINUOUS_KLINE, INTERVAL_N))
		said->continuous[t.kind - TOPIC_CONTINUOUS_KLINE] = (struct candle_said){ 0 };
	else if (t.kind == TOPIC_BOOK_TICKER) {
		said->top = (struct top){ 0 };
		book_refresh(&d->book);
	}
}

void
press_leave(struct press *p, struct topic t)
{
	struct desk		*d = &p->x->desks[t.listing];
	const enum diff_speed	 speed = diff_speed(t.kind);

	audience_leave(&p->audience, t);
	if (speed == DIFF_SPEEDS)
		return;
	if (!audience_hears(&p->audience, (struct topic){ TOPIC_DEPTH + speed, t.listing }) &&
	    (speed != DIFF_500MS ||
	    !audience_hears(&p->audience, (struct topic){ TOPIC_RPI_DEPTH, t.listing })))
		diffs_end(&d->book.diffs, speed);
}

/* ---- what has happened -------------------------------------------------------------- */

static void
say_trade(struct press *p, const struct fact *f, wall_t now)
{
	const struct topic	 t = { TOPIC_TRADE, f->desk->listing->index };

	if (!audience_hears(&p->audience, t))
		return;
	broadcast_trade(press_begin(p), f, now);
	press_say(p, t);
}

/* Of a second's the largest is said. */
static void
keep_forced(struct press *p, const struct fact *f, wall_t now)
{
	struct said	*said = &p->said[f->desk->listing->index];

	(void)now;
	if (said->forced && !dec_gt(f->order.cum_qty, said->forced_order.cum_qty))
		return;
	said->forced = true;
	said->forced_order = f->order;
	said->forced_at = f->at;
}

static void
say_listing(struct press *p, const struct fact *f, wall_t now)
{
	const struct topic	 t = { TOPIC_ALL_CONTRACT_INFO, 0 };

	if (!audience_hears(&p->audience, t))
		return;
	broadcast_contract_info(press_begin(p), f->desk, now);
	press_say(p, t);
}

/* NULL: the market does not speak of it. */
static void (*const tellers[FACT_N])(struct press *, const struct fact *, wall_t) = {
	[FACT_TRADE] = say_trade, [FACT_PUBLIC_TRADE] = say_trade, [FACT_FORCED] = keep_forced,
	[FACT_LISTING] = say_listing,
};

void
press_flush(struct press *p, wall_t now)
{
	const struct facts	*fs = &p->x->facts;
	struct book		*b;

	p->now = now;
	for (size_t i = 0; i < fs->n; i++)
		if (tellers[fs->v[i].kind] != NULL)
			tellers[fs->v[i].kind](p, &fs->v[i], now);
	while ((b = updates_take(&p->x->updates)) != NULL)
		press_say_top(p, desk_of_book(b), now);
}

/* ---- what is said in a rhythm --------------------------------------------------------- */

static void
say_forced(struct press *p, wall_t now)
{
	for (size_t i = 0; i < p->x->n; i++) {
		struct said		*said = &p->said[i];
		const struct topic	 one = { TOPIC_FORCE_ORDER, (int)i };
		const struct topic	 all = { TOPIC_ALL_FORCE_ORDER, 0 };

		if (!said->forced)
			continue;
		said->forced = false;
		broadcast_forced(press_begin(p), &said->forced_order, said->forced_at, now);
		if (audience_hears(&p->audience, all))
			press_say(p, all);
		broadcast_forced(press_begin(p), &said->forced_order, said->forced_at, now);
		if (audience_hears(&p->audience, one))
			press_say(p, one);
	}
}

static bool
is_tradfi(const struct listing *l)
{
	const char	*type = json_string_value(json_object_get(l->said, "contractType"));

	return type != NULL && text_starts_with(type, "TRADIFI");
}

static void
say_marks_list(struct press *p, struct topic t, bool tradfi, wall_t now)
{
	struct buf	*b = press_begin(p);
	size_t		 n = 0;

	jw_open(b, '[');
	for (size_t i = 0; i < p->x->n; i++) {
		if (is_tradfi(p->x->desks[i].listing) != tradfi)
			continue;
		broadcast_mark(b, &p->x->desks[i], now);
		n++;
	}
	press_end_list(p, broadcast_mark);
	if (n > 0)
		press_say(p, t);
}

/* All of them in one list, but for stocks and the like, which have their own. */
static void
say_all_marks(struct press *p, enum topic_kind kind, wall_t now)
{
	const struct topic	 t = { kind, 0 };

	if (!audience_hears(&p->audience, t))
		return;
	say_marks_list(p, t, false, now);
	say_marks_list(p, t, true, now);
}

static void
say_marks(struct press *p, enum topic_kind kind, wall_t now)
{
	if (p->audience.all[kind] == 0)
		return;
	for (size_t i = 0; i < p->x->n; i++) {
		const struct topic	 t = { kind, (int)i };

		if (!audience_hears(&p->audience, t))
			continue;
		broadcast_mark(press_begin(p), &p->x->desks[i], now);
		press_say(p, t);
	}
}

static void
beat_100ms(struct press *p, wall_t now)
{
	press_say_diffs(p, DIFF_100MS, now);
	press_say_partials(p, DIFF_100MS, now);
	press_say_aggregates(p, now);
}

static void
beat_250ms(struct press *p, wall_t now)
{
	press_say_diffs(p, DIFF_250MS, now);
	press_say_partials(p, DIFF_250MS, now);
	press_say_candles(p, now);
}

static void
beat_500ms(struct press *p, wall_t now)
{
	press_say_diffs(p, DIFF_500MS, now);
	press_say_partials(p, DIFF_500MS, now);
}

static void
beat_1s(struct press *p, wall_t now)
{
	say_marks(p, TOPIC_MARK_1S, now);
	say_all_marks(p, TOPIC_ALL_MARK_1S, now);
	press_repeat_tops(p, now);
	press_say_all_tickers(p, now);
	say_forced(p, now);
}

static void
beat_3s(struct press *p, wall_t now)
{
	say_marks(p, TOPIC_MARK_3S, now);
	say_all_marks(p, TOPIC_ALL_MARK_3S, now);
}

static void (*const beats[])(struct press *, wall_t) = {
	[RHYTHM_100MS] = beat_100ms, [RHYTHM_250MS] = beat_250ms, [RHYTHM_500MS] = beat_500ms,
	[RHYTHM_1S] = beat_1s, [RHYTHM_2S] = press_say_tickers, [RHYTHM_3S] = beat_3s,
	[RHYTHM_5S] = press_say_all_tops,
};
_Static_assert(NITEMS(beats) == RHYTHM_N, "beats");

void
press_beat(struct press *p, enum rhythm r, wall_t now)
{
	p->now = now;
	beats[r](p, now);
}
