/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/market.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

static struct quoted *
find(const struct market *m, const char *symbol)
{
	struct node	*n = map_find(&m->map, symbol);

	return n == NULL ? NULL : MAP_OF(n, struct quoted, node);
}

void
market_heard(struct market *m, const char *symbol, const struct price *p, mono_t now)
{
	struct quoted	*q = find(m, symbol);

	if (q == NULL) {
		q = xcalloc(1, sizeof(*q));
		text_put(q->symbol, sizeof(q->symbol), symbol);
		map_put(&m->map, &q->node, q->symbol);
	}
	q->price = *p;
	q->heard_at = now;
}

void
market_fini(struct market *m)
{
	struct map_iter	 it = map_each(&m->map);
	struct node	*n;

	while ((n = map_next(&it)) != NULL)
		free(MAP_OF(n, struct quoted, node));
	map_fini(&m->map);
}

int64_t
market_age_ms(const struct market *m, const char *symbol, mono_t now)
{
	const struct quoted	*q = find(m, symbol);

	return q == NULL ? -1 : mono_diff_ms(now, q->heard_at);
}

dec_t
market_last_px(const struct market *m, const char *symbol)
{
	const struct quoted	*q = find(m, symbol);

	return q == NULL ? DEC_NONE : price_for_risk(&q->price);
}

dec_t
market_px(const struct market *m, const char *symbol, mono_t now)
{
	const int64_t	 age = market_age_ms(m, symbol, now);

	return age < 0 || age > m->stale_ms ? DEC_NONE : market_last_px(m, symbol);
}
