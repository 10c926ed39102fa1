/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/halt.h"

#include "base/die.h"
#include "base/map.h"
#include "base/text.h"
#include "run/log.h"
#include "run/loop.h"
#include "wire/jw.h"

#include <hiredis/hiredis.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVERYBODY	"*"
#define FILE_OF_ALL	"halt"

/* One word, of one source. */
struct word {
	char		 scope[SUB_ID];
	struct halt	 said;
	struct node	 node;
};

enum source_no { FROM_REDIS, FROM_FILES, SOURCES };

static const char *const	source_names[] = { [FROM_REDIS] = "redis", [FROM_FILES] = "file" };

struct halts {
	struct bus	*bus;
	char		*dir;
	struct timer	*timer;
	struct map	 words[SOURCES];	/* owns; by scope */
	bool		 known;			/* Redis has been read */
	bool		 asking;
	mono_t		 asked_at, known_at;	/* known_at: of the last question answered */
	struct log_limit unreadable[SOURCES];
	void		(*changed)(void *arg);
	void		*arg;
};

/* ---- words -------------------------------------------------------------------------- */

static struct word *
find(const struct map *m, const char *scope)
{
	struct node	*n = map_find(m, scope);

	return n == NULL ? NULL : MAP_OF(n, struct word, node);
}

/* A name longer than an account's is nobody's. */
static void
put(struct map *m, const char *scope, const char *text, size_t len)
{
	struct word	*w;

	if (strlen(scope) >= SUB_ID || find(m, scope) != NULL)
		return;
	w = xcalloc(1, sizeof(*w));
	w->said = halt_read(text, len);
	text_put(w->scope, sizeof(w->scope), scope);
	map_put(m, &w->node, w->scope);
}

static void
forget_all(struct map *m)
{
	struct map_iter	 it = map_each(m);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct word, node));
	map_fini(m);
}

static bool
is_same(const struct word *a, const struct word *b)
{
	return b != NULL && a->said.trading == b->said.trading &&
	    text_eq(a->said.reason, b->said.reason);
}

static void
log_word(const struct word *w, enum source_no from)
{
	if (!w->said.understood)
		log_error("halt_unreadable", "scope=%s source=%s says=\"%s\"; it counts as HALTED",
		    w->scope, source_names[from], w->said.reason);
	log_warn("halt", "scope=%s state=%s source=%s reason=\"%s\"", w->scope,
	    names_get(&trading_names, (int)w->said.trading), source_names[from], w->said.reason);
}

/* Says what the second has and the first has not; true: something. */
static bool
log_new(const struct map *was, const struct map *is, enum source_no from)
{
	struct map_iter	 it = map_each(is);
	struct node	*n;
	bool		 any = false;

	while ((n = map_next(&it)) != NULL) {
		const struct word	*w = MAP_OF(n, struct word, node);

		if (is_same(w, find(was, w->scope)))
			continue;
		log_word(w, from);
		any = true;
	}
	return any;
}

static bool
log_gone(const struct map *was, const struct map *is, enum source_no from)
{
	struct map_iter	 it = map_each(was);
	struct node	*n;
	bool		 any = false;

	while ((n = map_next(&it)) != NULL)
		if (map_find(is, n->key) == NULL) {
			log_warn("halt_lifted", "scope=%s source=%s", n->key, source_names[from]);
			any = true;
		}
	return any;
}

static void
replace(struct halts *h, enum source_no from, struct map *is)
{
	struct map	*was = &h->words[from];
	const bool	 appeared = log_new(was, is, from), gone = log_gone(was, is, from);

	forget_all(was);
	*was = *is;
	if ((appeared || gone) && h->known)
		h->changed(h->arg);
}

static void
unreadable(struct halts *h, enum source_no from, const char *why)
{
	if (log_allow(&h->unreadable[from], loop_now(bus_loop(h->bus))))
		log_error("halt_source_unreadable", "source=%s why=\"%s\"; what was known stays",
		    source_names[from], why);
}

/* ---- files --------------------------------------------------------------------------- */

static void
read_file(struct halts *h, struct map *into, const char *name, const char *scope)
{
	char		 path[512], text[2 * HALT_REASON];
	ssize_t		 n = -1;
	int		 fd = -1;

	if (text_format(path, sizeof(path), "%s/%s", h->dir, name) == 0)
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd != -1) {
		n = read(fd, text, sizeof(text));
		close(fd);
	}
	/* That it is there is a word. */
	put(into, scope, text, n > 0 ? (size_t)n : 0);
}

static void
read_files(struct halts *h)
{
	struct map	 is = { 0 };
	DIR		*dir = opendir(h->dir);
	struct dirent	*e;

	if (dir == NULL) {
		unreadable(h, FROM_FILES, strerror(errno));
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		if (text_eq(e->d_name, FILE_OF_ALL))
			read_file(h, &is, e->d_name, EVERYBODY);
		else if (text_starts_with(e->d_name, FILE_OF_ALL "."))
			read_file(h, &is, e->d_name, e->d_name + strlen(FILE_OF_ALL "."));
	}
	closedir(dir);
	replace(h, FROM_FILES, &is);
}

/* ---- Redis ---------------------------------------------------------------------------- */

/* Somebody else's value is no operator's word, and a start must not wait for its end. */
static bool
is_strange(const struct halts *h, const redisReply *r)
{
	return !h->known && r->type == REDIS_REPLY_ERROR && text_starts_with(r->str, "WRONGTYPE");
}

static void
on_hash(void *arg, const redisReply *r)
{
	struct halts	*h = arg;
	struct map	 is = { 0 };
	const bool	 first = !h->known;
	char		 key[KEY_MAX];

	h->asking = false;
	h->known_at = h->asked_at;
	if (is_strange(h, r))
		bus_move_aside(h->bus, key_format(K_HALT, NULL, key), "wrong");
	else if (r->type != REDIS_REPLY_ARRAY) {
		unreadable(h, FROM_REDIS, r->type == REDIS_REPLY_ERROR ? r->str : "no hash");
		return;
	}
	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2)
		put(&is, r->element[i]->str, r->element[i + 1]->str, r->element[i + 1]->len);
	replace(h, FROM_REDIS, &is);
	h->known = true;
	if (first)
		h->changed(h->arg);
}

static void
look(void *arg)
{
	struct halts	*h = arg;
	char		 key[KEY_MAX];

	timer_in_ms(h->timer, HALT_EVERY_MS);
	if (*h->dir != '\0')
		read_files(h);
	if (h->asking)
		return;
	h->asking = true;
	h->asked_at = loop_now(bus_loop(h->bus));
	bus_ask(h->bus, on_hash, h, 2,
	    (const char *[]){ "HGETALL", key_format(K_HALT, NULL, key) });
}

/* ---- what holds ------------------------------------------------------------------------- */

/* Of what the sources say of one scope the strictest; NULL: nothing. */
static const struct word *
word_of(const struct halts *h, const char *scope)
{
	const struct word	*found = NULL;

	for (size_t k = 0; k < SOURCES; k++) {
		const struct word	*w = find(&h->words[k], scope);

		if (w != NULL && (found == NULL || w->said.trading > found->said.trading))
			found = w;
	}
	return found;
}

static const struct word *
strictest(const struct halts *h, const char *sub)
{
	const struct word	*all = word_of(h, EVERYBODY);
	const struct word	*own = sub == NULL ? NULL : word_of(h, sub);

	return own != NULL && (all == NULL || own->said.trading > all->said.trading) ? own : all;
}

bool
halts_are_fresh(const struct halts *h)
{
	return mono_diff_ms(loop_now(bus_loop(h->bus)), h->known_at) < HALT_FRESH_MS;
}

enum trading
halts_of(const struct halts *h, const char *sub)
{
	const struct word	*w = strictest(h, sub);

	return w == NULL ? TRADING_ACTIVE : w->said.trading;
}

const char *
halts_reason(const struct halts *h, const char *sub)
{
	const struct word	*w = strictest(h, sub);

	return w == NULL ? "" : w->said.reason;
}

const char *
halts_scope(const struct halts *h, const char *sub)
{
	const struct word	*w = strictest(h, sub);

	return w == NULL ? EVERYBODY : w->scope;
}

static void
print_word(const struct word *w, struct buf *b)
{
	char	 text[HALT_REASON + 16];

	text_putf(text, sizeof(text), "%s%s%s", names_get(&trading_names, (int)w->said.trading),
	    *w->said.reason == '\0' ? "" : " ", w->said.reason);
	jw_put_str(b, w->scope, text);
}

void
halts_print(const struct halts *h, struct buf *b)
{
	jw_key(b, "halts");
	jw_open(b, '{');
	for (size_t k = 0; k < SOURCES; k++) {
		struct map_iter	 it = map_each(&h->words[k]);
		struct node	*n;

		while ((n = map_next(&it)) != NULL) {
			const struct word	*w = MAP_OF(n, struct word, node);

			if (w == word_of(h, w->scope))
				print_word(w, b);
		}
	}
	jw_close(b, '}');
}

/* ---- life --------------------------------------------------------------------------------- */

struct halts *
halts_new(struct bus *bus, const char *dir, void (*changed)(void *), void *arg)
{
	struct halts	*h = xcalloc(1, sizeof(*h));

	*h = (struct halts){ .bus = bus, .dir = xstrdup(dir), .changed = changed, .arg = arg,
	    .unreadable = { LOG_LIMIT(60000), LOG_LIMIT(60000) } };
	h->timer = timer_new(bus_loop(bus), look, h);
	look(h);
	return h;
}

void
halts_free(struct halts *h)
{
	if (h == NULL)
		return;
	timer_free(h->timer);
	for (size_t k = 0; k < SOURCES; k++)
		forget_all(&h->words[k]);
	free(h->dir);
	free(h);
}
