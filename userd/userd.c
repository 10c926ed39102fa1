/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * userd - the exchange's user stream.
 */
#include "userd/userd.h"

#include "base/text.h"
#include "wire/field.h"
#include "wire/jw.h"

#include <time.h>

enum { LOOK_MS = 500 };

static const struct conf_key	keys[] = {
	CONF(userd_conf, buffer_max, C_INT, "10000", 100, 1000000,
	    "messages kept while Redis is away; beyond that it is a gap"),
	CONF(userd_conf, change_every, C_MS, "23h", 1000, 24 * 3600000,
	    "age at which the connection is replaced; the exchange ends it after 24 h"),
	CONF(userd_conf, keep_every, C_MS, "20m", 1000, 3000000,
	    "how often the listen key is renewed; it lives an hour"),
	CONF(userd_conf, overlap, C_MS, "2s", 100, 60000,
	    "how long a replaced connection is still read"),
	CONF(userd_conf, silence, C_MS, "10s", 1000, 600000,
	    "time without a frame, while orders are open, after which the key is proved"),
};

static const struct counter	counters[] = {
	COUNTER(userd, frames, "frames received"),
	COUNTER(userd, orders, "order updates handed on"),
	COUNTER(userd, accounts, "account updates handed on"),
	COUNTER(userd, others, "frames of other kinds, left out"),
	COUNTER(userd, bad_frames, "frames that could not be read"),
	COUNTER(userd, gaps, "gaps of the stream, that of the start included"),
	COUNTER(userd, changes, "connections that were replaced without a gap"),
	COUNTER(userd, probes, "renewals asked for because nothing came"),
};

static const enum key	outputs[] = { K_Q_REPORT, K_Q_ACCOUNT };

/* What of orderd's heartbeat tells whether the stream is silent with good reason. */
struct orders {
	int64_t	live, missed;
};

static const struct field	orders_v[] = {
	F(orders, live, "live", F_I64, 0),
	F(orders, missed, "missed", F_I64, 0),
};
static const struct fields	orders_fields = FIELDS(orders_v);

static void
show_state(struct userd *d)
{
	const char	*what = lease_is_up(&d->lease) ? "" : "stream gap";
	const time_t	 until = (time_t)(wall_ms(d->banned_until) / 1000);
	char		 at[24], text[80];
	struct tm	 tm;

	if (!lease_is_banned(&d->lease, loop_now(d->base->loop))) {
		daemon_status(d->base, *what == '\0' ? "ready" : what);
		return;
	}
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&until, &tm));
	text_putf(text, sizeof(text), "%s%sbanned until %s", what, *what == '\0' ? "" : ", ", at);
	daemon_status(d->base, text);
}

static void
run(struct userd *d, enum lease_act a)
{
	struct link	*first = &d->links[d->first], *other = &d->links[1 - d->first];

	switch (a) {
	case ACT_ASK_KEY:
		venue_ask_key(d);
		return;
	case ACT_KEEP:
		venue_keep_key(d);
		return;
	case ACT_PROBE:
		d->probes++;
		venue_keep_key(d);
		return;
	case ACT_CONNECT:
		stream_connect(first);
		return;
	case ACT_CLOSE:
		stream_close(first);
		return;
	case ACT_CONNECT_OTHER:
		stream_connect(other);
		return;
	case ACT_CLOSE_OTHER:
		stream_close(other);
		return;
	case ACT_SWAP:
		d->first = 1 - d->first;
		return;
	case ACT_TELL_GAP:
		d->gaps++;
		bus_tell_stream(d, REPORT_GAP);
		return;
	case ACT_TELL_UP:
		bus_tell_stream(d, REPORT_UP);
		daemon_ready(d->base);
		return;
	case ACT_SAY_DEAF:
		log_warn("stream_deaf", "missed=%lld; orderd has found out what nobody told",
		    (long long)(d->lease.missed - d->lease.missed_heard));
		return;
	case ACT_SAY_KEY_OVER:
		log_warn("listen_key_expired", "told_by=clock");
		return;
	}
}
void
userd_step(struct userd *d, enum lease_event on)
{
	const enum lease_state	 was = d->lease.state;
	struct lease_acts	 acts;

	lease_step(&d->lease, on, loop_now(d->base->loop), &acts);
	if (d->lease.state != was)
		log_info("lease_state", "from=%s to=%s", lease_state_name(was),
		    lease_state_name(d->lease.state));
	d->changes += was == LEASE_CHANGING && d->lease.state == LEASE_DRAINING;
	timer_at(d->wake, d->lease.wake);
	for (size_t i = 0; i < acts.n; i++)
		run(d, acts.v[i]);
	show_state(d);
}

static void
on_wake(void *arg)
{
	userd_step(arg, ON_TIME);
}

/* While orderd is away, what it said last holds. */
static void
on_look(void *arg)
{
	struct userd	*d = arg;
	struct orders	 o = { 0 };

	if (peer_read(d->orderd, &orders_fields, &o))
		lease_orders(&d->lease, o.live, o.missed, loop_now(d->base->loop));
	userd_step(d, ON_TIME);
	timer_in_ms(d->look, LOOK_MS);
}

static void
start(struct daemon *base)
{
	struct userd	*d = base->self;

	d->base = base;
	d->conf = base->conf;
	lease_init(&d->lease, &(struct lease_times){ .keep_ms = d->conf->keep_every,
	    .change_ms = d->conf->change_every, .overlap_ms = d->conf->overlap,
	    .silence_ms = d->conf->silence });
	d->wake = timer_new(base->loop, on_wake, d);
	d->look = timer_new(base->loop, on_look, d);
	d->orderd = peer_new(base->bus, "orderd", NULL, NULL);
	venue_start(d);
	stream_start(d);
	on_look(d);
}

static void
put_age(struct buf *b, const char *name, mono_t since, mono_t now)
{
	jw_key(b, name);
	if (mono_is_set(since))
		jw_int(b, mono_diff_ms(now, since));
	else
		jw_null(b);
}

static void
health(struct daemon *base, struct buf *b)
{
	const struct userd	*d = base->self;
	const mono_t		 now = loop_now(base->loop);

	jw_put_str(b, "lease", lease_state_name(d->lease.state));
	put_age(b, "keyAgeMs", d->lease.kept_at, now);
	put_age(b, "connectionAgeMs", d->links[d->first].up_at, now);
	put_age(b, "silentMs", d->lease.heard_at, now);
}

static void
fini(struct daemon *base)
{
	struct userd	*d = base->self;

	stream_stop(d);
	venue_stop(d);
	peer_free(d->orderd);
	timer_free(d->look);
	timer_free(d->wake);
}

static const struct daemon_spec	spec = {
	.name = "userd", .purpose = "the exchange's user stream",
	.conf = keys, .nconf = NITEMS(keys), .conf_size = sizeof(struct userd_conf),
	.counters = counters, .ncounters = NITEMS(counters),
	.outputs = outputs, .noutputs = NITEMS(outputs),
	.self_size = sizeof(struct userd),
	.start = start, .health = health, .fini = fini,
};

int
main(int argc, char **argv)
{
	return daemon_main(&spec, argc, argv);
}
