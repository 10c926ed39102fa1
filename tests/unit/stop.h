/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop.h - a trailing stop under test: its steps, what was stored of it, and
 * the new process that reads it.
 */
#ifndef TESTS_STOP_H
#define TESTS_STOP_H

#include "tests/unit/check.h"

#include "algod/runner.h"
#include "base/text.h"
#include "venue/clord.h"

#include <stdio.h>
#include <string.h>

#define ID	"ts_0123456789ab"

static inline mono_t
at(int64_t ms)
{
	return mono_after_ms((mono_t){ INT64_C(1000000000) }, ms);
}

/* ---- a stop, and what was stored of it -------------------------------------------- */

/* What its state says to whoever reads it. */
struct seen {
	dec_t	extreme, trigger, left_qty;
	int	child_no;
	bool	child_open;
};
static const struct field	seen_v[] = {
	F(seen, extreme, "extremePrice", F_DECS, 0),
	F(seen, trigger, "triggerPrice", F_DECS, 0),
	F(seen, left_qty, "leftQty", F_DECS, 0),
	F(seen, child_no, "childNo", F_INT, 0),
	F(seen, child_open, "childOpen", F_BOOL, 0),
};
static const struct fields	seen_fields = FIELDS(seen_v);

struct stop {
	struct runner	 runner;
	struct run	*run;
	struct buf	 stored;		/* the last event's state */
	bool		 ended;			/* and that it is the last of all */
};

static inline void
keep(struct stop *s, const char *type)
{
	buf_reset(&s->stored);
	fields_object(s->run->algo->state, s->run, &s->stored);
	s->ended = text_eq(type, "ended");
}

static inline void
begin(struct stop *s, enum side side, dec_t qty, dec_t pct, dec_t activation_px)
{
	struct cmd	 c = cmd_blank(CMD_TRAIL_STOP);

	*s = (struct stop){ .ended = false };
	runner_init(&s->runner);
	s->run = runner_add(&s->runner, &algo_trail_stop, ID);
	text_put(s->run->sub, sizeof(s->run->sub), "a");
	text_put(s->run->symbol, sizeof(s->run->symbol), "BTCUSDT");
	text_put(s->run->position_id, sizeof(s->run->position_id), "p1");
	text_put(s->run->request_id, sizeof(s->run->request_id), "r1");
	s->run->started_at = wall_from_ms(1795200000131);
	c.side = side;
	c.qty = qty;
	c.callback_pct = pct;
	c.activation_px = activation_px;
	algo_trail_stop.start(s->run, &c);
	keep(s, "started");
}

/* What is in memory is gone; a new process reads what was stored. */
static inline void
reload(struct stop *s)
{
	struct field_fault	 ff;

	runner_remove(&s->runner, s->run);
	s->run = runner_add(&s->runner, &algo_trail_stop, ID);
	CHECK_INT(fields_read(algo_trail_stop.state, s->run, s->stored.p, s->stored.len, &ff), 0);
	s->run->over = s->ended;
}

static inline void
finish(struct stop *s)
{
	runner_fini(&s->runner);
	buf_free(&s->stored);
}

static inline struct seen
look(const struct stop *s)
{
	struct buf		 text = { 0 };
	struct field_fault	 ff;
	struct seen		 v;

	fields_blank(&seen_fields, &v, sizeof(v));
	fields_object(s->run->algo->state, s->run, &text);
	CHECK_INT(fields_read(&seen_fields, &v, text.p, text.len, &ff), 0);
	buf_free(&text);
	return v;
}

static inline struct algo_acts
step(struct stop *s, const struct algo_input *in, int64_t ms)
{
	struct algo_acts	 a = { 0 };

	s->run->algo->step(s->run, in, at(ms), &a);
	return a;
}

static inline struct algo_acts
simply(struct stop *s, enum algo_event on, int64_t ms)
{
	return step(s, &(struct algo_input){ .on = on }, ms);
}

static inline struct algo_acts
tick(struct stop *s, dec_t mid, int64_t ms)
{
	return step(s, &(struct algo_input){ .on = ON_TICK, .mid = mid }, ms);
}

static inline struct cmd
child_of(const struct stop *s)
{
	struct cmd	 c = cmd_blank(CMD_TRADE);

	s->run->algo->make_child(s->run, &c);
	CHECK_INT(c.what, CMD_CLOSE);
	CHECK_INT(c.origin, ORIGIN_TRAIL_STOP);
	CHECK(c.side_given);
	return c;
}

/* As riskd names it. */
static inline struct msg_child
report_of(int child, enum child_kind kind, dec_t cum_qty, const char *code)
{
	struct msg_child	 m;

	fields_blank(&msg_child_fields, &m, sizeof(m));
	m.kind = kind;
	m.cum_qty = cum_qty;
	clord_format("c812e1edb644", TYPE_MARKET, ID, child, m.clord_id);
	text_put(m.code, sizeof(m.code), code);
	text_put(m.algo_id, sizeof(m.algo_id), ID);
	return m;
}

/* ---- what a step asks for ------------------------------------------------------------ */

static inline void PRINTF(2, 3)
add_word(struct buf *b, const char *fmt, ...)
{
	char	 word[80];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(word, sizeof(word), fmt, ap);
	va_end(ap);
	buf_addf(b, "%s%s", b->len > 0 ? " " : "", word);
}

/* What a step asks for, in the words of trail_stop.tsv. */
static inline void
print_acts(const struct stop *s, const struct algo_acts *a, struct buf *b)
{
	char	 qty[DEC_STR];

	if (a->set & ACT_KEEP)
		add_word(b, "keep=%s", a->kept_as);
	if (a->set & ACT_TELL)
		add_word(b, "tell=%s",
		    key_event_type(a->event) + strlen("trail_stop_"));
	if (a->set & ACT_CHILD) {
		const struct cmd	 c = child_of(s);

		add_word(b, "child=%d:%s:%s", c.child_no, names_get(&side_names, (int)c.side),
		    dec_format(c.qty, qty));
	}
	if (a->set & ACT_END)
		add_word(b, "end");
	if (a->set & ACT_ALARM)
		add_word(b, "alarm");
}

static inline void
check_acts(const struct stop *s, const struct algo_acts *a, const char *want)
{
	struct buf	 b = { 0 };

	print_acts(s, a, &b);
	CHECK_STR(buf_text(&b), want);
	buf_free(&b);
}

#endif
