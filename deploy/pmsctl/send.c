/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send.c - push a command as a gateway does, and wait for its answer.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/text.h"
#include "run/loop.h"
#include "wire/field.h"
#include "wire/jw.h"
#include "wire/msg.h"

#include <hiredis/hiredis.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum {
	WAIT_MS = 5000,		/* as long as the gateway does */
	NAP_MIN_US = 1000,
	NAP_MAX_US = 20000,
	NAP_PART = 16,		/* a nap is this part of what was waited for already */
	UUID = 37,
};

struct envelope {
	char	request_id[REQUEST_ID];
};

static const struct field	envelope_v[] = {
	F(envelope, request_id, "requestId", F_STR, FIELD_ID),
};
static const struct fields	envelope_fields = FIELDS(envelope_v);

struct outcome_of {
	bool	success;
};

static const struct field	outcome_v[] = {
	F(outcome_of, success, "success", F_BOOL, FIELD_REQUIRED),
};
static const struct fields	outcome_fields = FIELDS(outcome_v);

/* ---- the payload -------------------------------------------------------------- */

static const char *
queue_find(const char *name)
{
	const int	 i = names_find(&command_names, name);
	struct buf	 known = { 0 };

	if (i != -1)
		return names_get(&command_names, i);
	for (int j = 0; j < command_names.n; j++)
		buf_addf(&known, " %s", names_get(&command_names, j));
	give_up(EXIT_CONFIG, "send: '%s' is no command queue; there are:%s", name,
	    buf_text(&known));
}

static const char *
digits(const char *s)
{
	while (isdigit((unsigned char)*s))
		s++;
	return s;
}

/* As JSON spells numbers: 007, .5 and 1. are texts. */
static bool
is_number(const char *s)
{
	const char	*p = *s == '-' ? s + 1 : s;
	const char	*end = digits(p);

	if (end == p || (*p == '0' && end > p + 1))
		return false;
	if (*end == '.') {
		p = end + 1;
		if ((end = digits(p)) == p)
			return false;
	}
	if (*end == 'e' || *end == 'E') {
		p = end + 1 + (end[1] == '+' || end[1] == '-');
		if ((end = digits(p)) == p)
			return false;
	}
	return *end == '\0';
}

/* Of what looks like JSON the reader will say whether it is. */
static bool
is_json(const char *s)
{
	return is_number(s) || text_eq(s, "true") || text_eq(s, "false") || text_eq(s, "null") ||
	    *s == '{' || *s == '[' || *s == '"';
}

static void
put_assignment(struct buf *b, const char *assignment)
{
	const char	*equals = strchr(assignment, '=');
	char		 name[64];

	if (equals == NULL || equals == assignment)
		give_up(EXIT_CONFIG, "send: '%s' is neither a JSON object nor field=value",
		    assignment);
	if (text_copyn(name, sizeof(name), assignment, (size_t)(equals - assignment)) == -1)
		give_up(EXIT_CONFIG, "send: the name of a field has less than %zu bytes: %s",
		    sizeof(name), assignment);
	jw_key(b, name);
	if (is_json(equals + 1))
		jw_raw(b, equals + 1);
	else
		jw_str(b, equals + 1);
}

static struct envelope
read_envelope(const struct buf *b)
{
	struct envelope		 e = { "" };
	struct field_fault	 ff;

	if (fields_read(&envelope_fields, &e, b->p, b->len, &ff) == -1)
		give_up(EXIT_CONFIG, "send: %s, in: %s", ff.text, b->p);
	return e;
}

static void
make_uuid(char id[UUID])
{
	uint8_t	 b[16];
	char	 hex[33];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		give_up(EXIT_TRY_AGAIN, "send: the kernel gives no random numbers; name a "
		    "requestId");
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	text_hex(b, sizeof(b), hex);
	text_putf(id, UUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* Stands in front of the members that are there: the rest of the text stays as it was given. */
static void
insert_id(struct buf *b, const char *id)
{
	struct buf	 whole = { 0 };
	const char	*rest = strchr(b->p, '{') + 1;

	while (isspace((unsigned char)*rest))
		rest++;
	jw_open(&whole, '{');
	jw_put_str(&whole, "requestId", id);
	if (*rest != '}')
		buf_addc(&whole, ',');
	buf_adds(&whole, rest);
	buf_free(b);
	*b = whole;
}

static struct envelope
compose(const struct ctl *k, struct buf *b)
{
	if (k->argc == 2 && *k->argv[1] == '{')
		buf_adds(b, k->argv[1]);
	else {
		jw_open(b, '{');
		for (int i = 1; i < k->argc; i++)
			put_assignment(b, k->argv[i]);
		jw_close(b, '}');
	}
	struct envelope	 e = read_envelope(b);
	if (*e.request_id == '\0') {
		make_uuid(e.request_id);
		insert_id(b, e.request_id);
	}
	return e;
}

/* ---- the answer ---------------------------------------------------------------- */

static void
nap(int64_t us)
{
	us = us < NAP_MIN_US ? NAP_MIN_US : us > NAP_MAX_US ? NAP_MAX_US : us;
	const struct timespec	 ts = { .tv_nsec = us * 1000 };

	nanosleep(&ts, NULL);
}

/* NULL: none came in time. */
static redisReply *
await(struct ctl *k, const char *result, mono_t pushed)
{
	const mono_t	 until = mono_after_ms(pushed, k->timeout_ms);

	for (;;) {
		redisReply	*r = ctl_ask(k, 2, (const char *[]){ "GET", result });
		const mono_t	 now = clock_mono();

		if (r->type == REDIS_REPLY_STRING)
			return r;
		freeReplyObject(r);
		if (!mono_before(now, until))
			return NULL;
		nap(mono_diff_us(now, pushed) / NAP_PART);
	}
}

/* A command that nobody has taken must not be done when nobody waits any more. */
static int
say_unanswered(struct ctl *k, const char *queue, const char *payload, const char *id)
{
	const double	 waited_s = (double)k->timeout_ms / 1000;

	if (ctl_ask_int(k, 4, (const char *[]){ "LREM", queue, "1", payload }) > 0)
		fprintf(stderr, "pmsctl: nobody has taken it from %s in %g s, and it has been "
		    "withdrawn; is cmdd up?\n", queue, waited_s);
	else
		fprintf(stderr, "pmsctl: it was taken from %s, but not answered in %g s; to know "
		    "what has become of it send the same with requestId=%s\n", queue, waited_s, id);
	return EXIT_TRY_AGAIN;
}

static int
print_answer(const redisReply *r)
{
	struct outcome_of	 o = { false };
	struct field_fault	 ff;

	puts(r->str);
	if (fields_read(&outcome_fields, &o, r->str, r->len, &ff) == -1)
		give_up(EXIT_NO, "send: an answer that is none: %s", ff.text);
	return o.success ? 0 : EXIT_NO;
}

/* What an earlier command of this id may have left is not the answer to this one. */
static void
push(struct ctl *k, const char *queue, const char *payload, const char *result)
{
	ctl_ask_int(k, 2, (const char *[]){ "DEL", result });
	ctl_ask_int(k, 3, (const char *[]){ k->rpush ? "RPUSH" : "LPUSH", queue, payload });
}

int
ctl_send(struct ctl *k)
{
	struct buf	 payload = { 0 };
	char		 queue[KEY_MAX], result[KEY_MAX];

	if (k->argc == 0)
		give_up(EXIT_CONFIG, "send: which queue?  Such as: pmsctl send validate "
		    "subAccountId=ID symbol=BTCUSDT side=BUY quantity=0.001");
	key_format(K_CMD, queue_find(k->argv[0]), queue);
	const struct envelope	 e = compose(k, &payload);
	key_format(K_RESULT, e.request_id, result);
	if (k->timeout_ms == 0)
		k->timeout_ms = WAIT_MS;

	const wall_t	 pushed_at = clock_wall();
	const mono_t	 pushed = clock_mono();
	push(k, queue, payload.p, result);
	redisReply	*r = await(k, result, pushed);
	const mono_t	 answered = clock_mono();

	const int	 status = r == NULL ? say_unanswered(k, queue, payload.p, e.request_id) :
			    print_answer(r);
	if (r != NULL)
		ctl_ask_int(k, 2, (const char *[]){ "DEL", result });
	if (r != NULL && k->verbose)
		fprintf(stderr, "pmsctl: pushed at %lld us, answered in %.2f ms\n",
		    (long long)pushed_at.us, (double)mono_diff_us(answered, pushed) / 1000);
	freeReplyObject(r);
	buf_free(&payload);
	return status;
}
