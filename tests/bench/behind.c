/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * behind - how long a cancel takes when thousands of trades of its account wait.
 *
 * Limit orders are placed while nothing waits.  Then so many trades are kept in
 * the queue, and the orders are cancelled, one after the other; each of the
 * trades may wait for minutes, so that they are all really worked on.
 */
#include "tests/bench/arrivals.h"
#include "tests/bench/client.h"

#include "venue/clord.h"

enum { QUEUED = 10000, CANCELS = 20, GIVE_UP_S = 30, DEADLINE_MS = 600000 };

struct cancelled {
	char	 name[CLORD_ID];	/* of the order */
	int64_t	 sent_ns, sent_wall_us;
	double	 wire_us, result_us;	/* 0: not yet */
};

struct behind {
	struct client		 client;
	struct arrivals		 arrivals;
	struct cancelled	 cancels[CANCELS];
	unsigned		 waits_for;	/* number of the command whose result is awaited */
	int64_t			 heard_ns;	/* 0: not yet */
	unsigned		 trades, ended, booked;
};

/* ---- what comes back ------------------------------------------------------------- */

static void
on_result(void *arg, unsigned number, int64_t at_ns)
{
	struct behind	*b = arg;

	if (number == b->waits_for)
		b->heard_ns = at_ns;
	else
		b->ended++;
}

static void
on_filled(void *arg, const char *json, size_t len, int64_t at_ns)
{
	struct behind	*b = arg;

	(void)json;
	(void)len;
	(void)at_ns;
	b->booked++;
}

static void
wait_for_result(struct behind *b)
{
	const struct heard	 h = { on_result, on_filled, b };
	const int64_t		 end = bench_ns() + GIVE_UP_S * INT64_C(1000000000);

	for (int64_t now = bench_ns(); b->heard_ns == 0; now = bench_ns()) {
		if (now >= end)
			panic("no end of command %u", b->waits_for);
		client_hear(&b->client, &h, end - now);
	}
}

static void
on_arrival(void *arg, const char *clord_id, int64_t wall_us)
{
	struct behind	*b = arg;

	for (int i = 0; i < CANCELS; i++)
		if (text_eq(b->cancels[i].name, clord_id))
			b->cancels[i].wire_us = (double)(wall_us - b->cancels[i].sent_wall_us);
}

/* ---- commands ---------------------------------------------------------------------- */

static void
push_and_wait(struct behind *b, const char *queue)
{
	b->waits_for = b->client.sent;
	b->heard_ns = 0;
	client_push(&b->client, queue);
	wait_for_result(b);
}

static void
place(struct behind *b, struct cancelled *c)
{
	char	 id[BENCH_ID], prefix[PREFIX];

	text_putf(id, sizeof(id), BENCH_ID_FORMAT, b->client.sent);
	clord_prefix(client_account(&b->client, b->client.sent), prefix);
	clord_format(prefix, TYPE_LIMIT, id, 0, c->name);
	client_limit(&b->client);
	push_and_wait(b, "pms:cmd:limit");
}

static void
fill_queue(struct behind *b)
{
	for (; b->trades - b->ended < QUEUED; b->trades++) {
		client_order(&b->client);
		client_push(&b->client, "pms:cmd:trade");
	}
}

static void
cancel(struct behind *b, struct cancelled *c)
{
	client_cancel(&b->client, c->name);
	c->sent_wall_us = bench_wall_us();
	c->sent_ns = bench_ns();
	push_and_wait(b, "pms:cmd:cancel");
	c->result_us = (double)(b->heard_ns - c->sent_ns) / 1e3;
}

/* ---- telling ------------------------------------------------------------------------- */

static void
tell(const char *name, double v[CANCELS])
{
	qsort(v, CANCELS, sizeof(*v), bench_compare);
	if (v[0] <= 0)
		panic("%s: not all of them have come", name);
	bench_line(name, "p50", bench_quantile(v, CANCELS, 0.5), "us", CANCELS);
	bench_line(name, "max", v[CANCELS - 1], "us", CANCELS);
}

static void
tell_all(struct behind *b)
{
	double	 wire[CANCELS], result[CANCELS];

	for (int i = 0; i < CANCELS; i++) {
		wire[i] = b->cancels[i].wire_us;
		result[i] = b->cancels[i].result_us;
	}
	tell("cancel.behind.wire", wire);
	tell("cancel.behind.result", result);
	bench_line("cancel.behind.trades", "booked", b->booked, "trades", b->trades);
}

int
main(void)
{
	struct behind	 b = { .waits_for = 0 };

	client_open(&b.client);
	b.client.deadline_ms = DEADLINE_MS;
	arrivals_open(&b.arrivals);
	for (int i = 0; i < CANCELS; i++)
		place(&b, &b.cancels[i]);
	for (int i = 0; i < CANCELS; i++) {
		fill_queue(&b);
		cancel(&b, &b.cancels[i]);
	}
	client_drop(&b.client, "pms:cmd:trade");
	arrivals_read(&b.arrivals, "DELETE", on_arrival, &b);
	tell_all(&b);
	arrivals_close(&b.arrivals);
	client_close(&b.client);
	return 0;
}
