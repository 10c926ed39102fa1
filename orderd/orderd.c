/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orderd - gets orders done on the exchange.
 */
#include "orderd/orderd.h"

#include "wire/jw.h"

enum { STATE_MS = 500 };		/* how often people are shown what is missing */

static const struct conf_key	keys[] = {
	CONF(orderd_conf, answer_wait, C_MS, "3s", 100, 60000,
	    "how long the exchange may take to answer an order before it is in doubt"),
	CONF(orderd_conf, audit_every, C_MS, "30s", 2000, 3600000,
	    "how often open orders and trades are compared with the exchange"),
	CONF(orderd_conf, connections, C_INT, "8", 1, 64,
	    "requests under way at once, for each of the two lanes"),
	CONF(orderd_conf, ledger_lag, C_MS, "500ms", 10, 60000,
	    "age of the oldest unstored write from which nothing that adds risk is sent"),
	CONF(orderd_conf, recv_window, C_MS, "2s", 100, 3000,
	    "how old a signature the exchange may accept"),
	CONF(orderd_conf, silence, C_MS, "5s", 100, 600000,
	    "how long the stream may say nothing of an order that it should tell of"),
};

static const struct counter	counters[] = {
	COUNTER(orderd, sent, "orders sent"),
	COUNTER(orderd, accepted, "orders the exchange has answered it took"),
	COUNTER(orderd, refused, "orders refused, by the exchange or by a degraded mode"),
	COUNTER(orderd, expired, "orders that came too late and were not sent"),
	COUNTER(orderd, in_doubt, "orders whose outcome was not known for a while"),
	COUNTER(orderd, not_placed, "orders in doubt that turned out never to have been placed"),
	COUNTER(orderd, executions, "executions applied"),
	COUNTER(orderd, cancelled, "orders cancelled, here or by the exchange on our word"),
	COUNTER(orderd, asked, "questions about orders"),
	COUNTER(orderd, missed, "things the user stream should have told and has not"),
	COUNTER(orderd, adopted, "orders found on the exchange that nobody knew, taken over"),
	COUNTER(orderd, foreign, "reports of orders that are not ours"),
};

static const enum key	outputs[] = { K_Q_FILL, K_Q_OUTCOME, K_Q_CHILD, K_Q_REPORT, K_DEAD };

int64_t
orderd_window_ms(const struct orderd *d)
{
	return d->conf->recv_window + d->clock_error_ms;
}

struct spelling
orderd_spelling(struct orderd *d)
{
	return (struct spelling){ instruments_all(d->instruments),
	    d->base->common->symbol_format == SYMBOLS_CCXT };
}

static bool
is_reconciled(const struct orderd *d)
{
	return d->stream_up && d->up_no == 0 && peer_is_alive(d->userd);
}

unsigned
orderd_modes(struct orderd *d, const char *sub)
{
	const enum trading	 says = d->halts == NULL ? TRADING_ACTIVE : halts_of(d->halts, sub);
	const bool		 up = d->pg != NULL && pg_is_up(d->pg);
	const enum pace_shut	 shut = pace_is_shut(&d->pace, venue_now(d));

	return mode_bit(MODE_HALTED, says == TRADING_HALTED) |
	    mode_bit(MODE_BANNED, shut == SHUT_BANNED) |
	    mode_bit(MODE_REDUCING, says == TRADING_REDUCING) |
	    mode_bit(MODE_NO_LEDGER, !up) | mode_bit(MODE_LEDGER_SLOW, up && !store_is_prompt(d)) |
	    mode_bit(MODE_STREAM_GAP, !is_reconciled(d)) |
	    mode_bit(MODE_THROTTLED, shut != SHUT_N && shut != SHUT_BANNED);
}

void
orderd_show_state(void *arg)
{
	struct orderd	*d = arg;
	char		 line[MODE_LINE];

	if (daemon_is_ready(d->base))
		daemon_status(d->base, mode_line(orderd_modes(d, NULL), line));
	timer_in_ms(d->state_timer, STATE_MS);
}

static void
log_step(const struct order *o, enum ord_state was, enum ord_event on, unsigned acts)
{
	char	 cum[DEC_STR];

	if (acts & ACT_ALARM)
		log_error("order_lives", "sub=%s clord_id=%s on=%s; it had been told as not placed, and "
		    "its executions are booked", o->o.sub, o->o.clord_id,
		    names_get(&ord_event_names, (int)on));
	if (acts & ACT_IMPOSSIBLE)
		log_error("impossible", "clord_id=%s state=%s on=%s; nothing was changed", o->o.clord_id,
		    names_get(&ord_state_names, (int)was), names_get(&ord_event_names, (int)on));
	if (acts & (ACT_STATE | ACT_EXECUTION))
		log_info("order_state", "sub=%s clord_id=%s sym=%s from=%s to=%s on=%s cum_qty=%s "
		    "order_id=%lld", o->o.sub, o->o.clord_id, o->o.symbol,
		    names_get(&ord_state_names, (int)was), names_get(&ord_state_names, (int)o->state),
		    names_get(&ord_event_names, (int)on), dec_format(o->cum_qty, cum),
		    (long long)o->order_id);
}

unsigned
orderd_step(struct orderd *d, struct order *o, const struct order_input *in)
{
	const enum ord_state	 was = o->state;
	const unsigned		 acts = order_step(o, in);

	log_step(o, was, in->on, acts);
	blotter_named(&d->blotter, o);
	if (acts & ACT_IN_DOUBT)
		d->in_doubt++;
	if (acts & (ACT_STATE | ACT_AMENDED) && !audit_will_show(d))
		tell_row(d, o);
	if (o->doubted && o->state != ORD_IN_DOUBT)
		tell_known(d, o);
	cancels_note(d, o->o.clord_id);
	if (!order_is_over(o))
		apply_plan(d, o, acts);
	return acts;
}

/* Nothing is taken before it is known what an operator allows. */
static void
on_halts(void *arg)
{
	struct orderd	*d = arg;

	if (d->takes[0] == NULL)
		bus_serve(d);
	orderd_show_state(d);
}

/* The ledger before the lists: an intent is known before its execution. */
void
orderd_start_step(struct orderd *d, enum start_step step)
{
	switch (step) {
	case START_LEDGER:
		store_start(d);
		return;
	case START_CLOCK:
		venue_sync_clock(d);
		return;
	case START_ACCOUNT:
		venue_check_account(d);
		return;
	case START_BUS:
		d->halts = halts_new(d->base->bus, d->base->common->run_dir, on_halts, d);
		return;
	}
}

static void
on_instruments(void *arg)
{
	orderd_start_step(arg, START_LEDGER);
}

static void
start(struct daemon *base)
{
	struct orderd	*d = base->self;

	d->base = base;
	d->conf = base->conf;
	blotter_init(&d->blotter);
	d->state_timer = timer_new(base->loop, orderd_show_state, d);
	line_start(d);
	cancels_start(d);
	apply_start(d);
	audit_new(d);
	venue_start(d);
	d->userd = peer_new(base->bus, "userd", orderd_show_state, d);
	d->instruments = instruments_new(base->bus, on_instruments, d);
}

static void
health(struct daemon *base, struct buf *b)
{
	struct orderd	*d = base->self;

	if (d->base == NULL)
		return;		/* not started */
	mode_print(orderd_modes(d, NULL), b);
	if (d->halts != NULL)
		halts_print(d->halts, b);
	jw_put_int(b, "live", (int64_t)blotter_nlive(&d->blotter));
	jw_put_int(b, "missed", (int64_t)d->missed);
	jw_put_bool(b, "ledger", d->pg != NULL && pg_is_up(d->pg));
	jw_put_bool(b, "stream", d->stream_up);
	jw_put_int(b, "reconciledNo", d->reconciled_no);
	jw_put_int(b, "clockErrorMs", d->clock_error_ms);
	jw_key(b, "pace");
	jw_open(b, '{');
	pace_print(&d->pace, venue_now(d), b);
	jw_close(b, '}');
}

static void
back(struct daemon *base)
{
	if (daemon_is_ready(base))
		tell_rows_again(base->self);
}

static void
fini(struct daemon *base)
{
	struct orderd	*d = base->self;

	venue_fini(d);
	timer_free(d->state_timer);
	peer_free(d->userd);
	halts_free(d->halts);
	store_fini(d);
	load_fini(d);
	audit_fini(d);
	apply_fini(d);
	cancels_fini(d);
	line_fini(d);
	barriers_fini(&d->barriers);
	blotter_fini(&d->blotter);
	instruments_free(d->instruments);
}

static const struct daemon_spec	spec = {
	.name = "orderd", .purpose = "gets orders done on the exchange",
	.conf = keys, .nconf = NITEMS(keys), .conf_size = sizeof(struct orderd_conf),
	.counters = counters, .ncounters = NITEMS(counters),
	.outputs = outputs, .noutputs = NITEMS(outputs),
	.self_size = sizeof(struct orderd),
	.start = start, .health = health, .back = back, .fini = fini,
};

int
main(int argc, char **argv)
{
	return daemon_main(&spec, argc, argv);
}
