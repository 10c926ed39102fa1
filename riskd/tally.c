/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/tally.h"

#include "base/die.h"
#include "wire/jw.h"

#include <stdlib.h>

typedef __int128 wide_t;

struct sum {
	char		*key;
	wide_t		 e8;
	struct node	 node;
};

static struct sum *
find(const struct tally *t, const char *key)
{
	struct node	*n = map_find(&t->map, key);

	return n == NULL ? NULL : MAP_OF(n, struct sum, node);
}

static dec_t
value(const struct sum *s)
{
	return s->e8 > INT64_MAX || s->e8 < -(wide_t)INT64_MAX ? DEC_NONE :
	    (dec_t){ (int64_t)s->e8 };
}

static void
forget(struct tally *t, struct sum *s)
{
	map_remove(&t->map, &s->node);
	free(s->key);
	free(s);
}

void
tally_add(struct tally *t, const char *key, dec_t d)
{
	struct sum	*s = find(t, key);

	if (!dec_ok(d) || dec_is_zero(d))
		return;
	if (s == NULL) {
		s = xcalloc(1, sizeof(*s));
		s->key = xstrdup(key);
		map_put(&t->map, &s->node, s->key);
	}
	s->e8 += d.e8;
	if (s->e8 == 0)
		forget(t, s);
}

dec_t
tally_get(const struct tally *t, const char *key)
{
	const struct sum	*s = find(t, key);

	return s == NULL ? DEC_ZERO : value(s);
}

void
tally_print(const struct tally *t, struct buf *b)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	jw_open(b, '{');
	while ((n = map_next(&it)) != NULL)
		jw_put_dec(b, n->key, value(MAP_OF(n, struct sum, node)));
	jw_close(b, '}');
}

void
tally_fini(struct tally *t)
{
	struct map_iter	 it = map_each(&t->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		forget(t, MAP_OF(n, struct sum, node));
	map_fini(&t->map);
}
