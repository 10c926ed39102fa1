/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "tests/simex/core/bulletin.h"
#include "tests/simex/core/print.h"
#include "wire/jw.h"

#include <string.h>

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

/* One more at the end of a list: what is like ours, of COIN-M. */
static void
print_coin_m(struct call *c, const char *ours)
{
	struct buf	 theirs = { 0 };

	drift_as_coin_m(&theirs, ours);
	jw_raw(c->out, buf_text(&theirs));
	buf_free(&theirs);
}

struct reject
public_exchange_info(struct call *c)
{
	const struct listings	*ls = &c->w->exchange.listings;

	print_exchange_info(c->out, ls, &c->w->meter, c->now);
	if (c->w->trouble.drift == DRIFT_NONE)
		return reject_none();
	c->out->len -= strlen("]}");	/* symbols come last */
	print_coin_m(c, ls->v[0].text);
	jw_close(c->out, ']');
	jw_close(c->out, '}');
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
	if (c->w->trouble.drift != DRIFT_NONE) {
		struct buf	 ours = { 0 };

		print(&ours, &c->w->exchange.desks[0], c->now);
		print_coin_m(c, buf_text(&ours));
		buf_free(&ours);
	}
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
public_day(struct call *c)
{
	return print_one_or_all(c, bulletin_day);
}

struct reject
public_price(struct call *c)
{
	return print_one_or_all(c, bulletin_price);
}

struct reject
public_price_v1(struct call *c)
{
	return print_one_or_all(c, bulletin_price_v1);
}

struct reject
public_open_interest(struct call *c)
{
	bulletin_open_interest(c->out, c->desk, c->now);
	return reject_none();
}

struct reject
public_funding_terms(struct call *c)
{
	return print_one_or_all(c, bulletin_funding_terms);
}

/* Orders for retail alone there are none: it is the same book, whole only. */
struct reject
public_rpi_depth(struct call *c)
{
	const int64_t	 limit = form_int(c->form, "limit", DEPTH_MOST);

	if (limit != DEPTH_MOST)
		return reject_with(REJ_DEPTH_LIMIT, "%lld", (long long)limit);
	print_depth(c->out, c->desk, DEPTH_MOST, c->now);
	return reject_none();
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
