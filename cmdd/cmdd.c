/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmdd - takes commands in.
 */
#include "cmdd/cmdd.h"

static const char *const	producer_sides[] = { "lpush", "rpush", NULL };

static const struct conf_key	keys[] = {
	CONF(cmdd_conf, act_within, C_MS, "3s", 100, 60000,
	    "work that adds risk is not begun later than this after the command was taken"),
	CONF(cmdd_conf, answer_within, C_MS, "4s", 100, 60000,
	    "a command without an answer is told INFRA_TIMEOUT after this"),
	CONF(cmdd_conf, max_payload, C_INT, "65536", 1024, 1048576, "largest payload, in bytes"),
	CONF_NAMED(cmdd_conf, producer_side, "lpush", producer_sides,
	    "how the gateway pushes: lpush or rpush"),
	CONF(cmdd_conf, stale_after, C_MS, "1s", 10, 60000,
	    "age of a command without a time stamp that is too great to begin work"),
};

static const struct counter	counters[] = {
	COUNTER(cmdd, taken, "commands taken from their queues"),
	COUNTER(cmdd, routed, "commands handed on"),
	COUNTER(cmdd, refused, "commands answered with an error here"),
	COUNTER(cmdd, repeated, "repeats of a requestId"),
	COUNTER(cmdd, parked, "payloads put into pms:dead"),
	COUNTER(cmdd, timed_out, "commands told INFRA_TIMEOUT because nobody answered"),
};

static const enum key	outputs[] = { K_Q_RISK, K_Q_CLOSE, K_Q_URGENT, K_Q_ALGO, K_DEAD };

static void
start(struct daemon *base)
{
	struct cmdd	*d = base->self;

	d->base = base;
	d->conf = base->conf;
	bus_start(d);
}

static void
fini(struct daemon *base)
{
	bus_fini(base->self);
}

static const struct daemon_spec	spec = {
	.name = "cmdd", .purpose = "takes commands in",
	.conf = keys, .nconf = NITEMS(keys), .conf_size = sizeof(struct cmdd_conf),
	.counters = counters, .ncounters = NITEMS(counters),
	.outputs = outputs, .noutputs = NITEMS(outputs),
	.self_size = sizeof(struct cmdd),
	.start = start, .fini = fini,
};

int
main(int argc, char **argv)
{
	return daemon_main(&spec, argc, argv);
}
