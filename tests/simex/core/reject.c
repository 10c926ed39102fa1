/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/reject.h"

#include "wire/jw.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct { int code, http; const char *text; } rejects[] = {
#define REJECT(id, code, http, text)	[REJ_##id] = { code, http, text },
#include "tests/simex/core/reject.def"
#undef REJECT
};
_Static_assert(NITEMS(rejects) == REJ_N, "rejects");

struct reject
reject_none(void)
{
	return reject_as(REJ_NONE);
}

struct reject
reject_as(enum reject_why why)
{
	struct reject	 r;

	r.why = why;
	r.arg[0] = '\0';
	return r;
}

struct reject
reject_with(enum reject_why why, const char *fmt, ...)
{
	struct reject	 r = reject_as(why);
	va_list		 ap;

	va_start(ap, fmt);
	vsnprintf(r.arg, sizeof(r.arg), fmt, ap);	/* a foreign word in a message: may be cut */
	va_end(ap);
	return r;
}

bool
reject_is_set(const struct reject *r)
{
	return r->why != REJ_NONE;
}

int
reject_code(const struct reject *r)
{
	return rejects[r->why].code;
}

int
reject_http(const struct reject *r)
{
	return rejects[r->why].http;
}

/* How many bytes the letter has, in the shortest form of UTF-8; 0: it is none. */
static size_t
letter_len(const unsigned char *s)
{
	const size_t	 len = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 :
			    *s < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	const bool	 overlong = (*s == 0xe0 && s[1] < 0xa0) || (*s == 0xf0 && s[1] < 0x90);
	const bool	 surrogate = *s == 0xed && s[1] >= 0xa0;
	const bool	 too_high = *s == 0xf4 && s[1] >= 0x90;
	return overlong || surrogate || too_high ? 0 : len;
}

/* Whoever reads an answer expects text, whatever bytes were sent. */
static void
add_text(struct buf *out, const char *s)
{
	while (*s != '\0') {
		const size_t	 len = letter_len((const unsigned char *)s);

		if (len == 0)
			buf_addc(out, '?');
		else
			buf_add(out, s, len);
		s += len == 0 ? 1 : len;
	}
}

void
reject_text(struct buf *out, const struct reject *r)
{
	const char	*text = rejects[r->why].text;
	const char	*gap = strstr(text, "%s");

	buf_add(out, text, gap == NULL ? strlen(text) : (size_t)(gap - text));
	if (gap != NULL) {
		add_text(out, r->arg);
		buf_adds(out, gap + 2);
	}
}

void
reject_print(struct buf *out, const struct reject *r)
{
	struct buf	 msg = { 0 };

	reject_text(&msg, r);
	jw_open(out, '{');
	jw_put_int(out, "code", rejects[r->why].code);
	jw_put_str(out, "msg", buf_text(&msg));
	jw_close(out, '}');
	buf_free(&msg);
}
