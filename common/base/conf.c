/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/conf.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 1024 };

static const struct { const char *suffix; int64_t ms; } units[] = {
	{ "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 }, { "h", 3600 * 1000 },
};

static const struct { const char *word; bool yes; } bools[] = {
	{ "yes", true }, { "no", false }, { "true", true }, { "false", false },
	{ "on", true }, { "off", false }, { "1", true }, { "0", false },
};

static void *
place(const struct conf_section *s, const struct conf_key *k)
{
	return (char *)s->into + k->offset;
}

static int
set_int(const struct conf_key *k, int64_t *to, int64_t v, const char *text, struct why *why)
{
	const int64_t	 max = k->min == 0 && k->max == 0 ? INT64_MAX : k->max;

	if (v < k->min || v > max)
		return why_set(why, "%s: %s is outside %lld..%lld", k->name, text,
		    (long long)k->min, (long long)max);
	*to = v;
	return 0;
}

static int
set_ms(const struct conf_key *k, int64_t *to, const char *text, struct why *why)
{
	char	*end;

	errno = 0;
	const long long	 v = strtoll(text, &end, 10);
	for (size_t i = 0; end != text && errno == 0 && v >= 0 && i < NITEMS(units); i++)
		if (text_eq(end, units[i].suffix) && v <= INT64_MAX / units[i].ms)
			return set_int(k, to, v * units[i].ms, text, why);
	if (end != text && v == 0 && *end == '\0')
		return set_int(k, to, 0, text, why);
	return why_set(why, "%s: '%s' is not a time such as 250ms, 3s, 5m or 24h", k->name, text);
}

static int
set_bool(const struct conf_key *k, bool *to, const char *text, struct why *why)
{
	for (size_t i = 0; i < NITEMS(bools); i++) {
		if (text_eq(text, bools[i].word)) {
			*to = bools[i].yes;
			return 0;
		}
	}
	return why_set(why, "%s: '%s' is neither yes nor no", k->name, text);
}

static int
set_name(const struct conf_key *k, int *to, const char *text, struct why *why)
{
	struct buf	 known = { 0 };

	for (int i = 0; k->names[i] != NULL; i++) {
		if (text_eq_nocase(text, k->names[i])) {
			*to = i;
			buf_free(&known);
			return 0;
		}
		buf_addf(&known, "%s%s", i > 0 ? ", " : "", k->names[i]);
	}
	why_set(why, "%s: '%s' is none of %s", k->name, text, buf_text(&known));
	buf_free(&known);
	return -1;
}

static int
set_str(char **to, const char *text)
{
	char	*copy = xstrdup(text);

	free(*to);
	*to = copy;
	return 0;
}

static int
set_key(const struct conf_section *s, const struct conf_key *k, const char *text,
    struct why *why)
{
	void	*to = place(s, k);
	int64_t	 v;

	switch (k->type) {
	case C_BOOL:
		return set_bool(k, to, text, why);
	case C_DEC:
		if (dec_parse(text, to) == -1)
			return why_set(why, "%s: '%s' is not a number", k->name, text);
		return 0;
	case C_INT:
		if (text_to_i64(text, INT64_MIN, INT64_MAX, &v) == -1)
			return why_set(why, "%s: '%s' is not a whole number", k->name, text);
		return set_int(k, to, v, text, why);
	case C_MS:
		return set_ms(k, to, text, why);
	case C_NAME:
		return set_name(k, to, text, why);
	case C_SECRET:
	case C_STR:
	case C_URL:
		return set_str(to, text);
	}
	panic("conf: %s has type %d", k->name, (int)k->type);
}

int
conf_defaults(const struct conf_section *s, size_t n, struct why *why)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < s[i].n; j++)
			if (set_key(&s[i], &s[i].keys[j], s[i].keys[j].def, why) == -1)
				return -1;
	return 0;
}

int
conf_set(const struct conf_section *s, size_t n, const char *key, const char *value,
    struct why *why)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < s[i].n; j++)
			if (text_eq(s[i].keys[j].name, key))
				return set_key(&s[i], &s[i].keys[j], value, why);
	return why_set(why, "unknown key '%s'", key);
}

static char *
trim(char *s)
{
	size_t	 n;

	while (isspace((unsigned char)*s))
		s++;
	for (n = strlen(s); n > 0 && isspace((unsigned char)s[n - 1]); n--)
		continue;
	s[n] = '\0';
	return s;
}

/* Takes the line apart in place; *applies follows the sections. */
static int
parse_line(const struct conf_section *s, size_t n, char *line, const char *daemon, bool *applies,
    struct why *why)
{
	char	*text = trim(line);
	size_t	 len = strlen(text);

	if (*text == '\0' || *text == '#')
		return 0;
	if (*text == '[') {
		if (text[len - 1] != ']')
			return why_set(why, "'%s' lacks its ]", text);
		text[len - 1] = '\0';
		*applies = text_eq(text + 1, daemon);
		return 0;
	}
	char	*equals = strchr(text, '=');
	if (equals == NULL)
		return why_set(why, "'%s' is not key = value", text);
	*equals = '\0';
	return *applies ? conf_set(s, n, trim(text), trim(equals + 1), why) : 0;
}

static bool
is_among(const char *name, const char *const *known)
{
	while (*known != NULL && !text_eq(name, *known))
		known++;
	return *known != NULL;
}

/* A line without its ] is conf_parse()'s to refuse. */
int
conf_check_sections(const char *text, const char *const *known, struct why *why)
{
	unsigned	 no = 1;

	for (const char *p = text; *p != '\0'; no++) {
		const size_t	 len = strcspn(p, "\n");
		char		 line[LINE_MAX_LEN];

		if (text_copyn(line, sizeof(line), p, len) == -1)
			return why_set(why, "line %u: longer than %d bytes", no, LINE_MAX_LEN - 1);
		char		*name = trim(line);
		const size_t	 last = strlen(name) - 1;
		if (*name == '[' && name[last] == ']') {
			name[last] = '\0';
			if (!is_among(name + 1, known))
				return why_set(why, "line %u: unknown section [%.80s]", no,
				    name + 1);
		}
		p += len + (p[len] == '\n');
	}
	return 0;
}

int
conf_parse(const struct conf_section *s, size_t n, const char *text, const char *daemon,
    struct why *why)
{
	bool		 applies = true;
	unsigned	 no = 1;

	for (const char *p = text; *p != '\0'; no++) {
		const size_t	 len = strcspn(p, "\n");
		char		 line[LINE_MAX_LEN];
		struct why	 inner;

		if (text_copyn(line, sizeof(line), p, len) == -1)
			return why_set(why, "line %u: longer than %d bytes", no, LINE_MAX_LEN - 1);
		if (parse_line(s, n, line, daemon, &applies, &inner) == -1)
			return why_set(why, "line %u: %.200s", no, inner.text);
		p += len + (p[len] == '\n');
	}
	return 0;
}

static void
print_ms(struct buf *b, int64_t ms)
{
	size_t	 i = NITEMS(units);

	while (--i > 0 && (ms == 0 || ms % units[i].ms != 0))
		continue;
	buf_addf(b, "%lld%s", (long long)(ms / units[i].ms), units[i].suffix);
}

/* How long the password at p is: to the end of the option, or of its quotes. */
static size_t
option_len(const char *p)
{
	const char	*end;

	if (*p != '\'')
		return strcspn(p, "& \t");
	for (end = p + 1; *end != '\0' && *end != '\''; end++)
		if (*end == '\\' && end[1] != '\0')
			end++;
	return (size_t)(end - p) + (*end == '\'');
}

/* user:password@ behind ://; rather too much is hidden than too little. */
void
conf_mask(const char *url, struct buf *b)
{
	static const char	 option[] = "password=";
	const char		*from = strstr(url, "://"), *at = strrchr(url, '@');
	const char		*colon = from == NULL ? NULL : strchr(from + 3, ':');

	if (at != NULL && colon != NULL && colon < at) {
		buf_add(b, url, (size_t)(colon + 1 - url));
		buf_adds(b, "***");
		url = at;
	}
	for (const char *p; (p = strstr(url, option)) != NULL; ) {
		p += strlen(option);
		buf_add(b, url, (size_t)(p - url));
		buf_adds(b, "***");
		url = p + option_len(p);
	}
	buf_adds(b, url);
}

static void
print_value(const struct conf_section *s, const struct conf_key *k, struct buf *b)
{
	const void	*from = place(s, k);
	char		 text[DEC_STR];

	switch (k->type) {
	case C_BOOL:
		buf_adds(b, *(const bool *)from ? "yes" : "no");
		return;
	case C_DEC:
		buf_adds(b, dec_format(*(const dec_t *)from, text));
		return;
	case C_INT:
		buf_addf(b, "%lld", (long long)*(const int64_t *)from);
		return;
	case C_MS:
		print_ms(b, *(const int64_t *)from);
		return;
	case C_NAME:
		buf_adds(b, k->names[*(const int *)from]);
		return;
	case C_SECRET:
		buf_adds(b, **(const char *const *)from == '\0' ? "" : "***");
		return;
	case C_STR:
		buf_adds(b, *(const char *const *)from);
		return;
	case C_URL:
		conf_mask(*(const char *const *)from, b);
		return;
	}
}

void
conf_print(const struct conf_section *s, size_t n, struct buf *b)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < s[i].n; j++) {
			buf_addf(b, "%s = ", s[i].keys[j].name);
			print_value(&s[i], &s[i].keys[j], b);
			buf_addc(b, '\n');
		}
	}
}

void
conf_free(const struct conf_section *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < s[i].n; j++) {
			const struct conf_key	*k = &s[i].keys[j];

			if (k->type != C_STR && k->type != C_SECRET && k->type != C_URL)
				continue;
			free(*(char **)place(&s[i], k));
			*(char **)place(&s[i], k) = NULL;
		}
	}
}
