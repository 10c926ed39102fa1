/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "feedd/decode.h"
#include "tests/unit/rows.h"

#include <jansson.h>

enum { FACTS_MAX = 8, FRAMES_MAX = 20000 };

struct heard {
	struct fact	v[FACTS_MAX];
	int		n;
};

static void
hear(void *arg, const struct fact *f)
{
	struct heard	*h = arg;

	if (h->n < FACTS_MAX)
		h->v[h->n] = *f;
	h->n++;
}

static int
decode(const char *json, struct heard *h, struct why *why)
{
	h->n = 0;
	*why = (struct why){ "" };
	return decode_frame(json, strlen(json), hear, h, why);
}

static void
frames_with_facts(void **state)
{
	static const struct {
		const char	*name, *json;
		enum fact_kind	 kind;
		const char	*symbol, *bid, *ask, *mark;
		int64_t		 at_ms;
	} rows[] = {
		{ "bookTicker of 2026", "{\"e\":\"bookTicker\",\"u\":428997042613,"
		  "\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\",\"b\":\"76986.40\",\"B\":\"0.0228\","
		  "\"a\":\"76986.50\",\"A\":\"183.3812\",\"T\":1789467546365,\"E\":1789467546366,"
		  "\"st\":1}",
		  FACT_TOP, "BTCUSDT", "76986.4", "76986.5", "null", 1789467546366 },
		{ "bookTicker of 2022, without st", "{\"e\":\"bookTicker\",\"u\":1,"
		  "\"s\":\"BALUSDT\",\"b\":\"6.718\",\"B\":\"16.2\",\"a\":\"6.719\",\"A\":\"3.7\","
		  "\"E\":1653812037552}",
		  FACT_TOP, "BALUSDT", "6.718", "6.719", "null", 1653812037552 },
		{ "an empty side", "{\"e\":\"bookTicker\",\"s\":\"XUSDT\",\"b\":\"0\",\"a\":\"1\","
		  "\"E\":5}", FACT_TOP, "XUSDT", "0", "1", "null", 5 },
		{ "mark price", "{\"e\":\"markPriceUpdate\",\"E\":1786171884000,\"s\":\"BTCUSDT\","
		  "\"p\":\"64991.37858696\",\"ap\":\"64991.37858696\",\"P\":\"64980.01344384\","
		  "\"i\":\"65016.05673913\",\"r\":\"0.00003936\",\"T\":1786176000000,\"st\":1}",
		  FACT_MARK, "BTCUSDT", "null", "null", "64991.37858696", 1786171884000 },
		{ "all mark prices", "[{\"e\":\"markPriceUpdate\",\"E\":7,\"s\":\"BTCUSDT\","
		  "\"p\":\"2\",\"st\":1}]", FACT_MARK, "BTCUSDT", "null", "null", "2", 7 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct heard	 h;
		struct why	 why;

		check_row("%s", rows[i].name);
		CHECK_INT(decode(rows[i].json, &h, &why), 1);
		CHECK_INT(h.n, 1);
		CHECK_INT(h.v[0].kind, rows[i].kind);
		CHECK_STR(h.v[0].symbol, rows[i].symbol);
		CHECK_DEC(h.v[0].bid, rows[i].bid);
		CHECK_DEC(h.v[0].ask, rows[i].ask);
		CHECK_DEC(h.v[0].mark, rows[i].mark);
		CHECK_INT(wall_ms(h.v[0].at), rows[i].at_ms);
	}
}

#define MARK(symbol, st)	"{\"e\":\"markPriceUpdate\",\"E\":7,\"s\":\"" symbol \
	"\",\"p\":\"2\",\"st\":" st "}"

static void
how_many_facts(void **state)
{
	static const struct { const char *json; int n; const char *says; } rows[] = {
		{ "[" MARK("A", "1") "," MARK("B", "1") "]", 2, "" },
		/* the streams are shared with COIN-M, which is not ours */
		{ "[" MARK("A", "1") "," MARK("BTCUSD_PERP", "2") "," MARK("B", "1") "]", 2, "" },
		{ MARK("BTCUSD_PERP", "2"), 0, "" },
		{ "[]", 0, "" },
		/* answers to SUBSCRIBE, and frames of other kinds */
		{ "{\"result\":null,\"id\":3}", 0, "" },
		{ "{\"error\":{\"code\":2,\"msg\":\"Invalid request\"},\"id\":3}", 0, "" },
		{ "{\"e\":\"aggTrade\",\"E\":1,\"a\":3404749954,\"s\":\"X\",\"p\":\"1\"}", 0, "" },
		{ "{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"X\",\"b\":[[\"1\",\"2\"]],\"a\":[]}",
		  0, "" },
		{ "{\"e\":\"forceOrder\",\"E\":1,\"o\":{\"s\":\"X\",\"p\":\"1\"}}", 0, "" },
		{ "{\"e\":\"24hrTicker\",\"E\":1,\"s\":\"X\",\"p\":\"-1.5\"}", 0, "" },
		/* not what the exchange sends */
		{ "{\"e\":\"bookTicker\",\"E\":1,\"s\":\"X\",\"b\":\"cheap\",\"a\":\"1\"}",
		  -1, "b " },
		{ "{\"e\":\"bookTicker\",\"E\":1,\"s\":\"X\",\"b\":[],\"a\":\"1\"}", -1, "b " },
		{ "[" MARK("A", "\"x\"") "]", -1, "st " },
		{ "{\"b\":[]}", -1, "b " },
		{ "{", -1, "JSON" },
		{ "[1", -1, "JSON" },
		{ "\"text\"", -1, "JSON" },
		{ "", -1, "JSON" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct heard	 h;
		struct why	 why;

		check_row("%s", rows[i].json);
		CHECK_INT(decode(rows[i].json, &h, &why), rows[i].n);
		CHECK_INT(h.n, rows[i].n == -1 ? 0 : rows[i].n);
		CHECK_HAS(why.text, rows[i].says);
	}
}

/* ---- recordings ----------------------------------------------------------------------- */

/* Against jansson itself: what kind of frame it is, and its first number. */
static void
check_recorded(const char *json, int counts[2])
{
	json_t		*top = json_loads(json, 0, NULL), *inner = json_object_get(top, "data");
	const json_t	*frame = inner == NULL ? top : inner;
	char		*text = json_dumps(frame, 0);
	const json_t	*one = json_is_array(frame) ? json_array_get(frame, 0) : frame;
	const char	*e = json_string_value(json_object_get(one, "e"));
	const bool	 top_of_book = e != NULL && strcmp(e, "bookTicker") == 0;
	const bool	 mark = e != NULL && strcmp(e, "markPriceUpdate") == 0;
	struct heard	 h;
	struct why	 why;
	const int	 n = decode(text, &h, &why);

	CHECK_STR(why.text, "");
	CHECK_INT(n, !top_of_book && !mark ? 0 :
	    json_is_array(frame) ? (int)json_array_size(frame) : 1);
	if (n > 0) {
		const char	*px = json_string_value(json_object_get(one, mark ? "p" : "b"));

		CHECK(dec_cmp(mark ? h.v[0].mark : h.v[0].bid, D(px)) == 0);
		CHECK_STR(h.v[0].symbol, json_string_value(json_object_get(one, "s")));
		counts[mark]++;
	}
	free(text);
	json_decref(top);
}

static void
every_recorded_frame(void **state)
{
	static const struct { const char *name; int tops, marks; } rows[] = {
		{ "md/frames_2026_wire_format.jsonl", 1, 1 },
		{ "md/markprice_funding_rollover_2026-09-30.jsonl", 0, 12 },
		{ "md/single_frames_2021-2022.jsonl", 2, 2 },
	};
	char	 path[256], *line;

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		int	 counts[2] = { 0, 0 };

		if (rows_recorded(rows[i].name, path) == NULL) {
			check_skipped("no PMS_DATA");
			return;
		}
		struct rows	 r = rows_open(path);
		while ((line = rows_next(&r)) != NULL) {
			check_row("%s:%d", rows[i].name, r.no);
			check_recorded(line, counts);
		}
		CHECK_INT(counts[0], rows[i].tops);
		CHECK_INT(counts[1], rows[i].marks);
	}
}

/* Minutes of a real market: a local time, a space, the frame. */
static void
a_recorded_market(void **state)
{
	char		 path[256], command[300], *line = NULL, *json;
	size_t		 cap = 0;
	int		 counts[2] = { 0, 0 };

	(void)state;
	if (rows_recorded("md/hft_usdm_btcusdt_20230404-05.raw.xz", path) == NULL) {
		check_skipped("no PMS_DATA");
		return;
	}
	snprintf(command, sizeof(command), "xz -dc '%s' 2>/dev/null", path);
	FILE	*f = popen(command, "r");
	CHECK(f != NULL);
	for (int n = 1; n <= FRAMES_MAX && getline(&line, &cap, f) != -1; n++) {
		check_row("%s, frame %d", path, n);
		if ((json = strchr(line, ' ')) != NULL)
			check_recorded(json, counts);
	}
	free(line);
	pclose(f);
	CHECK(counts[0] > FRAMES_MAX / 3);
	CHECK(counts[1] > 50);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(frames_with_facts),
		cmocka_unit_test(how_many_facts),
		cmocka_unit_test(every_recorded_frame),
		cmocka_unit_test(a_recorded_market),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
