/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/peer.h"

#include "base/buf.h"
#include "base/die.h"
#include "run/log.h"
#include "run/loop.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>

enum { LOOK_MS = 500, LOOK_AGAIN_MS = 100 };	/* while it lives; while it is away */

struct peer {
	struct bus	*bus;
	const char	*daemon;
	bool		 alive;
	struct buf	 beat;		/* the last one while it lives */
	struct timer	*timer;
	void		(*changed)(void *arg);
	void		*arg;
};

struct beat {
	wall_t	ts;
};

static const struct field	beat_v[] = { F(beat, ts, "ts", F_WALL, 0) };
static const struct fields	beat_fields = FIELDS(beat_v);

static bool
is_fresh(struct peer *p, const redisReply *r)
{
	struct field_fault	 ff;
	struct beat		 b = { WALL_UNSET };

	return r->type == REDIS_REPLY_STRING &&
	    fields_read(&beat_fields, &b, r->str, (size_t)r->len, &ff) == 0 &&
	    wall_diff_ms(loop_wall(bus_loop(p->bus)), b.ts) < PEER_SILENT_MS;
}

static void
on_health(void *arg, const redisReply *r)
{
	struct peer	*p = arg;
	const bool	 was = p->alive;

	p->alive = is_fresh(p, r);
	buf_reset(&p->beat);
	if (p->alive)
		buf_add(&p->beat, r->str, (size_t)r->len);
	timer_in_ms(p->timer, p->alive ? LOOK_MS : LOOK_AGAIN_MS);
	if (p->alive == was)
		return;
	log_info("peer", "daemon=%s alive=%s", p->daemon, p->alive ? "yes" : "no");
	if (p->changed != NULL)
		p->changed(p->arg);
}

static void
look(void *arg)
{
	struct peer	*p = arg;
	char		 key[KEY_MAX];

	bus_ask(p->bus, on_health, p, 2,
	    (const char *[]){ "GET", key_format(K_HEALTH, p->daemon, key) });
}

struct peer *
peer_new(struct bus *bus, const char *daemon, void (*changed)(void *), void *arg)
{
	struct peer	*p = xcalloc(1, sizeof(*p));

	*p = (struct peer){ .bus = bus, .daemon = daemon, .changed = changed, .arg = arg };
	p->timer = timer_new(bus_loop(bus), look, p);
	look(p);
	return p;
}

void
peer_free(struct peer *p)
{
	if (p == NULL)
		return;
	timer_free(p->timer);
	buf_free(&p->beat);
	free(p);
}

bool
peer_is_alive(const struct peer *p)
{
	return p->alive;
}

bool
peer_read(const struct peer *p, const struct fields *fields, void *into)
{
	struct field_fault	 ff;

	return p->alive && fields_read(fields, into, p->beat.p, p->beat.len, &ff) == 0;
}
