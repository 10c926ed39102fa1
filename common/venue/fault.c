/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/fault.h"

#include "base/attr.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const struct row {
	int			 from, to;	/* codes, from the higher to the lower */
	enum consequence	 what;
	enum deny		 code;
} rows[] = {
	{ -1000, -1000, FAULT_DOUBT,     DENY_INFRA_TIMEOUT },
	{ -1001, -1001, FAULT_REFUSED,   DENY_NOT_PLACED },		/* "unable to process": a documented failure */
	{ -1002, -1002, FAULT_FATAL,     DENY_EX_REJECTED },
	{ -1003, -1003, FAULT_THROTTLED, DENY_NOT_PLACED },
	{ -1006, -1007, FAULT_DOUBT,     DENY_INFRA_TIMEOUT },		/* "execution status unknown" */
	{ -1008, -1008, FAULT_THROTTLED, DENY_NOT_PLACED },
	{ -1015, -1015, FAULT_THROTTLED, DENY_NOT_PLACED },
	{ -1016, -1016, FAULT_REFUSED,   DENY_NOT_PLACED },
	{ -1021, -1021, FAULT_CLOCK,     DENY_NOT_PLACED },
	{ -1022, -1022, FAULT_FATAL,     DENY_EX_REJECTED },
	{ -1099, -1099, FAULT_FATAL,     DENY_EX_REJECTED },
	{ -1111, -1111, FAULT_REFUSED,   DENY_EX_PRECISION },
	{ -1116, -1116, FAULT_REFUSED,   DENY_EX_INVALID_ORDER },
	{ -2011, -2011, FAULT_GONE,      DENY_ORDER_ALREADY_FINAL },
	{ -2013, -2013, FAULT_GONE,      DENY_ORDER_NOT_FOUND },
	{ -2014, -2015, FAULT_FATAL,     DENY_EX_REJECTED },
	{ -2017, -2017, FAULT_FATAL,     DENY_EX_REJECTED },
	{ -2018, -2019, FAULT_REFUSED,   DENY_EX_MARGIN },
	{ -4003, -4004, FAULT_REFUSED,   DENY_EX_QTY_TOO_SMALL },
	{ -4046, -4046, FAULT_NOOP,      DENY_NONE },
	{ -4059, -4059, FAULT_NOOP,      DENY_NONE },
	{ -4060, -4061, FAULT_FATAL,     DENY_EX_REJECTED },		/* the account is in hedge mode */
	{ -4109, -4109, FAULT_FATAL,     DENY_EX_REJECTED },
	{ -4116, -4116, FAULT_GONE,      DENY_INFRA_TIMEOUT },		/* an order with this id is open: ours */
	{ -4164, -4164, FAULT_REFUSED,   DENY_EX_MIN_NOTIONAL },
	{ -5028, -5028, FAULT_CLOCK,     DENY_NOT_PLACED },		/* too late inside the exchange */
};

/* Answers without a code, by status and the start of their text; "" matches all. */
static const struct bare {
	int			 http;
	const char		*msg;
	enum consequence	 what;
	enum deny		 code;
} bares[] = {
	{   0, "",                       FAULT_DOUBT,     DENY_INFRA_TIMEOUT },
	{ 401, "",                       FAULT_FATAL,     DENY_EX_REJECTED },
	{ 403, "",                       FAULT_THROTTLED, DENY_NOT_PLACED },	/* the firewall, before the exchange */
	{ 404, "",                       FAULT_REFUSED,   DENY_EX_REJECTED },
	{ 408, "",                       FAULT_DOUBT,     DENY_INFRA_TIMEOUT },
	{ 418, "",                       FAULT_THROTTLED, DENY_NOT_PLACED },
	{ 429, "",                       FAULT_THROTTLED, DENY_NOT_PLACED },
	{ 503, "Service Unavailable",    FAULT_REFUSED,   DENY_NOT_PLACED },
	{ 503, "Internal error; unable", FAULT_REFUSED,   DENY_NOT_PLACED },
	{ 503, "Request throttled",      FAULT_THROTTLED, DENY_NOT_PLACED },
};
/* clang-format on */

static const char *const	consequence_names[] = {
	[FAULT_NONE] = "none", [FAULT_CLOCK] = "clock", [FAULT_DOUBT] = "doubt",
	[FAULT_FATAL] = "fatal", [FAULT_GONE] = "gone", [FAULT_NOOP] = "noop",
	[FAULT_REFUSED] = "refused", [FAULT_THROTTLED] = "throttled",
};
_Static_assert(NITEMS(consequence_names) == FAULT_N, "consequence_names");

const char *
fault_name(enum consequence c)
{
	return (unsigned)c < FAULT_N ? consequence_names[c] : "?";
}

/* The exchange sends "Unknown error" with code -1000 or without any: text before code. */
static bool
is_unknown_error(int http, const char *msg)
{
	return http == 503 && strncmp(msg, "Unknown error", strlen("Unknown error")) == 0;
}

struct fault
fault_of(int http, int code, const char *msg)
{
	if (is_unknown_error(http, msg))
		return (struct fault){ FAULT_DOUBT, DENY_INFRA_TIMEOUT };
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (code <= rows[i].from && code >= rows[i].to)
			return (struct fault){ rows[i].what, rows[i].code };
	if (http >= 200 && http < 300 && code >= 0)
		return (struct fault){ FAULT_NONE, DENY_NONE };
	for (size_t i = 0; i < NITEMS(bares); i++)
		if (http == bares[i].http &&
		    strncmp(msg, bares[i].msg, strlen(bares[i].msg)) == 0)
			return (struct fault){ bares[i].what, bares[i].code };
	if (http >= 400 && http < 500 && code != 0)
		return (struct fault){ FAULT_REFUSED, DENY_EX_REJECTED };
	return (struct fault){ FAULT_DOUBT, DENY_INFRA_TIMEOUT };
}

wall_t
fault_banned_until(const char *msg, wall_t now)
{
	static const char	 words[] = "banned until ";
	const char		*at = strstr(msg, words);
	const int64_t		 last = wall_ms(now) + FAULT_BAN_MAX_MS;
	char			 digits[20];
	int64_t			 ms;

	if (at == NULL || text_copyn(digits, sizeof(digits), at + strlen(words),
	    strspn(at + strlen(words), "0123456789")) == -1 ||
	    text_to_i64(digits, wall_ms(now) + 1, INT64_MAX, &ms) == -1)
		return WALL_UNSET;
	return wall_from_ms(ms < last ? ms : last);
}
