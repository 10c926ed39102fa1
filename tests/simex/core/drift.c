/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/drift.h"

#include "base/attr.h"
#include "wire/jw.h"

#include <stdbool.h>
#include <string.h>

/* The kinds of value that a field may have: one after the other. */
static const char *const fields[] = {
	"\"zNew\":\"SOMETHING_NEW\"", "\"zNew\":{\"a\":[1,\"2\",null]}",
	"\"zNew\":9007199254740993", "\"zNew\":[]", "\"zNew\":true", "\"zNew\":null",
};

static const struct { const char *name, *value; } coin_m[] = {
	{ "\"s\":", "\"BTCUSD_PERP\"" }, { "\"ps\":", "\"BTCUSD\"" }, { "\"st\":", "2" },
	{ "\"symbol\":", "\"BTCUSD_PERP\"" }, { "\"pair\":", "\"BTCUSD\"" },
	{ "\"status\":", "\"SOMETHING_NEW\"" }, { "\"contractType\":", "\"SOMETHING_NEW\"" },
};

/* Length of the string that begins here, with its quotes. */
static size_t
string_len(const char *p)
{
	size_t	 n = 1;

	while (p[n] != '"' && p[n] != '\0')
		n += p[n] == '\\' && p[n + 1] != '\0' ? 2 : 1;
	return n + (p[n] == '"');
}

static void
sprinkle(struct buf *json)
{
	struct buf	 out = { 0 };
	size_t		 n = 0, len;
	char		 last = '\0';

	for (const char *p = buf_text(json); *p != '\0'; last = *p, p += len) {
		len = *p == '"' ? string_len(p) : 1;
		if (*p == '}') {
			buf_adds(&out, last == '{' ? "" : ",");
			buf_adds(&out, fields[n++ % NITEMS(fields)]);
		}
		buf_add(&out, p, len);
	}
	buf_free(json);
	*json = out;
}

/* Something like 0.10 or -5.0, in quotes. */
static bool
is_decimal(const char *p, size_t len)
{
	const size_t	 digits = strspn(p + 1, "-0123456789.");

	return digits + 2 == len && memchr(p, '.', len) != NULL;
}

/* Fields whose word nobody has heard of. */
static const char *const words[] = {
	"\"priceMatch\":", "\"selfTradePreventionMode\":", "\"pm\":", "\"V\":",
};

/* The length of such a field, its value with it; 0: it is none. */
static size_t
add_reworded(struct buf *out, const char *p)
{
	for (size_t i = 0; i < NITEMS(words); i++) {
		const size_t	 len = strlen(words[i]);

		if (strncmp(p, words[i], len) != 0 || p[len] != '"')
			continue;
		buf_addf(out, "%s\"SOMETHING_NEW\"", words[i]);
		return len + string_len(p + len);
	}
	return 0;
}

static size_t
add_retyped(struct buf *out, const char *p)
{
	const size_t	 reworded = add_reworded(out, p);

	if (reworded > 0)
		return reworded;
	const size_t	 digits = strspn(p, "-0123456789."), len = *p == '"' ? string_len(p) : 1;

	if (*p == '"' && p[len] != ':' && is_decimal(p, len)) {
		buf_add(out, p + 1, len - 2);
	} else if (digits > 0) {
		buf_addf(out, "\"%.*s\"", (int)digits, p);
		return digits;
	} else {
		buf_add(out, p, len);
	}
	return len;
}

static void
retype(struct buf *json)
{
	struct buf	 out = { 0 };

	for (const char *p = buf_text(json); *p != '\0';)
		p += add_retyped(&out, p);
	buf_free(json);
	*json = out;
}

void
drift_apply(enum drift d, struct buf *json)
{
	if (d == DRIFT_TYPES)
		retype(json);
	if (d != DRIFT_NONE)
		sprinkle(json);
}

static size_t
value_len(const char *p)
{
	return *p == '"' ? string_len(p) : strcspn(p, ",}]");
}

void
drift_as_coin_m(struct buf *out, const char *json)
{
	size_t	 len;

	for (const char *p = json; *p != '\0'; p += len) {
		len = *p == '"' ? string_len(p) : 1;
		buf_add(out, p, len);
		for (size_t i = 0; i < NITEMS(coin_m); i++) {
			const size_t	 name_len = strlen(coin_m[i].name);

			if (strncmp(p, coin_m[i].name, name_len) != 0)
				continue;
			buf_addf(out, ":%s", coin_m[i].value);
			len = name_len + value_len(p + name_len);
			break;
		}
	}
}

void
drift_unheard_of(struct buf *out, int64_t at_ms)
{
	jw_open(out, '{');
	jw_put_str(out, "e", "somethingNew");
	jw_put_int(out, "E", at_ms);
	jw_put_str(out, "s", "BTCUSDT");
	jw_put_str(out, "X", "SOMETHING_NEW");
	jw_close(out, '}');
}
