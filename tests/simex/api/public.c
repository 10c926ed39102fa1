/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "tests/simex/core/print.h"
#include "wire/jw.h"

enum { DEPTH_DEFAULT = 500, DEPTH_MOST = 1000 };

struct reject
public_ping(struct call *c)
{
	buf_adds(c->out, "{}");
	return reject_none();
}

struct reject
public_time(struct call *c)
{
	jw_open(c->out, '{');
	jw_put_int(c->out, "serverTime", wall_ms(c->now));
	jw_close(c->out, '}');
	return reject_none();
}

struct reject
public_exchange_info(struct call *c)
{
	print_exchange_info(c->out, &c->w->exchange.listings, &c->w->meter, c->now);
	return reject_none();
}

/* One object for a symbol, a list of all without. */
static struct reject
print_one_or_all(struct call *c, void (*print)(struct buf *, const struct desk *, wall_t))
{
	if (c->desk != NULL) {
		print(c->out, c->desk, c->now);
		return reject_none();
	}
	jw_open(c->out, '[');
	for (size_t i = 0; i < c->w->exchange.n; i++)
		print(c->out, &c->w->exchange.desks[i], c->now);
	jw_close(c->out, ']');
	return reject_none();
}

struct reject
public_book_ticker(struct call *c)
{
	return print_one_or_all(c, print_book_ticker);
}

struct reject
public_premium_index(struct call *c)
{
	return print_one_or_all(c, print_premium_index);
}

struct reject
public_depth(struct call *c)
{
	static const int64_t	 legal[] = { 5, 10, 20, 50, 100, 500, 1000 };
	const int64_t		 limit = form_int(c->form, "limit", DEPTH_DEFAULT);

	if (limit > DEPTH_MOST)
		return reject_with(REJ_BAD_PARAM, "limit");
	for (size_t i = 0; i < NITEMS(legal); i++) {
		if (limit != legal[i])
			continue;
		print_depth(c->out, c->desk, (int)limit, c->now);
		return reject_none();
	}
	return reject_with(REJ_DEPTH_LIMIT, "%lld", (long long)limit);
}
