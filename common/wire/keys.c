/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/keys.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"

#include <string.h>

static const struct row {
	const char	*pattern;
	enum key_kind	 kind;
	long		 bound;
	enum key_full	 full;
} rows[] = {
#define KEY(id, kind, name, writers, readers, bound, full) \
	[id] = { name, KIND_##kind, bound, FULL_##full },
#include "wire/keys.def"
#undef KEY
};
_Static_assert(NITEMS(rows) == KEY_N, "keys");

static const struct row *
row_of(enum key k)
{
	if ((unsigned)k >= KEY_N)
		panic("key %d", (int)k);
	return &rows[k];
}

const char *
key_format(enum key k, const char *arg, char buf[KEY_MAX])
{
	const char	*pattern = row_of(k)->pattern;
	const char	*hole = strstr(pattern, "%s");

	if ((hole != NULL) != (arg != NULL))
		panic("key %s: wrong number of parts", pattern);
	if (hole == NULL)
		text_put(buf, KEY_MAX, pattern);
	else
		text_putf(buf, KEY_MAX, "%.*s%s%s", (int)(hole - pattern), pattern, arg, hole + 2);
	return buf;
}

const char *
key_pattern(enum key k)
{
	return row_of(k)->pattern;
}

enum key_kind
key_kind(enum key k)
{
	return row_of(k)->kind;
}

const char *
key_kind_name(enum key_kind kind)
{
	static const char *const	 names[] = {
		[KIND_LIST] = "list", [KIND_STRING] = "string", [KIND_HASH] = "hash",
		[KIND_ZSET] = "zset", [KIND_PUBSUB] = "channel",
	};

	return names[kind];
}

long
key_bound(enum key k)
{
	return row_of(k)->bound;
}

enum key_full
key_when_full(enum key k)
{
	return row_of(k)->full;
}

const char *
key_event_type(enum key k)
{
	return strrchr(key_pattern(k), ':') + 1;
}

const char *
key_tail(const char *key)
{
	if (!text_starts_with(key, "pms:"))
		panic("key %s is none of ours", key);
	return key + strlen("pms:");
}
