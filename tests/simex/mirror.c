/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "io/ws.h"
#include "run/log.h"
#include "tests/simex/snapshot.h"

#include <jansson.h>

#include <stdlib.h>

enum {
	STREAMS_MAX = 200,		/* of a connection */
	PARAMS_MAX = 50,		/* of a message */
	ASK_MS = 250,			/* between two messages; the exchange takes ten a second */
	LOOK_MS = 1000,
	ANSWER_MS = 15000,		/* so long it may take until everything is subscribed to */
	BACKOFF_MIN_MS = 500,
	BACKOFF_MAX_MS = 30000,
	READY_MS = 10000,		/* an exchange that is away does not keep us from starting */
	NAMES_MAX = 2,
};

/* What is listened to: on which route, and how long it is silent at most. */
static const struct channel {
	const char	*name, *path;
	const char	*streams[NAMES_MAX];	/* of each contract */
	size_t		 n;
	int64_t		 silent_ms;
} channels[] = {
	/* A quiet book changes now and then; marks come every second. */
	{ "public", "/public/stream", { "depth@100ms" }, 1, 60000 },
	{ "market", "/market/stream", { "aggTrade", "markPrice@1s" }, 2, 10000 },
};

/* One connection of a channel, for some of the contracts. */
struct link {
	struct mirror		*m;
	const struct channel	*channel;
	size_t			 first, n;	/* of the contracts */
	struct ws		*ws;
	struct timer		*timer;		/* connect, ask on, or look for silence */
	int64_t			 backoff_ms;
	mono_t			 up_at, heard_at;
	size_t			 asked;		/* for so many of the contracts */
	int			 unanswered;	/* messages */
	bool			 ready;		/* all is subscribed to */
	bool			 refused;
};

struct mirror {
	struct simex		*s;
	struct ws_hub		*hub;
	struct snapshots	*snapshots;
	struct link		*links;
	size_t			 n;
	size_t			 next;		/* contract that is looked at for a snapshot */
	struct tape		 frames;
	struct buf		 line;
	int64_t			 request_no;
	struct timer		*patience;
	bool			 announced;
};

static struct replay *
replay_of(const struct mirror *m)
{
	return &m->s->world.replay;
}

static struct desk *
desk_of(const struct mirror *m, size_t i)
{
	return &m->s->world.exchange.desks[i];
}

/* ---- what the rest of the program asks ------------------------------------------------ */

bool
mirror_is_up(const struct mirror *m)
{
	for (size_t i = 0; m != NULL && i < m->n; i++)
		if (!m->links[i].ready)
			return false;
	return m != NULL;
}

int
mirror_check(const struct conf *c, struct why *why)
{
	const bool	 streams = *c->mirror != '\0', rest = *c->mirror_rest != '\0';

	if (streams != rest)
		return why_set(why, "--mirror and --mirror-rest go together");
	if (streams && *c->replay != '\0')
		return why_set(why, "--mirror and --replay do not go together");
	if (streams && !text_starts_with(c->mirror, "ws://") &&
	    !text_starts_with(c->mirror, "wss://"))
		return why_set(why, "--mirror: '%.100s' is not ws:// or wss://", c->mirror);
	if (rest && !text_starts_with(c->mirror_rest, "http://") &&
	    !text_starts_with(c->mirror_rest, "https://"))
		return why_set(why, "--mirror-rest: '%.100s' is not http:// or https://",
		    c->mirror_rest);
	return 0;
}

/* Who trades here is told of it when there are books and marks to trade on. */
static void
announce(void *arg)
{
	struct mirror	*m = arg;

	if (m->announced)
		return;
	m->announced = true;
	timer_stop(m->patience);
	simex_announce(m->s);
}

static void
check_ready(struct mirror *m)
{
	if (m->announced || !mirror_is_up(m))
		return;
	for (size_t i = 0; i < m->s->world.exchange.n; i++) {
		const struct desk	*d = desk_of(m, i);

		if (d->listing->trading &&
		    (replay_needs_snapshot(replay_of(m), d) || !d->market.marked))
			return;
	}
	announce(m);
}

/* ---- rows ---------------------------------------------------------------------------- */

/* 1: the world has it; 0: it is none; -1: why. */
static int
take(struct mirror *m, struct tape *t, const char *text, size_t len, struct why *why)
{
	const int64_t	 gaps = replay_of(m)->gaps;
	const wall_t	 now = feed_now(m->s);

	buf_reset(&m->line);
	buf_addf(&m->line, "%lld ", (long long)now.us);
	buf_add(&m->line, text, len);
	const int	 rc = tape_read(t, m->line.p, m->line.len, why);
	if (rc != 1)
		return rc;
	world_row(&m->s->world, &t->row, now);
	feed_touch(m->s);
	if (replay_of(m)->gaps != gaps) {
		simex_log("mirror_gap", "sym=%s", t->row.symbol);
		snapshots_look(m->snapshots);
	}
	check_ready(m);
	return 1;
}

static void
complain(const char *of, const char *what)
{
	static struct log_limit	 lim = LOG_LIMIT(60000);

	if (log_allow(&lim, clock_mono()))
		simex_log("mirror_bad", "of=%s why=\"%s\" held=%u", of, what, lim.held);
}

/* ---- snapshots ------------------------------------------------------------------------- */

/* One that is older than what is subscribed to would be of no use. */
static bool
wants_snapshot(const struct mirror *m, size_t i)
{
	const struct link	*public = &m->links[i / STREAMS_MAX];
	const struct desk	*d = desk_of(m, i);

	return public->ready && d->listing->trading && replay_needs_snapshot(replay_of(m), d);
}

static const char *
wanted(void *arg)
{
	struct mirror	*m = arg;
	const size_t	 n = m->s->world.exchange.n;

	for (size_t k = 0; k < n; k++) {
		const size_t	 i = m->next;

		m->next = (i + 1) % n;
		if (wants_snapshot(m, i))
			return desk_of(m, i)->listing->symbol;
	}
	return NULL;
}

static void
on_snapshot(void *arg, const char *symbol, const char *text, size_t len)
{
	struct mirror		*m = arg;
	const struct desk	*d = exchange_find(&m->s->world.exchange, symbol);
	struct tape		 t;
	struct why		 why = { "" };

	if (!wants_snapshot(m, (size_t)d->listing->index))
		return;
	tape_init(&t, TAPE_RAW, symbol);
	const int	 rc = take(m, &t, text, len, &why);
	if (rc != 1)
		complain("snapshot", rc == 0 ? "it is none" : why.text);
	tape_fini(&t);
}

static void
on_failure(void *arg, const struct snapshot_failure *f)
{
	(void)arg;
	simex_log("mirror_no_snapshot", "sym=%s http=%d why=\"%s\" retry_ms=%lld", f->symbol, f->status,
	    f->why, (long long)f->pause_ms);
}

static const struct snapshot_hooks	snapshot_hooks = {
	.wanted = wanted, .came = on_snapshot, .failed = on_failure,
};

/* ---- subscribing ------------------------------------------------------------------------ */

static void
add_params(const struct link *k, size_t i, struct buf *params)
{
	char	 symbol[SYMBOL];

	text_put(symbol, sizeof(symbol), desk_of(k->m, i)->listing->symbol);
	text_lower(symbol);
	for (size_t j = 0; j < k->channel->n; j++)
		buf_addf(params, "%s\"%s@%s\"", params->len > 0 ? "," : "", symbol,
		    k->channel->streams[j]);
}

static void
ask_on(struct link *k)
{
	struct buf	 params = { 0 }, text = { 0 };

	for (size_t n = 0; n < PARAMS_MAX && k->asked < k->n; n += k->channel->n)
		add_params(k, k->first + k->asked++, &params);
	buf_addf(&text, "{\"method\":\"SUBSCRIBE\",\"params\":[%s],\"id\":%lld}", buf_text(&params),
	    (long long)++k->m->request_no);
	k->unanswered++;		/* first: the answer may come while it is sent */
	ws_send(k->ws, buf_text(&text));
	buf_free(&params);
	buf_free(&text);
}

static void
on_answer(struct link *k, const char *text, size_t len)
{
	json_t		*top = json_loadb(text, len, 0, NULL);
	const bool	 is_answer = json_is_integer(json_object_get(top, "id"));

	k->refused |= json_object_get(top, "error") != NULL || json_object_get(top, "code") != NULL;
	json_decref(top);
	if (k->refused)
		timer_in_ms(k->timer, 0);
	else if (is_answer && --k->unanswered == 0 && k->asked == k->n) {
		k->ready = true;
		k->backoff_ms = BACKOFF_MIN_MS;
		simex_log("mirror_up", "route=%s contracts=%zu", k->channel->name, k->n);
		snapshots_look(k->m->snapshots);
		check_ready(k->m);
	}
}

/* ---- connections -------------------------------------------------------------------------- */

static void
on_message(void *arg, const char *text, size_t len)
{
	struct link	*k = arg;
	struct why	 why;

	k->heard_at = clock_mono();
	switch (take(k->m, &k->m->frames, text, len, &why)) {
	case 0:
		on_answer(k, text, len);
		break;
	case -1:
		complain(k->channel->name, why.text);
		on_answer(k, text, len);
		break;
	default:
		break;
	}
}

static void
connect_now(struct link *k)
{
	char	 url[600];

	text_putf(url, sizeof(url), "%s%s", k->m->s->conf.mirror, k->channel->path);
	ws_connect(k->ws, url);
}

static void
on_up(void *arg)
{
	struct link	*k = arg;

	k->up_at = k->heard_at = clock_mono();
	k->asked = 0;
	k->unanswered = 0;
	k->refused = false;
	timer_in_ms(k->timer, 0);
}

static void
on_down(void *arg, const char *why)
{
	struct link	*k = arg;

	simex_log("mirror_down", "route=%s why=\"%s\" retry_ms=%lld", k->channel->name, why,
	    (long long)k->backoff_ms);
	k->ready = false;
	for (size_t i = 0; k->channel == channels && i < k->n; i++)
		replay_break(replay_of(k->m), desk_of(k->m, k->first + i));
	timer_in_ms(k->timer, k->backoff_ms);
	k->backoff_ms = k->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : k->backoff_ms * 2;
}

static const struct ws_hooks	hooks = { .up = on_up, .message = on_message, .down = on_down };

/* NULL: nothing. */
static const char *
what_is_wrong(const struct link *k, mono_t now)
{
	if (k->refused)
		return "refused";
	if (!k->ready && mono_diff_ms(now, k->up_at) > ANSWER_MS)
		return "no answer";
	return mono_diff_ms(now, k->heard_at) > k->channel->silent_ms ? "silent" : NULL;
}

static void
on_timer(void *arg)
{
	struct link	*k = arg;
	const char	*wrong;

	if (!ws_is_up(k->ws)) {
		connect_now(k);
	} else if ((wrong = what_is_wrong(k, clock_mono())) != NULL) {
		ws_close(k->ws);
		on_down(k, wrong);
	} else if (k->asked < k->n) {
		ask_on(k);
		timer_in_ms(k->timer, ASK_MS);
	} else {
		timer_in_ms(k->timer, LOOK_MS);
	}
}

/* ---- life ------------------------------------------------------------------------------ */

static void
open_link(struct mirror *m, const struct channel *c, size_t first, size_t n)
{
	struct link	*k = &m->links[m->n++];

	*k = (struct link){
		.m = m, .channel = c, .first = first, .n = n, .backoff_ms = BACKOFF_MIN_MS,
	};
	k->ws = ws_new(m->hub, c->name, &hooks, k);
	k->timer = timer_new(m->s->loop, on_timer, k);
	timer_in_ms(k->timer, 0);
}

/* Those of the public route come first: wants_snapshot() finds them by their contracts. */
static void
open_links(struct mirror *m)
{
	const size_t	 n = m->s->world.exchange.n;

	m->links = xcalloc(NITEMS(channels) * NAMES_MAX * (n / STREAMS_MAX + 1), sizeof(*m->links));
	for (size_t c = 0; c < NITEMS(channels); c++) {
		const size_t	 most = STREAMS_MAX / channels[c].n;

		for (size_t i = 0; i < n; i += most)
			open_link(m, &channels[c], i, n - i < most ? n - i : most);
	}
}

struct mirror *
mirror_new(struct simex *s)
{
	struct mirror	*m = xcalloc(1, sizeof(*m));

	log_init("simex", LOG_WARN);
	m->s = s;
	m->hub = ws_hub_new(s->loop, "");
	m->snapshots = snapshots_new(s->loop, s->conf.mirror_rest, &snapshot_hooks, m);
	m->patience = timer_new(s->loop, announce, m);
	timer_in_ms(m->patience, READY_MS);
	tape_init(&m->frames, TAPE_RAW, "");
	open_links(m);
	return m;
}

void
mirror_free(struct mirror *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++) {
		timer_free(m->links[i].timer);
		ws_free(m->links[i].ws);
	}
	snapshots_free(m->snapshots);
	ws_hub_free(m->hub);
	timer_free(m->patience);
	tape_fini(&m->frames);
	buf_free(&m->line);
	free(m->links);
	free(m);
}
