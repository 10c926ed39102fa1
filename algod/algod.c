/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algod - runs algos.
 */
#include "algod/algod.h"

static const struct conf_key	keys[] = {
	CONF(algod_conf, ledger_lag, C_MS, "500ms", 50, 60000,
	    "how long a child waits for its store, then it leaves before that"),
	CONF(algod_conf, max_running, C_INT, "500", 1, 100000,
	    "algos at once; beyond that a start is refused"),
	CONF(algod_conf, stale_price, C_MS, "10s", 100, 3600000,
	    "age from which the price at a start is none"),
};

static const struct counter	counters[] = {
	COUNTER(algod, started, "algos started"),
	COUNTER(algod, refused, "commands refused"),
	COUNTER(algod, ticks, "prices heard of symbols that are followed"),
	COUNTER(algod, children, "children sent"),
	COUNTER(algod, alarms, "algos whose orders the exchange rejects"),
	COUNTER(algod, ended, "algos ended"),
};

static const enum key	outputs[] = { K_Q_CLOSE, K_Q_FEED, K_DEAD };

struct spelling
algod_spelling(struct algod *d)
{
	return (struct spelling){ instruments_all(d->instruments),
	    d->base->common->symbol_format == SYMBOLS_CCXT };
}

static void
on_instruments(void *arg)
{
	store_start(arg);
}

static void
start(struct daemon *base)
{
	struct algod	*d = base->self;

	d->base = base;
	d->conf = base->conf;
	runner_init(&d->runner);
	TAILQ_INIT(&d->unsent);
	d->clock = timer_new(base->loop, run_on_clock, d);
	d->instruments = instruments_new(base->bus, on_instruments, d);
}

static void
health(struct daemon *base, struct buf *b)
{
	const struct algod	*d = base->self;

	buf_addf(b, ",\"running\":%zu,\"ledger\":%s", d->runner.map.n,
	    d->pg != NULL && pg_is_up(d->pg) ? "true" : "false");
}

static void
fini(struct daemon *base)
{
	struct algod	*d = base->self;

	store_fini(d);
	timer_free(d->clock);
	runner_fini(&d->runner);
	instruments_free(d->instruments);
}

static const struct daemon_spec	spec = {
	.name = "algod", .purpose = "runs algos",
	.conf = keys, .nconf = NITEMS(keys), .conf_size = sizeof(struct algod_conf),
	.counters = counters, .ncounters = NITEMS(counters),
	.outputs = outputs, .noutputs = NITEMS(outputs),
	.self_size = sizeof(struct algod),
	.start = start, .health = health, .fini = fini,
};

int
main(int argc, char **argv)
{
	return daemon_main(&spec, argc, argv);
}
