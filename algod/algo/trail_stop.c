/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trailing stop on one position (contract 8.6).
 *
 * (1) It waits for its activation price, if it has one: a long position's is
 *     reached from below, a short one's from above.
 * (2) From then on extreme is the best mid: the highest for a long position,
 *     the lowest for a short one; trigger is callback_pct away from it.
 * (3) When mid reaches the trigger, the position is closed at market, up to
 *     the quantity it had at the start of the stop.
 * (4) A closing order that is refused, or ends short of its quantity, is
 *     followed by the next one until the position has ended: a stop that fired
 *     does not give up.  When the exchange has rejected three in a row, a person
 *     is told once.
 * (5) It ends when the position does, whoever closed it.
 */
#include "algod/algo.h"

#include "base/text.h"
#include "venue/clord.h"
#include "wire/deny.h"
#include "wire/jw.h"

enum {
	KEEP_MS = 1000,			/* a moved extreme is stored so often */
	RESEND_MS = 1000,		/* a new process gives old reports that long to arrive */
	RETRY_MIN_MS = 250, RETRY_MAX_MS = 8000,
	ALARM_REJECTED = 3,		/* children in a row */
};

struct trail_stop {
	struct run	run;		/* first */
	/* what was asked */
	enum side	side;		/* BUY: the position is long */
	dec_t		qty;
	dec_t		callback_pct;
	dec_t		activation_px;	/* DEC_NONE: at once */
	/* what happened */
	bool		activated;
	dec_t		extreme, trigger;
	dec_t		triggered_px;
	dec_t		left_qty;	/* not closed yet */
	int		child_no;	/* of the last child; 0: none */
	bool		child_open;	/* its end has not been told */
	/* not stored */
	mono_t		kept_at;
	bool		moved;		/* extreme, since then */
	int		rejected;	/* children in a row, by the exchange */
};

static const struct field	state_v[] = {
	F(trail_stop, run.id, "trailStopId", F_STR, FIELD_REQUIRED),
	F(trail_stop, run.sub, "subAccountId", F_STR, FIELD_REQUIRED),
	F(trail_stop, run.symbol, "symbol", F_STR, FIELD_REQUIRED),
	F(trail_stop, run.position_id, "positionId", F_STR, FIELD_REQUIRED),
	F(trail_stop, run.request_id, "requestId", F_STR, FIELD_OMIT),
	F_NAMED(trail_stop, run.status, "status", run_status_names, FIELD_REQUIRED),
	F(trail_stop, run.started_at, "startedAt", F_WALL, 0),
	F(trail_stop, side, "side", F_SIDE, FIELD_REQUIRED),
	F(trail_stop, qty, "quantity", F_DECS, FIELD_REQUIRED),
	F(trail_stop, callback_pct, "callbackPct", F_DECS, FIELD_REQUIRED),
	F(trail_stop, activation_px, "activationPrice", F_DECS, FIELD_OMIT),
	F(trail_stop, activated, "activated", F_BOOL, 0),
	F(trail_stop, extreme, "extremePrice", F_DECS, FIELD_OMIT),
	F(trail_stop, trigger, "triggerPrice", F_DECS, FIELD_OMIT),
	F(trail_stop, triggered_px, "triggeredPrice", F_DECS, FIELD_OMIT),
	F(trail_stop, left_qty, "leftQty", F_DECS, FIELD_OMIT),
	F(trail_stop, child_no, "childNo", F_INT, FIELD_OMIT),
	F(trail_stop, child_open, "childOpen", F_BOOL, FIELD_OMIT),
};
static const struct fields	state = FIELDS(state_v);

static struct trail_stop *
self_of(struct run *r)
{
	return (struct trail_stop *)(void *)r;
}

static const struct trail_stop *
peek(const struct run *r)
{
	return (const struct trail_stop *)(const void *)r;
}

static void
start(struct run *r, const struct cmd *c)
{
	struct trail_stop	*t = self_of(r);

	t->side = c->side;
	t->qty = t->left_qty = c->qty;
	t->callback_pct = c->callback_pct;
	t->activation_px = c->activation_px;
}

/* ---- what to do ------------------------------------------------------------------ */

static void
keep(struct algo_acts *a, const char *type)
{
	a->set |= ACT_KEEP;
	a->kept_as = type;
}

static void
tell(struct algo_acts *a, enum key event)
{
	a->set |= ACT_TELL;
	a->event = event;
}

static void
end(struct trail_stop *t, struct algo_acts *a)
{
	t->run.over = true;
	t->run.wake = MONO_NEVER;
	t->child_open = false;
	keep(a, "ended");
	a->set |= ACT_END;
}

static void
cancel(struct trail_stop *t, struct algo_acts *a)
{
	t->run.status = RUN_CANCELLED;
	tell(a, K_EV_TRAIL_CANCELLED);
	end(t, a);
}

static void
next_child(struct trail_stop *t, struct algo_acts *a, const char *type)
{
	t->child_no++;
	t->child_open = true;
	t->run.wake = MONO_NEVER;
	keep(a, type);
	a->set |= ACT_CHILD;
}

/* ---- the price ---------------------------------------------------------------------- */

/* Of a is better for the position than b. */
static bool
is_better(const struct trail_stop *t, dec_t a, dec_t b)
{
	return t->side == SIDE_BUY ? dec_gt(a, b) : dec_lt(a, b);
}

static bool
has_reached(const struct trail_stop *t, dec_t mid, dec_t px)
{
	return t->side == SIDE_BUY ? dec_cmp(mid, px) >= 0 : dec_cmp(mid, px) <= 0;
}

/* extreme * (1 -+ callback_pct / 100) */
static void
set_extreme(struct trail_stop *t, dec_t mid)
{
	const dec_t	 hundred = DEC_INT(100);
	const dec_t	 pct = t->side == SIDE_BUY ? dec_sub(hundred, t->callback_pct) :
			    dec_add(hundred, t->callback_pct);

	t->extreme = mid;
	t->trigger = dec_muldiv(mid, pct, hundred, ROUND_HALF_EVEN);
	t->moved = true;
}

static void
keep_progress(struct trail_stop *t, mono_t now, struct algo_acts *a, const char *type)
{
	t->kept_at = now;
	t->moved = false;
	t->run.wake = MONO_NEVER;
	keep(a, type);
	tell(a, K_EV_TRAIL_PROGRESS);
}

static void
activate(struct trail_stop *t, dec_t mid, mono_t now, struct algo_acts *a)
{
	if (dec_ok(t->activation_px) && !has_reached(t, mid, t->activation_px))
		return;
	t->activated = true;
	set_extreme(t, mid);
	keep_progress(t, now, a, "activated");
}

static void
move(struct trail_stop *t, dec_t mid, mono_t now, struct algo_acts *a)
{
	set_extreme(t, mid);
	if (mono_diff_ms(now, t->kept_at) >= KEEP_MS)
		keep_progress(t, now, a, "extreme");
	else
		t->run.wake = mono_after_ms(t->kept_at, KEEP_MS);
}

static void
fire(struct trail_stop *t, dec_t mid, struct algo_acts *a)
{
	t->run.status = RUN_TRIGGERED;
	t->triggered_px = mid;
	next_child(t, a, "triggered");
	tell(a, K_EV_TRAIL_TRIGGERED);
}

static void
on_tick(struct trail_stop *t, const struct algo_input *in, mono_t now, struct algo_acts *a)
{
	if (t->run.status != RUN_ACTIVE)
		return;
	if (!t->activated)
		activate(t, in->mid, now, a);
	else if (is_better(t, in->mid, t->extreme))
		move(t, in->mid, now, a);
	else if (!is_better(t, in->mid, t->trigger))
		fire(t, in->mid, a);
}

/* ---- the child ----------------------------------------------------------------------- */

static void
try_again(struct trail_stop *t, mono_t now)
{
	const int	 n = t->child_no < 6 ? t->child_no - 1 : 5;
	const int64_t	 wait = RETRY_MIN_MS * (INT64_C(1) << n);

	t->run.wake = mono_after_ms(now, wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
}

static void
on_child_end(struct trail_stop *t, const struct msg_child *m, mono_t now, struct algo_acts *a)
{
	const dec_t	 closed = dec_ok(m->cum_qty) ? m->cum_qty : DEC_ZERO;

	t->child_open = false;
	t->left_qty = dec_max(DEC_ZERO, dec_sub(t->left_qty, closed));
	if (dec_is_zero(t->left_qty) ||
	    text_eq(m->code, deny_code(DENY_POSITION_NOT_FOUND))) {
		end(t, a);
		return;
	}
	keep(a, "child");
	try_again(t, now);
}

/* The exchange takes none: it goes on trying, but the position is without a stop. */
static void
count_rejected(struct trail_stop *t, enum child_kind kind, struct algo_acts *a)
{
	if (kind == CHILD_ENDED)
		t->rejected = 0;
	if (kind == CHILD_REJECTED && ++t->rejected == ALARM_REJECTED)
		a->set |= ACT_ALARM;
}

/* An order is named by its algo and the number of the child. */
static bool
is_of_child(const struct trail_stop *t, const struct msg_child *m, int no)
{
	char	 hex[DERIVED];

	clord_derive(t->run.id, no, hex);
	return text_ends_with(m->clord_id, hex);
}

/* It was sent while the ledger was away, by a process that did not live to store it. */
static void
remember_child(struct trail_stop *t, struct algo_acts *a)
{
	if (t->run.status == RUN_ACTIVE) {
		t->triggered_px = t->trigger;
		tell(a, K_EV_TRAIL_TRIGGERED);
	}
	t->run.status = RUN_TRIGGERED;
	t->child_no++;
	t->child_open = true;
	t->run.wake = MONO_NEVER;
	keep(a, "child");
}

/* What is told twice, or of an earlier child, is heard once. */
static void
on_child(struct trail_stop *t, const struct algo_input *in, mono_t now, struct algo_acts *a)
{
	const struct msg_child	*m = in->child;

	if (!t->child_open && is_of_child(t, m, t->child_no + 1))
		remember_child(t, a);
	if (!t->child_open || !is_of_child(t, m, t->child_no))
		return;
	switch (m->kind) {
	case CHILD_DENIED:
	case CHILD_REJECTED:
	case CHILD_ENDED:
		count_rejected(t, m->kind, a);
		on_child_end(t, m, now, a);
		return;
	case CHILD_ACCEPTED:
	case CHILD_EXEC:
	case CHILD_POSITION_ENDED:
	case CHILD_N:
		return;
	}
}

/* ---- the rest -------------------------------------------------------------------------- */

static void
on_position_ended(struct trail_stop *t, const struct algo_input *in, mono_t now,
    struct algo_acts *a)
{
	(void)in;
	(void)now;
	if (t->run.status == RUN_ACTIVE)
		cancel(t, a);
	else
		end(t, a);
}

static void
on_stop(struct trail_stop *t, const struct algo_input *in, mono_t now, struct algo_acts *a)
{
	(void)in;
	(void)now;
	if (t->run.status == RUN_ACTIVE)
		cancel(t, a);
}

/* Whether the child has left nobody knows: it goes again under its name, unless it reports. */
static void
on_resume(struct trail_stop *t, const struct algo_input *in, mono_t now, struct algo_acts *a)
{
	(void)in;
	(void)a;
	t->kept_at = now;
	if (t->run.status == RUN_TRIGGERED)
		t->run.wake = mono_after_ms(now, RESEND_MS);
}

static void
on_time(struct trail_stop *t, const struct algo_input *in, mono_t now, struct algo_acts *a)
{
	(void)in;
	t->run.wake = MONO_NEVER;
	if (t->run.status == RUN_ACTIVE) {
		if (t->moved)
			keep_progress(t, now, a, "extreme");
	} else if (t->child_open)
		a->set |= ACT_CHILD;
	else
		next_child(t, a, "child");
}

static void	(*const steps[ALGO_EVENT_N])(struct trail_stop *, const struct algo_input *, mono_t,
		    struct algo_acts *) = {
	[ON_RESUME] = on_resume, [ON_TICK] = on_tick, [ON_TIME] = on_time, [ON_CHILD] = on_child,
	[ON_POSITION_ENDED] = on_position_ended, [ON_STOP] = on_stop,
};

static void
step(struct run *r, const struct algo_input *in, mono_t now, struct algo_acts *a)
{
	if (!r->over)
		steps[in->on](self_of(r), in, now, a);
}

static void
make_child(const struct run *r, struct cmd *c)
{
	const struct trail_stop	*t = peek(r);

	c->what = CMD_CLOSE;
	c->side = side_opposite(t->side);
	c->side_given = true;
	c->qty = t->left_qty;
	c->origin = ORIGIN_TRAIL_STOP;
	c->child_no = t->child_no;
}

/* ---- as the outside reads it ------------------------------------------------------------- */

static void
answer(const struct run *r, struct buf *b)
{
	const struct trail_stop	*t = peek(r);

	jw_put_str(b, "side", names_get(&pos_side_names, (int)side_opens(t->side)));
	jw_put_dec(b, "callbackPct", t->callback_pct);
	jw_put_dec(b, "extremePrice", t->extreme);
	jw_put_dec(b, "triggerPrice", t->trigger);
	jw_put_bool(b, "activated", t->activated);
}

static void
show(const struct run *r, struct buf *b)
{
	const struct trail_stop	*t = peek(r);

	answer(r, b);
	jw_put_dec(b, "activationPrice", t->activation_px);
	jw_put_dec(b, "quantity", t->qty);
	jw_put_str_or_null(b, "positionId", r->position_id);
	if (dec_ok(t->triggered_px))
		jw_put_dec(b, "triggeredPrice", t->triggered_px);
}

const struct algo	algo_trail_stop = {
	.name = "trail_stop", .prefix = "ts_", .id_name = "trailStopId",
	.size = sizeof(struct trail_stop), .state = &state,
	.start_cmd = CMD_TRAIL_STOP, .stop_cmd = CMD_TRAIL_STOP_CANCEL,
	.view = K_TRAIL_STOP, .active = K_ACTIVE_TRAIL_STOP, .started = K_EV_TRAIL_STARTED,
	.ttl_s = KEY_TTL_TRAIL_STOP_S,
	.start = start, .step = step, .make_child = make_child, .answer = answer, .show = show,
};
