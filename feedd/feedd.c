/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feedd - prices and instruments.
 */
#include "feedd/feedd.h"

#include "base/text.h"

#include <string.h>

static const char *const	symbol_keys_names[] = { "native", "both", NULL };

static const struct conf_key	keys[] = {
	CONF(feedd_conf, instr_every, C_MS, "15m", 1000, 86400000,
	    "how often the instruments are fetched"),
	CONF(feedd_conf, keep_every, C_MS, "100ms", 0, 10000,
	    "least time between two writes of a price key"),
	CONF(feedd_conf, stale_quote, C_MS, "10s", 100, 3600000,
	    "age from which a bid and ask are none"),
	CONF_NAMED(feedd_conf, symbol_keys, "both", symbol_keys_names,
	    "price keys under the native name, or under ccxt's too"),
	CONF(feedd_conf, symbols, C_STR, "BTCUSDT ETHUSDT", 0, 0,
	    "symbols whose quotes are always followed"),
	CONF(feedd_conf, tick_every, C_MS, "10ms", 0, 10000,
	    "least time between two ticks of a symbol"),
};

static const struct counter	counters[] = {
	COUNTER(feedd, frames, "frames received"),
	COUNTER(feedd, ticks, "ticks published"),
	COUNTER(feedd, bad_frames, "frames that could not be read"),
	COUNTER(feedd, reconnects, "streams connected again"),
};

void
feedd_check_ready(struct feedd *d)
{
	if (d->have_instrs && d->have_prices)
		daemon_ready(d->base);
}

static void
fix_symbols(struct feedd *d)
{
	const char	*p = d->conf->symbols;
	char		 symbol[SYMBOL];

	while (*(p += strspn(p, " ,")) != '\0') {
		const size_t	 len = strcspn(p, " ,");

		if (text_copyn(symbol, sizeof(symbol), p, len) == -1)
			fatal(EXIT_CONFIG, "configuration_bad", "symbols: '%.*s' is too long",
			    (int)len, p);
		quotes_get(&d->quotes, symbol)->fixed = true;
		p += len;
	}
}

static void
start(struct daemon *base)
{
	struct feedd	*d = base->self;

	d->base = base;
	d->conf = base->conf;
	quotes_init(&d->quotes, d->conf->tick_every);
	d->quotes.stale_ms = d->conf->stale_quote;
	fix_symbols(d);
	d->http = http_new(base->loop, 2);
	d->hub = ws_hub_new(base->loop, base->common->ca_file);
	bus_start(d);
	venue_start(d);
	stream_start(d);
}

static void
fini(struct daemon *base)
{
	struct feedd	*d = base->self;

	stream_stop(d);
	ws_hub_free(d->hub);
	http_free(d->http);
	timer_free(d->due);
	timer_free(d->look);
	timer_free(d->instr_timer);
	quotes_fini(&d->quotes);
	instrs_fini(&d->instrs);
}

static const struct daemon_spec	spec = {
	.name = "feedd", .purpose = "prices and instruments of the exchange",
	.conf = keys, .nconf = NITEMS(keys), .conf_size = sizeof(struct feedd_conf),
	.counters = counters, .ncounters = NITEMS(counters),
	.self_size = sizeof(struct feedd),
	.start = start, .fini = fini,
};

int
main(int argc, char **argv)
{
	return daemon_main(&spec, argc, argv);
}
