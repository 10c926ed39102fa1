/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/conf.h"
#include "base/text.h"

#include <string.h>

enum { SECTIONS = 2 };

struct shared {
	bool		 paper;
	int		 level;
	const char	*secret, *socket;
};

struct own {
	int64_t	 timeout_ms, wait_ms, depth;
	dec_t	 rate;
};

static const char *const	levels[] = { "debug", "info", "warn", NULL };

#define K(s, m, t, d, ...) \
	{ .name = #m, .type = t, .offset = offsetof(struct s, m), .def = d, __VA_ARGS__ }
static const struct conf_key	shared_keys[] = {
	K(shared, level, C_NAME, "info", .names = levels),
	K(shared, paper, C_BOOL, "no"),
	K(shared, secret, C_SECRET, ""),
	K(shared, socket, C_STR, "/run/redis.sock"),
};
static const struct conf_key	own_keys[] = {
	K(own, depth, C_INT, "5", .min = 1, .max = 20),
	K(own, rate, C_DEC, "0.0005"),
	K(own, timeout_ms, C_MS, "3s", .min = 100, .max = 60000),
	K(own, wait_ms, C_MS, "0"),
};
#undef K

struct fixture {
	struct shared		 shared;
	struct own		 own;
	struct conf_section	 s[SECTIONS];
	struct why		 why;
};

static void
begin(struct fixture *f)
{
	*f = (struct fixture){ .s = {
		{ shared_keys, NITEMS(shared_keys), &f->shared },
		{ own_keys, NITEMS(own_keys), &f->own },
	} };
	CHECK_INT(conf_defaults(f->s, SECTIONS, &f->why), 0);
}

static void
check_printed(struct fixture *f, const char *want)
{
	struct buf	 b = { 0 };

	conf_print(f->s, SECTIONS, &b);
	CHECK_STR(buf_text(&b), want);
	buf_free(&b);
}

#define DEFAULTS							\
	"level = info\npaper = no\nsecret = \nsocket = /run/redis.sock\n"	\
	"depth = 5\nrate = 0.0005\ntimeout_ms = 3s\nwait_ms = 0ms\n"

static void
defaults_are_printed(void **state)
{
	struct fixture	 f;

	(void)state;
	check_row("defaults");
	begin(&f);
	check_printed(&f, DEFAULTS);
	CHECK_INT(f.own.timeout_ms, 3000);
	CHECK_INT(f.shared.level, 1);
	conf_free(f.s, SECTIONS);
	CHECK(f.shared.socket == NULL && f.shared.secret == NULL);
}

/* says "": accepted, and printed back as want; else a part of the reason, which names the key. */
static void
one_key(void **state)
{
	static const struct { const char *key, *value, *want, *says; } rows[] = {
		{ "paper", "yes", "yes", "" },        { "paper", "on", "yes", "" },
		{ "paper", "1", "yes", "" },          { "paper", "false", "no", "" },
		{ "paper", "maybe", "no", "'maybe'" }, { "paper", "", "no", "''" },
		{ "level", "WARN", "warn", "" },
		{ "level", "loud", "info", "debug, info, warn" },
		{ "depth", "1", "1", "" },            { "depth", "20", "20", "" },
		{ "depth", "0", "5", "1..20" },       { "depth", "21", "5", "1..20" },
		{ "depth", "5.5", "5", "whole" },     { "depth", "", "5", "whole" },
		{ "rate", "1e-4", "0.0001", "" },     { "rate", "x", "0.0005", "'x'" },
		{ "timeout_ms", "250ms", "250ms", "" },
		{ "timeout_ms", "60s", "1m", "" },    { "timeout_ms", "1m", "1m", "" },
		{ "timeout_ms", "1500ms", "1500ms", "" },
		{ "timeout_ms", "2m", "3s", "100..60000" },
		{ "timeout_ms", "99ms", "3s", "100..60000" },
		{ "timeout_ms", "0", "3s", "100..60000" },
		{ "timeout_ms", "250", "3s", "250ms, 3s" },
		{ "timeout_ms", "s", "3s", "'s'" },   { "timeout_ms", "3 s", "3s", "'3 s'" },
		{ "wait_ms", "24h", "24h", "" },      { "wait_ms", "90m", "90m", "" },
		{ "wait_ms", "0", "0ms", "" },        { "wait_ms", "0h", "0ms", "" },
		{ "wait_ms", "-1s", "0ms", "'-1s'" },
		{ "wait_ms", "2562047788015h", "2562047788015h", "" },
		{ "wait_ms", "2562047788016h", "0ms", "not a time" },
		{ "wait_ms", "99999999999999999999ms", "0ms", "not a time" },
		{ "socket", "", "", "" },             { "socket", "a = b # c", "a = b # c", "" },
		{ "secret", "hunter2", "***", "" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct fixture	 f;
		struct buf	 b = { 0 }, line = { 0 };

		check_row("%s = %s", rows[i].key, rows[i].value);
		begin(&f);
		const int	 rc = conf_set(f.s, SECTIONS, rows[i].key, rows[i].value, &f.why);
		CHECK_INT(rc, *rows[i].says == '\0' ? 0 : -1);
		if (rc == -1) {
			CHECK_HAS(f.why.text, rows[i].key);
			CHECK_HAS(f.why.text, rows[i].says);
		}
		buf_addf(&line, "%s = %s\n", rows[i].key, rows[i].want);
		conf_print(f.s, SECTIONS, &b);
		CHECK_HAS(buf_text(&b), buf_text(&line));
		buf_free(&b);
		buf_free(&line);
		conf_free(f.s, SECTIONS);
	}
}

static void
the_last_one_counts(void **state)
{
	struct fixture	 f;

	(void)state;
	check_row("set three times");
	begin(&f);
	CHECK_INT(conf_set(f.s, SECTIONS, "socket", "/one", &f.why), 0);
	CHECK_INT(conf_parse(f.s, SECTIONS, "socket = /two\nsocket = /three\n", "riskd", &f.why),
	    0);
	CHECK_STR(f.shared.socket, "/three");
	check_row("unknown");
	CHECK_INT(conf_set(f.s, SECTIONS, "sockets", "/one", &f.why), -1);
	CHECK_HAS(f.why.text, "'sockets'");
	conf_free(f.s, SECTIONS);
}

static void
head_and_own_section_apply(void **state)
{
	static const struct { const char *name, *text; int64_t depth; } rows[] = {
		{ "nothing", "", 5 },
		{ "head", "depth = 6", 6 },
		{ "own", "[riskd]\ndepth = 7\n", 7 },
		{ "own after head", "depth = 6\n[riskd]\ndepth = 7\n", 7 },
		{ "another's", "depth = 6\n[feedd]\ndepth = 7\n", 6 },
		{ "another's has keys of its own", "[feedd]\nno_such = 7\n", 5 },
		{ "twice", "[riskd]\ndepth = 7\n[feedd]\ndepth = 9\n[riskd]\ndepth = 8\n", 8 },
		{ "comments", "# depth = 9\n\n   # x\n\tdepth =\t6 \n", 6 },
		{ "spaces around a section", "  [riskd]  \n depth=7", 7 },
		{ "written on another system", "[riskd]\r\ndepth = 7\r\n", 7 },
		{ "a name that begins alike", "[riskd2]\ndepth = 7\n", 5 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct fixture	 f;

		check_row("%s", rows[i].name);
		begin(&f);
		CHECK_INT(conf_parse(f.s, SECTIONS, rows[i].text, "riskd", &f.why), 0);
		CHECK_INT(f.own.depth, rows[i].depth);
		conf_free(f.s, SECTIONS);
	}
}

static void
a_fault_names_its_line(void **state)
{
	static const struct { const char *name, *text, *says; } rows[] = {
		{ "unknown key", "depth = 6\n\ncolour = red\n", "line 3: unknown key 'colour'" },
		{ "value", "depth = 6\ndepth = many\n", "line 2: depth: 'many'" },
		{ "no equals sign", "depth 6\n", "line 1: 'depth 6' is not key = value" },
		{ "half a section", "# head\n[riskd\n", "line 2: '[riskd' lacks its ]" },
		{ "a bracket", "[", "line 1:" },
		{ "no key", " = 6", "line 1: unknown key ''" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct fixture	 f;

		check_row("%s", rows[i].name);
		begin(&f);
		CHECK_INT(conf_parse(f.s, SECTIONS, rows[i].text, "riskd", &f.why), -1);
		CHECK_HAS(f.why.text, rows[i].says);
		conf_free(f.s, SECTIONS);
	}
}

static void
long_lines_are_refused(void **state)
{
	static const struct { const char *name; size_t len; int rc; } rows[] = {
		{ "longest", 1023, 0 }, { "one more", 1024, -1 }, { "far too long", 100000, -1 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct fixture	 f;
		struct buf	 b = { 0 };

		check_row("%s", rows[i].name);
		begin(&f);
		buf_adds(&b, "socket = ");
		while (b.len < rows[i].len)
			buf_addc(&b, 'x');
		CHECK_INT(conf_parse(f.s, SECTIONS, buf_text(&b), "riskd", &f.why), rows[i].rc);
		if (rows[i].rc == -1)
			CHECK_HAS(f.why.text, "line 1: longer than 1023");
		else
			CHECK_STR(f.shared.socket, b.p + strlen("socket = "));
		buf_free(&b);
		conf_free(f.s, SECTIONS);
	}
}

/* -n prints a file that sets the same again. */
static void
what_is_printed_reads_back(void **state)
{
	struct fixture	 f, again;
	struct buf	 b = { 0 };

	(void)state;
	check_row("every type");
	begin(&f);
	CHECK_INT(conf_parse(f.s, SECTIONS, "paper = on\nlevel = warn\nsocket = x = y\n"
	    "depth = 20\nrate = -1.5\ntimeout_ms = 1001ms\nwait_ms = 48h", "riskd", &f.why), 0);
	conf_print(f.s, SECTIONS, &b);
	begin(&again);
	CHECK_INT(conf_parse(again.s, SECTIONS, buf_text(&b), "riskd", &again.why), 0);
	check_printed(&again, buf_text(&b));
	CHECK_INT(again.own.timeout_ms, 1001);
	CHECK_INT(again.own.wait_ms, INT64_C(48) * 3600 * 1000);
	CHECK_STR(again.shared.socket, "x = y");
	buf_free(&b);
	conf_free(f.s, SECTIONS);
	conf_free(again.s, SECTIONS);
}

static void
sections_are_known(void **state)
{
	static const char *const	 known[] = { "riskd", "orderd", NULL };
	static const struct { const char *text, *why; } rows[] = {
		{ "", NULL }, { "a = [b]\n", NULL }, { "# [other]\n", NULL },
		{ "[riskd]\n[orderd]\n", NULL }, { "  [riskd]  ", NULL },
		{ "[riskd\n", NULL },			/* conf_parse() refuses it */
		{ "\n[risk]\n", "line 2: unknown section [risk]" },
		{ "[riskd]\na = 1\n[]", "line 3: unknown section []" },
		{ "[RISKD]", "line 1: unknown section [RISKD]" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct why	 why = { "" };

		check_row("%s", rows[i].text);
		CHECK_INT(conf_check_sections(rows[i].text, known, &why),
		    rows[i].why == NULL ? 0 : -1);
		CHECK_STR(why.text, rows[i].why == NULL ? "" : rows[i].why);
	}
}

static void
passwords_are_not_printed(void **state)
{
	static const struct { const char *url, *want; } rows[] = {
		{ "", "" }, { "redis://h:1/2", "redis://h:1/2" }, { "redis://u@h", "redis://u@h" },
		{ "redis://u:pw@h", "redis://u:***@h" }, { "redis://:p@w@h:1", "redis://:***@h:1" },
		{ "unix:/s?user=a&password=pw&db=1", "unix:/s?user=a&password=***&db=1" },
		{ "postgresql://u:pw@h/d?password=x", "postgresql://u:***@h/d?password=***" },
		{ "host=h password=pw user=u", "host=h password=*** user=u" },
		{ "password='p w\\' x' user=u", "password=*** user=u" },
		{ "password='open", "password=***" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct buf	 b = { 0 };

		check_row("%s", rows[i].url);
		conf_mask(rows[i].url, &b);
		CHECK_STR(buf_text(&b), rows[i].want);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(defaults_are_printed),
		cmocka_unit_test(one_key),
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(head_and_own_section_apply),
		cmocka_unit_test(a_fault_names_its_line),
		cmocka_unit_test(long_lines_are_refused),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(sections_are_known),
		cmocka_unit_test(passwords_are_not_printed),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
