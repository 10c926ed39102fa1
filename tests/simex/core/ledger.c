/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/ledger.h"

#include "base/attr.h"
#include "base/die.h"
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

static const char *const fate_names[] = {
	[FATE_EXECUTED] = "executed", [FATE_REFUSED] = "refused", [FATE_LOST] = "lost",
};
_Static_assert(NITEMS(fate_names) == FATE_N, "fate_names");

static const char *const event_fate_names[] = {
	[EVENT_SENT] = "sent", [EVENT_AGAIN] = "again", [EVENT_LOST] = "lost",
	[EVENT_MUTED] = "muted",
};
_Static_assert(NITEMS(event_fate_names) == EVENT_FATE_N, "event_fate_names");

static const char *const kind_names[] = {
	[ENTRY_EVENT] = "event", [ENTRY_EXECUTION] = "execution", [ENTRY_MONEY] = "money",
	[ENTRY_ORDER] = "order", [ENTRY_ORDER_REQUEST] = "request", [ENTRY_REQUEST] = "request",
	[ENTRY_VERB] = "verb",
};
_Static_assert(NITEMS(kind_names) == ENTRY_N, "kind_names");

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
	[FACT_FORCED]   = { ENTRY_N, NULL },
	[FACT_LISTING]  = { ENTRY_N, NULL },
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

static void
add_number(struct buf *b, int64_t n)
{
	buf_adds(b, "{\"n\":");
	buf_addi(b, n);
	buf_addc(b, ',');
}

static bool
is_input(enum entry_kind kind)
{
	return kind == ENTRY_ORDER_REQUEST || kind == ENTRY_REQUEST || kind == ENTRY_VERB;
}

static void
append(struct ledger *l, enum entry_kind kind, const char *text, size_t len)
{
	struct page	*p = page_with_room(l);
	const size_t	 at = p->text.len;

	p->at[p->n] = at;
	p->kinds[p->n++] = (unsigned char)kind;
	if (!is_input(kind)) {
		buf_adds(&p->text, "\"by\":");
		buf_addi(&p->text, l->cause);
		buf_addc(&p->text, ',');
	}
	buf_add(&p->text, text, len);
	l->bytes += p->text.len - at;
	l->n++;
	l->of_kind[kind]++;
	if (!l->filed)
		return;
	add_number(&l->file, l->n);
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

static struct buf *
begin_line(struct ledger *l, enum entry_kind kind, wall_t at)
{
	buf_reset(&l->line);
	jw_put_str(&l->line, "kind", kind_names[kind]);
	jw_put_int(&l->line, "us", at.us);
	return &l->line;
}

/* Returns its number; 0: not known yet. */
static int64_t
end_line(struct ledger *l, enum entry_kind kind)
{
	buf_addc(&l->line, '}');
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
	l->cause = end_line(l, kind);
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

/* ---- inputs ------------------------------------------------------------------------ */

static bool
is_plain(const char *p, size_t len)
{
	unsigned char	 odd = 0;

	for (size_t i = 0; i < len; i++)
		odd |= (unsigned char)p[i] < ' ' || (unsigned char)p[i] >= 0x7f;
	return odd == 0;
}

static void
add_hex(struct buf *b, const char *p, size_t len)
{
	static const char	 digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		buf_addc(b, digits[(unsigned char)p[i] >> 4]);
		buf_addc(b, digits[(unsigned char)p[i] & 15]);
	}
}

/* What no text holds is shown as far as it can be, and told exactly behind. */
static void
put_bytes(struct buf *b, const char *name, const char *exactly, const char *p, size_t len)
{
	if (is_plain(p, len)) {
		jw_key(b, name);
		jw_strn(b, p, len);
		return;
	}
	char	*shown = xstrndup("", 0);
	shown = xrealloc(shown, len + 1);
	for (size_t i = 0; i < len; i++)
		shown[i] = is_plain(p + i, 1) ? p[i] : '?';
	jw_key(b, name);
	jw_strn(b, shown, len);
	free(shown);
	jw_key(b, exactly);
	buf_addc(b, '"');
	add_hex(b, p, len);
	buf_addc(b, '"');
}

static void
put_params(struct buf *b, const struct arrival *a)
{
	const size_t	 query_len = strlen(a->query);
	struct buf	 both = { 0 };

	jw_put_int(b, "queryBytes", (int64_t)query_len);
	if (a->body_len == 0 || query_len == 0) {
		put_bytes(b, "body", "hex", query_len == 0 ? a->body : a->query,
		    query_len == 0 ? a->body_len : query_len);
		return;
	}
	buf_add(&both, a->query, query_len);
	buf_add(&both, a->body, a->body_len);
	put_bytes(b, "body", "hex", both.p, both.len);
	buf_free(&both);
}

void
ledger_add_request(struct ledger *l, const struct arrival *a)
{
	const enum entry_kind	 kind = a->about_orders ? ENTRY_ORDER_REQUEST : ENTRY_REQUEST;
	struct buf		*b = begin_line(l, kind, a->at);

	jw_put_str(b, "method", a->method);
	put_bytes(b, "path", "pathHex", a->path, strlen(a->path));
	jw_put_str(b, "clientOrderId", a->clord_id);
	jw_put_str(b, "verdict", fate_names[a->fate]);
	jw_put_int(b, "code", a->code);
	jw_put_int(b, "http", a->http);
	jw_put_int(b, "orderId", a->order_id);
	if (a->keyless) {
		jw_key(b, "apiKey");
		jw_null(b);
	} else if (a->other_key != NULL) {
		put_bytes(b, "apiKey", "apiKeyHex", a->other_key, strlen(a->other_key));
	}
	put_params(b, a);
	end_input(l, kind);
}

void
ledger_add_verb(struct ledger *l, const struct told_verb *c)
{
	struct buf	*b = begin_line(l, ENTRY_VERB, c->at);

	put_bytes(b, "uri", "hex", c->uri, strlen(c->uri));
	jw_put_int(b, "http", c->http);
	jw_put_int(b, "orderId", c->order_id);
	if (c->by != NULL)
		jw_put_str(b, "from", c->by);
	if (c->does != NULL)
		jw_put_raw(b, "does", c->does);
	end_input(l, ENTRY_VERB);
}

/* ---- what comes of them -------------------------------------------------------------- */

/* A sum has no size that a reader's numbers would hold for certain: it is text. */
static void
put_exact(struct buf *b, const char *name, dec_t d)
{
	char	 text[DEC_STR];

	jw_put_str(b, name, dec_format(d, text));
}

static int64_t
add_order(struct ledger *l, const struct fact *f)
{
	const struct terms	*t = &f->order.terms;
	struct buf		*b = begin_line(l, ENTRY_ORDER, f->at);

	jw_put_str(b, "what", notes[f->kind].name);
	jw_put_str(b, "symbol", f->desk->listing->symbol);
	jw_put_int(b, "orderId", f->order.id);
	jw_put_str(b, "clientOrderId", t->clord_id);
	jw_put_str(b, "side", names_get(&side_names, (int)t->side));
	jw_put_str(b, "positionSide", position_side_name(t->ps));
	jw_put_str(b, "type", names_get(&ord_type_names, (int)t->type));
	jw_put_dec(b, "qty", t->qty);
	jw_put_dec(b, "price", t->px);
	jw_put_bool(b, "reduceOnly", t->reduce_only);
	return end_line(l, ENTRY_ORDER);
}

static int64_t
add_execution(struct ledger *l, const struct fact *f)
{
	const struct trade	*t = &f->trade;
	struct buf		*b = begin_line(l, ENTRY_EXECUTION, f->at);

	jw_put_str(b, "symbol", t->listing->symbol);
	jw_put_int(b, "tradeId", t->id);
	jw_put_int(b, "orderId", t->order_id);
	jw_put_str(b, "clientOrderId", t->clord_id);
	jw_put_str(b, "side", names_get(&side_names, (int)t->side));
	jw_put_str(b, "positionSide", position_side_name(t->ps));
	jw_put_dec(b, "qty", t->qty);
	jw_put_dec(b, "price", t->px);
	jw_put_dec(b, "fee", t->fee);
	jw_put_str(b, "feeAsset", t->listing->margin_asset);
	jw_put_dec(b, "realizedPnl", t->realized);
	jw_put_str(b, "asset", t->listing->margin_asset);
	jw_put_bool(b, "maker", t->maker);
	put_exact(b, "position", f->position.qty);
	put_exact(b, "balance", f->balance);
	return end_line(l, ENTRY_EXECUTION);
}

static int64_t
add_money(struct ledger *l, const struct money *m)
{
	struct buf	*b = begin_line(l, ENTRY_MONEY, m->at);

	jw_put_str(b, "why", m->why);
	jw_put_str(b, "asset", m->asset);
	if (m->symbol != NULL)
		jw_put_str(b, "symbol", m->symbol);
	put_exact(b, "change", m->change);
	put_exact(b, "balance", m->balance);
	return end_line(l, ENTRY_MONEY);
}

void
ledger_add_money(struct ledger *l, const struct money *m)
{
	add_money(l, m);
}

void
ledger_add_fact(struct ledger *l, struct fact *f)
{
	const struct money	 m = {
		.at = f->at, .why = notes[f->kind].name, .asset = f->desk->listing->margin_asset,
		.symbol = f->desk->listing->symbol, .change = f->change, .balance = f->balance,
	};

	if (notes[f->kind].kind == ENTRY_ORDER)
		f->n = add_order(l, f);
	else if (notes[f->kind].kind == ENTRY_EXECUTION)
		f->n = add_execution(l, f);
	else if (notes[f->kind].kind == ENTRY_MONEY)
		f->n = add_money(l, &m);
}

void
ledger_add_event(struct ledger *l, const struct told_event *e)
{
	struct buf	*b = begin_line(l, ENTRY_EVENT, e->at);

	jw_put_int(b, "due", e->due.us);
	jw_put_str(b, "event", e->name);
	jw_put_str(b, "fate", event_fate_names[e->fate]);
	jw_put_int(b, "of", e->of);
	jw_put_str(b, "listenKey", e->listen_key);
	jw_put_raw(b, "json", buf_text(e->json));
	end_line(l, ENTRY_EVENT);
}

/* ---- questions ------------------------------------------------------------------------- */

static void
print_entry(const struct page *p, size_t i, int64_t n, struct buf *b)
{
	const size_t	 end = i + 1 < p->n ? p->at[i + 1] : p->text.len;

	if (b->p[b->len - 1] != '[')
		buf_addc(b, ',');
	add_number(b, n);
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
