/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/rerun.h"

#include "base/text.h"
#include "tests/simex/api/session.h"
#include "tests/simex/core/line.h"

#include <string.h>

/* What a request was made of, as text that lasts while it is served. */
struct parts {
	struct buf	 method, path, both, query, key, out;
	struct buf	 payload, signature, logged_on;
	struct session	 session;
};

static void
parts_free(struct parts *p)
{
	buf_free(&p->payload);
	buf_free(&p->signature);
	buf_free(&p->logged_on);
	buf_free(&p->method);
	buf_free(&p->path);
	buf_free(&p->both);
	buf_free(&p->query);
	buf_free(&p->key);
	buf_free(&p->out);
}

static int
read_key(const struct world *w, const struct line *l, struct parts *p, const char **key,
    struct why *why)
{
	const struct span	 raw = line_raw(l, "apiKey");

	*key = w->terms.key;
	if (raw.p == NULL)
		return 0;
	*key = NULL;
	if (raw.len == strlen("null") && memcmp(raw.p, "null", raw.len) == 0)
		return 0;
	if (line_bytes(l, "apiKey", "apiKeyHex", &p->key, why) == -1)
		return -1;
	*key = buf_text(&p->key);
	return 0;
}

/* As much of its connection as the request depends on. */
static int
read_session(const struct line *l, struct parts *p, struct request *q, struct why *why)
{
	if (!line_has(l, "payload") && !line_has(l, "payloadHex"))
		return 0;
	if (line_bytes(l, "payload", "payloadHex", &p->payload, why) == -1 ||
	    line_bytes(l, "loggedOn", "loggedOnHex", &p->logged_on, why) == -1)
		return -1;
	if (line_has(l, "signature") || line_has(l, "signatureHex")) {
		if (line_bytes(l, "signature", "signatureHex", &p->signature, why) == -1)
			return -1;
		q->signature = buf_text(&p->signature);
	}
	if (text_copy(p->session.api_key, sizeof(p->session.api_key),
	    buf_text(&p->logged_on)) == -1)
		return why_set(why, "expected a key of at most %d bytes as \"loggedOn\"",
		    (int)sizeof(p->session.api_key) - 1);
	q->payload = buf_text(&p->payload);
	q->session = &p->session;
	return 0;
}

static int
read_request(const struct world *w, const struct line *l, struct parts *p, struct request *q,
    struct why *why)
{
	int64_t	 query_len;

	if (line_str(l, "method", &p->method, why) == -1 ||
	    line_bytes(l, "path", "pathHex", &p->path, why) == -1 ||
	    line_bytes(l, "body", "hex", &p->both, why) == -1 ||
	    line_int(l, "queryBytes", &query_len, why) == -1 ||
	    read_key(w, l, p, &q->api_key, why) == -1 || read_session(l, p, q, why) == -1)
		return -1;
	if (query_len < 0 || (size_t)query_len > p->both.len)
		return why_set(why, "expected a body of at least \"queryBytes\"");
	buf_add(&p->query, buf_text(&p->both), (size_t)query_len);
	q->method = buf_text(&p->method);
	q->path = buf_text(&p->path);
	q->query = buf_text(&p->query);
	q->body = buf_text(&p->both) + query_len;
	q->body_len = p->both.len - (size_t)query_len;
	return 0;
}

static int
rerun_request(struct world *w, const struct line *l, wall_t at, struct why *why)
{
	struct parts	 p = { .out = { 0 } };
	struct request	 q = { .method = NULL };
	const int	 rc = read_request(w, l, &p, &q, why);

	if (rc == 0)
		world_request(w, &q, at, &p.out);
	parts_free(&p);
	return rc;
}

static int
rerun_verb(struct world *w, const struct line *l, wall_t at, struct why *why)
{
	const struct outside	 nothing = { 0 };
	struct buf		 uri = { 0 }, from = { 0 }, out = { 0 };
	const bool		 by = line_has(l, "from");
	int			 rc = line_bytes(l, "uri", "hex", &uri, why);

	if (rc == 0 && by)
		rc = line_str(l, "from", &from, why);
	if (rc == 0)
		world_control(w, buf_text(&uri), by ? buf_text(&from) : NULL, &nothing, at, &out);
	buf_free(&uri);
	buf_free(&from);
	buf_free(&out);
	return rc;
}

static int
rerun_pace(struct world *w, const struct line *l, wall_t at, struct why *why)
{
	int64_t	 rows;
	wall_t	 until;

	if (line_has(l, "until")) {
		if (line_int(l, "until", &until.us, why) == -1)
			return -1;
		world_advance(w, at);
		world_skip(w, until);
		return 0;
	}
	if (line_int(l, "rows", &rows, why) == -1)
		return -1;
	world_play(w, rows, at);
	return 0;
}

/* Nobody listens to what a run says again. */
static void
forget(struct world *w)
{
	struct saying	*s;

	world_forget_facts(w);
	w->wishes.n = 0;
	while ((s = world_next_saying(w, (wall_t){ INT64_MAX })) != NULL)
		saying_free(s);
}

int
rerun_line(struct world *w, const char *text, size_t len, struct why *why)
{
	struct line	 l;
	wall_t		 at;
	int64_t		 n;
	int		 rc = 0;

	if (line_parse(&l, text, len, why) == -1 || line_int(&l, "n", &n, why) == -1 ||
	    line_int(&l, "us", &at.us, why) == -1)
		return -1;
	if (at.us < w->now.us && line_has(&l, "http"))
		return why_set(why, "expected a time not before %lld", (long long)w->now.us);
	if (line_is(&l, "kind", "request"))
		rc = rerun_request(w, &l, at, why);
	else if (line_is(&l, "kind", "verb"))
		rc = rerun_verb(w, &l, at, why);
	else if (line_is(&l, "kind", "pace"))
		rc = rerun_pace(w, &l, at, why);
	else
		world_advance(w, at);
	forget(w);
	return rc;
}
