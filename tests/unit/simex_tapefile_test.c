/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/tapefile.h"

#include <archive.h>
#include <archive_entry.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 256, GOT = 512, LONG_LINE = 9 * 1024 * 1024 };

#define AGG_HEADER	"agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time," \
			"is_buyer_maker\n"
#define AGG_ROWS	"100,50000.5,0.010,200,201,1687392000123,true\n" \
			"101,50000.0,0.020,202,204,1687392000456,false"
#define SNAP		"1680652700423575 {\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}\n"
#define OTHER		"1680652700423575 {\"e\":\"kline\"}\n"
#define TRADE(t)	"1680652700441533 {\"e\":\"trade\",\"E\":1680652700455,\"s\":\"BTCUSDT\"," \
			"\"t\":" t ",\"p\":\"28145.10\",\"q\":\"0.002\",\"m\":true}\n"

static char	dir[] = "/tmp/simex_tapefile_test.XXXXXX";

/* ---- files of its own ------------------------------------------------------------------------ */

static void
path_of(const char *name, char path[PATH])
{
	text_putf(path, PATH, "%s/%s", dir, name);
}

static void
write_plain(const char *path, const void *bytes, size_t len)
{
	FILE	*f = fopen(path, "w");

	CHECK(f != NULL);
	CHECK_INT(fwrite(bytes, 1, len, f), len);
	CHECK_INT(fclose(f), 0);
}

static void
write_entry(struct archive *a, const char *name, const char *text)
{
	struct archive_entry	*e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (int64_t)strlen(text));
	archive_entry_set_filetype(e, S_IFREG);
	CHECK_INT(archive_write_header(a, e), ARCHIVE_OK);
	CHECK_INT(archive_write_data(a, text, strlen(text)), (int64_t)strlen(text));
	archive_entry_free(e);
}

/* How it is packed is what the file's name ends in; two names: a zip of two. */
static void
write_packed(const char *path, const char *inside, const char *second, const char *text)
{
	struct archive	*a = archive_write_new();

	if (text_ends_with(path, ".gz"))
		CHECK_INT(archive_write_add_filter_gzip(a), ARCHIVE_OK);
	if (text_ends_with(path, ".xz"))
		CHECK_INT(archive_write_add_filter_xz(a), ARCHIVE_OK);
	CHECK_INT(text_ends_with(path, ".zip") ? archive_write_set_format_zip(a) :
	    archive_write_set_format_raw(a), ARCHIVE_OK);
	CHECK_INT(archive_write_open_filename(a, path), ARCHIVE_OK);
	write_entry(a, inside, text);
	if (second != NULL)
		write_entry(a, second, text);
	CHECK_INT(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

/* Names and rows of all there is: "BTCUSDT@2:100 ..." by line and trade. */
static int
read_all(const char *path, const char *told, char *out, size_t cap, struct why *why)
{
	struct tapefile	*f = tapefile_open(path, told, why);
	int		 rc = -1;

	*out = '\0';
	while (f != NULL && (rc = tapefile_next(f, why)) == 1) {
		const struct tape_row	*row = &tapefile_tape(f)->row;
		const size_t		 len = strlen(out);

		text_putf(out + len, cap - len, "%s@%lld:%lld ", row->symbol,
		    (long long)tapefile_line_no(f), (long long)row->trade.id);
	}
	tapefile_close(f);
	return rc;
}

static void
every_packing_holds_the_same_rows(void **state)
{
	static const struct {
		const char	*name, *inside, *told, *text, *rows;
	} rows[] = {
		{ "BTCUSDT-aggTrades-1.csv", "data", "", AGG_HEADER AGG_ROWS,
		    "BTCUSDT@2:100 BTCUSDT@3:101 " },
		{ "BTCUSDT-aggTrades-1.csv", "data", "", AGG_ROWS "\n",
		    "BTCUSDT@1:100 BTCUSDT@2:101 " },
		{ "BTCUSDT-aggTrades-1.csv", "data", "X", AGG_ROWS "\n", "X@1:100 X@2:101 " },
		{ "BTCUSDT-aggTrades-1.csv.gz", "data", "", AGG_HEADER AGG_ROWS,
		    "BTCUSDT@2:100 BTCUSDT@3:101 " },
		{ "BTCUSDT-aggTrades-1.csv.xz", "data", "", AGG_HEADER AGG_ROWS,
		    "BTCUSDT@2:100 BTCUSDT@3:101 " },
		{ "any.zip", "BTCUSDT-aggTrades-1.csv", "", AGG_HEADER AGG_ROWS,
		    "BTCUSDT@2:100 BTCUSDT@3:101 " },
		{ "any.zip", "BTCUSDT-aggTrades-1.csv", "", "9" AGG_ROWS,
		    "BTCUSDT@1:9100 BTCUSDT@2:101 " },
		{ "hours.raw", "data", "", TRADE("7") OTHER SNAP TRADE("8"),
		    "BTCUSDT@1:7 BTCUSDT@3:0 BTCUSDT@4:8 " },
		{ "hours.raw.xz", "data", "", TRADE("7") OTHER OTHER, "BTCUSDT@1:7 " },
		{ "hours.raw.gz", "data", "ETHUSDT", SNAP, "ETHUSDT@1:0 " },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char		 path[PATH], got[GOT];
		struct why	 why = { .text = "" };

		check_row("%s %zu", rows[i].name, i);
		path_of(rows[i].name, path);
		write_packed(path, rows[i].inside, NULL, rows[i].text);
		CHECK_INT(read_all(path, rows[i].told, got, sizeof(got), &why), 0);
		CHECK_STR(why.text, "");
		CHECK_STR(got, rows[i].rows);
		unlink(path);
	}
}

/* After these rows; %s in the reason stands for the path. */
static void
an_error_names_the_file_and_the_line(void **state)
{
	static const struct {
		const char	*name, *text, *rows, *why;
	} rows[] = {
		{ "x.raw", "", "", "%s: is empty" },
		{ "x.zip", "", "", "%s: is empty" },
		{ "x.raw", "\n", "", "%s:1: expected a time and a frame, or an archive of "
		    "aggTrades or bookTicker, found ''" },
		{ "x.raw", TRADE("7") OTHER TRADE("\"x\""), "BTCUSDT@1:7 ",
		    "%s:3: trade id t '\"x\"' is not a whole number" },
		{ "x.raw.gz", TRADE("7") OTHER TRADE("\"x\""), "BTCUSDT@1:7 ",
		    "%s:3: trade id t '\"x\"' is not a whole number" },
		{ "x.raw", TRADE("7") "\n", "BTCUSDT@1:7 ",
		    "%s:2: expected a time in us or ns before the frame, found ''" },
		{ "X-aggTrades.csv", AGG_HEADER AGG_ROWS "x", "X@2:100 ",
		    "%s:3: is_buyer_maker 'falsex' is neither true nor false" },
		{ "trades.csv", AGG_HEADER AGG_ROWS, "",
		    "%s: is not named SYMBOL-..., so its contract is not known" },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		char		 path[PATH], got[GOT], want[2 * PATH];
		struct why	 why = { .text = "" };

		check_row("%s", rows[i].why);
		path_of(rows[i].name, path);
		if (*rows[i].text == '\0' && text_ends_with(path, ".raw"))
			write_plain(path, "", 0);
		else
			write_packed(path, "a", NULL, rows[i].text);
		CHECK_INT(read_all(path, "", got, sizeof(got), &why), -1);
		text_putf(want, sizeof(want), "%s%s", path, rows[i].why + strlen("%s"));
		CHECK_STR(why.text, want);
		CHECK_STR(got, rows[i].rows);
		unlink(path);
	}
}

static void
one_file_in_a_zip(void **state)
{
	char		 path[PATH], got[GOT];
	struct why	 why = { .text = "" };

	(void)state;
	check_row("two files");
	path_of("two.zip", path);
	write_packed(path, "BTCUSDT-1.csv", "BTCUSDT-2.csv", AGG_ROWS "\n");
	CHECK_INT(read_all(path, "", got, sizeof(got), &why), -1);
	CHECK_HAS(why.text, "two.zip: holds more than one file");
	unlink(path);
}

static void
what_cannot_be_opened(void **state)
{
	char		 path[PATH], longest[2 * PATH], name[2 * SYMBOL];
	struct why	 why = { .text = "" };

	(void)state;
	check_row("no file");
	path_of("none.raw", path);
	CHECK(tapefile_open(path, "", &why) == NULL);
	CHECK_HAS(why.text, path);
	CHECK_HAS(why.text, "No such file or directory");
	check_row("a folder");
	CHECK(tapefile_open(dir, "", &why) == NULL);
	CHECK_HAS(why.text, dir);
	check_row("a long path ends in the file's name");
	memset(longest, 'a', sizeof(longest));
	text_put(longest + sizeof(longest) - sizeof("/none.raw"), sizeof("/none.raw"), "/none.raw");
	CHECK(tapefile_open(longest, "", &why) == NULL);
	CHECK_HAS(why.text, "aa/none.raw: ");
	check_row("a contract with a long name");
	path_of("x.raw", path);
	write_plain(path, TRADE("7"), strlen(TRADE("7")));
	memset(name, 'X', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	CHECK(tapefile_open(path, name, &why) == NULL);
	CHECK_HAS(why.text, "is not the name of a contract");
	unlink(path);
}

/* Every packing, cut at every byte: an error, or all the rows. */
static void
what_is_packed_and_cut_short(void **state)
{
	static const char *const	 names[] = { "cut.raw.gz", "cut.raw.xz", "cut.zip" };
	static char			 bytes[4096];

	(void)state;
	for (size_t i = 0; i < NITEMS(names); i++) {
		char	 path[PATH], got[GOT];

		path_of(names[i], path);
		write_packed(path, "BTCUSDT-1.csv", NULL, TRADE("7") TRADE("8") TRADE("9"));
		FILE	*f = fopen(path, "r");
		CHECK(f != NULL);
		const size_t	 whole = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
		CHECK(whole > 0 && whole < sizeof(bytes));
		for (size_t len = 0; len < whole; len++) {
			struct why	 why = { .text = "" };

			check_row("%zu of %zu bytes of %s", len, whole, names[i]);
			write_plain(path, bytes, len);
			if (read_all(path, "", got, sizeof(got), &why) == -1)
				CHECK_HAS(why.text, path);
			else	/* what was cut off was not of the rows */
				CHECK_STR(got, "BTCUSDT@1:7 BTCUSDT@2:8 BTCUSDT@3:9 ");
		}
		unlink(path);
	}
}

static void
a_line_has_a_bound(void **state)
{
	char		*text = xcalloc(1, LONG_LINE);
	char		 path[PATH], got[GOT];
	struct why	 why = { .text = "" };

	(void)state;
	check_row("a long line");
	memset(text, '1', LONG_LINE);
	text_put(text, LONG_LINE, TRADE("7"));
	text[strlen(text)] = '1';
	path_of("x.raw", path);
	write_plain(path, text, LONG_LINE);
	CHECK_INT(read_all(path, "", got, sizeof(got), &why), -1);
	CHECK_HAS(why.text, "x.raw:2: a line of more than 8388608 bytes");
	CHECK_STR(got, "BTCUSDT@1:7 ");
	unlink(path);
	free(text);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_packing_holds_the_same_rows),
		cmocka_unit_test(an_error_names_the_file_and_the_line),
		cmocka_unit_test(one_file_in_a_zip),
		cmocka_unit_test(what_cannot_be_opened),
		cmocka_unit_test(what_is_packed_and_cut_short),
		cmocka_unit_test(a_line_has_a_bound),
	};

	return cmocka_run_group_tests_name("simex tapefile", tests, make_dir, remove_dir);
}
