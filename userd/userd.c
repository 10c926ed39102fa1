/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * userd - the exchange's user stream.
 */
#include "userd/userd.h"

static const struct conf_key	keys[] = {
	CONF(userd_conf, buffer_max, C_INT, "10000", 100, 1000000,
	    "messages kept while Redis is away; beyond that it is a gap"),
	CONF(userd_conf, keep_every, C_MS, "20m", 1000, 3000000,
	    "how often the listen key is renewed; it lives an hour"),
};

static const struct counter	counters[] = {
	COUNTER(userd, frames, "frames received"),
	COUNTER(userd, orders, "order updates handed on"),
	COUNTER(userd, accounts, "account updates handed on"),
	COUNTER(userd, others, "frames of other kinds, left out"),
	COUNTER(userd, bad_frames, "frames that could not be read"),
	COUNTER(userd, gaps, "gaps of the stream, that of the start included"),
};

static const enum key	outputs[] = { K_Q_REPORT, K_Q_ACCOUNT };

static void
run(struct userd *d, enum lease_act a)
{
	switch (a) {
	case ACT_ASK_KEY:
		venue_ask_key(d);
		return;
	case ACT_CONNECT:
		stream_connect(d);
		return;
	case ACT_CLOSE:
		stream_close(d);
		return;
	case ACT_KEEP:
		venue_keep_key(d);
		return;
	case ACT_TELL_GAP:
		d->gaps++;
		daemon_status(d->base, "stream gap");
		bus_tell_stream(d, REPORT_GAP);
		return;
	case ACT_TELL_UP:
		bus_tell_stream(d, REPORT_UP);
		daemon_status(d->base, "ready");
		daemon_ready(d->base);
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
	timer_at(d->wake, d->lease.wake);
	for (size_t i = 0; i < acts.n; i++)
		run(d, acts.v[i]);
}

static void
on_wake(void *arg)
{
	userd_step(arg, ON_TIME);
}

static void
start(struct daemon *base)
{
	struct userd	*d = base->self;

	d->base = base;
	d->conf = base->conf;
	lease_init(&d->lease, d->conf->keep_every);
	d->wake = timer_new(base->loop, on_wake, d);
	venue_start(d);
	stream_start(d);
	userd_step(d, ON_START);
}

static void
fini(struct daemon *base)
{
	struct userd	*d = base->self;

	stream_stop(d);
	venue_stop(d);
	timer_free(d->wake);
}

static const struct daemon_spec	spec = {
	.name = "userd", .purpose = "the exchange's user stream",
	.conf = keys, .nconf = NITEMS(keys), .conf_size = sizeof(struct userd_conf),
	.counters = counters, .ncounters = NITEMS(counters),
	.outputs = outputs, .noutputs = NITEMS(outputs),
	.self_size = sizeof(struct userd),
	.start = start, .fini = fini,
};

int
main(int argc, char **argv)
{
	return daemon_main(&spec, argc, argv);
}
