/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/line.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { NUMBER_MOST = 40 };

/* Behind the text in quotes that begins at p; NULL: it has no end. */
static const char *
skip_text(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : NULL;
}

/* Behind what is in brackets. */
static const char *
skip_nested(const char *p, const char *end)
{
	int	 depth = 0;

	while (p != NULL && p < end) {
		if (*p == '"') {
			p = skip_text(p, end);
			continue;
		}
		depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
		p++;
		if (depth == 0)
			return p;
	}
	return NULL;
}

static const char *
skip_value(const char *p, const char *end)
{
	if (p == end)
		return NULL;
	if (*p == '"')
		return skip_text(p, end);
	if (*p == '{' || *p == '[')
		return skip_nested(p, end);
	const char	*start = p;
	while (p < end && (isalnum((unsigned char)*p) || *p == '-' || *p == '.' || *p == '+'))
		p++;
	return p > start ? p : NULL;
}

static int
parse_field(struct line *l, const char **p, const char *end, struct why *why)
{
	const char	*name = *p, *after = name < end && *name == '"' ? skip_text(name, end) : NULL;

	if (after == NULL || after == end || *after != ':')
		return why_set(why, "expected a name in quotes and a colon");
	const char	*value = after + 1, *behind = skip_value(value, end);
	if (behind == NULL)
		return why_set(why, "expected a value behind %.*s", (int)(after - name), name);
	if (l->n == LINE_FIELDS)
		return why_set(why, "expected at most %d values", LINE_FIELDS);
	l->v[l->n].name = (struct span){ name + 1, (size_t)(after - name) - 2 };
	l->v[l->n++].value = (struct span){ value, (size_t)(behind - value) };
	*p = behind;
	return 0;
}

int
line_parse(struct line *l, const char *text, size_t len, struct why *why)
{
	const char	*p = text, *end = text + len;

	l->n = 0;
	if (len == 0 || *p != '{')
		return why_set(why, "expected an object in braces");
	do {
		p++;
		if (parse_field(l, &p, end, why) == -1)
			return -1;
	} while (p < end && *p == ',');
	if (p == end || *p != '}')
		return why_set(why, "expected a comma or a brace behind the value of \"%.*s\"",
		    (int)l->v[l->n - 1].name.len, l->v[l->n - 1].name.p);
	if (p + 1 != end)
		return why_set(why, "expected nothing behind the last brace");
	return 0;
}

static bool
span_is(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

struct span
line_raw(const struct line *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (span_is(l->v[i].name, name))
			return l->v[i].value;
	return (struct span){ NULL, 0 };
}

bool
line_has(const struct line *l, const char *name)
{
	return line_raw(l, name).p != NULL;
}

bool
line_is(const struct line *l, const char *name, const char *text)
{
	const struct span	 s = line_raw(l, name);

	return s.p != NULL && s.len >= 2 && *s.p == '"' &&
	    span_is((struct span){ s.p + 1, s.len - 2 }, text);
}

int
line_int(const struct line *l, const char *name, int64_t *out, struct why *why)
{
	const struct span	 s = line_raw(l, name);
	char			 text[NUMBER_MOST];

	if (s.p == NULL || text_copyn(text, sizeof(text), s.p, s.len) == -1 ||
	    text_to_i64(text, INT64_MIN + 1, INT64_MAX, out) == -1)
		return why_set(why, "expected a whole number as \"%s\"", name);
	return 0;
}

int
line_dec(const struct line *l, const char *name, dec_t *out, struct why *why)
{
	struct span	 s = line_raw(l, name);

	if (s.p != NULL && *s.p == '"')
		s = (struct span){ s.p + 1, s.len - 2 };
	if (s.p == NULL || dec_parsen(s.p, s.len, out) == -1 || !dec_ok(*out))
		return why_set(why, "expected a decimal as \"%s\"", name);
	return 0;
}

/* ---- text --------------------------------------------------------------------------- */

static int
hex_digit(char c)
{
	static const char	 digits[] = "0123456789abcdef";
	const char		*at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

	return at == NULL ? -1 : (int)(at - digits);
}

/* Of the control characters only: that is what this program writes so. */
static int
add_coded(struct buf *b, const char *p, size_t left)
{
	int	 code = 0;

	if (left < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const int	 d = hex_digit(p[i]);

		if (d == -1)
			return -1;
		code = code * 16 + d;
	}
	if (code > 0x7f)
		return -1;
	buf_addc(b, (char)code);
	return 0;
}

static int
add_escape(struct buf *b, const char *p, size_t left, size_t *used)
{
	static const char	 letters[] = "\"\\/nrt", plain[] = "\"\\/\n\r\t";
	const char		*at = left == 0 || *p == '\0' ? NULL : strchr(letters, *p);

	if (at != NULL) {
		buf_addc(b, plain[at - letters]);
		*used = 1;
		return 0;
	}
	*used = 5;
	return left > 0 && *p == 'u' ? add_coded(b, p + 1, left - 1) : -1;
}

int
line_str(const struct line *l, const char *name, struct buf *b, struct why *why)
{
	const struct span	 s = line_raw(l, name);
	size_t			 used = 0;

	buf_reset(b);
	if (s.p == NULL || *s.p != '"')
		return why_set(why, "expected text as \"%s\"", name);
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.p[i] != '\\') {
			buf_addc(b, s.p[i]);
			continue;
		}
		if (add_escape(b, s.p + i + 1, s.len - i - 2, &used) == -1)
			return why_set(why, "expected another escape in \"%s\"", name);
		i += used;
	}
	return 0;
}

int
line_bytes(const struct line *l, const char *name, const char *exactly, struct buf *b,
    struct why *why)
{
	const struct span	 s = line_raw(l, exactly);

	if (s.p == NULL)
		return line_str(l, name, b, why);
	buf_reset(b);
	if (*s.p != '"' || s.len % 2 != 0)
		return why_set(why, "expected pairs of digits as \"%s\"", exactly);
	for (size_t i = 1; i + 1 < s.len; i += 2) {
		const int	 high = hex_digit(s.p[i]), low = hex_digit(s.p[i + 1]);

		if (high == -1 || low == -1)
			return why_set(why, "expected hexadecimal digits as \"%s\"", exactly);
		buf_addc(b, (char)(unsigned char)(high << 4 | low));
	}
	return 0;
}

bool
line_next(struct span *list, struct span *value)
{
	const char	*p = list->p, *end = p + list->len;

	if (list->len < 2 || (*p != '[' && *p != ',') || p[1] == ']')
		return false;
	const char	*behind = skip_value(p + 1, end);
	if (behind == NULL)
		return false;
	*value = (struct span){ p + 1, (size_t)(behind - p) - 1 };
	*list = (struct span){ behind, (size_t)(end - behind) };
	return true;
}
