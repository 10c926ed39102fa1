/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/form.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	CLORD_ID_MAX = 36,
	INT_DIGITS = 18,
	DEC_TEXT_MAX = 40,
	VALUE_MAX = 128,	/* of a name or a value inside JSON */
	REAL_DIGITS = 15, SMALL_PLACES = 12,
};

/* Security parameters: read by the authentication, not by the endpoint. */
static const char *const	everywhere[] = { "recvWindow", "signature", "timestamp" };

/* The year 9999 in milliseconds: its microseconds fit as well. */
#define TIME_MOST_MS	INT64_C(253402300799999)

static const char	hex[] = "0123456789abcdef";

static bool
is_escape(const char *p, const char *end)
{
	return end - p > 2 && *p == '%' && isxdigit((unsigned char)p[1]) &&
	    isxdigit((unsigned char)p[2]);
}

static unsigned
hex_digit(char c)
{
	return (unsigned)(strchr(hex, tolower((unsigned char)c)) - hex);
}

/* Copies up to one of the stop characters, decoded; returns where it stopped. */
static const char *
decode(const char *p, const char *end, char stop, char **to)
{
	for (; p < end && *p != '&' && *p != stop; p++) {
		if (is_escape(p, end)) {
			*(*to)++ = (char)(unsigned char)(hex_digit(p[1]) << 4 | hex_digit(p[2]));
			p += 2;
		} else {
			*(*to)++ = (char)(*p == '+' ? ' ' : *p);
		}
	}
	*(*to)++ = '\0';
	return p;
}

static char *
parse_part(struct form *f, const char *p, size_t len, char *to)
{
	const char	*end = p + len;

	while (p < end) {
		char	*name = to;

		p = decode(p, end, '=', &to);
		char	*value = to;
		p = decode(p < end && *p == '=' ? p + 1 : p, end, '&', &to);
		p += p < end;
		if (*name == '\0')
			continue;
		if (f->n == FORM_MAX) {
			f->too_many = true;
			break;
		}
		f->v[f->n].name = name;
		f->v[f->n++].value = value;
	}
	return to;
}

static void
form_reserve(struct form *f, size_t want)
{
	f->n = 0;
	f->too_many = false;
	if (want > f->cap) {
		f->cap = want;
		f->text = xrealloc(f->text, f->cap);
	}
}

void
form_parse(struct form *f, const char *query, const char *body, size_t body_len)
{
	const size_t	 query_len = strlen(query);
	const size_t	 want = 2 * (query_len + body_len) + 2;	/* each piece gains a NUL */

	form_reserve(f, want);
	char	*to = parse_part(f, query, query_len, f->text);
	parse_part(f, body, body_len, to);
}

/* As it would have been sent as text.  -1: it is no text, number or boolean. */
static int
value_text(const json_t *v, char *text, size_t cap)
{
	if (json_is_string(v))
		return text_copy(text, cap, json_string_value(v));
	if (json_is_boolean(v))
		return text_copy(text, cap, json_is_true(v) ? "true" : "false");
	if (json_is_integer(v))
		return text_format(text, cap, "%lld", (long long)json_integer_value(v));
	if (!json_is_real(v))
		return -1;
	/* Fifteen digits are those that were written; what has an exponent then is very small. */
	char	*dumped = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
	const int	 rc = strchr(dumped, 'e') == NULL ? text_copy(text, cap, dumped) :
		    text_format(text, cap, "%.*f", SMALL_PLACES, json_real_value(v));
	free(dumped);
	return rc;
}

int
form_parse_json(struct form *f, const json_t *object)
{
	const char	*name;
	json_t		*value;

	if (!json_is_object(object))
		return -1;
	form_reserve(f, (size_t)FORM_MAX * 2 * VALUE_MAX);
	char	*to = f->text;
	json_object_foreach((json_t *)(uintptr_t)object, name, value) {
		if (f->n == FORM_MAX) {
			f->too_many = true;
			break;
		}
		if (text_copy(to, VALUE_MAX, name) == -1)
			return -1;
		f->v[f->n].name = to;
		to += strlen(to) + 1;
		if (value_text(value, to, VALUE_MAX) == -1)
			return -1;
		f->v[f->n++].value = to;
		to += strlen(to) + 1;
	}
	return 0;
}

const char *
form_str(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (text_eq(f->v[i].name, name))
			return f->v[i].value;
	return NULL;
}

static bool
is_everywhere(const char *name)
{
	for (size_t i = 0; i < NITEMS(everywhere); i++)
		if (text_eq(everywhere[i], name))
			return true;
	return false;
}

static const struct param *
param_find(const struct param *params, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (text_eq(params[i].name, name))
			return &params[i];
	return NULL;
}

int
words_find(const char *const *words, const char *text)
{
	for (int i = 0; words[i] != NULL; i++)
		if (text_eq(words[i], text))
			return i;
	return -1;
}

bool
text_is_true(const char *text)
{
	return strcasecmp(text, "true") == 0;
}

bool
text_is_false(const char *text)
{
	return strcasecmp(text, "false") == 0;
}

static struct reject
check_bool(const struct param *p, const char *text)
{
	if (text_is_true(text) || text_is_false(text))
		return reject_none();
	return reject_with(REJ_BAD_PARAM, "%s", p->name);
}

static struct reject
check_dec(const struct param *p, const char *text)
{
	const size_t	 whole = strspn(text, "0123456789");
	const size_t	 point = text[whole] == '.' ? 1 : 0;
	const size_t	 fraction = strspn(text + whole + point, "0123456789");
	size_t		 last = whole + point + fraction;
	dec_t		 d;

	if (whole == 0 || (point == 1 && fraction == 0) || text[last] != '\0' ||
	    last > DEC_TEXT_MAX)
		return reject_with(REJ_ILLEGAL_CHARS,
		    "%s'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$", p->name);
	while (last > whole + 1 && text[last - 1] == '0')
		last--;
	if (point == 1 && last > whole + 1 + DEC_DIGITS)
		return reject_as(REJ_PRECISION);
	if (dec_parse(text, &d) == -1)
		return reject_with(REJ_BAD_PARAM, "%s", p->name);
	return reject_none();
}

static struct reject
check_id(const struct param *p, const char *text)
{
	const size_t	 legal = strspn(text,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/_-");

	if (strlen(text) > CLORD_ID_MAX)
		return reject_as(REJ_CLORD_ID_LEN);
	if (text[legal] != '\0')
		return reject_with(REJ_ILLEGAL_CHARS,
		    "%s'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$", p->name);
	return reject_none();
}

static struct reject
check_int(const struct param *p, const char *text)
{
	const size_t	 digits = strspn(text, "0123456789");

	/* Order ids have 19 digits; what does not fit 64 bits is no number of ours. */
	if (text[digits] != '\0' || digits > INT_DIGITS + 1)
		return reject_with(p->need == OPTIONAL ? REJ_BAD_PARAM : REJ_MANDATORY, "%s",
		    p->name);
	int64_t	 v;
	if (text_to_i64(text, 0, INT64_MAX, &v) == -1)
		return reject_with(REJ_BAD_PARAM, "%s", p->name);
	return reject_none();
}

static struct reject
check_str(const struct param *p, const char *text)
{
	(void)p;
	(void)text;
	return reject_none();
}

static struct reject
check_time(const struct param *p, const char *text)
{
	int64_t	 ms;

	if (text_to_i64(text, 0, TIME_MOST_MS, &ms) == -1)
		return reject_with(p->need == OPTIONAL ? REJ_BAD_PARAM : REJ_MANDATORY, "%s",
		    p->name);
	return reject_none();
}

static struct reject
check_word(const struct param *p, const char *text)
{
	return words_find(p->words, text) >= 0 ? reject_none() : reject_with(p->bad, "%s", p->name);
}

static struct reject (*const checks[])(const struct param *, const char *) = {
	[P_BOOL] = check_bool,
	[P_DEC]  = check_dec,
	[P_ID]   = check_id,
	[P_INT]  = check_int,
	[P_STR]  = check_str,
	[P_TIME] = check_time,
	[P_WORD] = check_word,
};

static struct reject
check_value(const struct param *p, const char *text)
{
	if (*text == '\0')
		return reject_with(p->need == OPTIONAL ? REJ_EMPTY : REJ_MANDATORY, "%s", p->name);
	return checks[p->type](p, text);
}

struct reject
form_check_only(const struct form *f, const struct param *params, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char	*text = form_str(f, params[i].name);

		if (text == NULL && params[i].need != MANDATORY)
			continue;
		const struct reject	 r = check_value(&params[i], text == NULL ? "" : text);
		if (reject_is_set(&r))
			return r;
	}
	return reject_none();
}

struct reject
form_check(const struct form *f, const struct param *params, size_t n)
{
	if (f->too_many)
		return reject_as(REJ_TOO_MANY_PARAMS);
	for (size_t i = 0; i < f->n; i++)
		if (param_find(params, n, f->v[i].name) == NULL && !is_everywhere(f->v[i].name))
			return reject_with(REJ_UNREAD, "%s", f->v[i].name);
	return form_check_only(f, params, n);
}

int64_t
form_int(const struct form *f, const char *name, int64_t absent)
{
	const char	*text = form_str(f, name);
	int64_t		 v;

	if (text == NULL)
		return absent;
	if (text_to_i64(text, 0, INT64_MAX, &v) == -1)
		panic("form: %s was not checked", name);
	return v;
}

dec_t
form_dec(const struct form *f, const char *name)
{
	const char	*text = form_str(f, name);
	dec_t		 v;

	if (text == NULL)
		return DEC_NONE;
	if (dec_parse(text, &v) == -1)
		panic("form: %s was not checked", name);
	return v;
}

bool
form_bool(const struct form *f, const char *name)
{
	const char	*text = form_str(f, name);

	return text != NULL && text_is_true(text);
}

int
form_word(const struct form *f, const struct param *params, size_t n, const char *name, int absent)
{
	const struct param	*p = param_find(params, n, name);
	const char		*text = form_str(f, name);

	if (p == NULL || p->type != P_WORD)
		panic("form: %s is not a word of this endpoint", name);
	return text == NULL ? absent : words_find(p->words, text);
}

void
form_encode(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char	 c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~/:,", c) != NULL) {
			buf_addc(b, *text);
			continue;
		}
		buf_addc(b, '%');
		buf_addc(b, hex[c >> 4]);
		buf_addc(b, hex[c & 15]);
	}
}

void
form_free(struct form *f)
{
	free(f->text);
	*f = (struct form){ 0 };
}
