/* SPDX-License-Identifier: BSD-2-Clause */
#include "orderd/orderd.h"

#include "base/die.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading: events become orders again ------------------------------------------- */

static struct order *
replay_placed(struct orderd *d, const char *data, size_t len)
{
	struct field_fault	 ff;
	struct terms		 terms;
	struct order		*o;

	fields_blank(&terms_fields, &terms, sizeof(terms));
	if (fields_read(&terms_fields, &terms, data, len, &ff) == -1)
		return NULL;
	if ((o = blotter_find(&d->blotter, terms.clord_id)) != NULL)
		return o;
	o = blotter_add(&d->blotter, &terms);
	o->shown = terms.type != TYPE_MARKET;
	/* Whether the request left, and what became of it, is not written anywhere. */
	doubt_signed(&o->doubt, loop_now(d->base->loop), orderd_window_ms(d));
	order_step(o, &(struct order_input){ .on = ON_SUBMIT, .told_qty = DEC_NONE });
	order_step(o, &(struct order_input){ .on = ON_LOST, .told_qty = DEC_NONE });
	return o;
}

static struct order *
replay_refused(struct orderd *d, const char *data, size_t len)
{
	struct field_fault	 ff;
	struct msg_outcome	 m;
	struct order		*o;

	fields_blank(&msg_outcome_fields, &m, sizeof(m));
	if (fields_read(&msg_outcome_fields, &m, data, len, &ff) == -1 ||
	    (o = blotter_find(&d->blotter, m.clord_id)) == NULL)
		return NULL;
	o->refusal = (struct refusal_of){ .code = deny_find(m.code), .venue_code = m.venue_code };
	snprintf(o->refusal.error, sizeof(o->refusal.error), "%s", m.error);
	order_step(o, &(struct order_input){ .on = ON_ABSENT, .told_qty = DEC_NONE });
	return o;
}

static struct order *
replay_report(struct orderd *d, const char *data, size_t len)
{
	struct field_fault	 ff;
	struct msg_report	 r;
	struct order		*o;

	fields_blank(&msg_report_fields, &r, sizeof(r));
	if (fields_read(&msg_report_fields, &r, data, len, &ff) == -1 ||
	    (o = blotter_find(&d->blotter, r.clord_id)) == NULL)
		return NULL;
	const struct order_input	 in = order_input_of(&r);
	order_step(o, &in);
	return o;
}

static const struct {
	const char	*type;
	struct order	*(*replay)(struct orderd *, const char *data, size_t len);
} replays[] = {
	{ "ended", replay_report },
	{ "execution", replay_report },
	{ "placed", replay_placed },
	{ "refused", replay_refused },
};

/* The truth cannot be guessed: an event that cannot be read is a person's matter. */
static void
replay(struct orderd *d, const struct pg_result *r, size_t i, int row)
{
	const char	*type = pg_value(r, i, row, 1), *data = pg_value(r, i, row, 2);
	struct order	*o = NULL;
	int64_t		 version;

	for (size_t k = 0; k < NITEMS(replays); k++)
		if (text_eq(type, replays[k].type))
			o = replays[k].replay(d, data, strlen(data));
	if (o == NULL || text_to_i64(pg_value(r, i, row, 0), 1, INT32_MAX, &version) == -1)
		fatal(EXIT_CONFIG, "event_unreadable", "stream=%s version=%s type=%s; look at "
		    "engine.events", pg_value(r, i, row, 3), pg_value(r, i, row, 0), type);
	o->version = (int)version;
	blotter_named(&d->blotter, o);
}

/* ---- one order ------------------------------------------------------------------------ */

struct seeker {
	load_found		*found;
	void			*arg;
	STAILQ_ENTRY(seeker)	 link;
};

struct lookup {
	struct orderd		*d;
	char			 clord_id[CLORD_ID];
	STAILQ_HEAD(, seeker)	 seekers;	/* in order of asking */
	struct node		 node;
};

static void
on_events(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct lookup	*l = arg;
	struct orderd	*d = l->d;
	struct seeker	*s;
	struct order	*o;

	ledger_must_read(outcome, r);
	for (int i = 0; i < pg_rows(r, 0); i++)
		replay(d, r, 0, i);
	if ((o = blotter_find(&d->blotter, l->clord_id)) != NULL && order_is_over(o))
		blotter_retire(&d->blotter, o);
	map_remove(&d->lookups, &l->node);
	while ((s = STAILQ_FIRST(&l->seekers)) != NULL) {
		STAILQ_REMOVE_HEAD(&l->seekers, link);
		s->found(s->arg, blotter_find(&d->blotter, l->clord_id));
		free(s);
	}
	free(l);
}

bool
load_is_finding(const struct orderd *d, const char *clord_id)
{
	return map_find(&d->lookups, clord_id) != NULL;
}

void
load_find(struct orderd *d, const char *clord_id, load_found *found, void *arg)
{
	struct node	*n = map_find(&d->lookups, clord_id);
	struct lookup	*l = n == NULL ? xcalloc(1, sizeof(*l)) : MAP_OF(n, struct lookup, node);
	struct seeker	*s = xcalloc(1, sizeof(*s));
	char		 stream[STREAM];

	*s = (struct seeker){ .found = found, .arg = arg };
	if (n == NULL) {
		l->d = d;
		text_put(l->clord_id, sizeof(l->clord_id), clord_id);
		STAILQ_INIT(&l->seekers);
		map_put(&d->lookups, &l->node, l->clord_id);
		text_putf(stream, sizeof(stream), "order/%s", clord_id);
		struct pg_job	*j = pg_job_new(d->pg, "events");
		pg_job_add(j, SQL_EVENTS, (const char *[]){ stream });
		pg_submit(j, on_events, l);
	}
	STAILQ_INSERT_TAIL(&l->seekers, s, link);
}

/* ---- all that are not over ------------------------------------------------------------- */

/* The row * is no symbol: it says since when all that happened is known. */
static void
read_cursor(struct orderd *d, const struct pg_result *r, int row)
{
	const char	*symbol = pg_value(r, 0, row, 0);
	int64_t		 trade_id = 0, since_ms = 0;

	if (text_to_i64(pg_value(r, 0, row, 1), 0, INT64_MAX, &trade_id) == -1 ||
	    text_to_i64(pg_value(r, 0, row, 2), 0, INT64_MAX / 1000, &since_ms) == -1 ||
	    strlen(symbol) >= SYMBOL)
		fatal(EXIT_CONFIG, "cursor_unreadable", "symbol=%s; look at engine.cursors", symbol);
	if (text_eq(symbol, "*")) {
		d->cursors.since = wall_from_ms(since_ms);
		return;
	}
	struct cursor	*c = cursors_get(&d->cursors, symbol);
	c->trade_id = trade_id;
	c->since = wall_from_ms(since_ms);
}

static void
on_live(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct orderd	*d = arg;

	ledger_must_read(outcome, r);
	for (int i = 0; i < pg_rows(r, 0); i++)
		read_cursor(d, r, i);
	for (int i = 0; i < pg_rows(r, 1); i++)
		replay(d, r, 1, i);
	log_info("loaded", "orders=%zu", d->blotter.map.n);
	orderd_start_step(d, START_CLOCK);
}

void
load_live(struct orderd *d)
{
	struct pg_job	*j = pg_job_new(d->pg, "load");

	pg_job_add(j, SQL_CURSORS, NULL);
	pg_job_add(j, SQL_LIVE, NULL);
	pg_submit(j, on_live, d);
}


void
load_fini(struct orderd *d)
{
	map_fini(&d->lookups);
}
