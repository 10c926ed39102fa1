/* SPDX-License-Identifier: BSD-2-Clause */
#include "algod/algod.h"

#include "base/text.h"
#include "wire/jw.h"

#include <string.h>

enum { COMMANDS_IN_FLIGHT = 64, CHILDREN_IN_FLIGHT = 256 };

/* ---- views ------------------------------------------------------------------------ */

/* pms:<algo>:{id}: how it stands, or ended; pms:active_<algo>:{sub}: those that are active. */
void
bus_show(struct algod *d, const struct run *r)
{
	struct buf	 b = { 0 };
	char		 symbol[SYMBOL], key[KEY_MAX], ttl[12];
	const struct spelling	 s = algod_spelling(d);

	jw_open(&b, '{');
	jw_put_str(&b, r->algo->id_name, r->id);
	jw_put_str(&b, "subAccountId", r->sub);
	jw_put_str(&b, "symbol", outside_symbol(&s, r->symbol, symbol));
	jw_put_str(&b, "status", names_get(&run_status_names, (int)r->status));
	jw_put_int(&b, "startedAt", wall_ms(r->started_at));
	r->algo->show(r, &b);
	jw_close(&b, '}');
	bus_tell_set_ex(d->base->bus, r->algo->view, r->id, b.p, r->algo->ttl_s);
	key_format(r->algo->active, r->sub, key);
	if (r->status != RUN_ACTIVE)
		bus_tell(d->base->bus, 3, (const char *[]){ "HDEL", key, r->id });
	else {
		text_putf(ttl, sizeof(ttl), "%d", r->algo->ttl_s);
		bus_tell(d->base->bus, 4, (const char *[]){ "HSET", key, r->id, b.p });
		bus_tell(d->base->bus, 3, (const char *[]){ "EXPIRE", key, ttl });
	}
	buf_free(&b);
}

/* ---- ticks -------------------------------------------------------------------------- */

static void
on_tick(void *arg, const char *channel, const char *text, size_t len)
{
	struct algod		*d = arg;
	const char		*symbol = strrchr(channel, ':') + 1;
	struct field_fault	 ff;
	struct price		 p;

	if (!runner_follows(&d->runner, symbol))
		return;
	fields_blank(&price_fields, &p, sizeof(p));
	if (fields_read(&price_fields, &p, text, len, &ff) == 0 && dec_ok(p.mid))
		run_tick(d, symbol, p.mid);
}

/* One subscription of all symbols: which are followed changes all the time. */
static void
subscribe(struct algod *d)
{
	char	 pattern[KEY_MAX];

	bus_subscribe(d->base->bus, key_format(K_TICK, "*", pattern), on_tick, NULL, d);
}

/* feedd follows a symbol while somebody wants it; the wish is renewed (run.c). */
void
bus_follow(struct algod *d, struct run *r)
{
	enum { WANT_US = 60 * 1000000 };
	const wall_t	 now = loop_wall(d->base->loop);
	struct msg_want	 m;
	struct txn	*t = txn_new(d->base->bus, "want", NULL);

	fields_blank(&msg_want_fields, &m, sizeof(m));
	text_putf(m.id, sizeof(m.id), "a%lld", (long long)event_stamp_next(&d->no, now).seq);
	text_put(m.symbol, sizeof(m.symbol), r->symbol);
	text_put(m.who, sizeof(m.who), r->id);
	if (!r->over)
		m.until = wall_add_us(now, WANT_US);
	txn_push_msg(t, K_Q_FEED, &msg_want_fields, &m);
	txn_commit(t, NULL, NULL);
	r->wanted_at = loop_now(d->base->loop);
}

/* ---- taking -------------------------------------------------------------------------- */

static void
on_command(void *arg, struct item *item)
{
	run_command(arg, item);
}

static void
on_child(void *arg, struct item *item)
{
	run_child_report(arg, item);
}

/* In the order they are handled when several wait: what has happened, before what is asked. */
static const struct source	sources[] = {
	{ .key = K_Q_CHILD, .end = TAKE_LEFT, .max_in_flight = CHILDREN_IN_FLIGHT,
	  .handle = on_child },
	{ .key = K_Q_ALGO, .end = TAKE_LEFT, .max_in_flight = COMMANDS_IN_FLIGHT,
	  .handle = on_command },
};
enum { SOURCES = NITEMS(sources) };
_Static_assert(SOURCES <= NITEMS(((struct algod *)0)->takes), "takes");

static void
on_told(void *arg)
{
	struct algod	*d = arg;

	run_resume_all(d);
	run_on_clock(d);
	daemon_status(d->base, "ready");
	daemon_ready(d->base);
}

void
bus_serve(struct algod *d)
{
	subscribe(d);
	for (size_t i = 0; i < SOURCES; i++) {
		d->takes[i] = bus_take(d->base->bus, &sources[i], d);
		take_start(d->takes[i], i == SOURCES - 1 ? on_told : NULL);
	}
}
