/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/ledger.h"

#include "base/attr.h"
#include "base/die.h"
#include "tests/simex/core/entry.h"
#include "wire/jw.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 1 << 20, PAGE_ENTRIES = 4096, WAITING_START = 8 };

/* Kept in memory, with a file and without. */
#define KEPT_BESIDE_FILE	((size_t)64 << 20)
#define KEPT_ALONE		((size_t)512 << 20)

/* A part of the log: lines from behind their number on, one after the other. */
struct page {
	struct buf		 text;
	size_t			 n;
	size_t			 at[PAGE_ENTRIES];	/* where each begins in text */
	unsigned char		 kinds[PAGE_ENTRIES];
	int64_t			 n_before, before[ENTRY_N];
	STAILQ_ENTRY(page)	 link;
};

struct waiting {
	enum entry_kind		 kind;
	char			*text;
};

/* What a fact is in the ledger, and how it is called there. */
static const struct { enum entry_kind kind; const char *name; } notes[] = {
	[FACT_NEW]      = { ENTRY_ORDER, "NEW" },
	[FACT_TRADE]    = { ENTRY_EXECUTION, NULL },
	[FACT_CANCELED] = { ENTRY_ORDER, "CANCELED" },
	[FACT_EXPIRED]  = { ENTRY_ORDER, "EXPIRED" },
	[FACT_AMENDED]  = { ENTRY_ORDER, "AMENDMENT" },
	[FACT_FUNDING]  = { ENTRY_MONEY, "FUNDING_FEE" },
	[FACT_LEVERAGE] = { ENTRY_N, NULL },
	[FACT_ALGO]     = { ENTRY_N, NULL },
	[FACT_PUBLIC_TRADE] = { ENTRY_N, NULL },
	[FACT_LISTING]  = { ENTRY_N, NULL },
	[FACT_ACCOUNT]  = { ENTRY_N, NULL },
	[FACT_ASSET_MODE] = { ENTRY_N, NULL },
	[FACT_CALCULATED] = { ENTRY_ORDER, "CALCULATED" },
	[FACT_FORCED]   = { ENTRY_N, NULL },
	[FACT_MARGIN_CALL] = { ENTRY_N, NULL },
	[FACT_MONEY]    = { ENTRY_MONEY, NULL },
	[FACT_TAKEN]    = { ENTRY_EXECUTION, NULL },
};
_Static_assert(NITEMS(notes) == FACT_N, "notes");

void
ledger_init(struct ledger *l)
{
	*l = (struct ledger){ .n = 0 };
	STAILQ_INIT(&l->pages);
}

/* ---- the log ---------------------------------------------------------------------- */

static void
drop_page(struct ledger *l)
{
	struct page	*p = STAILQ_FIRST(&l->pages);

	STAILQ_REMOVE_HEAD(&l->pages, link);
	l->bytes -= p->text.len;
	buf_free(&p->text);
	free(p);
}

static struct page *
page_with_room(struct ledger *l)
{
	struct page	*p = l->last;

	if (p != NULL && p->n < PAGE_ENTRIES && p->text.len < PAGE_BYTES)
		return p;
	while (l->bytes > (l->filed ? KEPT_BESIDE_FILE : KEPT_ALONE))
		drop_page(l);
	p = xcalloc(1, sizeof(*p));
	p->n_before = l->n;
	memcpy(p->before, l->of_kind, sizeof(p->before));
	STAILQ_INSERT_TAIL(&l->pages, p, link);
	l->last = p;
	return p;
}

static bool
is_input(enum entry_kind kind)
{
	return kind == ENTRY_ORDER_REQUEST || kind == ENTRY_REQUEST || kind == ENTRY_VERB ||
	    kind == ENTRY_PACE;
}

static void
append(struct ledger *l, enum entry_kind kind, const char *text, size_t len)
{
	struct page	*p = page_with_room(l);
	const size_t	 at = p->text.len;
	char		 head[ENTRY_HEAD];

	p->at[p->n] = at;
	p->kinds[p->n++] = (unsigned char)kind;
	if (!is_input(kind))
		buf_add(&p->text, head, entry_cause(head, l->cause));
	buf_add(&p->text, text, len);
	l->bytes += p->text.len - at;
	l->n++;
	l->of_kind[kind]++;
	if (!l->filed)
		return;
	buf_add(&l->file, head, entry_number(head, l->n));
	buf_add(&l->file, p->text.p + at, p->text.len - at);
	buf_addc(&l->file, '\n');
}

static void
wait_for_input(struct ledger *l, enum entry_kind kind)
{
	if (l->nwaiting == l->waiting_cap) {
		l->waiting_cap = l->waiting_cap == 0 ? WAITING_START : l->waiting_cap * 2;
		l->waiting = xrealloc(l->waiting, l->waiting_cap * sizeof(*l->waiting));
	}
	l->waiting[l->nwaiting++] = (struct waiting){ kind, xstrdup(buf_text(&l->line)) };
}

/* The line that was just printed; returns its number, 0: not known yet. */
static int64_t
add(struct ledger *l, enum entry_kind kind)
{
	if (l->serving) {
		wait_for_input(l, kind);
		return 0;
	}
	append(l, kind, l->line.p, l->line.len);
	return l->n;
}

void
ledger_begin(struct ledger *l)
{
	l->serving = true;
}

static void
end_input(struct ledger *l, enum entry_kind kind)
{
	l->serving = false;
	l->cause = add(l, kind);
	for (size_t i = 0; i < l->nwaiting; i++) {
		append(l, l->waiting[i].kind, l->waiting[i].text, strlen(l->waiting[i].text));
		free(l->waiting[i].text);
	}
	l->nwaiting = 0;
}

void
ledger_end(struct ledger *l)
{
	l->cause = 0;
}

void
ledger_add_request(struct ledger *l, const struct arrival *a)
{
	entry_request(&l->line, a);
	end_input(l, a->about_orders ? ENTRY_ORDER_REQUEST : ENTRY_REQUEST);
}

void
ledger_add_verb(struct ledger *l, const struct told_verb *v)
{
	entry_verb(&l->line, v);
	end_input(l, ENTRY_VERB);
}

void
ledger_add_pace(struct ledger *l, const struct told_pace *p)
{
	entry_pace(&l->line, p);
	end_input(l, ENTRY_PACE);
}

static int64_t
add_money(struct ledger *l, const struct told_money *m)
{
	entry_money(&l->line, m);
	return add(l, ENTRY_MONEY);
}

void
ledger_add_money(struct ledger *l, const struct told_money *m)
{
	add_money(l, m);
}

/* What an execution brought and cost is in its own line, what was funded in that of the funding. */
static bool
is_told_elsewhere(const struct fact *f)
{
	return f->kind == FACT_MONEY && (f->trade.id != 0 || f->money == MONEY_FUNDING);
}

static int64_t
add_sum(struct ledger *l, const struct fact *f)
{
	const char	*why = f->kind == FACT_MONEY ? money_name(f->money) : notes[f->kind].name;

	const int64_t	 n = add_money(l, &(struct told_money){
		.at = f->at, .why = why, .asset = f->held.asset,
		.symbol = f->desk == NULL ? NULL : f->desk->listing->symbol,
		.change = f->change, .balance = f->held.balance,
	});

	if (f->kind == FACT_MONEY)
		l->last_sum = n;
	return n;
}

void
ledger_add_fact(struct ledger *l, struct fact *f)
{
	if (is_told_elsewhere(f))
		return;
	/* What the user hears of a sum stands behind it. */
	if (f->kind == FACT_ACCOUNT) {
		f->n = l->last_sum;
		l->last_sum = 0;
	}
	if (notes[f->kind].kind == ENTRY_ORDER) {
		entry_order(&l->line, f, notes[f->kind].name);
		f->n = add(l, ENTRY_ORDER);
	} else if (notes[f->kind].kind == ENTRY_EXECUTION) {
		entry_execution(&l->line, f);
		f->n = add(l, ENTRY_EXECUTION);
	} else if (notes[f->kind].kind == ENTRY_MONEY) {
		f->n = add_sum(l, f);
	}
}

void
ledger_add_event(struct ledger *l, const struct told_event *e)
{
	entry_event(&l->line, e);
	add(l, ENTRY_EVENT);
}

/* ---- questions ------------------------------------------------------------------------- */

static void
print_entry(const struct page *p, size_t i, int64_t n, struct buf *b)
{
	const size_t	 end = i + 1 < p->n ? p->at[i + 1] : p->text.len;
	char		 head[ENTRY_HEAD];

	if (b->p[b->len - 1] != '[')
		buf_addc(b, ',');
	buf_add(b, head, entry_number(head, n));
	buf_add(b, p->text.p + p->at[i], end - p->at[i]);
}

static void
print_page(const struct page *p, enum entry_kind kind, int64_t from, struct buf *b)
{
	int64_t		 n = kind == ENTRY_N ? p->n_before : p->before[kind];

	for (size_t i = 0; i < p->n; i++)
		if ((kind == ENTRY_N || p->kinds[i] == kind) && n++ >= from)
			print_entry(p, i, n, b);
}

void
ledger_print(const struct ledger *l, enum entry_kind kind, int64_t from, struct buf *b)
{
	const struct page	*p, *next;

	jw_open(b, '[');
	for (p = STAILQ_FIRST(&l->pages); p != NULL; p = next) {
		next = STAILQ_NEXT(p, link);
		if (next == NULL || (kind == ENTRY_N ? next->n_before : next->before[kind]) > from)
			print_page(p, kind, from, b);
	}
	jw_close(b, ']');
}

void
ledger_fini(struct ledger *l)
{
	while (!STAILQ_EMPTY(&l->pages))
		drop_page(l);
	for (size_t i = 0; i < l->nwaiting; i++)
		free(l->waiting[i].text);
	free(l->waiting);
	buf_free(&l->line);
	buf_free(&l->file);
}
