/* SPDX-License-Identifier: BSD-2-Clause */
#include "riskd/riskd.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- the event log -------------------------------------------------------------- */

static struct account *
account_of_stream(struct riskd *d, const char *stream)
{
	const char	*id = stream + strlen("account/");

	return strchr(id, '/') != NULL || strlen(id) >= SUB_ID ? NULL :
	    accounts_get(&d->accounts, id);
}

/* Nothing is worth more than the log: what it says must be understood, or nobody serves. */
static _Noreturn void
unreadable(const char *what, const char *stream, const char *version, const char *why)
{
	fatal(EXIT_CONFIG, "ledger_not_understood", "%s=%s version=%s why=\"%s\"", what, stream,
	    version, why);
}

static void
load_snapshot(struct riskd *d, const struct pg_result *r, int row)
{
	struct account	*a = account_of_stream(d, pg_value(r, 0, row, 0));
	const char	*data = pg_value(r, 0, row, 2);
	struct why	 why;

	if (a == NULL)
		return;
	if (account_read(a, data, strlen(data), &why) == -1)
		unreadable("snapshot", pg_value(r, 0, row, 0), pg_value(r, 0, row, 1), why.text);
	a->version = atoi(pg_value(r, 0, row, 1));
}

static void
load_event(struct riskd *d, const struct pg_result *r, int row)
{
	struct account	*a = account_of_stream(d, pg_value(r, 1, row, 0));
	const char	*data = pg_value(r, 1, row, 3);
	struct why	 why;

	if (a == NULL)
		return;
	if (account_event_read(a, pg_value(r, 1, row, 2), data, strlen(data), &why) == -1)
		unreadable("stream", pg_value(r, 1, row, 0), pg_value(r, 1, row, 1), why.text);
	a->version = atoi(pg_value(r, 1, row, 1));
}

static void
adopt(struct account *a, const char *symbol, const struct pg_result *r, int row)
{
	struct booking	 b = { .nlegs = 1, .balance = a->balance };
	struct position	*p = &b.legs[0].after;

	*p = (struct position){ .side = names_find(&pos_side_names, pg_value(r, 2, row, 3)) ==
	    POS_SHORT ? POS_SHORT : POS_LONG, .rpnl = DEC_ZERO, .fees = DEC_ZERO,
	    .qty = store_dec(r, 2, row, 4, DEC_ZERO), .leverage = atoi(pg_value(r, 2, row, 6)),
	    .opened_at = wall_from_ms(atoll(pg_value(r, 2, row, 7))), .closing = DEC_ZERO };
	p->cost = dec_mul(p->qty, store_dec(r, 2, row, 5, DEC_ZERO), ROUND_HALF_EVEN);
	text_put(p->id, sizeof(p->id), pg_value(r, 2, row, 1));
	text_put(p->symbol, sizeof(p->symbol), symbol);
	account_apply(a, &b);
}

/*
 * Rows of an engine before this one: taken over as they stand, once.  The
 * account's first event (append_opened) holds them from then on.
 */
static void
adopt_row(struct riskd *d, const struct pg_result *r, int row)
{
	const char	*sub = pg_value(r, 2, row, 0), *id = pg_value(r, 2, row, 1);
	struct account	*a = strlen(sub) >= SUB_ID ? NULL : accounts_get(&d->accounts, sub);
	char		 symbol[SYMBOL];

	if (a != NULL && (a->version > 0 || account_position_by_id(a, id) != NULL))
		return;
	if (a == NULL || strlen(id) >= POSITION_ID ||
	    instr_native(riskd_instrs(d), pg_value(r, 2, row, 2), symbol) == -1 ||
	    account_position(a, symbol) != NULL)
		log_error("position_not_adopted", "sub=%s position_id=%s sym=%s; close or delete "
		    "the row", sub, id, pg_value(r, 2, row, 2));
	else
		adopt(a, symbol, r, row);
}

static void
load_external(struct riskd *d, const struct pg_result *r, int row)
{
	tally_add(&d->external_net, pg_value(r, 3, row, 0), store_dec(r, 3, row, 1, DEC_NONE));
}

/* An algo may have been started on any of them. */
static void
watch_all(struct riskd *d)
{
	struct map_iter	 it = map_each(&d->accounts.map);
	struct node	*n;
	struct position	*p;

	while ((n = map_next(&it)) != NULL)
		TAILQ_FOREACH(p, &MAP_OF(n, struct account, node)->positions, link)
			p->watched = true;
}

static void
on_loaded(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct riskd	*d = arg;

	ledger_must_read(outcome, r);
	for (int row = 0; row < pg_rows(r, 0); row++)
		load_snapshot(d, r, row);
	for (int row = 0; row < pg_rows(r, 1); row++)
		load_event(d, r, row);
	for (int row = 0; row < pg_rows(r, 2); row++)
		adopt_row(d, r, row);
	for (int row = 0; row < pg_rows(r, 3); row++)
		load_external(d, r, row);
	watch_all(d);
	log_info("accounts_loaded", "accounts=%zu events=%d", d->accounts.map.n, pg_rows(r, 1));
	riskd_load(d, LOAD_PENDING);
}

void
load_ledger(struct riskd *d)
{
	struct pg_job	*j = pg_job_new(d->pg, "load");

	pg_job_add(j, SQL_SNAPSHOTS, NULL);
	pg_job_add(j, SQL_EVENTS, NULL);
	pg_job_add(j, SQL_OPEN_ROWS, NULL);
	pg_job_add(j, SQL_EXTERNAL, NULL);
	pg_submit(j, on_loaded, d);
}

static void
on_sums(void *arg, enum pg_outcome outcome, const struct pg_result *r)
{
	struct riskd	*d = arg;

	ledger_must_read(outcome, r);
	for (int row = 0; row < pg_rows(r, 0); row++) {
		struct pending	*p = pendings_find(&d->pendings, pg_value(r, 0, row, 0));

		if (p == NULL)
			continue;
		const struct pending_sums	 sums = store_sums(r, 0, row);
		pendings_restore(&d->pendings, p, riskd_account(d, p->o.sub), &sums);
	}
	riskd_load(d, LOAD_ACCOUNTS);
}

void
load_sums(struct riskd *d)
{
	struct pg_job	*j = pg_job_new(d->pg, "sums");
	struct map_iter	 it = map_each(&d->pendings.map);
	struct node	*n;
	struct buf	 ids = { 0 };

	while ((n = map_next(&it)) != NULL)
		buf_addf(&ids, "%s%s", ids.len > 0 ? " " : "", n->key);
	pg_job_add(j, SQL_SUMS, (const char *[]){ buf_text(&ids) });
	pg_submit(j, on_sums, d);
	buf_free(&ids);
}
