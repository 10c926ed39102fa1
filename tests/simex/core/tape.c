/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/tape.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/tapecell.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

enum {
	COLUMNS = 7,			/* of either archive */
	DIGITS_US = 16, DIGITS_NS = 19,	/* of a local time, from 2001 to 2286 */
	LEVELS_START = 256,
};

NAMES(tape_kind_names, TAPE_KIND_N, "snapshot", "depth", "top", "trade", "mark");

#define CELL(key, name, type, member) \
	{ key, name, type, false, offsetof(struct tape_row, member) }
#define MAY(key, name, type, member) \
	{ key, name, type, true, offsetof(struct tape_row, member) }
#define COLUMN(name, type, member)	CELL(NULL, name, type, member)

/* ---- frames ---------------------------------------------------------------------------- */

static bool
is_quoted(const struct cell *c)
{
	return c->type == C_AMOUNT || c->type == C_POSITIVE || c->type == C_RATE ||
	    c->type == C_SYMBOL;
}

/* JSON that is not of the kind the cell wants. */
static int
wrong_json(const struct cell *c, const json_t *v, struct why *why)
{
	char	 found[CELL_SHOWN];
	char	*text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);

	if (text == NULL)
		panic("out of memory: json_dumps");
	if (is_quoted(c))
		why_set(why, "%s %s is not in quotes", c->name,
		    cell_show(text, strlen(text), found));
	else
		cell_wrong(c, text, strlen(text), why);
	free(text);
	return -1;
}

static int
read_member(const struct cell *c, const json_t *v, void *to, struct why *why)
{
	if (json_is_string(v) && is_quoted(c))
		return cell_read(c, json_string_value(v), json_string_length(v), to, why);
	if (json_is_integer(v) && cell_put_whole(c, json_integer_value(v), to) == 0)
		return 0;
	if (json_is_boolean(v) && c->type == C_BOOL) {
		*(bool *)to = json_is_true(v);
		return 0;
	}
	return wrong_json(c, v, why);
}

static int
read_members(const struct cell *cells, size_t n, const json_t *data, struct tape_row *row,
    struct why *why)
{
	for (size_t i = 0; i < n; i++) {
		const json_t	*v = json_object_get(data, cells[i].key);

		if (v == NULL && cells[i].optional)
			continue;
		if (v == NULL)
			return why_set(why, "%s is missing", cells[i].name);
		if (read_member(&cells[i], v, (char *)row + cells[i].offset, why) == -1)
			return -1;
	}
	return 0;
}

static struct tape_level *
level_add(struct tape_levels *ls)
{
	if (ls->n == ls->cap) {
		ls->cap = ls->cap == 0 ? LEVELS_START : ls->cap * 2;
		ls->v = xrealloc(ls->v, ls->cap * sizeof(struct tape_level));
	}
	return &ls->v[ls->n++];
}

static const struct {
	const char	*name;
	struct cell	 px, qty;
} level_cells[] = {
	[SIDE_BUY] = { "bids", { .name = "bid price", .type = C_POSITIVE },
	    { .name = "bid quantity", .type = C_AMOUNT } },
	[SIDE_SELL] = { "asks", { .name = "ask price", .type = C_POSITIVE },
	    { .name = "ask quantity", .type = C_AMOUNT } },
};
_Static_assert(NITEMS(level_cells) == SIDE_N, "level_cells");

static int
read_levels(enum side side, const json_t *a, struct tape_levels *to, struct why *why)
{
	const char	*name = level_cells[side].name;

	if (a == NULL)
		return why_set(why, "the %s are missing", name);
	if (!json_is_array(a))
		return why_set(why, "the %s are not an array", name);
	for (size_t i = 0; i < json_array_size(a); i++) {
		const json_t		*pair = json_array_get(a, i);
		const json_t		*px = json_array_get(pair, 0);
		const json_t		*qty = json_array_get(pair, 1);
		struct tape_level	*l = level_add(to);

		if (json_array_size(pair) != 2)
			return why_set(why, "level %zu of the %s is not a price and a quantity",
			    i, name);
		if (read_member(&level_cells[side].px, px, &l->px, why) == -1 ||
		    read_member(&level_cells[side].qty, qty, &l->qty, why) == -1)
			return -1;
	}
	return 0;
}

/*
 * Partial depth, and depth with the hidden orders in it, come as depthUpdate
 * too: only the name of their stream tells them from the diffs.
 */
static bool
is_diff(const char *stream, const json_t *data)
{
	const char	*at = strchr(stream, '@');

	(void)data;
	return *stream == '\0' || (at != NULL && (text_eq(at, "@depth") ||
	    text_starts_with(at, "@depth@")));
}

/* The insurance fund and ADL trade beside the book; aggregates do not have them. */
static bool
is_market(const char *stream, const json_t *data)
{
	const char	*how = json_string_value(json_object_get(data, "X"));

	(void)stream;
	return how == NULL || text_eq(how, "MARKET");
}

static const struct cell agg_trade_v[] = {
	CELL("s", "symbol s", C_SYMBOL, symbol),
	CELL("E", "event time E", C_MS, event_at),
	MAY("T", "trade time T", C_MS, at),
	CELL("a", "aggregate trade id a", C_ID, trade.id),
	CELL("f", "first trade id f", C_ID, trade.first_id),
	CELL("l", "last trade id l", C_ID, trade.last_id),
	CELL("p", "price p", C_POSITIVE, trade.px),
	CELL("q", "quantity q", C_POSITIVE, trade.qty),
	CELL("m", "buyer is maker m", C_BOOL, trade.buyer_is_maker),
};
static const struct cell book_ticker_v[] = {
	CELL("s", "symbol s", C_SYMBOL, symbol),
	CELL("E", "event time E", C_MS, event_at),
	MAY("T", "transaction time T", C_MS, at),
	CELL("u", "update id u", C_ID, update.last),
	CELL("b", "best bid price b", C_AMOUNT, top.bid_px),
	CELL("B", "best bid quantity B", C_AMOUNT, top.bid_qty),
	CELL("a", "best ask price a", C_AMOUNT, top.ask_px),
	CELL("A", "best ask quantity A", C_AMOUNT, top.ask_qty),
};
static const struct cell depth_v[] = {
	CELL("s", "symbol s", C_SYMBOL, symbol),
	CELL("E", "event time E", C_MS, event_at),
	MAY("T", "transaction time T", C_MS, at),
	CELL("U", "first update id U", C_ID, update.first),
	CELL("u", "last update id u", C_ID, update.last),
	CELL("pu", "previous update id pu", C_ID, update.prev),
};
/* T is when funding is next: the time of a mark is its E. */
static const struct cell mark_v[] = {
	CELL("s", "symbol s", C_SYMBOL, symbol),
	CELL("E", "event time E", C_MS, event_at),
	CELL("p", "mark price p", C_POSITIVE, mark.px),
	CELL("i", "index price i", C_AMOUNT, mark.index_px),
	CELL("r", "funding rate r", C_RATE, mark.funding_rate),
	CELL("T", "next funding time T", C_MS_OR_NONE, mark.next_funding),
};
static const struct cell snapshot_v[] = {
	MAY("E", "event time E", C_MS, event_at),
	MAY("T", "transaction time T", C_MS, at),
	CELL("lastUpdateId", "lastUpdateId", C_ID, update.last),
};
static const struct cell trade_v[] = {
	CELL("s", "symbol s", C_SYMBOL, symbol),
	CELL("E", "event time E", C_MS, event_at),
	MAY("T", "trade time T", C_MS, at),
	CELL("t", "trade id t", C_ID, trade.id),
	CELL("p", "price p", C_POSITIVE, trade.px),
	CELL("q", "quantity q", C_POSITIVE, trade.qty),
	CELL("m", "buyer is maker m", C_BOOL, trade.buyer_is_maker),
};

struct frame {
	const char		*event;
	enum tape_kind		 kind;
	const struct cell	*cells;
	size_t			 n;
	bool			 aggregate;
	const char		*sides[SIDE_N];	/* where the levels are; NULL: it has none */
	bool			 (*is_wanted)(const char *stream, const json_t *); /* or NULL */
};

#define FRAME(event, kind, cells)	event, kind, cells, NITEMS(cells)

static const struct frame frames[] = {
	{ FRAME("aggTrade", TAPE_TRADE, agg_trade_v), true, { NULL }, NULL },
	{ FRAME("bookTicker", TAPE_TOP, book_ticker_v), false, { NULL }, NULL },
	{ FRAME("depthUpdate", TAPE_DEPTH, depth_v), false, { "b", "a" }, is_diff },
	{ FRAME("markPriceUpdate", TAPE_MARK, mark_v), false, { NULL }, NULL },
	{ FRAME("trade", TAPE_TRADE, trade_v), false, { NULL }, is_market },
};
static const struct frame snapshot = {
	FRAME("", TAPE_SNAPSHOT, snapshot_v), false, { "bids", "asks" }, NULL
};

static const struct frame *
frame_find(const char *event)
{
	for (size_t i = 0; i < NITEMS(frames); i++)
		if (text_eq(frames[i].event, event))
			return &frames[i];
	return NULL;
}

/* Which contract an answer to GET depth is of, and what was learned from the others. */
static int
settle_symbol(struct tape *t, struct why *why)
{
	if (t->row.kind != TAPE_SNAPSHOT) {
		if (*t->symbol == '\0')
			text_put(t->symbol, SYMBOL, t->row.symbol);
		t->is_mixed |= !text_eq(t->symbol, t->row.symbol);
		return 0;
	}
	if (*t->symbol == '\0')
		return why_set(why, "a snapshot before any frame that names its contract");
	if (t->is_mixed && !t->is_told)
		return why_set(why, "a snapshot that may be of any of several contracts");
	text_put(t->row.symbol, SYMBOL, t->symbol);
	return 0;
}

static int
read_frame(struct tape *t, const struct frame *f, const json_t *data, struct why *why)
{
	struct tape_row	*row = &t->row;

	row->kind = f->kind;
	if (read_members(f->cells, f->n, data, row, why) == -1)
		return -1;
	for (int s = 0; s < SIDE_N; s++)
		if (f->sides[s] != NULL && read_levels((enum side)s,
		    json_object_get(data, f->sides[s]), &row->sides[s], why) == -1)
			return -1;
	row->trade.aggregate = f->aggregate;
	if (!f->aggregate)
		row->trade.first_id = row->trade.last_id = row->trade.id;
	if (!wall_is_set(row->at))
		row->at = row->event_at;
	return settle_symbol(t, why);
}

static int
read_json(struct tape *t, const json_t *top, struct why *why)
{
	const char		*stream = json_string_value(json_object_get(top, "stream"));
	const json_t		*data = stream == NULL ? top : json_object_get(top, "data");
	const char		*event = json_string_value(json_object_get(data, "e"));
	const struct frame	*f = &snapshot;

	if (stream != NULL && json_is_array(data))
		return 0;
	if (stream != NULL && !json_is_object(data))
		return why_set(why, "a frame of stream '%.60s' without data", stream);
	if (event == NULL && json_object_get(data, "id") != NULL)
		return 0;			/* what SUBSCRIBE is answered */
	if (event == NULL && json_object_get(data, "lastUpdateId") == NULL)
		return why_set(why, "a frame that is neither an event nor a snapshot");
	if (event != NULL)
		f = frame_find(event);
	if (f == NULL)
		return 0;
	if (f->is_wanted != NULL && !f->is_wanted(stream == NULL ? "" : stream, data))
		return 0;
	return read_frame(t, f, data, why) == -1 ? -1 : 1;
}

/* The number of its digits is the unit. */
static int
read_heard(const char *line, size_t len, wall_t *out, struct why *why)
{
	char	 found[CELL_SHOWN];
	int64_t	 v;

	if (cell_parse_whole(line, len, &v) == 0 && len == DIGITS_US)
		out->us = v;
	else if (cell_parse_whole(line, len, &v) == 0 && len == DIGITS_NS)
		out->us = v / 1000;
	else
		return why_set(why, "expected a time in us or ns before the frame, found '%s'",
		    cell_show(line, len, found));
	return 0;
}

static int
read_raw(struct tape *t, const char *line, size_t len, struct why *why)
{
	const char	*blank = memchr(line, ' ', len);
	const size_t	 head = blank == NULL ? len : (size_t)(blank - line);
	json_error_t	 e;
	json_t		*top;
	int		 rc;

	if (read_heard(line, head, &t->row.heard_at, why) == -1)
		return -1;
	if (blank == NULL)
		return why_set(why, "expected a frame behind the time, found nothing");
	top = json_loadb(blank + 1, len - head - 1, JSON_REJECT_DUPLICATES, &e);
	if (top == NULL)
		return why_set(why, "the frame is not valid JSON: %.160s", e.text);
	if (json_is_object(top))
		rc = read_json(t, top, why);
	else
		rc = why_set(why, "the frame is not a JSON object");
	json_decref(top);
	return rc;
}

/* ---- archives ------------------------------------------------------------------------------ */

static const struct cell agg_trades_v[] = {
	COLUMN("agg_trade_id", C_ID, trade.id),
	COLUMN("price", C_POSITIVE, trade.px),
	COLUMN("quantity", C_POSITIVE, trade.qty),
	COLUMN("first_trade_id", C_ID, trade.first_id),
	COLUMN("last_trade_id", C_ID, trade.last_id),
	COLUMN("transact_time", C_MS, at),
	COLUMN("is_buyer_maker", C_BOOL, trade.buyer_is_maker),
};
static const struct cell book_tickers_v[] = {
	COLUMN("update_id", C_ID, update.last),
	COLUMN("best_bid_price", C_AMOUNT, top.bid_px),
	COLUMN("best_bid_qty", C_AMOUNT, top.bid_qty),
	COLUMN("best_ask_price", C_AMOUNT, top.ask_px),
	COLUMN("best_ask_qty", C_AMOUNT, top.ask_qty),
	COLUMN("transaction_time", C_MS, at),
	COLUMN("event_time", C_MS, event_at),
};
_Static_assert(NITEMS(agg_trades_v) == COLUMNS && NITEMS(book_tickers_v) == COLUMNS, "COLUMNS");

static const struct archive_row {
	enum tape_kind		 kind;
	bool			 aggregate;
	const struct cell	*columns;
} archives[] = {
	[TAPE_AGG_TRADES]  = { TAPE_TRADE, true, agg_trades_v },
	[TAPE_BOOK_TICKER] = { TAPE_TOP, false, book_tickers_v },
};
_Static_assert(NITEMS(archives) == TAPE_FORMAT_N, "archives");

/* How many columns there are; of the first COLUMNS of them, where they begin and how long. */
static size_t
split(const char *line, size_t len, const char *text[COLUMNS], size_t lens[COLUMNS])
{
	const char	*end = line + len;
	size_t		 n = 0;

	for (const char *p = line, *next; p != NULL; p = next == NULL ? NULL : next + 1, n++) {
		next = memchr(p, ',', (size_t)(end - p));
		if (n < COLUMNS) {
			text[n] = p;
			lens[n] = (size_t)((next == NULL ? end : next) - p);
		}
	}
	return n;
}

/* Is it the line that names the columns? */
static bool
is_header(const struct archive_row *a, const char *line, size_t len)
{
	const char	*text[COLUMNS];
	size_t		 lens[COLUMNS];

	if (split(line, len, text, lens) != COLUMNS)
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		if (strlen(a->columns[i].name) != lens[i] ||
		    memcmp(a->columns[i].name, text[i], lens[i]) != 0)
			return false;
	return true;
}

static int
read_archive(struct tape *t, const char *line, size_t len, struct why *why)
{
	const struct archive_row	*a = &archives[t->format];
	const char			*text[COLUMNS];
	size_t				 lens[COLUMNS];
	const size_t			 n = split(line, len, text, lens);

	if (n != COLUMNS)
		return why_set(why, "expected %d columns, found %zu", COLUMNS, n);
	for (size_t i = 0; i < COLUMNS; i++)
		if (cell_read(&a->columns[i], text[i], lens[i],
		    (char *)&t->row + a->columns[i].offset, why) == -1)
			return -1;
	t->row.kind = a->kind;
	t->row.trade.aggregate = a->aggregate;
	text_put(t->row.symbol, SYMBOL, t->symbol);
	return 1;
}

/* ---- the tape -------------------------------------------------------------------------------- */

/* Without a header, the last column tells: it is a word in one and a time in the other. */
int
tape_recognise(const char *line, size_t len, enum tape_format *out, struct why *why)
{
	const char	*text[COLUMNS];
	size_t		 lens[COLUMNS];
	char		 found[CELL_SHOWN];
	int64_t		 v;

	if (memchr(line, '{', len) != NULL)
		*out = TAPE_RAW;
	else if (is_header(&archives[TAPE_AGG_TRADES], line, len))
		*out = TAPE_AGG_TRADES;
	else if (is_header(&archives[TAPE_BOOK_TICKER], line, len))
		*out = TAPE_BOOK_TICKER;
	else if (split(line, len, text, lens) == COLUMNS &&
	    cell_parse_whole(text[0], lens[0], &v) == 0)
		*out = cell_parse_whole(text[COLUMNS - 1], lens[COLUMNS - 1], &v) == 0 ?
		    TAPE_BOOK_TICKER : TAPE_AGG_TRADES;
	else
		return why_set(why, "expected a time and a frame, or an archive of aggTrades or "
		    "bookTicker, found '%s'", cell_show(line, len, found));
	return 0;
}

int
tape_symbol_of(const char *path, char symbol[SYMBOL])
{
	const char	*slash = strrchr(path, '/');
	const char	*name = slash == NULL ? path : slash + 1;
	const size_t	 len = strcspn(name, "-");

	if (len == 0 || name[len] == '\0')
		return -1;
	return text_copyn(symbol, SYMBOL, name, len);
}

void
tape_init(struct tape *t, enum tape_format format, const char *symbol)
{
	if (format != TAPE_RAW && *symbol == '\0')
		panic("tape: an archive of no contract");
	*t = (struct tape){ .format = format, .is_told = *symbol != '\0' };
	text_put(t->symbol, sizeof(t->symbol), symbol);
}

/* The levels keep their memory. */
static void
row_blank(struct tape_row *row)
{
	struct tape_levels	 bids = row->sides[SIDE_BUY], asks = row->sides[SIDE_SELL];

	bids.n = asks.n = 0;
	*row = (struct tape_row){ .sides = { [SIDE_BUY] = bids, [SIDE_SELL] = asks } };
}

int
tape_read(struct tape *t, const char *line, size_t len, struct why *why)
{
	int	 rc;

	row_blank(&t->row);
	if (t->format != TAPE_RAW && is_header(&archives[t->format], line, len))
		return 0;
	rc = t->format == TAPE_RAW ? read_raw(t, line, len, why) : read_archive(t, line, len, why);
	if (rc == 1)
		t->rows++;
	else if (rc == 0)
		t->skipped++;
	return rc;
}

void
tape_fini(struct tape *t)
{
	for (int s = 0; s < SIDE_N; s++)
		free(t->row.sides[s].v);
	*t = (struct tape){ .format = t->format };
}

wall_t
tape_row_time(const struct tape_row *row)
{
	return row->heard_at.us != WALL_UNSET.us ? row->heard_at : row->at;
}
