/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/api/rerun.h"
#include "tests/simex/api/verbs.h"
#include "tests/simex/core/line.h"
#include "wire/jw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { FORMAT = 1, FLUSH_US = 100000 };

struct record {
	struct simex	*s;
	int		 fd;
	struct event	*timer;
};

/* ---- writing --------------------------------------------------------------------- */

static int
write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		const ssize_t	 n = write(fd, p, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A ledger that cannot be written any more must not fill the memory instead. */
static void
flush(struct record *r)
{
	struct ledger	*l = &r->s->world.ledger;

	if (l->filed && write_all(r->fd, buf_text(&l->file), l->file.len) == -1) {
		simex_log("ledger_failed", "why=%s", strerror(errno));
		l->filed = false;
	}
	buf_reset(&l->file);
}

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static const char *const given_names[] = {
	[GIVEN_LISTINGS] = "listings", [GIVEN_BRACKETS] = "brackets", [GIVEN_REPLAY] = "replay",
};
_Static_assert(NITEMS(given_names) == GIVEN_N, "given_names");

/* Listings there are always. */
static const char *
file_sum(const struct simex *s, enum given g)
{
	return g == GIVEN_LISTINGS && s->sums[g][0] == '\0' ? "built in" : s->sums[g];
}

static const char *
market_of(const struct simex *s)
{
	static const char *const	 names[] = {
		[MARKET_STILL] = "still", [MARKET_SYNTH] = "synth", [MARKET_TAPE] = "replay",
	};

	return s->world.replay.live ? "mirror" : names[s->world.terms.exchange.market.kind];
}

/* Everything that is needed to run it again: simex(8), LEDGER. */
static void
print_header(const struct simex *s, struct buf *b)
{
	const struct world_terms	*t = &s->world.terms;

	jw_open(b, '{');
	jw_put_int(b, "simex", FORMAT);
	jw_put_int(b, "start", t->exchange.market.start.us);
	jw_put_int(b, "idsFrom", t->exchange.ids_from);
	for (int g = 0; g < GIVEN_N; g++)
		if (*file_sum(s, (enum given)g) != '\0')
			jw_put_str(b, given_names[g], file_sum(s, (enum given)g));
	jw_put_str(b, "market", market_of(s));
	jw_key(b, "options");
	simex_print_options(&s->conf, b);
	jw_close(b, '}');
	buf_addc(b, '\n');
}

struct record *
record_new(struct simex *s)
{
	const struct timeval	 each = { 0, FLUSH_US };
	struct record		*r = xcalloc(1, sizeof(*r));
	struct buf		*file = &s->world.ledger.file;

	r->s = s;
	/* It holds the secret. */
	r->fd = open(s->conf.ledger, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	print_header(s, file);
	if (r->fd == -1 || write_all(r->fd, file->p, file->len) == -1) {
		if (r->fd != -1)
			close(r->fd);
		free(r);
		return NULL;
	}
	buf_reset(file);
	s->world.ledger.filed = true;
	r->timer = event_new(s->base, -1, EV_PERSIST, on_flush, r);
	if (r->timer == NULL)
		panic("out of memory: event_new");
	event_add(r->timer, &each);
	return r;
}

void
record_free(struct record *r)
{
	if (r == NULL)
		return;
	flush(r);
	event_free(r->timer);
	close(r->fd);
	free(r);
}

/* ---- reading --------------------------------------------------------------------- */

struct reading {
	const char	*path;
	FILE		*file;
	char		*text;
	size_t		 cap, len;
	int64_t		 n;		/* of the line */
};

static int
read_failed(const struct reading *r, struct why *why)
{
	struct why	 what = *why;

	return why_set(why, "%s: line %lld: %s", r->path, (long long)r->n, what.text);
}

/* 1, or 0 at the end. */
static int
read_line(struct reading *r, struct why *why)
{
	const ssize_t	 len = getline(&r->text, &r->cap, r->file);

	if (len == -1)
		return 0;
	r->n++;
	if (r->text[len - 1] != '\n') {
		why_set(why, "expected a line feed at the end");
		return read_failed(r, why);
	}
	r->len = (size_t)len - 1;
	r->text[r->len] = '\0';
	return 1;
}

static int
reading_open(struct reading *r, const char *path, struct line *header, struct why *why)
{
	int64_t	 format = 0;

	*r = (struct reading){ .path = path, .file = fopen(path, "re") };
	if (r->file == NULL)
		return why_set(why, "cannot read %s", path);
	const int	 got = read_line(r, why);
	if (got == 1 && line_parse(header, r->text, r->len, why) == 0 &&
	    line_int(header, "simex", &format, why) == 0 && format == FORMAT)
		return 0;
	r->n = 1;
	why_set(why, "expected the header of a ledger: {\"simex\":%d,..}", FORMAT);
	return read_failed(r, why);
}

static void
reading_close(struct reading *r)
{
	if (r->file != NULL)
		fclose(r->file);
	free(r->text);
}

static int
set_options(struct conf *into, struct span text, struct why *why)
{
	struct line	 options;
	struct buf	 name = { 0 }, value = { 0 };
	int		 rc = line_parse(&options, text.p, text.len, why);

	for (size_t i = 0; rc == 0 && i < options.n; i++) {
		buf_reset(&name);
		buf_add(&name, options.v[i].name.p, options.v[i].name.len);
		rc = line_str(&options, buf_text(&name), &value, why);
		if (rc == 0)
			rc = simex_set_option(into, buf_text(&name), buf_text(&value), why);
	}
	buf_free(&name);
	buf_free(&value);
	return rc;
}

/* What was no file then, nobody can know. */
static int
check_sums(const struct simex *s, const struct line *header, struct why *why)
{
	struct buf	 sum = { 0 };
	int		 rc = 0;

	for (int g = 0; g < GIVEN_N && rc == 0; g++) {
		if (!line_has(header, given_names[g]))
			continue;
		buf_reset(&sum);
		rc = line_str(header, given_names[g], &sum, why);
		if (rc == 0 && !text_eq(file_sum(s, (enum given)g), buf_text(&sum)))
			rc = why_set(why, "expected %s %s, and they are %s", given_names[g],
			    buf_text(&sum), file_sum(s, (enum given)g));
	}
	buf_free(&sum);
	return rc;
}

static int
begin_again(struct simex *s, const struct line *header, struct why *why)
{
	wall_t			 start;
	int64_t			 ids_from;
	const struct span	 options = line_raw(header, "options");
	int			 rc = -1;

	if (options.p == NULL)
		why_set(why, "expected \"options\"");
	else if (line_is(header, "market", "mirror"))
		why_set(why, "its market was a mirror of a live one, and is not in the ledger: it can be "
		    "proved (--audit), but not run again");
	else if (set_options(&s->conf, options, why) == 0 &&
	    line_int(header, "start", &start.us, why) == 0 &&
	    line_int(header, "idsFrom", &ids_from, why) == 0 &&
	    given_sums(s, why) == 0 && check_sums(s, header, why) == 0)
		rc = simex_begin(s, start, ids_from, why);
	return rc;
}

static int
print_ledger(struct simex *s, struct why *why)
{
	struct buf	*file = &s->world.ledger.file;

	if (write_all(STDOUT_FILENO, buf_text(file), file->len) == -1)
		return why_set(why, "cannot write: %s", strerror(errno));
	buf_reset(file);
	return 0;
}

static int
rerun_all(struct simex *s, struct reading *r, struct why *why)
{
	int	 got;

	print_header(s, &s->world.ledger.file);
	s->world.ledger.filed = true;
	while ((got = read_line(r, why)) == 1) {
		if (rerun_line(&s->world, r->text, r->len, why) == -1)
			return read_failed(r, why);
		if (print_ledger(s, why) == -1)
			return -1;
	}
	return got == 0 ? print_ledger(s, why) : -1;
}

int
record_rerun(struct simex *s, const char *path, struct why *why)
{
	struct reading	 r;
	struct line	 header;
	int		 rc = reading_open(&r, path, &header, why);

	if (rc == 0 && (rc = begin_again(s, &header, why)) == -1)
		read_failed(&r, why);
	if (rc == 0)
		rc = rerun_all(s, &r, why);
	if (rc == 0)
		world_fini(&s->world);
	reading_close(&r);
	return rc == 0 ? 0 : EX_CONFIG;
}

/* ---- is it right? ------------------------------------------------------------------ */

static int
audit_all(struct audit *a, struct reading *r, const struct line *header, struct why *why)
{
	int	 got;

	if (audit_begin(a, header, verb_heed, why) == -1)
		return read_failed(r, why);
	while ((got = read_line(r, why)) == 1)
		if (audit_line(a, r->text, r->len, why) == -1)
			return read_failed(r, why);
	return got;
}

int
record_audit(const char *path, struct why *why)
{
	struct reading	 r;
	struct line	 header;
	struct audit	 a = { .line = 0 };
	struct buf	 report = { 0 };
	int		 rc = EX_CONFIG;

	if (reading_open(&r, path, &header, why) == 0 && audit_all(&a, &r, &header, why) == 0) {
		audit_end(&a, &report);
		rc = a.findings > 0 ? 1 : 0;
		if (write_all(STDOUT_FILENO, report.p, report.len) == -1)
			why_set(why, "cannot write: %s", strerror(errno));
	}
	audit_fini(&a);
	buf_free(&report);
	reading_close(&r);
	return rc;
}
