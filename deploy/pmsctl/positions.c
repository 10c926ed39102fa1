/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * positions.c - accounts and their open positions, from the view riskd writes.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/text.h"
#include "run/loop.h"
#include "wire/field.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <string.h>

struct account {
	char	id[SUB_ID];
	char	status[24];
	dec_t	balance, equity, used, available;
	wall_t	ts;
};

static const struct field	account_v[] = {
	F(account, id, "subAccountId", F_STR, 0),
	F(account, status, "status", F_STR, 0),
	F(account, balance, "balance", F_DEC, 0),
	F(account, equity, "equity", F_DEC, 0),
	F(account, used, "marginUsed", F_DEC, 0),
	F(account, available, "availableMargin", F_DEC, 0),
	F(account, ts, "timestamp", F_WALL, 0),
};
static const struct fields	account_fields = FIELDS(account_v);

struct position {
	char	symbol[SYMBOL];
	char	side[8];
	char	id[POSITION_ID];
	dec_t	qty, entry_px, mark_px, upnl, margin, liq_px;
	int	leverage;
};

static const struct field	position_v[] = {
	F(position, symbol, "symbol", F_STR, FIELD_REQUIRED),
	F(position, side, "side", F_STR, 0),
	F(position, id, "id", F_STR, 0),
	F(position, qty, "quantity", F_DEC, 0),
	F(position, entry_px, "entryPrice", F_DEC, 0),
	F(position, mark_px, "markPrice", F_DEC, 0),
	F(position, upnl, "unrealizedPnl", F_DEC, 0),
	F(position, margin, "margin", F_DEC, 0),
	F(position, liq_px, "liquidationPrice", F_DEC, 0),
	F(position, leverage, "leverage", F_INT, 0),
};
static const struct fields	position_fields = FIELDS(position_v);

/* ---- printing ------------------------------------------------------------------- */

/* To the cent; prices are shown as they are. */
static const char *
money(dec_t d, char buf[DEC_STR])
{
	return number_format(dec_quantize(d, (dec_t){ DEC_ONE_E8 / 100 }, ROUND_HALF_EVEN), buf);
}

static void
print_account(const struct account *a)
{
	char	 age[AGE];

	printf("%s %s  balance %s  equity %s  margin used %s, available %s  (riskd's view, %s old)\n",
	    a->id, a->status, money(a->balance, ROOM), money(a->equity, ROOM),
	    money(a->used, ROOM), money(a->available, ROOM), wall_is_set(a->ts) ?
	    age_format(wall_diff_ms(clock_wall(), a->ts), age) : "nobody knows how");
}

static int
print_position(void *arg, void *element)
{
	const struct position	*p = element;
	int			*printed = arg;

	if ((*printed)++ == 0)
		printf("  %-14s %-5s %12s %14s %14s %10s %10s %4s %14s  %s\n", "symbol", "side",
		    "quantity", "entry", "mark", "upnl", "margin", "lev", "liquidation", "id");
	printf("  %-14s %-5s %12s %14s %14s %10s %10s %4d %14s  %s\n", p->symbol, p->side,
	    number_format(p->qty, ROOM), number_format(p->entry_px, ROOM), number_format(p->mark_px, ROOM),
	    money(p->upnl, ROOM), money(p->margin, ROOM), p->leverage, number_format(p->liq_px, ROOM),
	    p->id);
	return 0;
}

/* ---- reading ---------------------------------------------------------------------- */

static bool
show_account(struct ctl *k, const char *key)
{
	redisReply		*r = ctl_ask(k, 2, (const char *[]){ "GET", key });
	struct field_fault	 ff;
	struct account		 a;
	int			 printed = 0;
	const bool		 found = r->type == REDIS_REPLY_STRING;

	fields_blank(&account_fields, &a, sizeof(a));
	if (found && fields_read(&account_fields, &a, r->str, r->len, &ff) == -1)
		give_up(EXIT_NO, "positions: %s is not readable: %s", key, ff.text);
	if (found)
		print_account(&a);
	if (found && fields_read_array(&position_fields, sizeof(struct position), "positions",
	    r->str, r->len, print_position, &printed, &ff) == -1)
		give_up(EXIT_NO, "positions: %s is not readable: %s", key, ff.text);
	freeReplyObject(r);
	return found;
}

static int
show_all(struct ctl *k)
{
	char		 pattern[KEY_MAX];
	struct ctl_keys	 keys = ctl_scan(k, key_format(K_RISK, "*", pattern));
	size_t		 shown = 0;

	for (size_t i = 0; i < keys.n; i++)
		shown += show_account(k, keys.v[i]);
	ctl_keys_free(&keys);
	if (shown > 0)
		return 0;
	fprintf(stderr, "pmsctl: no account has a view; riskd writes them while it is up\n");
	return EXIT_NO;
}

int
ctl_positions(struct ctl *k)
{
	char	 key[KEY_MAX];

	if (k->argc == 0)
		return show_all(k);
	if (show_account(k, key_format(K_RISK, ctl_account(k, "positions"), key)))
		return 0;
	fprintf(stderr, "pmsctl: account '%s' has no view; riskd writes one for each account it "
	    "knows, while it is up\n", k->argv[0]);
	return EXIT_NO;
}
