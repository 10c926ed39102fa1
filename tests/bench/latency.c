/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latency - how long a command takes, and how long the floor takes for the
 * same hops, in turns.
 *
 * A round is a block of commands of each kind; odd rounds go backwards.  In a
 * closed loop the next command is sent when the one before it has ended, at a
 * pace whatever became of it.  Times begin right before the LPUSH.  "wire" is
 * the arrival of the order at simex: its ledger has the wall clock, in
 * microseconds, which is read beside the monotonic one when a command is sent.
 */
#include "tests/bench/client.h"

#include "base/map.h"
#include "venue/clord.h"
#include "wire/field.h"

#include <curl/curl.h>
#include <jansson.h>

enum { GIVE_UP_S = 10 };

enum kind { FLOOR, TRADE, FLOOR_VALIDATE, VALIDATE, KIND_N };
enum figure { WIRE, RESULT, FILLED, FIGURE_N };

static const char *const	figure_names[FIGURE_N] = {
	[WIRE] = "wire", [RESULT] = "result", [FILLED] = "filled",
};

/* A command has ended when it has a result, and what else it has by Redis. */
static const struct {
	const char	*name, *queue;
	bool		 has[FIGURE_N];
} kinds[KIND_N] = {
	[FLOOR] = { "floor", "bench:cmd", { [WIRE] = true, [RESULT] = true } },
	[TRADE] = { "trade", "pms:cmd:trade",
	    { [WIRE] = true, [RESULT] = true, [FILLED] = true } },
	[FLOOR_VALIDATE] = { "floor_validate", "bench:validate", { [RESULT] = true } },
	[VALIDATE] = { "validate", "pms:cmd:validate", { [RESULT] = true } },
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
	unsigned	 block, first, done;
	struct map	 names;
	size_t		 ledger_from;
	CURL		*curl;
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
send_one(struct bench *b)
{
	const unsigned	 number = b->client.sent;
	struct sample	*s = &b->samples[number - b->first];
	struct timespec	 wall;
	char		 id[BENCH_ID], prefix[PREFIX];

	*s = (struct sample){ .us = { 0 } };
	text_putf(id, sizeof(id), BENCH_ID_FORMAT, number);
	if (b->kind == TRADE) {
		clord_prefix(client_account(&b->client, number), prefix);
		clord_format(prefix, TYPE_MARKET, id, 0, s->name);
	} else
		text_put(s->name, sizeof(s->name), id);
	map_put(&b->names, &s->node, s->name);
	clock_gettime(CLOCK_REALTIME, &wall);
	s->sent_wall_us = wall.tv_sec * INT64_C(1000000) + wall.tv_nsec / 1000;
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

static size_t
on_text(char *p, size_t size, size_t n, void *arg)
{
	buf_add(arg, p, size * n);
	return size * n;
}

static json_t *
ledger_get(struct bench *b)
{
	struct buf	 url = { 0 }, text = { 0 };

	buf_addf(&url, "%s/ledger?kind=requests&from=%zu", bench_env("SIMEX_CONTROL"),
	    b->ledger_from);
	curl_easy_setopt(b->curl, CURLOPT_URL, url.p);
	curl_easy_setopt(b->curl, CURLOPT_WRITEFUNCTION, on_text);
	curl_easy_setopt(b->curl, CURLOPT_WRITEDATA, &text);
	if (curl_easy_perform(b->curl) != CURLE_OK)
		panic("%s is not to be had", url.p);
	json_t		*list = json_loadb(buf_text(&text), text.len, 0, NULL);
	if (!json_is_array(list))
		panic("%s: %.200s", url.p, buf_text(&text));
	buf_free(&url);
	buf_free(&text);
	return list;
}

static void
read_arrivals(struct bench *b)
{
	json_t	*list = ledger_get(b), *a;
	size_t	 i;

	json_array_foreach(list, i, a) {
		const char	*name = json_string_value(json_object_get(a, "clientOrderId"));
		struct node	*n = name == NULL ? NULL : map_find(&b->names, name);

		if (n == NULL ||
		    !text_eq(json_string_value(json_object_get(a, "method")), "POST"))
			continue;
		struct sample	*s = MAP_OF(n, struct sample, node);
		s->us[WIRE] = (double)(json_integer_value(json_object_get(a, "us")) -
		    s->sent_wall_us);
	}
	b->ledger_from += json_array_size(list);
	json_decref(list);
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
	b->first = b->client.sent;
	b->done = 0;
	if (every_ns == 0)
		send_closed(b);
	else
		send_paced(b, every_ns);
	if (kinds[k].has[WIRE])
		read_arrivals(b);
	for (int f = 0; f < FIGURE_N && keep; f++)
		if (kinds[k].has[f])
			keep_series(b, &b->series[k][f], (enum figure)f);
	for (unsigned i = 0; i < b->block; i++)
		map_remove(&b->names, &b->samples[i].node);
}

/* The first round warms up and is not kept. */
static void
run_rounds(struct bench *b, unsigned rounds, int64_t every_ns)
{
	for (unsigned r = 0; r <= rounds; r++)
		for (int k = 0; k < KIND_N; k++)
			run_block(b, (enum kind)(r % 2 == 0 ? k : KIND_N - 1 - k), every_ns,
			    r > 0);
}

/* ---- telling ------------------------------------------------------------------------------ */

static void
tell_series(const char *pace, enum kind k, enum figure f, struct series *s)
{
	char	 name[64];

	if (s->n == 0)
		panic("BENCH_ROUNDS: nothing was measured");
	text_putf(name, sizeof(name), "%s%s.%s", kinds[k].name, pace, figure_names[f]);
	qsort(s->all, s->n, sizeof(*s->all), bench_compare);
	bench_line(name, "p50", bench_quantile(s->all, s->n, 0.5), "us", s->n);
	bench_line(name, "p90", bench_quantile(s->all, s->n, 0.9), "us", s->n);
	bench_line(name, "p99", bench_quantile(s->all, s->n, 0.99), "us", s->n);
	bench_line(name, "max", bench_quantile(s->all, s->n, 1), "us", s->n);
}

/* Of the medians of the two blocks of each round. */
static void
tell_ratio(const struct bench *b, const char *pace, enum kind ours, enum kind base, enum figure f)
{
	const struct series	*x = &b->series[ours][f], *y = &b->series[base][f];
	double			*v = xcalloc(x->blocks, sizeof(*v));
	char			 name[64];

	for (size_t i = 0; i < x->blocks; i++)
		v[i] = x->medians[i] / y->medians[i];
	qsort(v, x->blocks, sizeof(*v), bench_compare);
	text_putf(name, sizeof(name), "ratio.%s%s.%s", kinds[ours].name, pace, figure_names[f]);
	bench_line(name, "min", v[0], "x", x->blocks);
	bench_line(name, "q1", bench_quantile(v, x->blocks, 0.25), "x", x->blocks);
	bench_line(name, "median", bench_quantile(v, x->blocks, 0.5), "x", x->blocks);
	bench_line(name, "q3", bench_quantile(v, x->blocks, 0.75), "x", x->blocks);
	bench_line(name, "max", v[x->blocks - 1], "x", x->blocks);
	free(v);
}

static void
tell_all(struct bench *b, const char *pace)
{
	for (int k = 0; k < KIND_N; k++)
		for (int f = 0; f < FIGURE_N; f++)
			if (kinds[k].has[f])
				tell_series(pace, (enum kind)k, (enum figure)f, &b->series[k][f]);
	tell_ratio(b, pace, TRADE, FLOOR, WIRE);
	tell_ratio(b, pace, TRADE, FLOOR, RESULT);
	tell_ratio(b, pace, VALIDATE, FLOOR_VALIDATE, RESULT);
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
measure(struct bench *b, const char *pace, int64_t every_ns, unsigned block)
{
	b->block = block;
	b->samples = xcalloc(block, sizeof(*b->samples));
	run_rounds(b, bench_env_number("BENCH_ROUNDS"), every_ns);
	tell_all(b, pace);
	forget_series(b);
	free(b->samples);
}

int
main(void)
{
	struct bench	 b = { .curl = curl_easy_init() };

	client_open(&b.client);
	measure(&b, "", 0, bench_env_number("BENCH_BLOCK"));
	measure(&b, "_1khz", 1000000, bench_env_number("BENCH_BLOCK"));
	client_close(&b.client);
	map_fini(&b.names);
	curl_easy_cleanup(b.curl);
	return 0;
}
