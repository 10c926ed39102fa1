/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/place.h"

#include "base/die.h"
#include "base/text.h"
#include "tests/simex/core/intake.h"
#include "venue/sign.h"

#include <stdlib.h>
#include <string.h>

enum { ODD_MOST = 24, IDS = 8, BATCH_ORDERS = 6 };

static const char *const	symbols[] = {
	"BTCUSDT", "BTCUSDT", "BTCUSDT", "ETHUSDT", "DOGEUSDT", "NONEUSDT",
};
/* At the edges of what a decimal and an integer hold, and what is neither. */
static const char *const	odd_numbers[] = {
	"0", "-1", "0.00000001", "92233720368.54775807", "92233720368.54775808",
	"9223372036854775807", "9223372036854775808", "999999999999999999", "1e5", ".5", "5.",
	"+1", "0x10", "000000000000000000000001", "1,5", "NaN", "", "1000000000", "50000000000",
};
/* What is neither a word nor a number, by name; the others are odd. */
static const struct { const char *name; const char *const values[4]; } texts[] = {
	{ "asset",       { "USDT", "BNB", "USDC", "BTC" } },
	{ "incomeType",  { "COMMISSION", "TRANSFER", "REALIZED_PNL", "FUNDING_FEE" } },
	{ "listenKey",   { "x", "", "k", "0" } },
	{ "pair",        { "BTCUSDT", "ETHUSDT", "DOGEUSDT", "X" } },
	{ "priceProtect", { "TRUE", "FALSE", "true", "x" } },
	{ "workingType", { "MARK_PRICE", "CONTRACT_PRICE", "x", "" } },
};

/* ---- values ------------------------------------------------------------------------ */

static void
put_odd(struct bytes *b, struct buf *text)
{
	const char	*p;
	const size_t	 n = bytes_take(b, bytes_below(b, ODD_MOST), &p);

	for (size_t i = 0; i < n && p[i] != '\0'; i++)
		buf_addc(text, p[i]);
}

static void
put_dec(dec_t d, struct buf *text)
{
	char	 s[DEC_STR];

	buf_adds(text, dec_format(d, s));
}

/* So many steps around where the market is; seldom far away. */
static void
put_px(struct place *p, struct bytes *b, struct buf *text)
{
	const struct desk	*d = &p->world.exchange.desks[0];
	const int64_t		 n = (int64_t)bytes_next(b) - 128;
	const int64_t		 ticks = bytes_rarely(b, 8) ? n * 100 : n;

	put_dec((dec_t){ d->market.ref_px.e8 + ticks * d->listing->tick.e8 }, text);
}

static void
put_qty(const struct place *p, struct bytes *b, struct buf *text)
{
	const int64_t	 n = bytes_next(b), many = bytes_rarely(b, 8) ? 100 : 1;

	put_dec((dec_t){ (n + 1) * many * p->world.exchange.desks[0].listing->step.e8 }, text);
}

static bool
has(const char *name, const char *part)
{
	return strcasestr(name, part) != NULL;
}

static void
put_number(struct place *p, struct bytes *b, const char *name, struct buf *text)
{
	if (has(name, "price"))
		put_px(p, b, text);
	else if (has(name, "rate"))
		put_dec((dec_t){ (int64_t)bytes_next(b) * 10000000 }, text);
	else
		put_qty(p, b, text);
}

/* Times are about now, ids about the first ones, the rest is small. */
static void
put_integer(const struct place *p, struct bytes *b, const char *name, struct buf *text)
{
	const struct desk	*d = &p->world.exchange.desks[0];
	const int64_t		 n = (int64_t)bytes_next(b);

	if (has(name, "time") || has(name, "date"))
		buf_addi(text, wall_ms(p->now) + (n - 64) * (bytes_rarely(b, 2) ? 1000 : 60000));
	else if (text_eq(name, "orderId"))
		buf_addi(text, d->listing->first_order_id + n);
	else
		buf_addi(text, bytes_rarely(b, 4) ? n * 9 : n % 21);
}

/* The orders of a batch are one value. */
static void
put_batch(struct place *p, struct bytes *b, struct buf *text)
{
	struct buf	 value = { 0 };
	const unsigned	 n = bytes_below(b, BATCH_ORDERS + 1);
	const bool	 change = bytes_rarely(b, 2);
	const struct param *params = change ? intake_change_params : intake_params;
	const size_t	 nparams = change ? INTAKE_CHANGE_PARAMS : INTAKE_PARAMS;

	buf_addc(text, '[');
	for (unsigned i = 0; i < n; i++) {
		buf_adds(text, i == 0 ? "{" : ",{");
		for (size_t k = 0, said = 0; k < nparams; k++) {
			if (params[k].need == OPTIONAL && !bytes_rarely(b, 3))
				continue;
			buf_reset(&value);
			place_fill_value(p, b, &params[k], &value);
			buf_addf(text, bytes_rarely(b, 8) ? "%s\"%s\":%s" : "%s\"%s\":\"%s\"",
			    said++ == 0 ? "" : ",", params[k].name, buf_text(&value));
		}
		buf_addc(text, '}');
	}
	buf_addc(text, ']');
	buf_free(&value);
}

static void
put_list(struct place *p, struct bytes *b, bool ids, struct buf *text)
{
	const unsigned	 n = bytes_below(b, BATCH_ORDERS * 2);

	buf_addc(text, '[');
	for (unsigned i = 0; i < n; i++) {
		buf_adds(text, i == 0 ? "" : ",");
		if (ids)
			put_integer(p, b, "orderId", text);
		else
			buf_addf(text, "\"a%u\"", bytes_below(b, IDS));
	}
	buf_addc(text, ']');
}

static void
put_text(struct place *p, struct bytes *b, const char *name, struct buf *text)
{
	if (text_eq(name, "symbol"))
		buf_adds(text, symbols[bytes_below(b, NITEMS(symbols))]);
	else if (text_eq(name, "batchOrders"))
		put_batch(p, b, text);
	else if (text_ends_with(name, "List") || text_ends_with(name, "list"))
		put_list(p, b, text_starts_with(name, "order"), text);
	else
		for (size_t i = 0; i < NITEMS(texts); i++)
			if (text_eq(texts[i].name, name))
				buf_adds(text, texts[i].values[bytes_below(b, NITEMS(texts[i].values))]);
}

static size_t
count(const char *const *words)
{
	size_t	 n = 0;

	while (words[n] != NULL)
		n++;
	return n;
}

void
place_fill_value(struct place *p, struct bytes *b, const struct param *q, struct buf *text)
{
	if (bytes_rarely(b, 40)) {
		put_odd(b, text);
		return;
	}
	if ((q->type == P_DEC || q->type == P_INT || q->type == P_TIME) && bytes_rarely(b, 20)) {
		buf_adds(text, odd_numbers[bytes_below(b, NITEMS(odd_numbers))]);
		return;
	}
	switch (q->type) {
	case P_BOOL:
		buf_adds(text, bytes_rarely(b, 2) ? "true" : "false");
		return;
	case P_DEC:
		put_number(p, b, q->name, text);
		return;
	case P_ID:
		buf_addf(text, "a%u", bytes_below(b, IDS));
		return;
	case P_INT:
	case P_TIME:
		put_integer(p, b, q->name, text);
		return;
	case P_STR:
		put_text(p, b, q->name, text);
		return;
	case P_WORD:
		buf_adds(text, q->words[bytes_below(b, count(q->words))]);
		return;
	}
}

/* ---- requests ---------------------------------------------------------------------- */

/* Orders are what leads on: every other request is about them. */
const struct endpoint *
place_pick(struct bytes *b)
{
	static const struct { const char *method, *path; } often[] = {
		{ "POST", "/fapi/v1/order" }, { "POST", "/fapi/v1/order" },
		{ "POST", "/fapi/v1/algoOrder" }, { "PUT", "/fapi/v1/order" },
		{ "DELETE", "/fapi/v1/order" }, { "POST", "/fapi/v1/batchOrders" },
		{ "POST", "/fapi/v1/listenKey" }, { "POST", "/fapi/v1/leverage" },
	};
	const unsigned	 n = bytes_next(b);
	size_t		 all = 0;

	if (n < 128)
		return endpoint_find(often[n % NITEMS(often)].method, often[n % NITEMS(often)].path);
	while (endpoint_at(all) != NULL)
		all++;
	return endpoint_at(bytes_below(b, all));
}

/* Whether an optional parameter is sent; of an order one of the usual shapes, mostly. */
static bool
is_sent(struct bytes *b, const struct param *q, unsigned shape)
{
	static const char *const	 usual[] = {
		"price timeInForce", "", "price timeInForce newClientOrderId", "triggerPrice algoType",
	};

	if (bytes_rarely(b, 12))
		return q->need == OPTIONAL;
	if (q->need == MANDATORY)
		return true;
	return shape < NITEMS(usual) ? strstr(usual[shape], q->name) != NULL || bytes_rarely(b, 10) :
	    bytes_rarely(b, 3);
}

void
place_fill_form(struct place *p, struct bytes *b, const struct endpoint *e, struct buf *form)
{
	const unsigned	 shape = bytes_below(b, 8);
	struct buf	 value = { 0 };

	for (size_t i = 0; i < e->nparams; i++) {
		if (!is_sent(b, &e->params[i], shape))
			continue;
		buf_reset(&value);
		if (text_eq(e->params[i].name, "type") && shape < 3 && e->params[i].type == P_WORD)
			buf_adds(&value, shape == 1 ? e->params[i].words[0] : e->params[i].words[1]);
		else
			place_fill_value(p, b, &e->params[i], &value);
		buf_addf(form, "%s%s=", form->len == 0 ? "" : "&", e->params[i].name);
		form_encode(form, buf_text(&value));
	}
	buf_free(&value);
}

void
place_sign(const char *text, size_t len, struct buf *hex)
{
	static struct signer	*signer;
	char			 digits[SHA256_HEX];

	if (signer == NULL)
		signer = signer_new(PLACE_SECRET);
	signer_hmac_hex(signer, text, len, digits);
	buf_adds(hex, digits);
}
