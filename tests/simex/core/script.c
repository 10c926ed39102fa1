/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/script.h"

#include "base/dec.h"
#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 4096 };

#define NEVER_US	INT64_MAX
#define SECONDS_MOST	INT64_C(100000000)

/* A line, word by word. */
struct reader {
	const char	*p, *end;
	int64_t		 line;
	char		 word[WORD];
};

static int
expected(const struct reader *r, struct why *why, const char *what)
{
	return why_set(why, "line %lld: expected %s", (long long)r->line, what);
}

static void
skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
		r->p++;
}

/* 1 and the next word, its quotes gone; 0: there is none. */
static int
next_word(struct reader *r, struct why *why)
{
	size_t	 n = 0;
	bool	 quoted = false;

	skip_blanks(r);
	if (r->p == r->end)
		return 0;
	for (; r->p < r->end && (quoted || (*r->p != ' ' && *r->p != '\t')); r->p++) {
		if (*r->p == '"') {
			quoted = !quoted;
			continue;
		}
		if (n == sizeof(r->word) - 1)
			return expected(r, why, "a shorter word");
		r->word[n++] = *r->p;
	}
	r->word[n] = '\0';
	return quoted ? expected(r, why, "another quote") : 1;
}

/* ---- moments ----------------------------------------------------------------------- */

static int
parse_seconds(const char *word, int64_t *us)
{
	const size_t	 len = strlen(word);
	dec_t		 seconds;

	if (len < 2 || word[len - 1] != 's' || dec_parsen(word, len - 1, &seconds) == -1 ||
	    dec_sign(seconds) < 0 || seconds.e8 / DEC_ONE_E8 > SECONDS_MOST)
		return -1;
	*us = seconds.e8 / 100;
	return 0;
}

static int
parse_count(struct reader *r, struct cue *c, struct why *why)
{
	const int	 got = next_word(r, why);

	if (got == -1)
		return -1;
	if (got == 0 || text_to_i64(r->word, 1, INT32_MAX, &c->arrivals) == -1)
		return expected(r, why, "the number of an arrival, from 1 on");
	return 0;
}

/* What follows the number of a request may be its method and path, or the verb already. */
static int
parse_method(struct reader *r, struct cue *c, struct why *why)
{
	const char	*back = r->p;
	int		 got = next_word(r, why);

	if (got == -1)
		return -1;
	if (got == 0 || !isupper((unsigned char)r->word[0])) {
		r->p = back;
		return 0;
	}
	if (text_copy(c->method, sizeof(c->method), r->word) == -1)
		return expected(r, why, "a method such as POST");
	got = next_word(r, why);
	if (got == -1)
		return -1;
	if (got == 0 || r->word[0] != '/' || text_copy(c->path, sizeof(c->path), r->word) == -1)
		return expected(r, why, "a path behind the method");
	return 0;
}

static int
parse_moment(struct reader *r, struct cue *c, struct why *why)
{
	if (text_eq(r->word, "request"))
		return parse_count(r, c, why) == -1 ? -1 : parse_method(r, c, why);
	if (text_eq(r->word, "order")) {
		text_put(c->method, sizeof(c->method), "POST");
		text_put(c->path, sizeof(c->path), "/fapi/v1/order");
		return parse_count(r, c, why);
	}
	if (text_eq(r->word, "every")) {
		const int	 got = next_word(r, why);

		if (got == -1)
			return -1;
		if (got == 0 || parse_seconds(r->word, &c->every_us) == -1 || c->every_us == 0)
			return expected(r, why, "a time such as 5s behind every");
		c->at_us = c->every_us;
		return 0;
	}
	if (parse_seconds(r->word, &c->at_us) == -1)
		return expected(r, why,
		    "a time such as 12.5s, every 5s, request N or order N at the beginning");
	return 0;
}

/* ---- verbs ---------------------------------------------------------------------------- */

static int
parse_verb(struct reader *r, struct buf *uri, struct why *why)
{
	int	 got = next_word(r, why);
	char	 mark = '?';

	if (got == -1)
		return -1;
	if (got == 0)
		return expected(r, why, "a verb behind the moment");
	buf_adds(uri, r->word);
	for (; (got = next_word(r, why)) == 1; mark = '&') {
		char	*equals = strchr(r->word, '=');

		if (equals == NULL || equals == r->word)
			return expected(r, why, "name=value behind the verb");
		*equals = '\0';
		buf_addc(uri, mark);
		form_encode(uri, r->word);
		buf_addc(uri, '=');
		form_encode(uri, equals + 1);
	}
	return got;
}

static struct cue *
add_cue(struct script *s)
{
	s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
	s->v[s->n] = (struct cue){ .line = 0 };
	return &s->v[s->n++];
}

static int
parse_line(struct script *s, struct reader *r, struct why *why)
{
	struct buf	 uri = { 0 };
	const int	 got = next_word(r, why);

	if (got < 1)
		return got;
	struct cue	*c = add_cue(s);
	c->line = r->line;
	const int	 rc = parse_moment(r, c, why) == -1 || parse_verb(r, &uri, why) == -1 ? -1 : 0;
	c->uri = buf_take(&uri);
	return rc;
}

/* Where a comment begins, outside of quotes. */
static const char *
end_of(const char *p, const char *end)
{
	bool	 quoted = false;

	for (; p < end && (quoted || *p != '#'); p++)
		quoted = quoted != (*p == '"');
	return p;
}

int
script_parse(struct script *s, const char *text, size_t len, struct why *why)
{
	const char	*end = text + len, *feed;
	struct reader	 r = { .line = 0 };

	*s = (struct script){ .n = 0 };
	for (; text < end; text = feed + 1) {
		feed = memchr(text, '\n', (size_t)(end - text));
		if (feed == NULL)
			feed = end;
		r.p = text;
		r.end = end_of(text, feed);
		r.line++;
		if (parse_line(s, &r, why) == -1)
			return -1;
	}
	return 0;
}

/* ---- in time ----------------------------------------------------------------------------- */

static struct cue *
soonest(const struct script *s)
{
	struct cue	*first = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (first == NULL || s->v[i].at_us < first->at_us)
			first = &s->v[i];
	return first;
}

static void
find_due(struct script *s)
{
	const struct cue	*c = soonest(s);

	s->due.us = c == NULL ? NEVER_US : c->at_us;
}

void
script_start(struct script *s, wall_t start)
{
	for (size_t i = 0; i < s->n; i++)
		s->v[i].at_us = s->v[i].arrivals > 0 ? NEVER_US : s->v[i].at_us + start.us;
	find_due(s);
}

const char *
script_next(struct script *s, wall_t now)
{
	struct cue	*c = soonest(s);

	if (c == NULL || c->at_us > now.us)
		return NULL;
	c->at_us = c->every_us > 0 ? c->at_us + c->every_us : NEVER_US;
	find_due(s);
	return c->uri;
}

const char *
script_meets(struct script *s, const char *method, const char *path, size_t *i)
{
	while (*i < s->n) {
		struct cue	*c = &s->v[(*i)++];

		if (c->arrivals > 0 && (c->method[0] == '\0' ||
		    (text_eq(c->method, method) && text_eq(c->path, path))) && --c->arrivals == 0)
			return c->uri;
	}
	return NULL;
}

void
script_fini(struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].uri);
	free(s->v);
}
