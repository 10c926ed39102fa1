/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/clord.h"

#include "base/text.h"
#include "venue/sign.h"

#include <ctype.h>
#include <string.h>

enum { HEX = DERIVED - 1 };

static const char *const	type_codes[] = { [TYPE_MARKET] = "MKT", [TYPE_LIMIT] = "LMT" };
_Static_assert(NITEMS(type_codes) == ORD_TYPE_N, "type_codes");

static void
first_digits(const char *text, size_t len, char out[DERIVED])
{
	char	 hex[SHA256_HEX];

	sha256_hex(text, len, hex);
	memcpy(out, hex, HEX);
	out[HEX] = '\0';
}

void
clord_prefix(const char *id, char prefix[PREFIX])
{
	char	 lower[SUB_ID];
	size_t	 n;

	while (isspace((unsigned char)*id))
		id++;
	text_put(lower, sizeof(lower), id);
	text_lower(lower);
	for (n = strlen(lower); n > 0 && isspace((unsigned char)lower[n - 1]); n--)
		continue;
	first_digits(lower, n, prefix);
}

void
clord_derive(const char *cause, int n, char hex[DERIVED])
{
	char	 text[REQUEST_ID + 16];

	text_putf(text, sizeof(text), "%s/%d", cause, n);
	first_digits(text, strlen(text), hex);
}

void
clord_format(const char *prefix, enum ord_type type, const char *cause, int n,
    char clord_id[CLORD_ID])
{
	char	 hex[DERIVED];

	clord_derive(cause, n, hex);
	text_putf(clord_id, CLORD_ID, "PMS%s_%s_%s", prefix, type_codes[type], hex);
}

int
clord_parse(const char *id, char prefix[PREFIX])
{
	const char	*underscore = strchr(id, '_');

	prefix[0] = '\0';
	if (!text_starts_with(id, "PMS") || underscore == NULL || underscore == id + strlen("PMS"))
		return -1;
	return text_copyn(prefix, PREFIX, id + strlen("PMS"),
	    (size_t)(underscore - id) - strlen("PMS"));
}
