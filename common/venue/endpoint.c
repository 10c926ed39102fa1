/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/endpoint.h"

#include "base/attr.h"
#include "base/die.h"

#include <ctype.h>

/* clang-format off */
static const struct endpoint_row	rows[] = {
	[EP_CLOCK]           = { "clock",           "GET",    "/fapi/v1/time",              SEC_NONE,    1, 0 },
	[EP_EXCHANGE_INFO]   = { "exchange_info",   "GET",    "/fapi/v1/exchangeInfo",      SEC_NONE,    1, 0 },
	[EP_LISTEN_KEY_GET]  = { "listen_key_get",  "POST",   "/fapi/v1/listenKey",         SEC_KEY,     1, 0 },
	[EP_LISTEN_KEY_KEEP] = { "listen_key_keep", "PUT",    "/fapi/v1/listenKey",         SEC_KEY,     1, 0 },
	[EP_OPEN_ORDERS]     = { "open_orders",     "GET",    "/fapi/v1/openOrders",        SEC_SIGNED, 40, 0 },
	[EP_ORDER_CANCEL]    = { "order_cancel",    "DELETE", "/fapi/v1/order",             SEC_SIGNED,  1, 0 },
	[EP_ORDER_PLACE]     = { "order_place",     "POST",   "/fapi/v1/order",             SEC_SIGNED,  0, 1 },
	[EP_ORDER_QUERY]     = { "order_query",     "GET",    "/fapi/v1/order",             SEC_SIGNED,  1, 0 },
	[EP_POSITION_MODE]   = { "position_mode",   "GET",    "/fapi/v1/positionSide/dual", SEC_SIGNED, 30, 0 },
	[EP_POSITIONS]       = { "positions",       "GET",    "/fapi/v3/positionRisk",      SEC_SIGNED,  5, 0 },
	[EP_RATE_LIMITS]     = { "rate_limits",     "GET",    "/fapi/v1/rateLimit/order",   SEC_SIGNED,  1, 0 },
	[EP_USER_TRADES]     = { "user_trades",     "GET",    "/fapi/v1/userTrades",        SEC_SIGNED,  5, 0 },
};
/* clang-format on */
_Static_assert(NITEMS(rows) == EP_N, "endpoints");

const struct endpoint_row *
endpoint_get(enum endpoint e)
{
	if ((unsigned)e >= EP_N)
		panic("endpoint %d", (int)e);
	return &rows[e];
}

static void
encode(struct buf *b, const char *value)
{
	for (; *value != '\0'; value++) {
		const unsigned char	 c = (unsigned char)*value;

		if (isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
			buf_addc(b, (char)c);
		else
			buf_addf(b, "%%%02X", c);
	}
}

static void
name_of(struct buf *b, const char *name)
{
	if (b->len > 0)
		buf_addc(b, '&');
	buf_adds(b, name);
	buf_addc(b, '=');
}

void
query_add(struct buf *b, const char *name, const char *value)
{
	name_of(b, name);
	encode(b, value);
}

void
query_add_dec(struct buf *b, const char *name, dec_t d)
{
	char	 text[DEC_STR];

	if (!dec_ok(d))
		panic("query: %s has no value", name);
	query_add(b, name, dec_format(d, text));
}

void
query_add_int(struct buf *b, const char *name, int64_t v)
{
	name_of(b, name);
	buf_addi(b, v);
}

void
query_sign(struct buf *b, struct signer *s, wall_t at, int64_t recv_window_ms)
{
	char	 hex[SHA256_HEX];

	query_add_int(b, "recvWindow", recv_window_ms);
	query_add_int(b, "timestamp", wall_ms(at));
	signer_hmac_hex(s, b->p, b->len, hex);
	query_add(b, "signature", hex);
}
