/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>

enum {
	FLOOD_STATUS = 400,
	FLOOD_HEADER = 512,		/* bytes of each */
};

static const char	json_content[] = "application/json";

struct answers {
	struct simex		*s;
	struct buf		 lines;		/* headers of the answer being made */
	TAILQ_HEAD(, slow)	 slow;
};

/* An answer that a fault holds back, or lets out in drops. */
struct slow {
	struct answers		*answers;
	struct http_request	*req;
	struct event		*timer;
	struct served		 served;
	struct buf		 body;
	size_t			 sent, most;	/* of a drip; behind so many it breaks off */
	struct timeval		 step;
	TAILQ_ENTRY(slow)	 link;
};

/* ---- headers -------------------------------------------------------------------- */

static void
put_header(struct buf *b, const char *name, int64_t value)
{
	buf_adds(b, name);
	buf_adds(b, ": ");
	buf_addi(b, value);
	buf_adds(b, "\r\n");
}

static void
put_type(struct buf *b, const char *type)
{
	buf_adds(b, "Content-Type: ");
	buf_adds(b, type);
	buf_adds(b, "\r\n");
}

static const char *const	meter_names[] = {
	[METER_WEIGHT_1M] = "X-MBX-USED-WEIGHT-1M",
	[METER_ORDERS_10S] = "X-MBX-ORDER-COUNT-10S",
	[METER_ORDERS_1M] = "X-MBX-ORDER-COUNT-1M",
};
_Static_assert(NITEMS(meter_names) == METER_N, "meter_names");

static struct buf *
meter_lines(struct answers *as, const struct served *s)
{
	struct buf	*b = &as->lines;

	buf_reset(b);
	for (int k = 0; k < METER_N; k++)
		if (s->used[k] >= 0)
			put_header(b, meter_names[k], s->used[k]);
	return b;
}

static const struct buf *
lines_of(struct answers *as, const struct served *s)
{
	struct buf	*b = meter_lines(as, s);

	if (s->retry_after_s >= 0)
		put_header(b, "Retry-After", s->retry_after_s);
	put_type(b, json_content);
	return b;
}

void
answer_well(struct answers *as, struct http_request *req, const struct served *s,
    const struct buf *body)
{
	http_answer(req, s->status, lines_of(as, s), body);
}

/* ---- slowly ---------------------------------------------------------------------- */

static struct timeval
timeval_of_us(int64_t us)
{
	return (struct timeval){ us / 1000000, us % 1000000 };
}

static void
slow_free(struct slow *l)
{
	TAILQ_REMOVE(&l->answers->slow, l, link);
	event_free(l->timer);
	buf_free(&l->body);
	free(l);
}

/* Where the client has gone by now, the answer goes nowhere. */
static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct slow	*l = arg;

	(void)fd;
	(void)what;
	answer_well(l->answers, l->req, &l->served, &l->body);
	slow_free(l);
}

static void
on_drop(evutil_socket_t fd, short what, void *arg)
{
	struct slow	*l = arg;

	(void)fd;
	(void)what;
	if (l->sent < l->most) {
		http_say(l->req, buf_text(&l->body) + l->sent++, 1);
		evtimer_add(l->timer, &l->step);
	} else if (l->most < l->body.len) {
		http_hang_up(l->req);
		slow_free(l);
	} else {
		http_done(l->req);
		slow_free(l);
	}
}

static struct slow *
slow_new(struct answers *as, struct http_request *req, const struct served *s,
    const struct buf *body, int64_t step_us, void (*cb)(evutil_socket_t, short, void *))
{
	struct slow	*l = xcalloc(1, sizeof(*l));

	*l = (struct slow){ .answers = as, .req = req, .served = *s };
	buf_add(&l->body, buf_text(body), body->len);
	l->step = timeval_of_us(step_us);
	l->timer = evtimer_new(as->s->base, cb, l);
	if (l->timer == NULL)
		panic("out of memory: evtimer_new");
	evtimer_add(l->timer, &l->step);
	TAILQ_INSERT_TAIL(&as->slow, l, link);
	return l;
}

/* The headers come at once, and promise the length of what follows. */
static void
drip(struct answers *as, struct http_request *req, const struct served *s,
    const struct buf *body, const struct fault *f)
{
	const size_t	 most = f->bytes > 0 && (size_t)f->bytes < body->len ? (size_t)f->bytes :
			    body->len;
	struct buf	 head = { 0 };

	http_put_head(req, s->status, lines_of(as, s), body->len, &head);
	http_say(req, head.p, head.len);
	slow_new(as, req, s, body, f->ms * 1000 / (int64_t)(most + 1), on_drop)->most = most;
	buf_free(&head);
}

/* ---- something else ------------------------------------------------------------- */

static void
answer_otherwise(struct answers *as, struct http_request *req, const struct fault *f,
    const struct served *s)
{
	struct buf	 body = { 0 }, *lines = meter_lines(as, s);

	if (f->retry_after_s >= 0)
		put_header(lines, "Retry-After", f->retry_after_s);
	put_type(lines, f->type[0] == '\0' ? json_content : f->type);
	fault_print_answer(f, &body);
	http_answer(req, f->status, lines, &body);
	buf_free(&body);
}

static void
flood(struct answers *as, struct http_request *req, const struct fault *f)
{
	struct buf	 body = { 0 }, *lines = &as->lines;

	buf_reset(lines);
	for (int64_t i = 0; i < f->headers; i++) {
		buf_addf(lines, "X-Flood-%lld: ", (long long)i);
		for (int n = 1; n < FLOOD_HEADER; n++)
			buf_addc(lines, 'x');
		buf_adds(lines, "\r\n");
	}
	put_type(lines, json_content);
	fault_print_answer(f, &body);
	http_answer(req, FLOOD_STATUS, lines, &body);
	buf_free(&body);
}

void
answer_badly(struct answers *as, struct http_request *req, const struct fault *f,
    const struct served *s, const struct buf *body)
{
	switch (f->kind) {
	case FAULT_CLOSE_AFTER:
		http_close_after(req, f->ms * 1000);
		answer_well(as, req, s, body);
		return;
	case FAULT_DRIP:
		drip(as, req, s, body, f);
		return;
	case FAULT_DROP:
	case FAULT_LOSE:
		http_hang_up(req);
		return;
	case FAULT_FAIL:
		answer_otherwise(as, req, f, s);
		return;
	case FAULT_FLOOD:
		flood(as, req, f);
		return;
	case FAULT_HOLD:
		slow_new(as, req, s, body, f->ms * 1000, on_late);
		return;
	case FAULT_OVERTAKE:
	case FAULT_N:
		break;
	}
	panic("fault %d", (int)f->kind);
}

struct answers *
answers_new(struct simex *s)
{
	struct answers	*as = xcalloc(1, sizeof(*as));

	as->s = s;
	TAILQ_INIT(&as->slow);
	return as;
}

/* The requests are their server's. */
void
answers_free(struct answers *as)
{
	struct slow	*l;

	while ((l = TAILQ_FIRST(&as->slow)) != NULL)
		slow_free(l);
	buf_free(&as->lines);
	free(as);
}
