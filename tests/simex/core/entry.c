/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/entry.h"

#include "base/attr.h"
#include "base/die.h"

#include <stdbool.h>
#include <string.h>

/*
 * What a line has besides the texts that come from outside: the names of its
 * fields, numbers, words of ours.  A byte from outside takes up to six, once
 * more as two digits where it is no text.
 */
enum { FRAME_BYTES = 1024, ESCAPED = 6 + 2, LINE_LEAST = 4096, DIGITS = 20 };

static const char	hex[] = "0123456789abcdef";

static const char *const fate_names[] = {
	[FATE_EXECUTED] = "executed", [FATE_REFUSED] = "refused", [FATE_LOST] = "lost",
};
_Static_assert(NITEMS(fate_names) == FATE_N, "fate_names");

static const char *const event_fate_names[] = {
	[EVENT_SENT] = "sent", [EVENT_AGAIN] = "again", [EVENT_LOST] = "lost",
	[EVENT_MUTED] = "muted",
};
_Static_assert(NITEMS(event_fate_names) == EVENT_FATE_N, "event_fate_names");

/* ---- writing: each returns where the next goes ----------------------------------------- */

static char *
begin(struct buf *b, size_t foreign)
{
	const size_t	 want = FRAME_BYTES + ESCAPED * foreign;

	if (b->cap < want) {
		b->cap = want > LINE_LEAST ? 2 * want : LINE_LEAST;
		b->p = xrealloc(b->p, b->cap);
	}
	return b->p;
}

static void
end(struct buf *b, char *p)
{
	*p++ = '}';
	*p = '\0';
	b->len = (size_t)(p - b->p);
	if (b->len >= b->cap)
		panic("entry: %zu bytes in %zu", b->len, b->cap);
}

#define PUT(p, literal)	put_bytes(p, literal, sizeof(literal) - 1)

static inline char *
put_bytes(char *p, const char *from, size_t len)
{
	memcpy(p, from, len);
	return p + len;
}

static char *
put_word(char *p, const char *word)
{
	return put_bytes(p, word, strlen(word));
}

static char *
put_int(char *p, int64_t v)
{
	char		 digits[DIGITS], *at = digits + sizeof(digits);
	uint64_t	 a = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do {
		*--at = (char)('0' + a % 10);
	} while ((a /= 10) != 0);
	if (v < 0)
		*p++ = '-';
	return put_bytes(p, at, (size_t)(digits + sizeof(digits) - at));
}

static char *
put_dec(char *p, dec_t d)
{
	if (!dec_ok(d))
		return PUT(p, "null");
	const uint64_t	 a = d.e8 < 0 ? -(uint64_t)d.e8 : (uint64_t)d.e8;
	uint64_t	 part = a % (uint64_t)DEC_ONE_E8;
	int		 places = DEC_DIGITS;

	if (d.e8 < 0)
		*p++ = '-';
	p = put_int(p, (int64_t)(a / (uint64_t)DEC_ONE_E8));
	if (part == 0)
		return p;
	for (; part % 10 == 0; places--)
		part /= 10;
	*p = '.';
	for (int i = places; i > 0; i--, part /= 10)
		p[i] = (char)('0' + part % 10);
	return p + places + 1;
}

static char *
put_code(char *p, unsigned char c)
{
	p = PUT(p, "\\u00");
	*p++ = hex[c >> 4];
	*p++ = hex[c & 15];
	return p;
}

/* Text as JSON has it; what is none becomes a question mark.  true: all of it was text. */
static bool
put_shown(char **to, const char *from, size_t len)
{
	bool	 plain = true;
	char	*p = *to;

	for (size_t i = 0; i < len; i++) {
		const unsigned char	 c = (unsigned char)from[i];

		if (c == '"' || c == '\\')
			*p++ = '\\';
		plain = plain && c >= ' ' && c < 0x7f;
		*p++ = (char)(c >= ' ' && c < 0x7f ? c : '?');
	}
	*to = p;
	return plain;
}

/* A name of ours, or what a client has chosen: any bytes. */
static char *
put_text(char *p, const char *text)
{
	*p++ = '"';
	for (; *text != '\0'; text++) {
		const unsigned char	 c = (unsigned char)*text;

		if (c < ' ') {
			p = put_code(p, c);
			continue;
		}
		if (c == '"' || c == '\\')
			*p++ = '\\';
		*p++ = *text;
	}
	*p++ = '"';
	return p;
}

/* What is only to be looked at. */
static char *
put_seen(char *p, const char *text)
{
	*p++ = '"';
	put_shown(&p, text, strlen(text));
	*p++ = '"';
	return p;
}

/* What no text holds is shown as far as it can be, and told exactly behind, in digits. */
static char *
put_exactly(char *p, const char *exactly, const char *from, size_t len)
{
	*p++ = '"';
	const bool	 plain = put_shown(&p, from, len);
	*p++ = '"';
	if (plain)
		return p;
	p = PUT(p, ",\"");
	p = put_word(p, exactly);
	p = PUT(p, "\":\"");
	for (size_t i = 0; i < len; i++) {
		*p++ = hex[(unsigned char)from[i] >> 4];
		*p++ = hex[(unsigned char)from[i] & 15];
	}
	*p++ = '"';
	return p;
}

size_t
entry_number(char head[ENTRY_HEAD], int64_t n)
{
	char	*p = put_int(PUT(head, "{\"n\":"), n);

	*p++ = ',';
	return (size_t)(p - head);
}

size_t
entry_cause(char head[ENTRY_HEAD], int64_t by)
{
	char	*p = put_int(PUT(head, "\"by\":"), by);

	*p++ = ',';
	return (size_t)(p - head);
}

/* ---- inputs -------------------------------------------------------------------------------- */

static char *
put_params(char *p, const struct arrival *a, size_t query_len)
{
	p = put_int(PUT(p, ",\"queryBytes\":"), (int64_t)query_len);
	p = PUT(p, ",\"body\":");
	if (a->body_len == 0)
		return put_exactly(p, "hex", a->query, query_len);
	if (query_len == 0)
		return put_exactly(p, "hex", a->body, a->body_len);
	struct buf	 both = { 0 };
	buf_add(&both, a->query, query_len);
	buf_add(&both, a->body, a->body_len);
	p = put_exactly(p, "hex", both.p, both.len);
	buf_free(&both);
	return p;
}

static size_t
length_of(const char *text)
{
	return text == NULL ? 0 : strlen(text);
}

/* What a request over the WebSocket API has that the form does not hold. */
static char *
put_session(char *p, const struct arrival *a)
{
	p = put_exactly(PUT(p, ",\"payload\":"), "payloadHex", a->payload, strlen(a->payload));
	if (a->signature != NULL)
		p = put_exactly(PUT(p, ",\"signature\":"), "signatureHex", a->signature,
		    strlen(a->signature));
	return put_exactly(PUT(p, ",\"loggedOn\":"), "loggedOnHex", a->logged_on,
	    strlen(a->logged_on));
}

void
entry_request(struct buf *b, const struct arrival *a)
{
	const size_t	 query_len = strlen(a->query), path_len = strlen(a->path);
	const size_t	 key_len = length_of(a->other_key);
	const size_t	 session_len = length_of(a->payload) + length_of(a->signature) +
			    length_of(a->logged_on);
	char		*p = begin(b, query_len + a->body_len + path_len + key_len + session_len +
			    strlen(a->method) + CLORD_ID);

	p = put_int(PUT(p, "\"kind\":\"request\",\"us\":"), a->at.us);
	p = put_text(PUT(p, ",\"method\":"), a->method);
	p = put_exactly(PUT(p, ",\"path\":"), "pathHex", a->path, path_len);
	p = put_seen(PUT(p, ",\"clientOrderId\":"), a->clord_id);
	p = put_word(PUT(p, ",\"verdict\":\""), fate_names[a->fate]);
	p = put_int(PUT(p, "\",\"code\":"), a->code);
	p = put_int(PUT(p, ",\"http\":"), a->http);
	p = put_int(PUT(p, ",\"orderId\":"), a->order_id);
	if (a->keyless)
		p = PUT(p, ",\"apiKey\":null");
	else if (a->other_key != NULL)
		p = put_exactly(PUT(p, ",\"apiKey\":"), "apiKeyHex", a->other_key, key_len);
	if (a->payload != NULL)
		p = put_session(p, a);
	end(b, put_params(p, a, query_len));
}

void
entry_verb(struct buf *b, const struct told_verb *v)
{
	const size_t	 uri_len = strlen(v->uri), does_len = v->does == NULL ? 0 : strlen(v->does);
	const size_t	 from_len = v->by == NULL ? 0 : strlen(v->by);
	char		*p = begin(b, uri_len + does_len + from_len);

	p = put_int(PUT(p, "\"kind\":\"verb\",\"us\":"), v->at.us);
	p = put_exactly(PUT(p, ",\"uri\":"), "hex", v->uri, uri_len);
	p = put_int(PUT(p, ",\"http\":"), v->http);
	p = put_int(PUT(p, ",\"orderId\":"), v->order_id);
	if (v->by != NULL)
		p = put_text(PUT(p, ",\"from\":"), v->by);
	if (v->does != NULL)
		p = put_bytes(PUT(p, ",\"does\":"), v->does, does_len);
	end(b, p);
}

void
entry_pace(struct buf *b, const struct told_pace *pace)
{
	char	*p = begin(b, 0);

	p = put_int(PUT(p, "\"kind\":\"pace\",\"us\":"), pace->at.us);
	if (wall_is_set(pace->until))
		p = put_int(PUT(p, ",\"until\":"), pace->until.us);
	else
		p = put_int(PUT(p, ",\"rows\":"), pace->rows);
	end(b, p);
}

/* ---- what comes of them ---------------------------------------------------------------------- */

static char *
put_flag(char *p, bool yes)
{
	return yes ? PUT(p, "true") : PUT(p, "false");
}

/* A sum has no size that a reader's numbers would hold for certain: it is text. */
static char *
put_exact(char *p, dec_t d)
{
	*p++ = '"';
	p = put_dec(p, d);
	*p++ = '"';
	return p;
}

void
entry_order(struct buf *b, const struct fact *f, const char *what)
{
	const struct terms	*t = &f->order.terms;
	char			*p = begin(b, SYMBOL + CLORD_ID);

	p = put_int(PUT(p, "\"kind\":\"order\",\"us\":"), f->at.us);
	p = put_word(PUT(p, ",\"what\":\""), what);
	p = put_text(PUT(p, "\",\"symbol\":"), f->desk->listing->symbol);
	p = put_int(PUT(p, ",\"orderId\":"), f->order.id);
	p = put_text(PUT(p, ",\"clientOrderId\":"), t->clord_id);
	p = put_word(PUT(p, ",\"side\":\""), names_get(&side_names, (int)t->side));
	p = put_word(PUT(p, "\",\"positionSide\":\""), position_side_name(t->ps));
	p = put_word(PUT(p, "\",\"type\":\""), names_get(&ord_type_names, (int)t->type));
	p = put_dec(PUT(p, "\",\"qty\":"), t->qty);
	p = put_dec(PUT(p, ",\"price\":"), t->px);
	end(b, put_flag(PUT(p, ",\"reduceOnly\":"), t->reduce_only));
}

void
entry_execution(struct buf *b, const struct fact *f)
{
	const struct trade	*t = &f->trade;
	char			*p = begin(b, SYMBOL + CLORD_ID + 2 * ASSET);

	p = put_int(PUT(p, "\"kind\":\"execution\",\"us\":"), f->at.us);
	p = put_text(PUT(p, ",\"symbol\":"), t->listing->symbol);
	p = put_int(PUT(p, ",\"tradeId\":"), t->id);
	p = put_int(PUT(p, ",\"orderId\":"), t->order_id);
	p = put_text(PUT(p, ",\"clientOrderId\":"), t->clord_id);
	p = put_word(PUT(p, ",\"side\":\""), names_get(&side_names, (int)t->side));
	p = put_word(PUT(p, "\",\"positionSide\":\""), position_side_name(t->ps));
	p = put_dec(PUT(p, "\",\"qty\":"), t->qty);
	p = put_dec(PUT(p, ",\"price\":"), t->px);
	p = put_dec(PUT(p, ",\"fee\":"), t->fee);
	p = put_text(PUT(p, ",\"feeAsset\":"), t->fee_asset);
	p = put_dec(PUT(p, ",\"realizedPnl\":"), t->realized);
	p = put_text(PUT(p, ",\"asset\":"), t->listing->margin_asset);
	p = put_flag(PUT(p, ",\"maker\":"), t->maker);
	if (f->kind == FACT_TAKEN)
		p = PUT(p, ",\"takenOver\":true");
	p = put_exact(PUT(p, ",\"position\":"), f->position.qty);
	end(b, put_exact(PUT(p, ",\"balance\":"), f->held.balance));
}

void
entry_money(struct buf *b, const struct told_money *m)
{
	char	*p = begin(b, strlen(m->why) + strlen(m->asset) + SYMBOL);

	p = put_int(PUT(p, "\"kind\":\"money\",\"us\":"), m->at.us);
	p = put_text(PUT(p, ",\"why\":"), m->why);
	p = put_text(PUT(p, ",\"asset\":"), m->asset);
	if (m->symbol != NULL)
		p = put_text(PUT(p, ",\"symbol\":"), m->symbol);
	p = put_exact(PUT(p, ",\"change\":"), m->change);
	end(b, put_exact(PUT(p, ",\"balance\":"), m->balance));
}

void
entry_event(struct buf *b, const struct told_event *e)
{
	char	*p = begin(b, strlen(e->listen_key) + e->json->len);

	p = put_int(PUT(p, "\"kind\":\"event\",\"us\":"), e->at.us);
	p = put_int(PUT(p, ",\"due\":"), e->due.us);
	p = put_word(PUT(p, ",\"event\":\""), e->name);
	p = put_word(PUT(p, "\",\"fate\":\""), event_fate_names[e->fate]);
	p = put_int(PUT(p, "\",\"of\":"), e->of);
	p = put_text(PUT(p, ",\"listenKey\":"), e->listen_key);
	end(b, put_bytes(PUT(p, ",\"json\":"), buf_text(e->json), e->json->len));
}
