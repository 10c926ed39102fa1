/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * riskd - judges commands and keeps accounts and positions.
 */
#include "riskd/riskd.h"

#include "wire/jw.h"

static const char *const	off_ticks[] = { "round", "deny", NULL };

static const struct conf_key	keys[] = {
	CONF(riskd_conf, accounts_every, C_MS, "1s", 100, 60000,
	    "how often accounts and rules are read again, for what the gateway has changed"),
	CONF(riskd_conf, ledger_lag, C_MS, "500ms", 50, 60000,
	    "age of the oldest unstored write from which nothing that adds risk is handed on"),
	CONF_NAMED(riskd_conf, off_tick, "round", off_ticks,
	    "a price between two ticks: round it (BUY down, SELL up), or deny the order"),
	CONF(riskd_conf, reply_wait, C_MS, "1s", 0, 3500,
	    "how long after the accept an answer waits for the order's end"),
	CONF(riskd_conf, snapshot_every, C_INT, "500", 1, 100000,
	    "events of an account between two snapshots"),
	CONF(riskd_conf, stale_price, C_MS, "10s", 100, 3600000,
	    "age from which a price is none"),
};

static const struct counter	counters[] = {
	COUNTER(riskd, judged, "commands judged"),
	COUNTER(riskd, denied, "commands denied, all reasons"),
	COUNTER(riskd, handed_on, "orders handed on"),
	COUNTER(riskd, booked, "executions booked"),
	COUNTER(riskd, duplicates, "executions that had been booked before"),
	COUNTER(riskd, external, "executions booked to EXTERNAL"),
};

static const enum key	outputs[] = { K_Q_ORDER, K_Q_URGENT, K_Q_ALGO, K_Q_CHILD, K_DEAD };

struct account *
riskd_account(struct riskd *d, const char *id)
{
	return accounts_find(&d->accounts, id);
}

bool
riskd_is_reconciled(const struct riskd *d)
{
	return d->reconciled_no > d->gap_no && peer_is_alive(d->userd);
}

static bool
is_up(const struct riskd *d)
{
	return d->pg != NULL && pg_is_up(d->pg);
}

static bool
is_slow(const struct riskd *d)
{
	return is_up(d) && pg_oldest_us(d->pg) >= d->conf->ledger_lag * 1000;
}

bool
riskd_has_ledger(const struct riskd *d)
{
	return is_up(d) && !is_slow(d);
}

unsigned
riskd_modes(const struct riskd *d, const char *sub)
{
	const enum trading	 says = d->halts == NULL ? TRADING_ACTIVE : halts_of(d->halts, sub);

	return mode_bit(MODE_HALTED, says == TRADING_HALTED) |
	    mode_bit(MODE_REDUCING, says == TRADING_REDUCING) |
	    mode_bit(MODE_NO_LEDGER, !is_up(d)) |
	    mode_bit(MODE_LEDGER_SLOW, is_slow(d)) |
	    mode_bit(MODE_NO_ORDERD, d->orderd == NULL || !peer_is_alive(d->orderd)) |
	    mode_bit(MODE_STREAM_GAP, !riskd_is_reconciled(d));
}

struct spelling
riskd_spelling(struct riskd *d)
{
	return (struct spelling){ riskd_instrs(d), d->base->common->symbol_format == SYMBOLS_CCXT };
}

void
riskd_snapshot(struct riskd *d, const struct account *a, struct buf *b)
{
	const struct spelling	 s = riskd_spelling(d);

	view_snapshot(a, pendings_of(&d->pendings, a->id), &d->market, &s, loop_wall(d->base->loop),
	    b);
}

const struct instrs *
riskd_instrs(const struct riskd *d)
{
	return instruments_all(d->instruments);
}

struct event_stamp
riskd_stamp(struct riskd *d)
{
	return event_stamp_next(&d->seq, loop_wall(d->base->loop));
}

static void
on_halts(void *arg)
{
	struct riskd	*d = arg;

	if (d->instruments == NULL)
		riskd_load(d, LOAD_INSTRUMENTS);
	bus_show_state(d);
}

static void
on_instruments(void *arg)
{
	riskd_load(arg, LOAD_LEDGER);
}

void
riskd_load(struct riskd *d, enum load_step step)
{
	switch (step) {
	case LOAD_HALTS:
		d->halts = halts_new(d->base->bus, d->base->common->run_dir, on_halts, d);
		return;
	case LOAD_INSTRUMENTS:
		d->instruments = instruments_new(d->base->bus, on_instruments, d);
		return;
	case LOAD_LEDGER:
		load_ledger(d);
		return;
	case LOAD_PENDING:
		bus_load_pending(d);
		return;
	case LOAD_DOUBTS:
		bus_load_doubts(d);
		return;
	case LOAD_SUMS:
		load_sums(d);
		return;
	case LOAD_ACCOUNTS:
		store_poll_accounts(d);
		return;
	case LOAD_DONE:
		d->serving = true;
		bus_serve(d);
		return;
	}
}

static void
start(struct daemon *base)
{
	struct riskd	*d = base->self;

	d->base = base;
	d->conf = base->conf;
	d->market.stale_ms = d->conf->stale_price;
	pendings_init(&d->pendings);
	TAILQ_INIT(&d->children);
	d->global_rules = rules_builtin();
	d->reply_timer = timer_new(base->loop, book_on_reply_time, d);
	d->children_timer = timer_new(base->loop, judge_on_children_time, d);
	d->userd = peer_new(base->bus, "userd", bus_show_state, d);
	d->orderd = peer_new(base->bus, "orderd", bus_show_state, d);
	store_start(d);
}

static void
health(struct daemon *base, struct buf *b)
{
	const struct riskd	*d = base->self;

	jw_put_int(b, "accounts", (int64_t)d->accounts.map.n);
	jw_put_int(b, "pending", (int64_t)d->pendings.map.n);
	jw_put_bool(b, "ledger", is_up(d));
	jw_put_bool(b, "reconciled", riskd_is_reconciled(d));
	jw_key(b, "external");
	tally_print(&d->external_net, b);
	mode_print(riskd_modes(d, NULL), b);
	if (d->halts != NULL)
		halts_print(d->halts, b);
}

static void
back(struct daemon *base)
{
	if (daemon_is_ready(base))
		bus_put_reservations(base->self);
}

static void
fini(struct daemon *base)
{
	struct riskd	*d = base->self;

	judge_fini(d);
	book_fini(d);
	adopt_fini(d);
	peer_free(d->userd);
	peer_free(d->orderd);
	halts_free(d->halts);
	store_fini(d);
	timer_free(d->accounts_timer);
	timer_free(d->views_timer);
	timer_free(d->reply_timer);
	timer_free(d->children_timer);
	pendings_fini(&d->pendings);
	tally_fini(&d->external_net);
	accounts_fini(&d->accounts);
	instruments_free(d->instruments);
	market_fini(&d->market);
}

static const struct daemon_spec	spec = {
	.name = "riskd", .purpose = "judges commands, keeps accounts and positions",
	.conf = keys, .nconf = NITEMS(keys), .conf_size = sizeof(struct riskd_conf),
	.counters = counters, .ncounters = NITEMS(counters),
	.outputs = outputs, .noutputs = NITEMS(outputs),
	.self_size = sizeof(struct riskd),
	.start = start, .health = health, .back = back, .fini = fini,
};

int
main(int argc, char **argv)
{
	return daemon_main(&spec, argc, argv);
}
