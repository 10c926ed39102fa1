/* SPDX-License-Identifier: BSD-2-Clause */
#include "feedd/feedd.h"

#include "base/text.h"

#include <hiredis/hiredis.h>

enum {
	WANTS_IN_FLIGHT = 64,
	LOOK_MS = 1000,
};

/* ---- prices out ------------------------------------------------------------- */

static void
keep_price(struct feedd *d, const struct quote *q, const char *text)
{
	const struct instr	*i = instrs_find(&d->instrs, q->symbol);
	char			 ccxt[SYMBOL];

	bus_tell_set_ex(d->base->bus, K_PRICE, q->symbol, text, KEY_TTL_PRICE_S);
	if (d->conf->symbol_keys == KEYS_NATIVE || i == NULL)
		return;
	instr_ccxt(i, ccxt);
	bus_tell_set_ex(d->base->bus, K_PRICE, ccxt, text, KEY_TTL_PRICE_S);
}

void
bus_tell_quote(struct feedd *d, struct quote *q)
{
	const mono_t	 now = loop_now(d->base->loop);
	struct buf	 text = { 0 };

	fields_object(&price_fields, &q->price, &text);
	bus_tell_publish(d->base->bus, K_TICK, q->symbol, text.p);
	d->ticks++;
	if (!mono_is_set(q->kept_at) ||
	    mono_diff_ms(now, q->kept_at) >= d->conf->keep_every) {
		keep_price(d, q, text.p);
		q->kept_at = now;
	}
	quotes_told(&d->quotes, q, now);
	buf_free(&text);
}

void
bus_tell_due(struct feedd *d)
{
	struct quote	*q;
	mono_t		 next;

	while ((q = quotes_due(&d->quotes, loop_now(d->base->loop), &next)) != NULL)
		bus_tell_quote(d, q);
	timer_at(d->due, next);
}

static void
on_due(void *arg)
{
	bus_tell_due(arg);
}

/* ---- instruments out ---------------------------------------------------------- */

static void
keep_instr(struct feedd *d, const struct instr *i)
{
	struct buf	 text = { 0 };
	char		 key[KEY_MAX];

	fields_object(&instr_fields, i, &text);
	bus_tell(d->base->bus, 4,
	    (const char *[]){ "HSET", key_format(K_INSTR, NULL, key), i->symbol, text.p });
	buf_free(&text);
}

void
bus_keep_instrs(struct feedd *d)
{
	struct map_iter	 it = map_each(&d->instrs.map);
	struct node	*n;
	char		 key[KEY_MAX], weight[24];

	while ((n = map_next(&it)) != NULL)
		keep_instr(d, MAP_OF(n, struct instr, node));
	text_putf(weight, sizeof(weight), "%lld", (long long)d->instrs.weight_1m);
	bus_tell(d->base->bus, 4, (const char *[]){ "HSET", key_format(K_INSTR, NULL, key),
	    "#weight", weight });
	/* Last, so that whoever sees a new version finds everything of it. */
	text_putf(d->instr_version, sizeof(d->instr_version), "%lld",
	    (long long)wall_ms(loop_wall(d->base->loop)));
	bus_tell(d->base->bus, 4, (const char *[]){ "HSET", key_format(K_INSTR, NULL, key),
	    "#version", d->instr_version });
}

/* Redis was away when they were written, or has lost them: they are written again. */
static void
on_version(void *arg, const redisReply *r)
{
	struct feedd	*d = arg;

	timer_in_ms(d->look, LOOK_MS);
	if (!d->have_instrs ||
	    (r->type == REDIS_REPLY_STRING && text_eq(r->str, d->instr_version)))
		return;
	log_info("instruments_written_again", "found=%s",
	    r->type == REDIS_REPLY_STRING ? r->str : "-");
	bus_keep_instrs(d);
}

static void
on_look(void *arg)
{
	struct feedd	*d = arg;
	char		 key[KEY_MAX];

	bus_ask(d->base->bus, on_version, d, 3,
	    (const char *[]){ "HGET", key_format(K_INSTR, NULL, key), "#version" });
}

/* ---- wants in -------------------------------------------------------------------- */

static void
on_want(void *arg, struct item *item)
{
	struct feedd		*d = arg;
	struct msg_want		 m;
	struct field_fault	 ff;

	fields_blank(&msg_want_fields, &m, sizeof(m));
	if (fields_read(&msg_want_fields, &m, item->text, item->len, &ff) == -1) {
		bus_park(d->base->bus, item, ff.text);
		return;
	}
	if (quotes_want(&d->quotes, &m, loop_wall(d->base->loop)) != NULL)
		stream_follow(d);
	bus_ack(d->base->bus, item);
}

static const struct source	want_source = {
	.key = K_Q_FEED, .end = TAKE_LEFT, .max_in_flight = WANTS_IN_FLIGHT, .handle = on_want,
};

void
bus_start(struct feedd *d)
{
	d->due = timer_new(d->base->loop, on_due, d);
	d->look = timer_new(d->base->loop, on_look, d);
	timer_in_ms(d->look, LOOK_MS);
	d->wants = bus_take(d->base->bus, &want_source, d);
	take_start(d->wants, NULL);
}
