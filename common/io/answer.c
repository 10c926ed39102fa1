/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/answer.h"

#include "base/die.h"
#include "base/text.h"
#include "wire/jw.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>

struct giving {
	struct bus	*bus;
	struct txn	*txn;
	char		*text;
	char		 request_id[REQUEST_ID];
	int		 ttl_s;		/* that it is remembered */
	void		(*done)(void *arg);
	void		*arg;
};

static void
give(struct giving *g, bool first)
{
	if (first) {
		txn_set_ex(g->txn, K_RESULT, g->request_id, g->text, KEY_TTL_RESULT_S);
		txn_expire(g->txn, K_SEEN, g->request_id, g->ttl_s);
		txn_zrem(g->txn, K_OPEN, g->request_id);
	} else
		txn_hset(g->txn, K_SEEN, g->request_id, "outcome", g->text);
	txn_commit(g->txn, g->done, g->arg);
	free(g->text);
	free(g);
}

static void	claim(struct giving *);

static void
on_stored(void *arg, const redisReply *r)
{
	struct giving	*g = arg;

	give(g, r->type != REDIS_REPLY_STRING || text_eq(r->str, g->text));
}

static void
on_claimed(void *arg, const redisReply *r)
{
	struct giving	*g = arg;
	char		 key[KEY_MAX];

	if (r->type == REDIS_REPLY_ERROR) {
		/* Not a hash: somebody else's value holds no claim of an answer. */
		bus_move_aside(g->bus, key_format(K_SEEN, g->request_id, key), "wrong");
		claim(g);
	} else if (r->type == REDIS_REPLY_INTEGER && r->integer == 1)
		give(g, true);
	else
		bus_ask(g->bus, on_stored, g, 3, (const char *[]){ "HGET",
		    key_format(K_SEEN, g->request_id, key), "answer" });
}

static void
claim(struct giving *g)
{
	char	 key[KEY_MAX];

	bus_ask(g->bus, on_claimed, g, 4, (const char *[]){ "HSETNX",
	    key_format(K_SEEN, g->request_id, key), "answer", g->text });
}

static void
commit(struct bus *b, const char *request_id, const char *text, int ttl_s, struct txn *txn,
    void (*done)(void *), void *arg)
{
	if (*request_id == '\0' || text_eq(request_id, "unknown")) {
		txn_commit(txn, done, arg);
		return;
	}
	struct giving	*g = xcalloc(1, sizeof(*g));
	*g = (struct giving){ .bus = b, .txn = txn, .text = xstrdup(text), .ttl_s = ttl_s,
	    .done = done, .arg = arg };
	text_put(g->request_id, sizeof(g->request_id), request_id);
	claim(g);
}

void
answer_commit(struct bus *b, const char *request_id, const char *text, struct txn *txn,
    void (*done)(void *), void *arg)
{
	commit(b, request_id, text, KEY_TTL_SEEN_S, txn, done, arg);
}

void
answer_question(struct bus *b, const char *request_id, const char *text, struct txn *txn)
{
	commit(b, request_id, text, KEY_TTL_SEEN_ASKED_S, txn, NULL, NULL);
}

void
answer_refusal(struct buf *b, const struct refusal *r)
{
	jw_open(b, '{');
	jw_put_bool(b, "success", false);
	jw_put_str(b, "error", deny_sentence(r->code, r->error));
	jw_put_str(b, "errorCode", deny_code(r->code));
	jw_put_str(b, "errorCategory", deny_category(r->code));
	jw_put_bool(b, "retryable", deny_retryable(r->code));
	if (r->details != NULL)
		jw_put_raw(b, "details", r->details);
	if (r->errors != NULL)
		jw_put_raw(b, "errors", r->errors);
	if (r->more != NULL)
		jw_raw(b, r->more);
	jw_close(b, '}');
}
