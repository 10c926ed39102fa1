/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/world.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/gate.h"
#include "tests/simex/api/verbs.h"
#include "tests/simex/core/event.h"

#include <stdlib.h>

static void (*const printers[])(struct buf *, const struct fact *, wall_t) = {
	[UE_ACCOUNT_CONFIG_UPDATE] = event_leverage,
	[UE_ACCOUNT_UPDATE]        = event_account,
	[UE_ORDER_TRADE_UPDATE]    = event_order,
	[UE_TRADE_LITE]            = event_trade_lite,
};

void
world_init(struct world *w, const struct world_terms *t)
{
	*w = (struct world){
		.terms = *t, .now = t->exchange.market.start,
		.next_beat = wall_add_us(t->exchange.market.start,
		    t->exchange.market.period_ms * 1000),
		.auth = auth_new(t->key, t->secret),
		.key.life_ms = t->key_life_ms,
		/* Not the seed alone: a restarted exchange does not give out the same listen key. */
		.rng = rng_seed(t->exchange.market.seed ^ (uint64_t)t->exchange.market.start.us),
	};
	for (int k = 0; k < METER_N; k++)
		w->meter.limit[k] = t->limits[k];
	STAILQ_INIT(&w->sayings);
	exchange_init(&w->exchange, &t->exchange);
}

void
saying_free(struct saying *s)
{
	buf_free(&s->json);
	free(s);
}

void
world_fini(struct world *w)
{
	struct saying	*s;

	while ((s = STAILQ_FIRST(&w->sayings)) != NULL) {
		STAILQ_REMOVE_HEAD(&w->sayings, link);
		saying_free(s);
	}
	auth_free(w->auth);
	ledger_fini(&w->ledger);
	notices_fini(&w->notices);
	form_free(&w->form);
	exchange_fini(&w->exchange);
}

/* ---- what the user stream owes --------------------------------------------------- */

static struct saying *
say(struct world *w, enum user_event kind, wall_t now)
{
	struct saying	*s = xcalloc(1, sizeof(*s));

	s->kind = kind;
	s->due = wall_add_us(now, w->event_delay_ms * 1000);
	text_put(s->key, sizeof(s->key), w->key.text);
	STAILQ_INSERT_TAIL(&w->sayings, s, link);
	return s;
}

static void
owe(struct world *w, const struct notice *n)
{
	const wall_t	 at = n->fact->at;

	if (w->muted || !listen_key_lives(&w->key))
		return;
	for (int i = delivery_copies(&w->trouble.delivery, n->kind); i > 0; i--)
		printers[n->kind](&say(w, n->kind, at)->json, n->fact, at);
}

/* At once, not when the shell gets round to it: the ledger has one order of things. */
static void
tell(struct world *w)
{
	const struct facts	*all = &w->exchange.facts;

	if (all->n == w->told)
		return;
	const struct facts	 fresh = { .v = all->v + w->told, .n = all->n - w->told };
	for (size_t i = 0; i < fresh.n; i++)
		if (fresh.v[i].kind == FACT_TRADE)
			ledger_add_trade(&w->ledger, &fresh.v[i].trade);
	notices_of(&w->notices, &fresh, w->trouble.delivery.backwards);
	for (size_t i = 0; i < w->notices.n; i++)
		owe(w, &w->notices.v[i]);
	w->told = all->n;
}

void
world_forget_facts(struct world *w)
{
	w->exchange.facts.n = 0;
	w->told = 0;
}

struct saying *
world_next_saying(struct world *w, wall_t now)
{
	struct saying	*s = STAILQ_FIRST(&w->sayings);

	if (s == NULL || s->due.us > now.us)
		return NULL;
	STAILQ_REMOVE_HEAD(&w->sayings, link);
	return s;
}

void
world_expire_key(struct world *w, bool with_event, wall_t now)
{
	if (!listen_key_lives(&w->key))
		return;
	if (with_event)
		event_key_expired(&say(w, UE_LISTEN_KEY_EXPIRED, now)->json, w->key.text, now);
	listen_key_close(&w->key);
}

/* ---- time ------------------------------------------------------------------------ */

static wall_t
earlier(wall_t a, wall_t b)
{
	return a.us <= b.us ? a : b;
}

static wall_t
next_happening(const struct world *w)
{
	wall_t	 due = earlier(w->next_beat, exchange_due(&w->exchange));

	if (listen_key_lives(&w->key))
		due = earlier(due, wall_add_us(w->key.renewed, w->key.life_ms * 1000));
	return due;
}

wall_t
world_due(const struct world *w)
{
	const struct saying	*s = STAILQ_FIRST(&w->sayings);
	const wall_t		 due = next_happening(w);

	return s == NULL ? due : earlier(due, s->due);
}

static void
beat(struct world *w)
{
	exchange_beat(&w->exchange, w->now);
	w->next_beat = wall_add_us(w->next_beat, w->terms.exchange.market.period_ms * 1000);
}

void
world_advance(struct world *w, wall_t now)
{
	for (wall_t due; (due = next_happening(w)).us <= now.us; tell(w)) {
		w->now.us = due.us > w->now.us ? due.us : w->now.us;
		exchange_happen(&w->exchange, w->now);
		if (w->next_beat.us <= w->now.us)
			beat(w);
		if (listen_key_is_due(&w->key, w->now))
			world_expire_key(w, true, w->now);
	}
	w->now.us = now.us > w->now.us ? now.us : w->now.us;
}

/* ---- requests and verbs: gate.c and verbs.c do them ------------------------------------- */

struct served
world_request(struct world *w, const struct request *q, wall_t now, struct buf *out)
{
	world_advance(w, now);
	const struct served	 s = gate_serve(w, q, out);
	tell(w);
	return s;
}

int
world_control(struct world *w, const char *uri, const struct outside *o, wall_t now,
    struct buf *out)
{
	world_advance(w, now);
	w->wish = (struct wish){ 0 };
	const int	 status = verb_run(w, uri, o, out);
	tell(w);
	return status;
}
