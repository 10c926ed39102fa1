/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * halt.c - what an operator forbids, and whether those who obey have read it.
 *
 * A halt is a field of pms:halt: a sub-account, or * for all, and "STATE
 * reason".  riskd and orderd say in their heartbeats what they obey, which may
 * be more: a file in their run directory counts, too.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/die.h"
#include "base/text.h"
#include "run/loop.h"
#include "wire/field.h"

#include <hiredis/hiredis.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERYBODY	"*"

enum { CONFIRM_MS = 2000, LOOK_MS = 20, UUID_LEN = 36, REASON_MAX = 119 };

static const char *const	obeyers[] = { "riskd", "orderd" };

/* ---- heartbeats ------------------------------------------------------------------- */

struct beat {
	wall_t	 ts;
	char	*halts;		/* JSON; heap.  NULL: it does not know yet what it obeys */
};

static const struct field	beat_v[] = {
	F(beat, ts, "ts", F_WALL, FIELD_REQUIRED), F(beat, halts, "halts", F_RAW, 0),
};
static const struct fields	beat_fields = FIELDS(beat_v);

/* Unset: there is none that tells of halts.  each() gets them. */
static wall_t
read_beat(struct ctl *k, const char *daemon, fields_text *each, void *arg)
{
	struct beat		 b = { WALL_UNSET, NULL };
	struct field_fault	 ff;
	char			 key[KEY_MAX];
	redisReply		*r = ctl_ask(k, 2, (const char *[]){ "GET",
			    key_format(K_HEALTH, daemon, key) });

	if (r->type == REDIS_REPLY_STRING &&
	    (fields_read(&beat_fields, &b, r->str, r->len, &ff) == -1 ||
	    fields_read_texts("halts", r->str, r->len, each, arg, &ff) == -1))
		give_up(EXIT_TRY_AGAIN, "%s is not readable: %s", key, ff.text);
	freeReplyObject(r);
	if (b.halts == NULL)
		return WALL_UNSET;
	free(b.halts);
	return b.ts;
}

/* ---- showing ---------------------------------------------------------------------- */

struct halt {
	char		*scope, *text;
	bool		 written;	/* in pms:halt; else it comes from a file */
	unsigned	 obeyed;	/* bit i: by obeyers[i] */
};

struct halts {
	struct halt	*v;
	size_t		 n;
	unsigned	 who;		/* whose heartbeat is being read; 0: pms:halt */
};

static void
add_halt(void *arg, const char *scope, const char *text)
{
	struct halts	*hs = arg;
	size_t		 i = 0;

	while (i < hs->n && !(text_eq(hs->v[i].scope, scope) && text_eq(hs->v[i].text, text)))
		i++;
	if (i == hs->n) {
		hs->v = xrealloc(hs->v, ++hs->n * sizeof(*hs->v));
		hs->v[i] = (struct halt){ .scope = xstrdup(scope), .text = xstrdup(text) };
	}
	hs->v[i].written |= hs->who == 0;
	hs->v[i].obeyed |= hs->who;
}

static struct halts
load_halts(struct ctl *k)
{
	struct halts	 hs = { 0 };
	char		 key[KEY_MAX];
	redisReply	*r = ctl_ask(k, 2, (const char *[]){ "HGETALL",
			    key_format(K_HALT, NULL, key) });

	for (size_t i = 0; i + 1 < r->elements; i += 2)
		add_halt(&hs, r->element[i]->str, r->element[i + 1]->str);
	freeReplyObject(r);
	for (size_t i = 0; i < NITEMS(obeyers); i++) {
		hs.who = 1U << i;
		read_beat(k, obeyers[i], add_halt, &hs);
	}
	return hs;
}

static const char *
names_of(unsigned who, char buf[40])
{
	text_putf(buf, 40, "%s%s%s", (who & 1) != 0 ? obeyers[0] : "", who == 3 ? " " : "",
	    (who & 2) != 0 ? obeyers[1] : "");
	return *buf == '\0' ? "nobody" : buf;
}
_Static_assert(NITEMS(obeyers) == 2, "names_of");

static void
print_halt(const struct halt *h)
{
	const size_t	 word = strcspn(h->text, " ");
	char		 who[40];

	printf("%-36s %-9.*s %-9s %-13s %s\n", h->scope, (int)word, h->text,
	    h->written ? "pms:halt" : "file", names_of(h->obeyed, who),
	    h->text + word + strspn(h->text + word, " "));
}

void
print_halts(struct ctl *k)
{
	struct halts	 hs = load_halts(k);

	if (hs.n > 0)
		printf("\n%-36s %-9s %-9s %-13s %s\n", "halt", "state", "from", "obeyed by", "reason");
	for (size_t i = 0; i < hs.n; i++) {
		print_halt(&hs.v[i]);
		free(hs.v[i].scope);
		free(hs.v[i].text);
	}
	free(hs.v);
}

/* ---- what was asked --------------------------------------------------------------- */

static bool
is_uuid(const char *s)
{
	size_t	 i = 0;

	for (; i < UUID_LEN && s[i] != '\0'; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' :
		    !isxdigit((unsigned char)s[i]))
			return false;
	return i == UUID_LEN && s[i] == '\0';
}

/*
 * Views end when riskd is down, and then an account must be known by its looks.
 * What is neither is a slip: a halt of nobody, or a reason without a scope.
 */
static const char *
scope_of(struct ctl *k, const char *subcommand)
{
	const char	*scope = k->argc == 0 ? EVERYBODY : k->argv[0];
	char		 key[KEY_MAX];

	if (text_eq(scope, EVERYBODY) || is_uuid(scope) || (strlen(scope) < SUB_ID &&
	    ctl_ask_int(k, 2, (const char *[]){ "EXISTS", key_format(K_RISK, scope, key) }) == 1))
		return scope;
	give_up(EXIT_CONFIG, "%s: '%s' is neither a sub-account nor '*' for all; a reason stands "
	    "behind one of them", subcommand, scope);
}

/* As it comes back in the heartbeats: one line, one blank between two words. */
static char *
text_of(struct ctl *k, const char *state)
{
	struct buf	 b = { 0 };
	char		*save = NULL;

	buf_adds(&b, state);
	for (int i = 1; i < k->argc; i++)
		for (char *word = strtok_r(k->argv[i], " \t\n", &save); word != NULL;
		    word = strtok_r(NULL, " \t\n", &save))
			buf_addf(&b, " %s", word);
	for (const char *p = b.p; *p != '\0'; p++)
		if (iscntrl((unsigned char)*p))
			give_up(EXIT_CONFIG, "a reason is one line of text");
	if (b.len - strlen(state) > REASON_MAX)
		give_up(EXIT_CONFIG, "a reason has at most %d bytes", REASON_MAX);
	return buf_take(&b);
}

/* ---- whether it is obeyed ----------------------------------------------------------- */

/* Of one daemon: when it last spoke before, and what it says now of the scope. */
struct obeyer {
	const char	*name, *scope;
	wall_t		 before, ts;
	char		*says;		/* NULL: nothing of this scope */
};

static void
note(void *arg, const char *scope, const char *text)
{
	struct obeyer	*o = arg;

	if (text_eq(scope, o->scope))
		o->says = xstrdup(text);
}

static void
hear(struct ctl *k, struct obeyer *o)
{
	free(o->says);
	o->says = NULL;
	o->ts = read_beat(k, o->name, note, o);
}

static bool
has_spoken(const struct obeyer *o)
{
	return wall_is_set(o->ts) && o->ts.us != o->before.us;
}

/* text: what is to be obeyed; NULL: nothing any more. */
static bool
obeys(const struct obeyer *o, const char *text)
{
	if (!has_spoken(o))
		return false;
	return text == NULL ? o->says == NULL : o->says != NULL && text_eq(o->says, text);
}

static void
say_unconfirmed(const struct obeyer *o, const char *subcommand)
{
	if (!has_spoken(o))
		fprintf(stderr, "pmsctl: %s: %s is down, hangs or starts, and did not confirm; it reads "
		    "this first when it starts, and what runs obeys\n", subcommand, o->name);
	else if (o->says == NULL)
		fprintf(stderr, "pmsctl: %s: %s did not confirm, and obeys nothing\n", subcommand,
		    o->name);
	else
		fprintf(stderr, "pmsctl: %s: %s did not confirm, and obeys '%s'; a file in its "
		    "run_dir counts, too\n", subcommand, o->name, o->says);
}

/* Until both have said so, or the time is up. */
static bool
await_obeyed(struct ctl *k, struct obeyer *os, const char *text)
{
	const mono_t	 until = mono_after_ms(clock_mono(), CONFIRM_MS);
	bool		 all;

	do {
		nap_ms(LOOK_MS);
		all = true;
		for (size_t i = 0; i < NITEMS(obeyers); i++) {
			hear(k, &os[i]);
			all = all && obeys(&os[i], text);
		}
	} while (!all && mono_before(clock_mono(), until));
	return all;
}

static void
write_down(struct ctl *k, const char *scope, const char *text)
{
	char	 key[KEY_MAX];

	key_format(K_HALT, NULL, key);
	if (text != NULL)
		ctl_ask_int(k, 4, (const char *[]){ "HSET", key, scope, text });
	else
		ctl_ask_int(k, 3, (const char *[]){ "HDEL", key, scope });
}

static int
change(struct ctl *k, const char *subcommand, const char *scope, const char *text)
{
	struct obeyer	 os[NITEMS(obeyers)];

	for (size_t i = 0; i < NITEMS(obeyers); i++) {
		os[i] = (struct obeyer){ .name = obeyers[i], .scope = scope };
		hear(k, &os[i]);
		os[i].before = os[i].ts;
	}
	write_down(k, scope, text);
	const bool	 all = await_obeyed(k, os, text);
	if (all)
		printf("%s %s: riskd and orderd obey\n", scope, text == NULL ? "ACTIVE" : text);
	for (size_t i = 0; i < NITEMS(obeyers); i++) {
		if (!obeys(&os[i], text))
			say_unconfirmed(&os[i], subcommand);
		free(os[i].says);
	}
	return all ? 0 : EXIT_TRY_AGAIN;
}

static int
forbid(struct ctl *k, const char *subcommand, const char *state)
{
	const char	*scope = scope_of(k, subcommand);
	char		*text = text_of(k, state);
	const int	 status = change(k, subcommand, scope, text);

	free(text);
	return status;
}

int
ctl_halt(struct ctl *k)
{
	return forbid(k, "halt", "HALTED");
}

int
ctl_reduce(struct ctl *k)
{
	return forbid(k, "reduce", "REDUCING");
}

int
ctl_resume(struct ctl *k)
{
	if (k->argc > 1)
		give_up(EXIT_CONFIG, "resume: one sub-account or '*', not %d", k->argc);
	return change(k, "resume", scope_of(k, "resume"), NULL);
}
