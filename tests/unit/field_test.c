/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/rng.h"
#include "base/text.h"
#include "wire/field.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

enum { LARGE = 100 * 1024, MUTATIONS = 20000 };

struct probe {
	bool		 flag;
	dec_t		 px, qty, pct, kept;
	enum ord_type	 type;
	int64_t		 no;
	int		 n, lev;
	mono_t		 before;
	char		*raw;
	enum side	 side;
	char		 id[8], word[8], need[8];
	wall_t		 at;
};

/* One of each kind; each is also a table of its own. */
static const struct field	probe_v[] = {
	F(probe, flag, "flag", F_BOOL, 0),
	F(probe, px, "px", F_DEC, 0),
	F(probe, qty, "qty", F_DEC, FIELD_POSITIVE),
	F_DRANGE(probe, pct, "pct", 0, INT64_C(1000000), INT64_C(5000000000)),
	F(probe, kept, "kept", F_DECS, 0),
	F_NAMED(probe, type, "type", ord_type_names, 0),
	F(probe, no, "no", F_I64, 0),
	F(probe, n, "n", F_INT, 0),
	F_RANGE(probe, lev, "lev", F_INT, 0, 1, 125),
	F(probe, before, "before", F_MONO, 0),
	F(probe, raw, "raw", F_RAW, 0),
	F(probe, side, "side", F_SIDE, 0),
	F(probe, id, "id", F_STR, FIELD_ID),
	F(probe, word, "word", F_STR, 0),
	F(probe, need, "need", F_STR, FIELD_REQUIRED),
	F(probe, at, "at", F_WALL, 0),
};
static const struct fields	probe_fields = FIELDS(probe_v);

static struct fields
only(const char *name)
{
	for (size_t i = 0; i < NITEMS(probe_v); i++)
		if (text_eq(probe_v[i].name, name))
			return (struct fields){ &probe_v[i], 1 };
	fail_msg("no field %s", name);
	return (struct fields){ 0 };
}

static int
read_text(const struct fields *t, struct probe *p, const char *json, struct field_fault *ff)
{
	fields_blank(t, p, sizeof(*p));
	return fields_read(t, p, json, strlen(json), ff);
}

/* ---- one value ------------------------------------------------------------------ */

/* Many spellings in, one out. */
static void
reading_is_lenient_writing_is_strict(void **state)
{
	static const struct { const char *field, *in, *out; } rows[] = {
		{ "flag", "true", "true" },       { "flag", "false", "false" },
		{ "flag", "1", "true" },          { "flag", "0", "false" },
		{ "flag", "\"true\"", "true" },   { "flag", "\"False\"", "false" },
		{ "flag", "\"1\"", "true" },      { "flag", "1.0", "true" },
		{ "px", "0.29", "0.29" },         { "px", "\"0.29\"", "0.29" },
		{ "px", "60000.95", "60000.95" }, { "px", "1e-7", "0.0000001" },
		{ "px", "\"1E2\"", "100" },       { "px", "-5", "-5" },
		{ "px", "0.30000000000000004", "0.3" }, { "px", "-0.0", "0" },
		{ "px", "\"1234567890.12345678\"", "1234567890.12345678" },
		{ "px", "92233720368", "92233720368" },
		{ "qty", "1e-8", "0.00000001" },  { "pct", "0.01", "0.01" },
		{ "pct", "\"50.0\"", "50" },
		{ "kept", "0.1", "\"0.1\"" },     { "kept", "\"5.50\"", "\"5.5\"" },
		{ "type", "\"limit\"", "\"LIMIT\"" },
		{ "no", "5", "5" }, { "no", "\"5\"", "5" }, { "no", "5.0", "5" },
		{ "no", "\"5.000\"", "5" }, { "no", "1e3", "1000" },
		{ "no", "-9223372036854775808", "-9223372036854775808" },
		{ "no", "\"9223372036854775807\"", "9223372036854775807" },
		{ "n", "-2147483648", "-2147483648" }, { "n", "\"2147483647\"", "2147483647" },
		{ "lev", "1", "1" }, { "lev", "\"125\"", "125" }, { "lev", "10.0", "10" },
		{ "before", "77", "77" },
		{ "raw", "{ \"a\": [1, 2.5, null] }", "{\"a\":[1,2.5,null]}" },
		{ "raw", "\"x\"", "\"x\"" }, { "raw", "0.1", "0.10000000000000001" },
		{ "side", "\"LONG\"", "\"BUY\"" }, { "side", "\"short\"", "\"SELL\"" },
		{ "side", "\"Buy\"", "\"BUY\"" }, { "side", "\"SELL\"", "\"SELL\"" },
		{ "id", "\"a:B_7\"", "\"a:B_7\"" }, { "id", "123", "\"123\"" },
		{ "word", "\"a \\\"b\\n\"", "\"a \\\"b\\n\"" }, { "word", "1.5", "\"1.5\"" },
		{ "word", "\"\\u6d4b\"", "\"\xe6\xb5\x8b\"" }, { "word", "\"\"", "\"\"" },
		{ "need", "\"1234567\"", "\"1234567\"" },
		{ "at", "1795256152380", "1795256152380" }, { "at", "\"0\"", "0" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct fields	 t = only(rows[i].field);
		struct field_fault	 ff;
		struct probe		 p;
		struct buf		 in = { 0 }, out = { 0 }, want = { 0 };

		check_row("%s: %s", rows[i].field, rows[i].in);
		buf_addf(&in, "{\"%s\":%s}", rows[i].field, rows[i].in);
		buf_addf(&want, "{\"%s\":%s}", rows[i].field, rows[i].out);
		CHECK_INT(read_text(&t, &p, buf_text(&in), &ff), 0);
		fields_object(&t, &p, &out);
		CHECK_STR(buf_text(&out), buf_text(&want));
		free(p.raw);
		buf_free(&in);
		buf_free(&out);
		buf_free(&want);
	}
}

#define DEC_RANGE	"-92233720368..92233720368"
#define I64_RANGE	"-9223372036854775808..9223372036854775807"

/* The fault names the field, what it held, and what it may hold. */
static void
faults_say_what_was_wrong(void **state)
{
	static const struct { const char *field, *in, *limit, *says; } rows[] = {
		{ "flag", "\"yes\"", "", "neither true nor false" },
		{ "flag", "2", "", "neither" }, { "flag", "[]", "", "neither" },
		{ "px", "\"abc\"", DEC_RANGE, "not a number" }, { "px", "\"\"", DEC_RANGE, "not" },
		{ "px", "\"NaN\"", DEC_RANGE, "not" }, { "px", "\"Infinity\"", DEC_RANGE, "not" },
		{ "px", "\"-inf\"", DEC_RANGE, "not a" }, { "px", "\"0x10\"", DEC_RANGE, "not a" },
		{ "px", "\"1,5\"", DEC_RANGE, "not a" }, { "px", "true", DEC_RANGE, "not a" },
		{ "px", "[]", DEC_RANGE, "not a" }, { "px", "{}", DEC_RANGE, "not a" },
		{ "px", "100000000000", DEC_RANGE, "not a number within" },
		{ "px", "1e300", DEC_RANGE, "not a number within" },
		{ "qty", "0", "0", "must be greater than 0" }, { "qty", "-1", "0", "greater" },
		{ "qty", "\"0.000000001\"", "0", "greater" },
		{ "pct", "0.009", "0.01..50", "is outside" }, { "pct", "50.01", "0.01..50", "" },
		{ "kept", "\"x\"", DEC_RANGE, "not a" },
		{ "type", "\"STOP\"", "", "not one of its words" }, { "type", "1", "", "not one" },
		{ "no", "\"9223372036854775808\"", I64_RANGE, "not a whole number" },
		{ "no", "1.5", I64_RANGE, "not a whole" }, { "no", "\"\"", I64_RANGE, "whole" },
		{ "no", "true", I64_RANGE, "whole" }, { "no", "\"NaN\"", I64_RANGE, "whole" },
		{ "n", "2147483648", "-2147483648..2147483647", "not a whole number within" },
		{ "lev", "0", "1..125", "within 1..125" }, { "lev", "126", "1..125", "" },
		{ "lev", "\"x\"", "1..125", "" }, { "lev", "1.5", "1..125", "" },
		{ "side", "\"HOLD\"", "BUY, SELL, LONG or SHORT", "Invalid side: \"HOLD\"" },
		{ "side", "1", "BUY, SELL, LONG or SHORT", "Invalid side" },
		{ "id", "\"12345678\"", "7 characters", "longer than 7 characters" },
		{ "id", "\"a b\"", "", "holds a space" }, { "id", "\"a\\\"b\"", "", "a quote" },
		{ "id", "\"a\\u0007b\"", "", "control" }, { "id", "\"a\\u007fb\"", "", "control" },
		{ "id", "\"a\\\\b\"", "", "holds" }, { "id", "true", "", "is not text" },
		{ "word", "\"a\\u0000b\"", "", "NUL" }, { "word", "{}", "", "is not text" },
		{ "need", "\"\"", "", "is empty" }, { "at", "-1", "0..9223372036854775", "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const struct fields	 t = only(rows[i].field);
		struct field_fault	 ff;
		struct probe		 p;
		struct buf		 in = { 0 };

		check_row("%s: %s", rows[i].field, rows[i].in);
		buf_addf(&in, "{\"%s\":%s}", rows[i].field, rows[i].in);
		CHECK_INT(read_text(&t, &p, buf_text(&in), &ff), -1);
		CHECK_STR(ff.field, rows[i].field);
		CHECK_STR(ff.limit, rows[i].limit);
		CHECK_HAS(ff.text, rows[i].says);
		CHECK_HAS(ff.text, ff.value);
		CHECK(*ff.value != '\0');
		buf_free(&in);
	}
}

static void
what_is_absent_stays_as_it_was(void **state)
{
	static const char *const	 rows[] = {
		"{\"need\":\"x\"}",
		"{\"need\":\"x\",\"px\":null,\"flag\":null,\"lev\":null,\"side\":null}",
		"{\"need\":\"x\",\"PX\":5,\"unknown\":{\"px\":5,\"lev\":[7]},\"\":0}",
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct probe		 p = { .flag = true, .px = D("7"), .lev = 10,
					    .side = SIDE_SELL, .word = "kept" };
		struct field_fault	 ff;

		check_row("%s", rows[i]);
		CHECK_INT(fields_read(&probe_fields, &p, rows[i], strlen(rows[i]), &ff), 0);
		CHECK(p.flag);
		CHECK_DEC(p.px, "7");
		CHECK_INT(p.lev, 10);
		CHECK_INT(p.side, SIDE_SELL);
		CHECK_STR(p.word, "kept");
		CHECK_STR(p.need, "x");
	}
}

static void
required_is_missing(void **state)
{
	static const char *const	 rows[] = { "{}", "{\"need\":null}", "{\"Need\":\"x\"}" };

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct field_fault	 ff;
		struct probe		 p;

		check_row("%s", rows[i]);
		CHECK_INT(read_text(&probe_fields, &p, rows[i], &ff), -1);
		CHECK_STR(ff.field, "need");
		CHECK_STR(ff.value, "");
		CHECK_STR(ff.text, "need is missing");
	}
}

static void
a_fault_leaves_what_came_before(void **state)
{
	struct field_fault	 ff;
	struct probe		 p;

	(void)state;
	check_row("the third is wrong");
	CHECK_INT(read_text(&probe_fields, &p, "{\"kept\":9,\"qty\":0,\"px\":5,\"flag\":1}",
	    &ff), -1);
	CHECK_STR(ff.field, "qty");
	CHECK(p.flag);
	CHECK_DEC(p.px, "5");
	CHECK_DEC(p.qty, "null");
	CHECK_DEC(p.kept, "null");
}

/* However long, of whatever alphabet: the fault itself can be sent on as JSON. */
static void
long_values_are_shortened_to_text(void **state)
{
	static const char *const	 letters[] = {
		"x", "\xc3\xa4", "\xe6\xb5\x8b", "\xf0\x9f\x98\x80", "\\\"", "\\n",
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(letters); i++) {
		for (size_t skew = 0; skew < 4; skew++) {
			const struct fields	 t = only("px");
			struct buf		 b = { 0 };
			struct field_fault	 ff;
			struct probe		 p;

			check_row("%s after %zu", letters[i], skew);
			buf_addf(&b, "{\"px\":\"%.*s", (int)skew, "abc");
			for (int n = 0; n < 200; n++)
				buf_adds(&b, letters[i]);
			buf_adds(&b, "\"}");
			CHECK_INT(read_text(&t, &p, buf_text(&b), &ff), -1);
			CHECK(text_ends_with(ff.value, "..."));
			CHECK_INT(strlen(ff.value), sizeof(ff.value) - 1);
			json_t	*text = json_string(ff.text);	/* checks UTF-8 */
			CHECK(text != NULL);
			json_decref(text);
			buf_free(&b);
		}
	}
}

/* ---- whole texts ----------------------------------------------------------------- */

static void
what_is_no_object_is_refused(void **state)
{
	static const struct { const char *json, *says; } rows[] = {
		{ "", "not valid JSON" }, { " ", "not valid JSON" }, { "{", "not valid JSON" },
		{ "{\"need\":\"x\"", "not valid" }, { "{\"need\":\"x\"} {}", "not valid JSON" },
		{ "{\"need\":\"x\",}", "not valid JSON" }, { "{need:1}", "not valid JSON" },
		{ "{'need':'x'}", "not valid JSON" }, { "{\"need\":\"a\nb\"}", "not valid JSON" },
		{ "{\"need\":\"x\",\"px\":NaN}", "not valid JSON" },
		{ "{\"need\":\"x\",\"px\":Infinity}", "not valid JSON" },
		{ "{\"need\":\"x\",\"px\":1e400}", "not valid JSON" },
		{ "{\"need\":\"x\",\"px\":99999999999999999999}", "not valid JSON" },
		{ "{\"need\":\"x\",\"px\":.5}", "not valid JSON" },
		{ "{\"need\":\"x\",\"px\":01}", "not valid JSON" },
		{ "{\"need\":\"\xff\"}", "not valid JSON" },
		{ "{\"need\":\"\xc3\"}", "not valid JSON" },
		{ "{\"need\":\"x\",\"px\":1,\"px\":2}", "duplicate" },
		{ "{\"need\":\"x\",\"other\":{\"a\":1,\"a\":1}}", "duplicate" },
		{ "[]", "not a JSON object" }, { "[{\"need\":\"x\"}]", "not a JSON object" },
		{ "5", "not valid JSON" }, { "null", "not valid JSON" },
		{ "GET / HTTP/1.1", "not valid JSON" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct field_fault	 ff;
		struct probe		 p;

		check_row("%s", rows[i].json);
		CHECK_INT(read_text(&probe_fields, &p, rows[i].json, &ff), -1);
		CHECK_STR(ff.field, "");
		CHECK_HAS(ff.text, rows[i].says);
	}
}

static void
only_len_bytes_are_read(void **state)
{
	static const char	 json[] = "{\"need\":\"x\"}garbage";
	struct field_fault	 ff;
	struct probe		 p;

	(void)state;
	check_row("a part of a buffer");
	fields_blank(&probe_fields, &p, sizeof(p));
	CHECK_INT(fields_read(&probe_fields, &p, json, strlen("{\"need\":\"x\"}"), &ff), 0);
	CHECK_INT(fields_read(&probe_fields, &p, json, strlen("{\"need\":\"x\"}") - 1, &ff), -1);
}

static void
add_times(struct buf *b, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_adds(b, text);
}

/* Nothing that is sent to us may end the daemon. */
static void
large_and_deep_texts(void **state)
{
	static const struct { const char *name, *open, *close; size_t n; int rc; } rows[] = {
		{ "100 KiB of text", "x", "", LARGE, 0 },
		{ "100 nested arrays", "[", "]", 100, 0 },
		{ "100000 nested arrays", "[", "]", 100000, -1 },
		{ "50000 nested objects", "{\"a\":", "}", 50000, -1 },
		{ "half of it only", "[", "", 100000, -1 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const char		*quote = *rows[i].open == 'x' ? "\"" : "";
		struct buf		 b = { 0 };
		struct field_fault	 ff;
		struct probe		 p;

		check_row("%s", rows[i].name);
		buf_addf(&b, "{\"other\":%s", quote);
		add_times(&b, rows[i].open, rows[i].n);
		buf_adds(&b, *rows[i].open == '{' ? "1" : "");
		add_times(&b, rows[i].close, rows[i].n);
		buf_addf(&b, "%s,\"need\":\"x\",\"px\":5}", quote);
		CHECK_INT(read_text(&probe_fields, &p, buf_text(&b), &ff), rows[i].rc);
		CHECK_DEC(p.px, rows[i].rc == 0 ? "5" : "null");
		check_row("%s, where an id is wanted", rows[i].name);
		memcpy(b.p, "{\"id\" ", 6);
		b.p[6] = ' ', b.p[7] = ' ';
		CHECK_INT(read_text(&probe_fields, &p, buf_text(&b), &ff), -1);
		buf_free(&b);
	}
}

/* A text with a few bytes changed is read or refused; what was read is written soundly. */
static void
changed_bytes_do_no_harm(void **state)
{
	static const char	 json[] = "{\"flag\":true,\"px\":60000.95,\"qty\":\"0.01\","
	    "\"pct\":1,"
	    "\"kept\":\"5\",\"type\":\"LIMIT\",\"no\":7,\"n\":1,\"lev\":10,\"before\":1,"
	    "\"raw\":[{\"a\":1.5}],\"side\":\"SHORT\",\"id\":\"a\",\"word\":\"\\u00e4\","
	    "\"need\":\"x\",\"at\":1795256152380}";
	struct rng		 r = rng_seed(check_seed());
	int			 readable = 0;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		char			 text[sizeof(json)];
		struct field_fault	 ff = { .text = "" };
		struct probe		 p, again;
		struct buf		 b = { 0 }, b2 = { 0 };

		memcpy(text, json, sizeof(json));
		for (uint64_t n = rng_below(&r, 3); n > 0; n--)
			text[rng_below(&r, sizeof(text) - 1)] = (char)rng_next(&r);
		check_row("%s", text);
		fields_blank(&probe_fields, &p, sizeof(p));
		p.lev = 1;	/* as the table allows */
		if (fields_read(&probe_fields, &p, text, sizeof(text) - 1, &ff) == 0) {
			readable++;
			fields_object(&probe_fields, &p, &b);
			CHECK_INT(read_text(&probe_fields, &again, buf_text(&b), &ff), 0);
			fields_object(&probe_fields, &again, &b2);
			CHECK_STR(buf_text(&b2), buf_text(&b));
			free(again.raw);
		} else {
			CHECK(*ff.text != '\0');
		}
		free(p.raw);
		buf_free(&b);
		buf_free(&b2);
	}
	check_row("some are readable, some are not");
	CHECK(readable > MUTATIONS / 4 && readable < MUTATIONS);
}

/* ---- nested names and arrays ------------------------------------------------------ */

struct leg {
	char	symbol[12];
	dec_t	amount;
	int	n;
};

static const struct field	leg_v[] = {
	F(leg, symbol, "o.s", F_STR, FIELD_REQUIRED),
	F(leg, amount, "o.p.a", F_DEC, 0),
	F(leg, n, "n", F_INT, 0),
};
static const struct fields	leg_fields = FIELDS(leg_v);

static void
names_with_points(void **state)
{
	static const struct { const char *json; int rc; const char *amount; } rows[] = {
		{ "{\"o\":{\"s\":\"BTC\",\"p\":{\"a\":\"1.5\"}},\"n\":2}", 0, "1.5" },
		{ "{\"o\":{\"s\":\"BTC\",\"p\":{}}}", 0, "null" },
		{ "{\"o\":{\"s\":\"BTC\",\"p\":null}}", 0, "null" },
		{ "{\"o\":{\"s\":\"BTC\",\"p\":[7]}}", 0, "null" },
		{ "{\"o\":{\"s\":\"BTC\",\"p.a\":5}}", 0, "null" },
		{ "{\"o.s\":\"BTC\"}", -1, "null" },
		{ "{\"o\":\"s\"}", -1, "null" }, { "{\"o\":null}", -1, "null" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct field_fault	 ff;
		struct leg		 l;

		check_row("%s", rows[i].json);
		fields_blank(&leg_fields, &l, sizeof(l));
		CHECK_INT(fields_read(&leg_fields, &l, rows[i].json, strlen(rows[i].json), &ff),
		    rows[i].rc);
		CHECK_DEC(l.amount, rows[i].amount);
		if (rows[i].rc == -1)
			CHECK_STR(ff.text, "o.s is missing");
	}
}

struct walk {
	struct buf	 seen;
	int		 stop;		/* at the element with this n */
};

static int
on_leg(void *arg, void *element)
{
	const struct leg	*l = element;
	struct walk		*w = arg;
	char			 text[DEC_STR];

	buf_addf(&w->seen, "%s %s %d;", l->symbol, dec_format(l->amount, text), l->n);
	return l->n == w->stop ? -1 : 0;
}

static void
arrays_are_walked(void **state)
{
	static const struct {
		const char	*name, *path, *json;
		int		 rc;
		const char	*seen, *says;
	} rows[] = {
		{ "at the top", "", "[{\"o\":{\"s\":\"A\"},\"n\":1},{\"o\":{\"s\":\"B\"}}]", 2,
		    "A null 1;B null 0;", "" },
		{ "a member of a member", "a.P",
		    "{\"a\":{\"P\":[{\"o\":{\"s\":\"A\",\"p\":{\"a\":2}}}]}}", 1, "A 2 0;", "" },
		{ "each begins blank", "x", "{\"x\":[{\"o\":{\"s\":\"LONGNAME\",\"p\":{\"a\":1}},"
		    "\"n\":5},{\"o\":{\"s\":\"B\"}}]}", 2, "LONGNAME 1 5;B null 0;", "" },
		{ "empty", "", "[]", 0, "", "" },
		{ "the second is wrong", "", "[{\"o\":{\"s\":\"A\"}},{\"o\":{\"s\":\"B\"},"
		    "\"n\":\"x\"},{\"o\":{\"s\":\"C\"}}]", -1, "A null 0;", "n \"x\" is not" },
		{ "one is no object", "", "[7]", -1, "", "o.s is missing" },
		{ "the reader ends it", "", "[{\"o\":{\"s\":\"A\"},\"n\":9},{\"o\":{\"s\":\"B\"}}]",
		    -1, "A null 9;", "ended" },
		{ "no such member", "a.P", "{\"a\":{}}", -1, "", "not an array: a.P" },
		{ "an object", "", "{}", -1, "", "not an array: the payload" },
		{ "no JSON", "", "[", -1, "", "not valid JSON" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct field_fault	 ff;
		struct walk		 w = { .stop = 9 };

		check_row("%s", rows[i].name);
		CHECK_INT(fields_read_array(&leg_fields, sizeof(struct leg), rows[i].path,
		    rows[i].json, strlen(rows[i].json), on_leg, &w, &ff), rows[i].rc);
		CHECK_STR(buf_text(&w.seen), rows[i].seen);
		if (rows[i].rc == -1)
			CHECK_HAS(ff.text, rows[i].says);
		buf_free(&w.seen);
	}
}

/* ---- writing, and finding as text -------------------------------------------------- */

static void
empty_is_null_or_left_out(void **state)
{
	static const struct { unsigned flags; const char *want; } rows[] = {
		{ 0, "{\"flag\":false,\"px\":null,\"kept\":null,\"no\":0,\"raw\":null,"
		    "\"word\":\"\",\"at\":0,\"type\":\"MARKET\"}" },
		{ FIELD_NULL, "{\"flag\":null,\"px\":null,\"kept\":null,\"no\":null,\"raw\":null,"
		    "\"word\":null,\"at\":null,\"type\":\"MARKET\"}" },
		{ FIELD_OMIT, "{\"type\":\"MARKET\"}" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		const unsigned		 fl = rows[i].flags;
		const struct field	 v[] = {
			F(probe, flag, "flag", F_BOOL, fl), F(probe, px, "px", F_DEC, fl),
			F(probe, kept, "kept", F_DECS, fl), F(probe, no, "no", F_I64, fl),
			F(probe, raw, "raw", F_RAW, fl), F(probe, word, "word", F_STR, fl),
			F(probe, at, "at", F_WALL, fl),
			F_NAMED(probe, type, "type", ord_type_names, fl),
		};
		const struct fields	 t = FIELDS(v);
		struct probe		 p;
		struct buf		 b = { 0 };

		check_row("flags %u", fl);
		memset(&p, 0xff, sizeof(p));
		fields_blank(&t, &p, sizeof(p));
		fields_object(&t, &p, &b);
		CHECK_STR(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

static void
add_text(void *arg, const char *name, const char *text)
{
	buf_addf(arg, "%s=%s;", name, text);
}

static void
texts_of_any_name_are_walked(void **state)
{
	static const struct { const char *text; int n; const char *want; } rows[] = {
		{ "{\"h\":{\"*\":\"HALTED x\",\"a-1\":\"\"}}", 2, "*=HALTED x;a-1=;" },
		{ "{\"h\":{\"a.b\":\"1\",\"n\":2,\"o\":{\"p\":\"q\"},\"z\":null}}", 1, "a.b=1;" },
		{ "{\"h\":{}}", 0, "" }, { "{}", 0, "" }, { "{\"h\":\"x\"}", 0, "" },
		{ "{\"h\":[\"x\"]}", 0, "" }, { "[]", 0, "" }, { "{\"h\"", -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf		 b = { 0 };
		struct field_fault	 ff;

		check_row("%s", rows[i].text);
		CHECK_INT(fields_read_texts("h", rows[i].text, strlen(rows[i].text), add_text, &b,
		    &ff), rows[i].n);
		CHECK_STR(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

/* What answers a request that could not be read. */
static void
an_id_is_found_as_text(void **state)
{
	static const struct { const char *text; const char *want; } rows[] = {
		{ "{\"requestId\":\"7d0c\",\"px\":NaN}", "7d0c" },
		{ "{\"px\":NaN, \"requestId\" : \"7d0c\"}", "7d0c" },
		{ "\"requestId\":\"7d0c\"", "7d0c" },
		{ "{\"requestId\":\"7d0c", NULL }, { "{\"requestId\":\"\"}", NULL },
		{ "{\"requestId\":7}", NULL }, { "{\"requestId\":null}", NULL },
		{ "{\"requestId\":", NULL }, { "{\"requestId\"", NULL }, { "", NULL },
		{ "{\"requestid\":\"7d0c\"}", NULL }, { "{\"requestId\":\"a b\"}", NULL },
		{ "{\"requestId\":\"a\\\"b\"}", NULL },
		{ "{\"requestId\":\"0123456789abcde\"}", "0123456789abcde" },
		{ "{\"requestId\":\"0123456789abcdef\"}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char	 id[16] = "untouched";
		const int rc = field_scan_text(rows[i].text, strlen(rows[i].text), "requestId", id,
			    sizeof(id));

		check_row("%s", rows[i].text);
		CHECK_INT(rc, rows[i].want == NULL ? -1 : 0);
		if (rc == 0)
			CHECK_STR(id, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(reading_is_lenient_writing_is_strict),
		cmocka_unit_test(faults_say_what_was_wrong),
		cmocka_unit_test(what_is_absent_stays_as_it_was),
		cmocka_unit_test(required_is_missing),
		cmocka_unit_test(a_fault_leaves_what_came_before),
		cmocka_unit_test(long_values_are_shortened_to_text),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(only_len_bytes_are_read),
		cmocka_unit_test(large_and_deep_texts),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(names_with_points),
		cmocka_unit_test(arrays_are_walked),
		cmocka_unit_test(texts_of_any_name_are_walked),
		cmocka_unit_test(empty_is_null_or_left_out),
		cmocka_unit_test(an_id_is_found_as_text),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
