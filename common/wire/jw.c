/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/jw.h"

#include <string.h>

enum { SHORT = 64 };	/* bytes of a text that is added in one piece */

static bool
needs_comma(const struct buf *b)
{
	if (b->len == 0)
		return false;
	const char	 last = b->p[b->len - 1];
	return last != '{' && last != '[' && last != ':';
}

static void
separate(struct buf *b)
{
	if (needs_comma(b))
		buf_addc(b, ',');
}

void
jw_open(struct buf *b, char bracket)
{
	separate(b);
	buf_addc(b, bracket);
}

void
jw_close(struct buf *b, char bracket)
{
	buf_addc(b, bracket);
}

static size_t
plain_run(const char *s, size_t n)
{
	size_t	 i = 0;

	while (i < n && (unsigned char)s[i] >= 0x20 && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

static void
add_escaped(struct buf *b, char c)
{
	switch (c) {
	case '"':  buf_adds(b, "\\\""); return;
	case '\\': buf_adds(b, "\\\\"); return;
	case '\n': buf_adds(b, "\\n"); return;
	case '\r': buf_adds(b, "\\r"); return;
	case '\t': buf_adds(b, "\\t"); return;
	}
	buf_addf(b, "\\u%04x", (unsigned char)c);
}

static void
add_escapable(struct buf *b, const char *s, size_t n)
{
	while (n > 0) {
		const size_t	 run = plain_run(s, n);

		buf_add(b, s, run);
		if (run < n)
			add_escaped(b, s[run]);
		const size_t	 used = run < n ? run + 1 : run;
		s += used;
		n -= used;
	}
}

/*
 * With a separator before, if one is due, and the tail behind: "" or ":".
 * Nearly every text is short and plain; it is added in one piece, because each
 * call of buf_add() costs more than such a text.
 */
static void
add_quoted(struct buf *b, const char *s, size_t n, const char *tail)
{
	char		 piece[SHORT + 4], *to = piece;
	const bool	 whole = n <= SHORT && plain_run(s, n) == n;

	if (needs_comma(b))
		*to++ = ',';
	*to++ = '"';
	if (whole) {
		memcpy(to, s, n);
		to += n;
	} else {
		buf_add(b, piece, (size_t)(to - piece));
		add_escapable(b, s, n);
		to = piece;
	}
	*to++ = '"';
	if (*tail != '\0')
		*to++ = *tail;
	buf_add(b, piece, (size_t)(to - piece));
}

void
jw_key(struct buf *b, const char *name)
{
	add_quoted(b, name, strlen(name), ":");
}

void
jw_strn(struct buf *b, const char *text, size_t len)
{
	add_quoted(b, text, len, "");
}

void
jw_str(struct buf *b, const char *text)
{
	jw_strn(b, text, strlen(text));
}

void
jw_raw(struct buf *b, const char *json)
{
	separate(b);
	buf_adds(b, json);
}

void
jw_dec(struct buf *b, dec_t d)
{
	char	 text[DEC_STR];

	jw_raw(b, dec_format(d, text));
}

void
jw_int(struct buf *b, int64_t v)
{
	separate(b);
	buf_addi(b, v);
}

void
jw_bool(struct buf *b, bool v)
{
	jw_raw(b, v ? "true" : "false");
}

void
jw_null(struct buf *b)
{
	jw_raw(b, "null");
}

void
jw_put_str(struct buf *b, const char *name, const char *text)
{
	jw_key(b, name);
	jw_str(b, text);
}

void
jw_put_str_or_null(struct buf *b, const char *name, const char *text)
{
	jw_key(b, name);
	if (*text == '\0')
		jw_null(b);
	else
		jw_str(b, text);
}

void
jw_put_dec(struct buf *b, const char *name, dec_t d)
{
	jw_key(b, name);
	jw_dec(b, d);
}

void
jw_put_int(struct buf *b, const char *name, int64_t v)
{
	jw_key(b, name);
	jw_int(b, v);
}

void
jw_put_bool(struct buf *b, const char *name, bool v)
{
	jw_key(b, name);
	jw_bool(b, v);
}

void
jw_put_raw(struct buf *b, const char *name, const char *json)
{
	jw_key(b, name);
	jw_raw(b, json);
}
