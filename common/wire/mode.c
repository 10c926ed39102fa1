/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/mode.h"

#include "base/attr.h"
#include "base/text.h"
#include "wire/jw.h"

#include <ctype.h>
#include <string.h>

NAMES(trading_names, TRADING_N,
    [TRADING_ACTIVE] = "ACTIVE", [TRADING_REDUCING] = "REDUCING", [TRADING_HALTED] = "HALTED");

/* clang-format off */
static const struct mode_row	rows[] = {
	[MODE_HALTED]        = { "operator halted",   TRADING_HALTED,   DENY_TRADING_HALTED,    NULL },
	[MODE_BANNED]        = { "exchange ban",       TRADING_HALTED,   DENY_INFRA_UNAVAILABLE, "the exchange has banned us for a while; nothing is sent" },
	[MODE_REDUCING]      = { "operator reducing", TRADING_REDUCING, DENY_TRADING_REDUCING,  NULL },
	[MODE_NO_LEDGER]     = { "no ledger",          TRADING_REDUCING, DENY_INFRA_LEDGER,      NULL },
	[MODE_LEDGER_SLOW]   = { "ledger slow",        TRADING_REDUCING, DENY_INFRA_LEDGER,      "the ledger is slow; only reductions are taken" },
	[MODE_NO_ORDERD]     = { "no orderd",          TRADING_REDUCING, DENY_INFRA_UNAVAILABLE, "orderd is away; only reductions are taken" },
	[MODE_STREAM_GAP]    = { "user stream",        TRADING_REDUCING, DENY_INFRA_UNAVAILABLE, "the user stream is being reconciled; only reductions are taken" },
	[MODE_REDIS_FILLING] = { "redis filling",      TRADING_REDUCING, DENY_INFRA_UNAVAILABLE, "Redis is filling up; only reductions are taken" },
	[MODE_THROTTLED]     = { "exchange throttle",  TRADING_ACTIVE,   DENY_NONE,              NULL },
};
/* clang-format on */
_Static_assert(NITEMS(rows) == MODE_N, "modes");

const struct mode_row *
mode_row(enum mode m)
{
	return &rows[m];
}

unsigned
mode_bit(enum mode m, bool holds)
{
	return holds ? 1u << m : 0;
}

enum trading
mode_trading(unsigned set)
{
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (set & 1u << i)
			return rows[i].trading;
	return TRADING_ACTIVE;
}

const struct mode_row *
mode_against(unsigned set, bool adds_risk)
{
	const enum trading	 from = adds_risk ? TRADING_REDUCING : TRADING_HALTED;

	for (size_t i = 0; i < NITEMS(rows); i++)
		if (set & 1u << i && rows[i].trading >= from)
			return &rows[i];
	return NULL;
}

void
mode_print(unsigned set, struct buf *b)
{
	jw_put_str(b, "mode", names_get(&trading_names, (int)mode_trading(set)));
	jw_key(b, "why");
	jw_open(b, '[');
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (set & 1u << i)
			jw_str(b, rows[i].name);
	jw_close(b, ']');
}

const char *
mode_line(unsigned set, char line[MODE_LINE])
{
	static const char *const	 words[] = {
		[TRADING_ACTIVE] = "degraded", [TRADING_REDUCING] = "reducing",
		[TRADING_HALTED] = "halted",
	};
	const char			*between = ": ";
	size_t				 n;

	if (set == 0) {
		text_put(line, MODE_LINE, "ready");
		return line;
	}
	text_put(line, MODE_LINE, words[mode_trading(set)]);
	n = strlen(line);
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (set & 1u << i) {
			text_putf(line + n, MODE_LINE - n, "%s%s", between, rows[i].name);
			n += strlen(line + n);
			between = ", ";
		}
	return line;
}

/* ---- an operator's word ----------------------------------------------------------- */

static void
keep_reason(struct halt *h, const char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	if (len >= sizeof(h->reason))
		len = sizeof(h->reason) - 1;
	for (size_t i = 0; i < len; i++)
		h->reason[i] = iscntrl((unsigned char)text[i]) ? ' ' : text[i];
	h->reason[len] = '\0';
}

struct halt
halt_read(const char *text, size_t len)
{
	struct halt	 h = { .trading = TRADING_HALTED };
	char		 word[16];
	size_t		 n = 0;

	while (len > 0 && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (n < len && !isspace((unsigned char)text[n]))
		n++;
	const int	 state = text_copyn(word, sizeof(word), text, n) == -1 ? -1 :
			    names_find(&trading_names, word);
	h.understood = n == 0 || state != -1;
	if (state != -1)
		h.trading = (enum trading)state;
	else
		n = 0;			/* all of it is the reason */
	keep_reason(&h, text + n, len - n);
	return h;
}
