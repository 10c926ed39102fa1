/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/world.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/gate.h"
#include "tests/simex/api/verbs.h"
#include "tests/simex/core/account.h"
#include "tests/simex/core/algo_print.h"
#include "tests/simex/core/event.h"

#include <stdlib.h>

enum { PRELUDE_MAX = 100000 };

#define NEVER		((wall_t){ INT64_MAX })
#define SECOND_US	INT64_C(1000000)

static void (*const printers[])(struct buf *, const struct fact *, wall_t) = {
	[UE_ACCOUNT_CONFIG_UPDATE] = event_config,
	[UE_ACCOUNT_UPDATE]        = event_account,
	[UE_ALGO_UPDATE]           = event_algo,
	[UE_MARGIN_CALL]           = event_margin_call,
	[UE_ORDER_TRADE_UPDATE]    = event_order,
	[UE_TRADE_LITE]            = event_trade_lite,
};

/* ---- a recorded market ------------------------------------------------------------ */

static wall_t
due_of_row(const struct world *w)
{
	const int64_t	 after = tape_row_time(w->row).us - w->tape_start.us;
	const int64_t	 speed = w->terms.tape.speed;

	if (speed == 0)
		return NEVER;
	return wall_add_us(w->terms.exchange.market.start,
	    w->tape_late_us + (after > 0 ? after / speed : 0));
}

static void
fetch_row(struct world *w)
{
	const struct tape_source	*t = &w->terms.tape;

	if (t->next(t->arg, &w->row) == 0)
		w->row = NULL;
	w->row_due = w->row == NULL ? NEVER : due_of_row(w);
}

static void
play_row(struct world *w)
{
	replay_row(&w->replay, w->row, w->now);
	fetch_row(w);
}

/* The books are there from the beginning: what comes before a snapshot does not take time. */
static void
begin_tape(struct world *w)
{
	wall_t	 begins = WALL_UNSET;

	replay_init(&w->replay, &w->exchange, w->terms.tape.next == NULL, w->terms.tape.speed);
	if (w->replay.live)
		return;
	w->tape_start = (wall_t){ INT64_MAX };
	fetch_row(w);
	for (int i = 0; w->row != NULL && i < PRELUDE_MAX; i++) {
		begins = tape_row_time(w->row);
		play_row(w);
		if (!replay_is_waiting(&w->replay))
			break;
	}
	if (w->row == NULL)
		return;
	w->tape_start = begins;
	w->row_due = due_of_row(w);
}

void
world_init(struct world *w, const struct world_terms *t)
{
	*w = (struct world){
		.terms = *t, .row_due = NEVER, .now = t->exchange.market.start,
		.next_beat = wall_add_us(t->exchange.market.start,
		    t->exchange.market.period_ms * 1000),
		.next_look = { (t->exchange.market.start.us / SECOND_US + 1) * SECOND_US },
		.auth = auth_new(t->key, t->secret),
		.key.life_ms = t->key_life_ms,
		.events_first = t->events_first, .event_delay_ms = t->event_delay_ms,
		/* Not the seed alone: a restarted exchange does not give out the same listen key. */
		.rng = rng_seed(t->exchange.market.seed ^ (uint64_t)t->exchange.market.start.us),
	};
	for (int k = 0; k < METER_N; k++)
		w->meter.limit[k] = t->limits[k];
	w->meter.ban_after = t->ban_after;
	STAILQ_INIT(&w->sayings);
	ledger_init(&w->ledger);
	script_start(&w->script, t->exchange.market.start);
	exchange_init(&w->exchange, &t->exchange);
	exchange_plan_funding(&w->exchange, t->exchange.market.start);
	if (t->exchange.market.kind == MARKET_TAPE)
		begin_tape(w);
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
	replay_fini(&w->replay);
	buf_free(&w->json);
	script_fini(&w->script);
	free(w->wishes.v);
	exchange_fini(&w->exchange);
}

/* ---- what the user stream owes --------------------------------------------------- */

static void
note_event(struct world *w, enum user_event kind, enum event_fate fate, wall_t at, int64_t of,
    const struct buf *json)
{
	ledger_add_event(&w->ledger, &(struct told_event){
		.at = w->now, .due = wall_add_us(at, w->event_delay_ms * 1000),
		.name = user_event_name(kind), .listen_key = w->key.text,
		.fate = fate, .of = of, .json = json,
	});
}

/* It has been printed into w->json. */
static void
say(struct world *w, enum user_event kind, enum event_fate fate, wall_t at, int64_t of)
{
	struct saying	*s = xcalloc(1, sizeof(*s));

	s->kind = kind;
	s->due = wall_add_us(at, w->event_delay_ms * 1000);
	text_put(s->key, sizeof(s->key), w->key.text);
	buf_add(&s->json, buf_text(&w->json), w->json.len);
	STAILQ_INSERT_TAIL(&w->sayings, s, link);
	note_event(w, kind, fate, at, of, &w->json);
}

static void
owe(struct world *w, const struct notice *n)
{
	const wall_t	 at = n->fact->at;

	if (!listen_key_lives(&w->key))
		return;
	buf_reset(&w->json);
	printers[n->kind](&w->json, n->fact, at);
	drift_apply(w->trouble.drift, &w->json);
	const int	 copies = w->trouble.muted ? 0 : delivery_copies(&w->trouble.delivery, n->kind);
	if (copies == 0)
		note_event(w, n->kind, w->trouble.muted ? EVENT_MUTED : EVENT_LOST, at, n->fact->n, &w->json);
	for (int i = 0; i < copies; i++)
		say(w, n->kind, i == 0 ? EVENT_SENT : EVENT_AGAIN, at, n->fact->n);
	if (copies == 0 || w->trouble.drift == DRIFT_NONE)
		return;
	buf_reset(&w->json);
	drift_unheard_of(&w->json, wall_ms(at));
	say(w, n->kind, EVENT_SENT, at, 0);
}

/* At once, not when the shell gets round to it: the ledger has one order of things. */
static void
tell(struct world *w)
{
	const struct facts	*all = &w->exchange.facts;

	service_hear(&w->exchange, w->now);
	if (all->n == w->told)
		return;
	const struct facts	 fresh = { .v = all->v + w->told, .n = all->n - w->told };

	for (size_t i = 0; i < fresh.n; i++)
		ledger_add_fact(&w->ledger, &fresh.v[i]);
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
	service_forget_facts(&w->exchange.service);
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
	if (with_event) {
		buf_reset(&w->json);
		event_key_expired(&w->json, w->key.text, now);
		say(w, UE_LISTEN_KEY_EXPIRED, EVENT_SENT, now, 0);
	}
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

	due = earlier(due, w->row_due);
	due = earlier(due, w->next_look);
	if (listen_key_lives(&w->key))
		due = earlier(due, wall_add_us(w->key.renewed, w->key.life_ms * 1000));
	return due;
}

wall_t
world_next(const struct world *w)
{
	return earlier(next_happening(w), w->script.due);
}

wall_t
world_due(const struct world *w)
{
	const struct saying	*s = STAILQ_FIRST(&w->sayings);
	const wall_t		 due = world_next(w);

	return s == NULL ? due : earlier(due, s->due);
}

static void
beat(struct world *w)
{
	exchange_beat(&w->exchange, w->now);
	w->next_beat = wall_add_us(w->next_beat, w->terms.exchange.market.period_ms * 1000);
}

static void
look(struct world *w)
{
	exchange_look_at_marks(&w->exchange, w->next_look);
	w->next_look = wall_add_us(w->next_look, SECOND_US);
}

static void
happen(struct world *w)
{
	exchange_happen(&w->exchange, w->now);
	if (w->row != NULL && w->row_due.us <= w->now.us)
		play_row(w);
	if (w->next_beat.us <= w->now.us)
		beat(w);
	if (w->next_look.us <= w->now.us)
		look(w);
	if (listen_key_is_due(&w->key, w->now))
		world_expire_key(w, true, w->now);
	tell(w);
}

/* What a verb has to say goes nowhere: nobody asked. */
static void
run_script(struct world *w, const char *uri)
{
	const struct outside	 unknown = { 0 };
	struct buf		 out = { 0 };

	verb_run(w, uri, "script", &unknown, &out);
	tell(w);
	ledger_end(&w->ledger);
	buf_free(&out);
}

/* What happens by itself comes before what the script says at the same time. */
void
world_advance(struct world *w, wall_t now)
{
	for (;;) {
		const wall_t	 due = next_happening(w), cue = w->script.due;

		if (earlier(due, cue).us > now.us)
			break;
		w->now.us = earlier(due, cue).us > w->now.us ? earlier(due, cue).us : w->now.us;
		if (due.us <= cue.us)
			happen(w);
		else
			run_script(w, script_next(&w->script, w->now));
	}
	w->now.us = now.us > w->now.us ? now.us : w->now.us;
}

/* The first one of a rhythm that is not before then. */
static wall_t
in_rhythm(wall_t next, int64_t us, wall_t until)
{
	const int64_t	 left_out = (until.us - next.us + us - 1) / us;

	return next.us >= until.us ? next : wall_add_us(next, left_out * us);
}

void
world_skip(struct world *w, wall_t until)
{
	world_advance(w, w->now);	/* what is due already, happens */
	ledger_add_pace(&w->ledger, &(struct told_pace){ .at = w->now, .until = until });
	ledger_end(&w->ledger);
	w->next_beat = in_rhythm(w->next_beat, w->terms.exchange.market.period_ms * 1000, until);
	w->next_look = in_rhythm(w->next_look, SECOND_US, until);
	exchange_skip(&w->exchange, until);
	if (w->row_due.us >= until.us)
		return;
	w->tape_late_us += until.us - w->row_due.us;
	w->row_due = until;
}

bool
world_has_rows(const struct world *w)
{
	return w->row != NULL && w->terms.tape.speed == 0;
}

void
world_play(struct world *w, int64_t rows, wall_t now)
{
	world_advance(w, now);
	ledger_add_pace(&w->ledger, &(struct told_pace){ .at = w->now, .rows = rows });
	ledger_end(&w->ledger);		/* what rows do, happens by itself */
	for (int64_t i = 0; i < rows && world_has_rows(w); i++) {
		play_row(w);
		tell(w);
	}
}

void
world_row(struct world *w, const struct tape_row *row, wall_t now)
{
	world_advance(w, now);
	replay_row(&w->replay, row, w->now);
	tell(w);
}

/* ---- requests and verbs: gate.c and verbs.c do them ------------------------------------- */

struct served
world_request(struct world *w, const struct request *q, wall_t now, struct buf *out)
{
	const char	*uri;

	world_advance(w, now);
	for (size_t i = 0; (uri = script_meets(&w->script, q->method, q->path, &i)) != NULL;)
		run_script(w, uri);
	ledger_begin(&w->ledger);
	const struct served	 s = gate_serve(w, q, out);
	tell(w);
	ledger_end(&w->ledger);
	return s;
}

int
world_control(struct world *w, const char *uri, const char *by, const struct outside *o,
    wall_t now, struct buf *out)
{
	world_advance(w, now);
	const int	 status = verb_run(w, uri, by, o, out);
	tell(w);
	ledger_end(&w->ledger);
	return status;
}

void
world_set_script(struct world *w, struct script *s)
{
	script_fini(&w->script);
	w->script = *s;
	*s = (struct script){ .n = 0 };
	script_start(&w->script, w->terms.exchange.market.start);
}

void
world_wish(struct world *w, const struct wish *wish)
{
	struct wishes	*ws = &w->wishes;

	if (ws->n == ws->cap) {
		ws->cap = ws->cap == 0 ? 4 : ws->cap * 2;
		ws->v = xrealloc(ws->v, ws->cap * sizeof(*ws->v));
	}
	ws->v[ws->n++] = *wish;
}
