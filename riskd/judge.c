/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/riskd.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "venue/clord.h"
#include "wire/jw.h"

#include <stdio.h>
#include <stdlib.h>

/* A command under judgement: read, its symbol understood, its account looked up. */
struct hearing {
	struct riskd		*d;
	struct item		*item;
	struct cmd		 c;
	char			 symbol[SYMBOL];	/* native */
	struct account		*account;		/* NULL: unknown */
	const struct instr	*instr;			/* NULL: unknown */
};

/* ---- saying no -------------------------------------------------------------------- */

/* As compose() would have named its order. */
static void
name_child(const struct hearing *h, char clord_id[CLORD_ID])
{
	char	 prefix[PREFIX];

	if (h->account == NULL)
		clord_prefix(h->c.sub, prefix);
	else
		text_put(prefix, sizeof(prefix), h->account->prefix);
	clord_format(prefix, TYPE_MARKET, h->c.parent_id, h->c.child_no, clord_id);
}

/* An algo hears of its child through its own list; whoever asked, through the result. */
static void
tell_child(struct hearing *h, struct txn *t, enum deny code, const char *error)
{
	struct msg_child	 m;

	fields_blank(&msg_child_fields, &m, sizeof(m));
	m.kind = CHILD_DENIED;
	text_putf(m.id, sizeof(m.id), "%sd", h->c.id);
	text_put(m.algo_id, sizeof(m.algo_id), h->c.parent_id);
	name_child(h, m.clord_id);
	text_put(m.position_id, sizeof(m.position_id), h->c.position_id);
	text_put(m.code, sizeof(m.code), deny_code(code));
	snprintf(m.error, sizeof(m.error), "%s", error);
	txn_push_msg(t, K_Q_CHILD, &msg_child_fields, &m);
}

static void
deny_with(struct hearing *h, enum deny code, const char *error, const char *answer)
{
	struct txn	*t = txn_new(h->d->base->bus, "deny", h->item);

	h->d->denied++;
	log_info("denied", "sub=%s sym=%s cmd=%s code=%s why=\"%s\"", h->c.sub, h->symbol,
	    names_get(&command_names, (int)h->c.what), deny_code(code), error);
	if (*h->c.parent_id != '\0')
		tell_child(h, t, code, error);
	answer_commit(h->d->base->bus, h->c.request_id, answer, t, NULL, NULL);
}

static void
deny(struct hearing *h, enum deny code, const char *error, const char *details)
{
	struct buf	 b = { 0 };

	answer_refusal(&b, &(struct refusal){ .code = code, .error = error, .details = details });
	deny_with(h, code, error == NULL ? deny_text(code) : error, b.p);
	buf_free(&b);
}

static void
deny_verdict(struct hearing *h, const struct verdict *v)
{
	const struct pending	*holding[HOLDING];
	struct buf		 b = { 0 };
	size_t			 n = 0;

	if (v->findings[0].code == DENY_CLOSE_IN_FLIGHT)
		n = pendings_holding(&h->d->pendings, h->c.sub, h->symbol, h->c.side, holding,
		    HOLDING);
	view_denial(v, holding, n, &b);
	deny_with(h, v->findings[0].code, v->findings[0].text, b.p);
	buf_free(&b);
}

static void
deny_text_of(struct hearing *h, enum deny code, const char *field, const char *value,
    const char *error)
{
	struct buf	 details = { 0 };

	jw_open(&details, '{');
	jw_put_str(&details, "field", field);
	jw_put_str(&details, "value", value);
	jw_close(&details, '}');
	deny(h, code, error, details.p);
	buf_free(&details);
}

/* ---- handing on --------------------------------------------------------------------- */

/*
 * Told to the exchange as reduce-only only where the exchange's own net
 * position covers it: it is the sum of all accounts and of what belongs to
 * nobody, and may be smaller than ours, or of the other sign.
 */
static bool
net_covers(const struct riskd *d, const struct terms *o)
{
	const dec_t	 net = dec_add(tally_get(&d->accounts.net, o->symbol),
			    tally_get(&d->external_net, o->symbol));

	return pendings_covered(&d->pendings, net, o);
}

/* "unknown" is the gateway's word for none: it names many. */
static bool
has_request_id(const struct hearing *h)
{
	return *h->c.request_id != '\0' && !text_eq(h->c.request_id, "unknown");
}

static void
name_order(const struct hearing *h, struct terms *o)
{
	if (*h->c.parent_id != '\0')
		name_child(h, o->clord_id);
	else
		clord_format(h->account->prefix, o->type,
		    has_request_id(h) ? h->c.request_id : h->c.id, 0, o->clord_id);
}

static struct terms
compose(struct hearing *h, const struct verdict *v, const char *position_id)
{
	struct terms	 o = { .what = h->c.what, .side = h->c.side,
			    .type = dec_ok(v->px) ? TYPE_LIMIT : TYPE_MARKET, .qty = v->qty,
			    .px = v->px, .closing = h->c.reduce_only, .leverage = h->c.leverage,
			    .origin = h->c.origin, .role = ROLE_UNKNOWN,
			    .created_at = loop_wall(h->d->base->loop) };

	text_put(o.sub, sizeof(o.sub), h->account->id);
	text_put(o.symbol, sizeof(o.symbol), h->symbol);
	text_put(o.parent_id, sizeof(o.parent_id), h->c.parent_id);
	text_put(o.position_id, sizeof(o.position_id), position_id);
	text_put(o.request_id, sizeof(o.request_id), h->c.request_id);
	name_order(h, &o);
	o.reduce_only = o.closing && net_covers(h->d, &o);
	return o;
}

static void
put_order(struct hearing *h, struct txn *t, const struct terms *o, bool reduces, enum key queue)
{
	struct msg_order	 m = { .no = h->c.no, .act = h->c.act, .reduces = reduces,
				    .o = *o };

	text_putf(m.id, sizeof(m.id), "%so", h->c.id);
	txn_push_msg(t, queue, &msg_order_fields, &m);
}

static void
hand_on(struct hearing *h, const struct verdict *v, const char *position_id, enum key queue)
{
	struct pending	 p = { .reserved = DEC_ZERO, .closing = v->closing };

	p.o = compose(h, v, position_id);
	if (pendings_find(&h->d->pendings, p.o.clord_id) != NULL) {
		/* It was handed on by an EXEC whose LREM this copy has survived. */
		log_warn("handed_on_before", "sub=%s clord_id=%s", p.o.sub, p.o.clord_id);
		bus_ack(h->d->base->bus, h->item);
		return;
	}
	if (v->has_values)
		p.reserved = dec_mul(v->opening, v->values.px, ROUND_UP);
	text_put(p.as_given, sizeof(p.as_given), *h->c.symbol == '\0' ? h->symbol : h->c.symbol);
	struct txn	*t = txn_new(h->d->base->bus, "hand_on", h->item);
	put_order(h, t, &p.o, dec_is_zero(v->opening), queue);
	bus_put_reservation(t, &p);
	if (*p.o.request_id != '\0')
		txn_hset(t, K_SEEN, p.o.request_id, "clordId", p.o.clord_id);
	pendings_add(&h->d->pendings, &p, h->account);
	h->d->handed_on++;
	txn_commit(t, NULL, NULL);
}

/* ---- the commands ---------------------------------------------------------------------- */

static bool
is_late(const struct hearing *h)
{
	struct loop	*l = h->d->base->loop;

	return expiry_passed(&h->c.act, loop_boot(l), loop_now(l));
}

static void
judge(struct hearing *h, struct verdict *v)
{
	const struct question	 q = { .account = h->account, .instr = h->instr,
	    .market = &h->d->market, .sub = h->c.sub, .symbol = h->c.symbol, .side = h->c.side,
	    .qty = h->c.qty, .px = h->c.px, .leverage = h->c.leverage,
	    .reduce_only = h->c.reduce_only,
	    .tick_strict = h->d->conf->off_tick == OFF_TICK_DENY,
	    .now = loop_now(h->d->base->loop) };

	h->d->judged++;
	limit_judge(&q, v);
}

static void
deny_mode(struct hearing *h, const struct mode_row *m)
{
	struct buf	 details = { 0 };

	jw_open(&details, '{');
	jw_put_str(&details, "mode", m->name);
	if (m->code == DENY_TRADING_HALTED || m->code == DENY_TRADING_REDUCING) {
		jw_put_str(&details, "scope", halts_scope(h->d->halts, h->c.sub));
		jw_put_str(&details, "reason", halts_reason(h->d->halts, h->c.sub));
	}
	jw_close(&details, '}');
	deny(h, m->code, m->text, details.p);
	buf_free(&details);
}

/* Denied, because something is missing or an operator says so. */
static bool
is_shut(struct hearing *h, bool adds_risk)
{
	const struct mode_row	*m = mode_against(riskd_modes(h->d, h->c.sub), adds_risk);

	if (m != NULL)
		deny_mode(h, m);
	return m != NULL;
}

static void
do_trade(struct hearing *h)
{
	struct verdict	 v;

	judge(h, &v);
	if (v.n > 0) {
		deny_verdict(h, &v);
		return;
	}
	if (is_shut(h, !dec_is_zero(v.opening)))
		return;
	if (!h->c.force && pendings_doubt_like(&h->d->pendings, h->c.sub, h->symbol,
	    h->c.side, v.qty))
		deny(h, DENY_DUPLICATE_SUSPECTED, NULL, NULL);
	else
		hand_on(h, &v, "", K_Q_ORDER);
}

/* Without its price it would be a market order. */
static void
do_limit(struct hearing *h)
{
	if (dec_ok(h->c.px))
		do_trade(h);
	else
		deny_text_of(h, DENY_VALIDATION_FAILED, "price", "", "price is missing");
}

static struct position *
position_to_close(const struct hearing *h)
{
	struct position	*p = account_position_by_id(h->account, h->c.position_id);

	/* A child closes exactly the position it was started on. */
	if (p == NULL && *h->c.parent_id == '\0' && h->instr != NULL)
		p = account_position(h->account, h->symbol);
	return p;
}

static void
close_position(struct hearing *h, const struct position *p)
{
	struct verdict	 v;
	char		 id[POSITION_ID];

	text_put(id, sizeof(id), p->id);
	text_put(h->symbol, sizeof(h->symbol), p->symbol);
	h->instr = instrs_find(riskd_instrs(h->d), h->symbol);
	h->c.side = side_closing(p->side);
	h->c.qty = dec_ok(h->c.qty) ? h->c.qty : p->qty;
	h->c.reduce_only = true;
	h->c.leverage = p->leverage;
	judge(h, &v);
	if (v.n > 0)
		deny_verdict(h, &v);
	else
		hand_on(h, &v, id, K_Q_URGENT);
}

static void
do_close(struct hearing *h)
{
	const struct position	*p = h->account == NULL ? NULL : position_to_close(h);

	if (h->account == NULL)
		deny_text_of(h, DENY_ACCOUNT_NOT_FOUND, "subAccountId", h->c.sub, NULL);
	else if (p == NULL)
		deny_text_of(h, DENY_POSITION_NOT_FOUND, "positionId",
		    *h->c.position_id != '\0' ? h->c.position_id : h->c.symbol, NULL);
	else if (h->c.side_given && h->c.side != side_closing(p->side))
		deny_text_of(h, DENY_POSITION_SIDE, "side",
		    names_get(&side_names, (int)h->c.side), NULL);
	else
		close_position(h, p);
}

static void
do_validate(struct hearing *h)
{
	struct verdict	 v;
	struct buf	 b = { 0 };

	judge(h, &v);
	view_validation(&v, &b);
	answer_question(h->d->base->bus, h->c.request_id, b.p,
	    txn_new(h->d->base->bus, "validate", h->item));
	buf_free(&b);
}

/* Judged here, because only riskd knows the position; algod runs and answers it. */
static void
do_trail_stop(struct hearing *h)
{
	struct position	*p = h->account == NULL ? NULL :
			    account_position_by_id(h->account, h->c.position_id);
	struct txn	*t;

	if (h->account == NULL) {
		deny_text_of(h, DENY_ACCOUNT_NOT_FOUND, "subAccountId", h->c.sub, NULL);
		return;
	}
	if (p == NULL) {
		deny_text_of(h, DENY_POSITION_NOT_FOUND, "positionId", h->c.position_id, NULL);
		return;
	}
	p->watched = true;
	text_put(h->c.symbol, sizeof(h->c.symbol), p->symbol);
	h->c.side = p->side == POS_LONG ? SIDE_BUY : SIDE_SELL;
	h->c.qty = p->qty;
	t = txn_new(h->d->base->bus, "start_algo", h->item);
	txn_push_msg(t, K_Q_ALGO, &cmd_fields, &h->c);
	txn_commit(t, NULL, NULL);
}

/* Who serves what comes here; what only asks may be asked late, and in any mode. */
static const struct {
	enum command	what;
	void		(*serve)(struct hearing *);
	bool		asks;
} services[] = {
	{ CMD_CLOSE, do_close, false },
	{ CMD_LIMIT, do_limit, false },
	{ CMD_TRADE, do_trade, false },
	{ CMD_TRAIL_STOP, do_trail_stop, false },
	{ CMD_VALIDATE, do_validate, true },
};

static void
open_hearing(struct hearing *h)
{
	h->account = riskd_account(h->d, h->c.sub);
	if (*h->c.symbol != '\0' &&
	    instr_native(riskd_instrs(h->d), h->c.symbol, h->symbol) == 0)
		h->instr = instrs_find(riskd_instrs(h->d), h->symbol);
}

static void
serve(struct hearing *h, size_t service)
{
	open_hearing(h);
	if (services[service].asks || !is_shut(h, false))
		services[service].serve(h);
}

/* ---- children ---------------------------------------------------------------------------- */

/* A child whose order may have been handed on by an earlier life: the ledger is asked. */
struct child {
	struct hearing		 h;
	size_t			 service;
	mono_t			 serve_at;	/* without its word; unset: that was done */
	TAILQ_ENTRY(child)	 link;
};

/*
 * Without the ledger's word: safety beats the record, and what a child may close
 * is clamped anyway.
 */
static void
serve_unchecked(struct child *c)
{
	c->serve_at = MONO_UNSET;
	log_warn("child_unchecked", "sub=%s algo=%s no=%d; the ledger does not answer", c->h.c.sub,
	    c->h.c.parent_id, c->h.c.child_no);
	serve(&c->h, c->service);
}

static void
serve_checked(struct child *c, const struct placed *placed)
{
	if (placed == NULL) {
		serve(&c->h, c->service);
		return;
	}
	log_warn("child_placed_before", "sub=%s algo=%s no=%d; the copy is dropped", c->h.c.sub,
	    c->h.c.parent_id, c->h.c.child_no);
	bus_ack(c->h.d->base->bus, c->h.item);
}

/* One that was served unchecked has no item any more. */
static void
on_child_checked(void *arg, const struct placed *placed)
{
	struct child	*c = arg;

	TAILQ_REMOVE(&c->h.d->children, c, link);
	if (mono_is_set(c->serve_at))
		serve_checked(c, placed);
	free(c);
}

void
judge_on_children_time(void *arg)
{
	struct riskd	*d = arg;
	struct child	*c;

	TAILQ_FOREACH(c, &d->children, link) {
		if (!mono_is_set(c->serve_at))
			continue;
		if (mono_before(loop_now(d->base->loop), c->serve_at)) {
			timer_at(d->children_timer, c->serve_at);
			return;
		}
		serve_unchecked(c);
	}
}

void
judge_ledger_lost(struct riskd *d)
{
	struct child	*c;

	TAILQ_FOREACH(c, &d->children, link)
		if (mono_is_set(c->serve_at))
			serve_unchecked(c);
}

void
judge_fini(struct riskd *d)
{
	struct child	*c;

	while ((c = TAILQ_FIRST(&d->children)) != NULL) {
		TAILQ_REMOVE(&d->children, c, link);
		free(c);
	}
}

static void
ask_ledger(struct hearing *h, size_t service)
{
	struct riskd	*d = h->d;
	struct child	*c = xcalloc(1, sizeof(*c));
	char		 clord_id[CLORD_ID];

	*c = (struct child){ .h = *h, .service = service,
	    .serve_at = mono_after_ms(loop_now(d->base->loop), d->conf->ledger_lag) };
	TAILQ_INSERT_TAIL(&d->children, c, link);
	name_child(h, clord_id);
	store_find_placed(d, clord_id, on_child_checked, c);
	judge_on_children_time(d);
}

/*
 * An algo that does not know whether its child has left sends it again under
 * the same name.  An order of that name which the ledger knows is that child.
 */
static void
serve_child(struct hearing *h, size_t service)
{
	open_hearing(h);
	if (h->account == NULL || !riskd_has_ledger(h->d))
		serve(h, service);
	else
		ask_ledger(h, service);
}

/* ---- all of them ------------------------------------------------------------------------- */

static void
serve_item(struct hearing *h, size_t service)
{
	if (*h->c.parent_id != '\0')
		serve_child(h, service);
	else if (!services[service].asks && is_late(h)) {
		open_hearing(h);
		deny(h, DENY_INFRA_TIMEOUT, "the command was not begun in time", NULL);
	} else
		serve(h, service);
}

void
judge_command(struct riskd *d, struct item *item)
{
	struct hearing		 h = { .d = d, .item = item, .c = cmd_blank(CMD_VALIDATE) };
	struct field_fault	 ff;

	if (fields_read(&cmd_fields, &h.c, item->text, item->len, &ff) == -1) {
		bus_park(d->base->bus, item, ff.text);
		return;
	}
	for (size_t i = 0; i < NITEMS(services); i++)
		if (services[i].what == h.c.what) {
			serve_item(&h, i);
			return;
		}
	bus_park(d->base->bus, item, "nobody here serves this command");
}
