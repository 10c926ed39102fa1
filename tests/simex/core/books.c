/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/books.h"

#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>

struct kept_position *
books_position(struct books *b, const char *symbol, const char *side)
{
	char		 key[POSITION_KEY];

	if (text_format(key, sizeof(key), "%s %s", symbol, side) == -1)
		return NULL;
	struct node	*n = map_find(&b->positions, key);
	if (n != NULL)
		return MAP_OF(n, struct kept_position, node);
	struct kept_position	*h = xcalloc(1, sizeof(*h));
	text_put(h->key, sizeof(h->key), key);
	map_put(&b->positions, &h->node, h->key);
	return h;
}

struct kept_balance *
books_balance(struct books *b, const char *asset)
{
	struct node	*n = map_find(&b->balances, asset);

	if (n != NULL)
		return MAP_OF(n, struct kept_balance, node);
	struct kept_balance	*p = xcalloc(1, sizeof(*p));
	if (text_copy(p->asset, sizeof(p->asset), asset) == -1) {
		free(p);
		return NULL;
	}
	map_put(&b->balances, &p->node, p->asset);
	return p;
}

static dec_t
leave(struct kept_position *h, dec_t qty, dec_t px)
{
	const dec_t	 share = dec_muldiv(h->cost, qty, dec_abs(h->qty), ROUND_HALF_EVEN);
	const dec_t	 worth = dec_mul(qty, px, ROUND_HALF_EVEN);
	const bool	 is_long = dec_sign(h->qty) > 0;

	h->cost = dec_sub(h->cost, share);
	h->qty = is_long ? dec_sub(h->qty, qty) : dec_add(h->qty, qty);
	return is_long ? dec_sub(worth, share) : dec_sub(share, worth);
}

dec_t
kept_trade(struct kept_position *h, enum side side, dec_t qty, dec_t px)
{
	if (!dec_ok(h->qty) || !dec_ok(h->cost))
		return DEC_NONE;
	const bool	 against = side == SIDE_BUY ? dec_sign(h->qty) < 0 : dec_sign(h->qty) > 0;
	const dec_t	 leaves = against ? dec_min(qty, dec_abs(h->qty)) : DEC_ZERO;
	const dec_t	 enters = dec_sub(qty, leaves);
	const dec_t	 profit = dec_is_zero(leaves) ? DEC_ZERO : leave(h, leaves, px);

	h->qty = side == SIDE_BUY ? dec_add(h->qty, enters) : dec_sub(h->qty, enters);
	h->cost = dec_add(h->cost, dec_mul(enters, px, ROUND_HALF_EVEN));
	return profit;
}

void
kept_add(struct kept_balance *p, dec_t *sum, dec_t change)
{
	*sum = dec_add(*sum, change);
	p->balance = dec_add(p->balance, change);
}

void
books_fini(struct books *b)
{
	struct node	*n;
	struct map_iter	 positions = map_each(&b->positions), balances = map_each(&b->balances);

	while ((n = map_next(&positions)) != NULL)
		free(MAP_OF(n, struct kept_position, node));
	while ((n = map_next(&balances)) != NULL)
		free(MAP_OF(n, struct kept_balance, node));
	map_fini(&b->positions);
	map_fini(&b->balances);
}
