/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * orders.c - what rests on the exchange, and what is in doubt, as orderd has
 * written it down.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/die.h"
#include "base/text.h"
#include "run/loop.h"
#include "wire/field.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct order {
	char	sub[SUB_ID];
	char	clord_id[CLORD_ID];
	char	symbol[SYMBOL];
	char	side[8], type[24], state[16];
	dec_t	qty, filled, px;
	wall_t	since;		/* when it was made; of a doubt, when that began */
};

#define COMMON								\
	F(order, sub, "subAccountId", F_STR, FIELD_REQUIRED),		\
	F(order, clord_id, "clientOrderId", F_STR, FIELD_REQUIRED),	\
	F(order, symbol, "symbol", F_STR, FIELD_REQUIRED),		\
	F(order, side, "side", F_STR, 0),				\
	F(order, type, "orderType", F_STR, 0),				\
	F(order, state, "state", F_STR, 0),				\
	F(order, qty, "quantity", F_DEC, 0),				\
	F(order, filled, "filledQty", F_DEC, 0),			\
	F(order, px, "price", F_DEC, 0)

static const struct field	resting_v[] = { COMMON, F(order, since, "createdAt", F_WALL, 0) };
static const struct fields	resting_fields = FIELDS(resting_v);

static const struct field	doubt_v[] = { COMMON, F(order, since, "since", F_WALL, 0) };
static const struct fields	doubt_fields = FIELDS(doubt_v);

struct orders {
	struct order	*v;
	size_t		 n;
	bool		 unreadable;	/* at least one was */
};

/* ---- reading ---------------------------------------------------------------------- */

static void
add_order(struct orders *all, const struct fields *fields, const char *key, const char *field,
    const redisReply *value)
{
	struct field_fault	 ff;

	all->v = xrealloc(all->v, (all->n + 1) * sizeof(*all->v));
	fields_blank(fields, &all->v[all->n], sizeof(*all->v));
	if (fields_read(fields, &all->v[all->n], value->str, value->len, &ff) == 0) {
		all->n++;
		return;
	}
	fprintf(stderr, "pmsctl: orders: %s of %s is not readable: %s\n", field, key, ff.text);
	all->unreadable = true;
}

static void
add_hash(struct ctl *k, struct orders *all, const struct fields *fields, const char *key)
{
	redisReply	*r = ctl_ask(k, 2, (const char *[]){ "HGETALL", key });

	for (size_t i = 0; i + 1 < r->elements; i += 2)
		add_order(all, fields, key, r->element[i]->str, r->element[i + 1]);
	freeReplyObject(r);
}

/* sub: of one account, or NULL. */
static void
add_resting(struct ctl *k, struct orders *all, const char *sub)
{
	char	 key[KEY_MAX];

	key_format(K_OPEN_ORDERS, sub == NULL ? "*" : sub, key);
	if (sub != NULL) {
		add_hash(k, all, &resting_fields, key);
		return;
	}
	struct ctl_keys	 keys = ctl_scan(k, key);
	for (size_t i = 0; i < keys.n; i++)
		add_hash(k, all, &resting_fields, keys.v[i]);
	ctl_keys_free(&keys);
}

/* ---- printing --------------------------------------------------------------------- */

static int
by_account_and_age(const void *a, const void *b)
{
	const struct order	*x = a, *y = b;
	const int		 c = strcmp(x->sub, y->sub);

	if (c != 0)
		return c;
	if (x->since.us != y->since.us)
		return x->since.us < y->since.us ? -1 : 1;
	return strcmp(x->clord_id, y->clord_id);
}

static void
print_order(const struct order *o)
{
	char	 age[AGE] = "?";

	if (wall_is_set(o->since))
		age_format(wall_diff_ms(clock_wall(), o->since), age);
	printf("%-36s %-36s %-14s %-4s %-6s %12s %12s %14s %-10s %7s\n", o->sub, o->clord_id,
	    o->symbol, o->side, o->type, number_format(o->qty, ROOM),
	    number_format(o->filled, ROOM), number_format(o->px, ROOM), o->state, age);
}

static void
print_orders(const struct orders *all, const char *sub)
{
	bool	 begun = false;

	for (size_t i = 0; i < all->n; i++) {
		if (sub != NULL && !text_eq(all->v[i].sub, sub))
			continue;
		if (!begun)
			printf("%-36s %-36s %-14s %-4s %-6s %12s %12s %14s %-10s %7s\n", "account",
			    "clientOrderId", "symbol", "side", "type", "quantity", "filled", "price",
			    "state", "age");
		begun = true;
		print_order(&all->v[i]);
	}
}

int
ctl_orders(struct ctl *k)
{
	const char	*sub = k->argc == 0 ? NULL : ctl_account(k, "orders");
	struct orders	 all = { 0 };
	char		 doubt[KEY_MAX];

	if (k->doubt)
		add_hash(k, &all, &doubt_fields, key_format(K_DOUBT, NULL, doubt));
	else
		add_resting(k, &all, sub);
	if (all.n > 0)
		qsort(all.v, all.n, sizeof(*all.v), by_account_and_age);
	print_orders(&all, sub);
	free(all.v);
	return all.unreadable ? EXIT_NO : 0;
}
