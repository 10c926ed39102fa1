/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/algos.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

enum { FACTS_START = 32, GTD_AHEAD_MS = 600000 };

#define GTD_LAST_MS	INT64_C(253402300799000)

static const char *const	status_words[] = {
	"NEW", "TRIGGERING", "TRIGGERED", "FINISHED", "CANCELED", "EXPIRED", "REJECTED"
};
_Static_assert(NITEMS(status_words) == ALGO_STATUS_N, "status_words");

const char *
algo_status_name(enum algo_status s)
{
	return (unsigned)s < ALGO_STATUS_N ? status_words[s] : "?";
}

/* ---- the store ------------------------------------------------------------------- */

void
algos_init(struct algos *as, int64_t ids_from, uint64_t seed)
{
	*as = (struct algos){ .first_id = ALGO_FIRST_ID + ids_from, .names = rng_seed(seed) };
	TAILQ_INIT(&as->open);
	TAILQ_INIT(&as->children);
}

void
algos_fini(struct algos *as)
{
	for (size_t i = 0; i < as->n; i++)
		free(as->v[i]);
	free(as->v);
	algos_forget_facts(as);
	free(as->facts.v);
	map_fini(&as->by_client_id);
}

struct algo *
algos_find(const struct algos *as, int64_t id)
{
	if (id < as->first_id || id - as->first_id >= (int64_t)as->n)
		return NULL;
	return as->v[id - as->first_id];
}

struct algo *
algos_find_client_id(const struct algos *as, const char *client_id)
{
	struct node	*n = map_find(&as->by_client_id, client_id);

	return n == NULL ? NULL : MAP_OF(n, struct algo, node);
}

bool
algo_is_open(const struct algo *a)
{
	return a->status == ALGO_NEW || a->status == ALGO_TRIGGERING;
}

size_t
algos_waiting(const struct algos *as, const struct listing *l)
{
	const struct algo	*a;
	size_t			 n = 0;

	TAILQ_FOREACH(a, &as->open, open_link)
		n += a->terms.listing == l && a->status == ALGO_NEW;
	return n;
}

static void
fact_add(struct algos *as, const struct algo *a, wall_t now)
{
	struct algo_facts	*fs = &as->facts;

	if (fs->n == fs->cap) {
		fs->cap = fs->cap == 0 ? FACTS_START : fs->cap * 2;
		fs->v = xrealloc(fs->v, fs->cap * sizeof(*fs->v));
	}
	struct algo_fact	*f = fs->v[fs->n++] = xcalloc(1, sizeof(*f));
	*f = (struct algo_fact){ .at = now, .algo = *a };
}

const struct algo_fact *
algos_take_fact(struct algos *as)
{
	struct algo_facts	*fs = &as->facts;

	return fs->taken < fs->n ? fs->v[fs->taken++] : NULL;
}

void
algos_forget_facts(struct algos *as)
{
	for (size_t i = 0; i < as->facts.n; i++)
		free(as->facts.v[i]);
	as->facts.n = as->facts.taken = 0;
}

static void
name(struct algos *as, struct algo *a)
{
	if (a->terms.client_id[0] == '\0')
		clord_id_make(&as->names, a->terms.client_id);
	struct node	*older = map_find(&as->by_client_id, a->terms.client_id);
	if (older != NULL)
		map_remove(&as->by_client_id, older);
	map_put(&as->by_client_id, &a->node, a->terms.client_id);
}

static struct algo *
add(struct algos *as, const struct algo_terms *t, wall_t now)
{
	struct algo	*a = xcalloc(1, sizeof(*a));

	a->terms = *t;
	a->id = as->first_id + (int64_t)as->n;
	a->created = a->updated = now;
	if (as->n == as->cap) {
		as->cap = as->cap == 0 ? 64 : as->cap * 2;
		as->v = xrealloc(as->v, as->cap * sizeof(*as->v));
	}
	as->v[as->n++] = a;
	name(as, a);
	TAILQ_INSERT_TAIL(&as->open, a, open_link);
	as->n_open++;
	return a;
}

/* ---- states ------------------------------------------------------------------------ */

static const bool leads_to[ALGO_STATUS_N][ALGO_STATUS_N] = {
	[ALGO_NEW]        = { [ALGO_TRIGGERING] = true, [ALGO_CANCELED] = true,
			      [ALGO_EXPIRED] = true },
	[ALGO_TRIGGERING] = { [ALGO_TRIGGERED] = true, [ALGO_REJECTED] = true },
	[ALGO_TRIGGERED]  = { [ALGO_FINISHED] = true },
};

static void
enter(struct algos *as, struct algo *a, enum algo_status to, wall_t now)
{
	const bool	 was_open = algo_is_open(a);

	if (!leads_to[a->status][to])
		panic("algos: %s to %s", algo_status_name(a->status), algo_status_name(to));
	a->status = to;
	a->updated = now;
	if (was_open && !algo_is_open(a)) {
		TAILQ_REMOVE(&as->open, a, open_link);
		as->n_open--;
	}
	if (to == ALGO_TRIGGERED)
		TAILQ_INSERT_TAIL(&as->children, a, open_link);
	else if (to == ALGO_FINISHED)
		TAILQ_REMOVE(&as->children, a, open_link);
	fact_add(as, a, now);
}

/* ---- when it triggers ----------------------------------------------------------------- */

/* Sign of px - level as the side sees it: a buyer's prices rise, a seller's fall. */
static int
beyond(enum side side, dec_t px, dec_t level)
{
	return side == SIDE_BUY ? dec_cmp(px, level) : dec_cmp(level, px);
}

static dec_t
working_px(const struct algo_terms *t, dec_t last_px, dec_t mark_px)
{
	return t->working == WORKING_MARK ? mark_px : last_px;
}

/* The price at which it turned back far enough; rounded away from the extreme. */
static dec_t
callback_px(const struct algo *a)
{
	const dec_t	 hundred = DEC_INT(100), rate = a->terms.callback_rate;

	return a->terms.side == SIDE_BUY ?
	    dec_muldiv(a->extreme_px, dec_add(hundred, rate), hundred, ROUND_UP) :
	    dec_muldiv(a->extreme_px, dec_sub(hundred, rate), hundred, ROUND_DOWN);
}

static bool
is_met(const struct algo *a, dec_t px)
{
	switch (a->terms.type) {
	case TRIGGER_STOP:
	case TRIGGER_STOP_MARKET:
		return beyond(a->terms.side, px, a->terms.trigger_px) >= 0;
	case TRIGGER_TAKE_PROFIT:
	case TRIGGER_TAKE_PROFIT_MARKET:
		return beyond(a->terms.side, px, a->terms.trigger_px) <= 0;
	case TRIGGER_TRAILING:
		return a->activated && beyond(a->terms.side, px, callback_px(a)) >= 0;
	case TRIGGER_N:
		break;
	}
	panic("algos: type %d", (int)a->terms.type);
}

/* A trailing buyer waits for a low, a seller for a high. */
static void
follow(struct algos *as, struct algo *a, dec_t px, wall_t now)
{
	if (a->terms.type != TRIGGER_TRAILING)
		return;
	if (beyond(a->terms.side, px, a->extreme_px) < 0)
		a->extreme_px = px;
	if (a->activated || beyond(a->terms.side, a->extreme_px, a->terms.activate_px) > 0)
		return;
	a->activated = true;
	a->updated = now;
	fact_add(as, a, now);
}

static bool
is_protected(const struct algo *a, const struct algo_quote *q)
{
	const dec_t	 apart = dec_abs(dec_sub(q->mark_px, q->last_px));

	return a->terms.price_protect &&
	    dec_gt(apart, dec_mul(q->mark_px, q->listing->trigger_protect, ROUND_DOWN));
}

size_t
algos_on_price(struct algos *as, const struct algo_quote *q, wall_t now, wall_t child_at)
{
	struct algo	*a;
	size_t		 n = 0;

	TAILQ_FOREACH(a, &as->open, open_link) {
		const dec_t	 px = working_px(&a->terms, q->last_px, q->mark_px);

		if (a->terms.listing != q->listing || a->status != ALGO_NEW)
			continue;
		follow(as, a, px, now);
		if (!is_met(a, px) || is_protected(a, q))
			continue;
		a->triggered = now;
		a->child_at = as->stuck ? WALL_UNSET : child_at;
		enter(as, a, ALGO_TRIGGERING, now);
		n++;
	}
	return n;
}

/* ---- placing ------------------------------------------------------------------------ */

struct request {
	const struct algos	*as;
	const struct algo_terms	*t;
	const struct algo_view	*view;
	wall_t			 now;
};

static struct reject
check_mode(const struct request *q)
{
	return q->view->hedged == (q->t->ps != PS_BOTH) ? reject_none() :
	    reject_as(REJ_POSITION_SIDE);
}

/* The trigger need not lie on the tick, nor is it too low anywhere. */
static struct reject
check_price(const struct request *q)
{
	const dec_t	 most = q->t->listing->max_price;

	if (dec_ok(q->t->trigger_px) && !dec_is_zero(most) && dec_gt(q->t->trigger_px, most))
		return reject_as(REJ_TRIGGER_ABOVE_MAX);
	return dec_ok(q->t->px) ? listing_check_price(q->t->listing, q->t->px) : reject_none();
}

static struct reject
check_qty(const struct request *q)
{
	return q->t->close_position ? reject_none() : listing_check_qty(q->t->listing,
	    algo_is_limit(q->t) ? TYPE_LIMIT : TYPE_MARKET, q->t->qty);
}

/* The limit price is as near to the trigger as that of any order to the mark price. */
static struct reject
check_percent(const struct request *q)
{
	struct reject	 r = reject_none();

	if (dec_ok(q->t->px))
		r = listing_check_percent(q->t->listing, q->t->side, q->t->px, q->t->trigger_px);
	if (reject_is_set(&r))
		r.why = r.why == REJ_PRICE_TOO_HIGH ? REJ_ABOVE_TRIGGER : REJ_BELOW_TRIGGER;
	return r;
}

static struct reject
check_good_till(const struct request *q)
{
	if (q->t->tif != TIF_GTD)
		return reject_none();
	return q->t->good_till_ms > wall_ms(q->now) + GTD_AHEAD_MS &&
	    q->t->good_till_ms < GTD_LAST_MS ? reject_none() : reject_as(REJ_GOOD_TILL);
}

static struct reject
check_duplicate(const struct request *q)
{
	const struct algo	*a = algos_find_client_id(q->as, q->t->client_id);

	return a != NULL && algo_is_open(a) ? reject_as(REJ_DUPLICATE_ID) : reject_none();
}

static struct reject
check_max(const struct request *q)
{
	const struct listing	*l = q->t->listing;

	return q->as->n_open >= ALGOS_MAX ||
	    (l->max_algos > 0 && (int64_t)algos_waiting(q->as, l) >= l->max_algos) ?
	    reject_as(REJ_MAX_ALGOS) : reject_none();
}

/* A seller needs a long position, a buyer a short one. */
static bool
has_position(const struct algo_terms *t, dec_t qty)
{
	return dec_sign(qty) == (t->side == SIDE_SELL ? 1 : -1);
}

static struct reject
check_position(const struct request *q)
{
	return q->t->gte && !has_position(q->t, q->view->seen_qty) ?
	    reject_as(REJ_GTE_POSITION) : reject_none();
}

static struct reject
check_only_one(const struct request *q)
{
	const struct algo	*a;

	if (!q->t->close_position)
		return reject_none();
	TAILQ_FOREACH(a, &q->as->open, open_link) {
		const struct algo_terms	*t = &a->terms;

		if (t->close_position && t->listing == q->t->listing && t->side == q->t->side &&
		    algo_takes_profit(t) == algo_takes_profit(q->t))
			return reject_as(REJ_CLOSE_EXISTS);
	}
	return reject_none();
}

/* A trailing stop must have its activation ahead of it, any other its trigger. */
static struct reject
check_triggers(const struct request *q)
{
	const dec_t		 px = working_px(q->t, q->view->last_px, q->view->mark_px);
	const struct algo	 a = { .terms = *q->t };

	if (q->t->type != TRIGGER_TRAILING)
		return is_met(&a, px) ? reject_as(REJ_TRIGGERS) : reject_none();
	return dec_ok(q->t->activate_px) && beyond(q->t->side, px, q->t->activate_px) <= 0 ?
	    reject_as(REJ_TRIGGERS) : reject_none();
}

static struct reject (*const checks[])(const struct request *) = {
	check_mode,		/*  1 positionSide as the account is set */
	check_price,		/*  2 PRICE_FILTER */
	check_qty,		/*  3 LOT_SIZE, MARKET_LOT_SIZE */
	check_percent,		/*  4 PERCENT_PRICE, of the limit against the trigger */
	check_good_till,	/*  5 GTD */
	check_duplicate,	/*  6 the client id among the open ones */
	check_max,		/*  7 how many are open; MAX_NUM_ALGO_ORDERS */
	check_position,		/*  8 GTE has a position to go with */
	check_only_one,		/*  9 closePosition, of this direction and kind */
	check_triggers,		/* 10 not yet */
};

/* Without a price of its own a trailing stop is active from where the market stands. */
static void
start_trailing(struct algo *a, const struct algo_view *view)
{
	if (a->terms.type != TRIGGER_TRAILING)
		return;
	a->extreme_px = working_px(&a->terms, view->last_px, view->mark_px);
	a->activated = !dec_ok(a->terms.activate_px);
	if (a->activated)
		a->terms.activate_px = a->extreme_px;
}

struct reject
algos_place(struct algos *as, const struct algo_terms *t, const struct algo_view *view,
    wall_t now, struct algo **made)
{
	const struct request	 q = { as, t, view, now };

	*made = NULL;
	for (size_t i = 0; i < NITEMS(checks); i++) {
		const struct reject	 r = checks[i](&q);

		if (reject_is_set(&r))
			return r;
	}
	*made = add(as, t, now);
	start_trailing(*made, view);
	fact_add(as, *made, now);
	return reject_none();
}

/* ---- how it ends -------------------------------------------------------------------- */

/* What triggers is not the service's any more, and not yet an order either. */
struct reject
algos_cancel(struct algos *as, struct algo *a, wall_t now)
{
	if (a->status != ALGO_NEW)
		return reject_as(REJ_UNKNOWN_ORDER);
	enter(as, a, ALGO_CANCELED, now);
	return reject_none();
}

static size_t
end_all(struct algos *as, const struct listing *l, enum algo_status how, wall_t now)
{
	struct algo	*a, *next;
	size_t		 n = 0;

	for (a = TAILQ_FIRST(&as->open); a != NULL; a = next) {
		next = TAILQ_NEXT(a, open_link);
		if (a->terms.listing != l || a->status != ALGO_NEW)
			continue;
		enter(as, a, how, now);
		n++;
	}
	return n;
}

size_t
algos_cancel_all(struct algos *as, const struct listing *l, wall_t now)
{
	return end_all(as, l, ALGO_CANCELED, now);
}

void
algos_expire_all(struct algos *as, const struct listing *l, wall_t now)
{
	end_all(as, l, ALGO_EXPIRED, now);
}

void
algos_on_position(struct algos *as, const struct listing *l, enum position_side ps, dec_t qty,
    wall_t now)
{
	struct algo	*a, *next;

	for (a = TAILQ_FIRST(&as->open); a != NULL; a = next) {
		next = TAILQ_NEXT(a, open_link);
		if (a->terms.gte && a->status == ALGO_NEW && a->terms.listing == l &&
		    a->terms.ps == ps && !has_position(&a->terms, qty))
			enter(as, a, ALGO_EXPIRED, now);
	}
}

void
algos_on_time(struct algos *as, wall_t now)
{
	struct algo	*a, *next;

	for (a = TAILQ_FIRST(&as->open); a != NULL; a = next) {
		next = TAILQ_NEXT(a, open_link);
		if (a->status == ALGO_NEW && a->terms.tif == TIF_GTD &&
		    a->terms.good_till_ms <= wall_ms(now))
			enter(as, a, ALGO_EXPIRED, now);
	}
}

/* ---- the child ------------------------------------------------------------------------ */

static bool
is_waiting(const struct algo *a)
{
	return a->status == ALGO_TRIGGERING && wall_is_set(a->child_at);
}

/* When something happens to it by itself; unset: never. */
static wall_t
next_due(const struct algo *a)
{
	if (is_waiting(a))
		return a->child_at;
	return a->status == ALGO_NEW && a->terms.tif == TIF_GTD ?
	    wall_from_ms(a->terms.good_till_ms) : WALL_UNSET;
}

struct algo *
algos_due(const struct algos *as, wall_t now)
{
	struct algo	*a;

	TAILQ_FOREACH(a, &as->open, open_link)
		if (is_waiting(a) && a->child_at.us <= now.us)
			return a;
	return NULL;
}

wall_t
algos_next_due(const struct algos *as)
{
	const struct algo	*a;
	wall_t			 first = WALL_UNSET;

	TAILQ_FOREACH(a, &as->open, open_link) {
		const wall_t	 due = next_due(a);

		if (wall_is_set(due) && (!wall_is_set(first) || due.us < first.us))
			first = due;
	}
	return first;
}

void
algos_child_placed(struct algos *as, struct algo *a, int64_t order_id, wall_t now)
{
	a->child_id = order_id;
	enter(as, a, ALGO_TRIGGERED, now);
}

void
algos_child_rejected(struct algos *as, struct algo *a, const char *reason, wall_t now)
{
	text_put(a->reason, sizeof(a->reason), reason);
	enter(as, a, ALGO_REJECTED, now);
}

void
algos_child_done(struct algos *as, struct algo *a, dec_t avg_px, dec_t cum_qty, wall_t now)
{
	a->avg_px = avg_px;
	a->cum_qty = cum_qty;
	enter(as, a, ALGO_FINISHED, now);
}
