/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latency - how long a command takes, and how long the floor takes for the
 * same hops, in turns.  With an argument, the number of orders that are open:
 * limit orders and their cancels only, and what they cost; each block of
 * cancels takes away the oldest block that rests.
 *
 * A round is a block of commands of each kind; odd rounds go backwards.  In a
 * closed loop the next command is sent when the one before it has ended, at a
 * pace whatever became of it.  Times begin right before the LPUSH.  "wire" is
 * the arrival of the order, or of its cancel, at simex: its ledger has the wall
 * clock, which is read beside the monotonic one when a command is sent.
 */
#include "tests/bench/arrivals.h"
#include "tests/bench/client.h"
#include "tests/bench/usage.h"

#include "base/map.h"
#include "venue/clord.h"
#include "wire/field.h"

enum { GIVE_UP_S = 10, CANCELS_PCT = 10 };

enum kind { FLOOR, TRADE, LIMIT, CANCEL, FLOOR_VALIDATE, VALIDATE, KIND_N };
enum figure { WIRE, RESULT, FILLED, FIGURE_N };

static const char *const	figure_names[FIGURE_N] = {
	[WIRE] = "wire", [RESULT] = "result", [FILLED] = "filled",
};

/* Cancels cost weight, and orderd sends no more than a minute's 2400 allow. */
static unsigned
block_of(enum kind k, unsigned whole)
{
	return k == LIMIT || k == CANCEL ? (whole * CANCELS_PCT + 99) / 100 : whole;
}

enum { CLOSED = 1, PACED = 2, RESTING = 4 };

/* Which kinds take turns. */
struct mode {
	unsigned	 bit;
	int64_t		 every_ns;	/* 0: one after the other */
	const char	*suffix;	/* of a kind's name */
};

static const struct mode	closed = { CLOSED, 0, "" }, paced = { PACED, 1000000, "_1khz" },
				resting = { RESTING, 0, "" };

struct bench;
static void	compose_plain(struct bench *, char name[CLORD_ID]);
static void	compose_trade(struct bench *, char name[CLORD_ID]);
static void	compose_limit(struct bench *, char name[CLORD_ID]);
static void	compose_cancel(struct bench *, char name[CLORD_ID]);

/* A command has ended when it has a result, and what else it has by Redis. */
static const struct {
	const char	*name, *queue, *method;
	unsigned	 modes;
	bool		 has[FIGURE_N];
	void		(*compose)(struct bench *, char name[CLORD_ID]);	/* and name its order */
} kinds[KIND_N] = {
	[FLOOR] = { .name = "floor", .queue = "bench:cmd", .method = "POST",
	    .modes = CLOSED | PACED | RESTING, .compose = compose_plain,
	    .has = { [WIRE] = true, [RESULT] = true } },
	[TRADE] = { .name = "trade", .queue = "pms:cmd:trade", .method = "POST",
	    .modes = CLOSED | PACED, .compose = compose_trade,
	    .has = { [WIRE] = true, [RESULT] = true, [FILLED] = true } },
	[LIMIT] = { .name = "limit", .queue = "pms:cmd:limit", .method = "POST",
	    .modes = CLOSED | RESTING, .compose = compose_limit,
	    .has = { [WIRE] = true, [RESULT] = true } },
	[CANCEL] = { .name = "cancel", .queue = "pms:cmd:cancel", .method = "DELETE",
	    .modes = CLOSED | RESTING, .compose = compose_cancel,
	    .has = { [WIRE] = true, [RESULT] = true } },
	[FLOOR_VALIDATE] = { .name = "floor_validate", .queue = "bench:validate",
	    .modes = CLOSED | PACED, .compose = compose_plain, .has = { [RESULT] = true } },
	[VALIDATE] = { .name = "validate", .queue = "pms:cmd:validate",
	    .modes = CLOSED | PACED, .compose = compose_plain, .has = { [RESULT] = true } },
};

/* What is compared: blocks that ran in the same round. */
static const struct {
	enum kind	ours, base;
	enum figure	figure;
} ratios[] = {
	{ TRADE, FLOOR, WIRE }, { TRADE, FLOOR, RESULT },
	{ LIMIT, FLOOR, WIRE }, { LIMIT, FLOOR, RESULT },
	{ CANCEL, FLOOR, WIRE }, { CANCEL, FLOOR, RESULT },
	{ VALIDATE, FLOOR_VALIDATE, RESULT },
};

struct sample {
	char		 name[CLORD_ID];	/* of its order at simex */
	int64_t		 sent_ns, sent_wall_us;
	double		 us[FIGURE_N];		/* 0: not yet */
	struct node	 node;
};

/* All that was measured of one figure; block by block the median. */
struct series {
	double	*all, *medians;
	size_t	 n, blocks;
};

struct bench {
	struct client	 client;
	enum kind	 kind;			/* of the block under way */
	struct sample	*samples;
	unsigned	 whole;			/* commands in a block that is not made smaller */
	unsigned	 block, first, done;
	struct map	 names;
	struct arrivals	 arrivals;
	char		(*resting)[CLORD_ID];	/* limit orders in the order they were sent */
	size_t		 nresting, ncancelled;	/* cancels follow, a block behind at least */
	struct series	 series[KIND_N][FIGURE_N];
};

/* ---- what comes back ------------------------------------------------------------- */

static void
note(struct bench *b, struct sample *s, enum figure f, double us)
{
	if (s->us[f] > 0)
		return;
	s->us[f] = us > 0 ? us : 0.5;
	for (int i = RESULT; i < FIGURE_N; i++)
		if (kinds[b->kind].has[i] && s->us[i] <= 0)
			return;
	b->done++;
}

static void
on_result(void *arg, unsigned number, int64_t at_ns)
{
	struct bench	*b = arg;

	if (number < b->first || number >= b->client.sent)
		return;		/* of a block that was given up */
	struct sample	*s = &b->samples[number - b->first];
	note(b, s, RESULT, (double)(at_ns - s->sent_ns) / 1e3);
}

static void
on_filled(void *arg, const char *json, size_t len, int64_t at_ns)
{
	struct bench	*b = arg;
	char		 name[CLORD_ID];
	struct node	*n;

	if (field_scan_text(json, len, "clientOrderId", name, sizeof(name)) == -1 ||
	    (n = map_find(&b->names, name)) == NULL)
		return;
	struct sample	*s = MAP_OF(n, struct sample, node);
	note(b, s, FILLED, (double)(at_ns - s->sent_ns) / 1e3);
}

/* ---- one block ---------------------------------------------------------------------- */

static void
compose_plain(struct bench *b, char name[CLORD_ID])
{
	text_putf(name, CLORD_ID, BENCH_ID_FORMAT, b->client.sent);
	client_order(&b->client);
}

static void
name_order(const struct bench *b, enum ord_type type, char name[CLORD_ID])
{
	char	 id[BENCH_ID], prefix[PREFIX];

	text_putf(id, sizeof(id), BENCH_ID_FORMAT, b->client.sent);
	clord_prefix(client_account(&b->client, b->client.sent), prefix);
	clord_format(prefix, type, id, 0, name);
}

static void
compose_trade(struct bench *b, char name[CLORD_ID])
{
	name_order(b, TYPE_MARKET, name);
	client_order(&b->client);
}

static void
compose_limit(struct bench *b, char name[CLORD_ID])
{
	name_order(b, TYPE_LIMIT, name);
	b->resting = xrealloc(b->resting, (b->nresting + 1) * sizeof(*b->resting));
	text_put(b->resting[b->nresting++], CLORD_ID, name);
	client_limit(&b->client);
}

static void
compose_cancel(struct bench *b, char name[CLORD_ID])
{
	text_put(name, CLORD_ID, b->resting[b->ncancelled++]);
	client_cancel(&b->client, name);
}

static void
send_one(struct bench *b)
{
	struct sample	*s = &b->samples[b->client.sent - b->first];

	*s = (struct sample){ .us = { 0 } };
	kinds[b->kind].compose(b, s->name);
	map_put(&b->names, &s->node, s->name);
	s->sent_wall_us = bench_wall_us();
	s->sent_ns = bench_ns();
	client_push(&b->client, kinds[b->kind].queue);
}

static void
wait_for(struct bench *b, unsigned done, int64_t until_ns)
{
	const struct heard	 h = { on_result, on_filled, b };

	for (int64_t now = bench_ns(); b->done < done && now < until_ns; now = bench_ns())
		client_hear(&b->client, &h, until_ns - now);
}

static void
send_closed(struct bench *b)
{
	for (unsigned i = 0; i < b->block; i++) {
		send_one(b);
		wait_for(b, i + 1, bench_ns() + GIVE_UP_S * INT64_C(1000000000));
		if (b->done != i + 1)
			panic("%s: no end of command %u", kinds[b->kind].name, b->first + i);
	}
}

static void
send_paced(struct bench *b, int64_t every_ns)
{
	const int64_t	 start = bench_ns();

	for (unsigned i = 0; i < b->block; i++) {
		wait_for(b, UINT32_MAX, start + i * every_ns);
		send_one(b);
	}
	wait_for(b, b->block, bench_ns() + GIVE_UP_S * INT64_C(1000000000));
	if (b->done != b->block)
		panic("%s: %u of %u ended at a pace", kinds[b->kind].name, b->done, b->block);
}

/* ---- the ledger of simex ------------------------------------------------------------- */

static void
on_arrival(void *arg, const char *clord_id, int64_t wall_us)
{
	struct bench	*b = arg;
	struct node	*n = map_find(&b->names, clord_id);

	if (n == NULL)
		return;
	struct sample	*s = MAP_OF(n, struct sample, node);
	s->us[WIRE] = (double)(wall_us - s->sent_wall_us);
}

/* ---- rounds ---------------------------------------------------------------------------- */

static void
keep_series(struct bench *b, struct series *s, enum figure f)
{
	double	*v = xcalloc(b->block, sizeof(*v));

	for (unsigned i = 0; i < b->block; i++) {
		v[i] = b->samples[i].us[f];
		if (v[i] <= 0)
			panic("%s: command %u has no %s", kinds[b->kind].name, b->first + i,
			    figure_names[f]);
	}
	s->all = xrealloc(s->all, (s->n + b->block) * sizeof(*v));
	memcpy(s->all + s->n, v, b->block * sizeof(*v));
	s->n += b->block;
	qsort(v, b->block, sizeof(*v), bench_compare);
	s->medians = xrealloc(s->medians, (s->blocks + 1) * sizeof(*v));
	s->medians[s->blocks++] = bench_quantile(v, b->block, 0.5);
	free(v);
}

static void
run_block(struct bench *b, enum kind k, int64_t every_ns, bool keep)
{
	b->kind = k;
	b->block = block_of(k, b->whole);
	b->first = b->client.sent;
	b->done = 0;
	if (every_ns == 0)
		send_closed(b);
	else
		send_paced(b, every_ns);
	if (kinds[k].has[WIRE])
		arrivals_read(&b->arrivals, kinds[k].method, on_arrival, b);
	for (int f = 0; f < FIGURE_N && keep; f++)
		if (kinds[k].has[f])
			keep_series(b, &b->series[k][f], (enum figure)f);
	for (unsigned i = 0; i < b->block; i++)
		map_remove(&b->names, &b->samples[i].node);
}

/* The first round warms up and is not kept; every other one goes backwards. */
static void
run_rounds(struct bench *b, unsigned rounds, const struct mode *m)
{
	for (unsigned r = 0; r <= rounds; r++)
		for (int i = 0; i < KIND_N; i++) {
			const enum kind	 k = (enum kind)(r % 2 == 0 ? i : KIND_N - 1 - i);

			if (kinds[k].modes & m->bit)
				run_block(b, k, m->every_ns, r > 0);
		}
}

/* ---- telling ------------------------------------------------------------------------------ */

static void
tell_series(const char *name, struct series *s)
{
	qsort(s->all, s->n, sizeof(*s->all), bench_compare);
	bench_line(name, "p50", bench_quantile(s->all, s->n, 0.5), "us", s->n);
	bench_line(name, "p90", bench_quantile(s->all, s->n, 0.9), "us", s->n);
	bench_line(name, "p99", bench_quantile(s->all, s->n, 0.99), "us", s->n);
	bench_line(name, "max", bench_quantile(s->all, s->n, 1), "us", s->n);
}

/* Of the medians of the two blocks of each round. */
static void
tell_ratio(const char *name, const struct series *x, const struct series *y)
{
	double	*v = xcalloc(x->blocks, sizeof(*v));

	for (size_t i = 0; i < x->blocks; i++)
		v[i] = x->medians[i] / y->medians[i];
	bench_line_rounds(name, v, x->blocks, "x");
	free(v);
}

/* title: what stands before a kind's name. */
static void
tell_all(struct bench *b, const struct mode *m, const char *title)
{
	char	 name[96];

	for (int k = 0; k < KIND_N; k++)
		for (int f = 0; f < FIGURE_N; f++)
			if ((kinds[k].modes & m->bit) && kinds[k].has[f]) {
				text_putf(name, sizeof(name), "%s%s%s.%s", title, kinds[k].name,
				    m->suffix, figure_names[f]);
				tell_series(name, &b->series[k][f]);
			}
	for (size_t i = 0; i < NITEMS(ratios); i++)
		if (kinds[ratios[i].ours].modes & m->bit) {
			text_putf(name, sizeof(name), "ratio.%s%s%s.%s", title,
			    kinds[ratios[i].ours].name, m->suffix,
			    figure_names[ratios[i].figure]);
			tell_ratio(name, &b->series[ratios[i].ours][ratios[i].figure],
			    &b->series[ratios[i].base][ratios[i].figure]);
		}
}

static void
forget_series(struct bench *b)
{
	for (int k = 0; k < KIND_N; k++)
		for (int f = 0; f < FIGURE_N; f++) {
			free(b->series[k][f].all);
			free(b->series[k][f].medians);
			b->series[k][f] = (struct series){ 0 };
		}
}

static void
measure(struct bench *b, const struct mode *m, const char *title)
{
	run_rounds(b, bench_env_number("BENCH_ROUNDS"), m);
	tell_all(b, m, title);
	forget_series(b);
}

/* Of a limit order and its cancel, with so many others open. */
static void
measure_resting(struct bench *b, const char *open)
{
	struct usage	 before[USAGE_PARTS];
	char		 title[32], name[48];

	text_putf(title, sizeof(title), "resting.%s.", open);
	usage_read(before);
	measure(b, &resting, title);
	text_putf(name, sizeof(name), "cpu.resting.%s", open);
	usage_tell_cpu(name, before, "us/order",
	    (bench_env_number("BENCH_ROUNDS") + 1) * block_of(LIMIT, b->whole));
	text_putf(name, sizeof(name), "rss.resting.%s", open);
	usage_tell_rss(name);
}

int
main(int argc, char **argv)
{
	struct bench	 b = { .whole = bench_env_number("BENCH_BLOCK") };

	client_open(&b.client);
	arrivals_open(&b.arrivals);
	b.samples = xcalloc(b.whole, sizeof(*b.samples));
	run_block(&b, LIMIT, 0, false);		/* what the first cancels are for */
	if (argc > 1)
		measure_resting(&b, argv[1]);
	else {
		measure(&b, &closed, "");
		measure(&b, &paced, "");
	}
	run_block(&b, CANCEL, 0, false);
	client_close(&b.client);
	arrivals_close(&b.arrivals);
	map_fini(&b.names);
	free(b.samples);
	free(b.resting);
	return 0;
}
