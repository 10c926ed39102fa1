/* SPDX-License-Identifier: BSD-2-Clause */
#include "venue/status.h"

#include "base/text.h"

static const struct {
	const char		*word;
	enum venue_status	 status;
} words[] = {
	{ "CANCELED", VS_CANCELED },
	{ "EXPIRED", VS_EXPIRED },
	{ "EXPIRED_IN_MATCH", VS_EXPIRED },	/* self-trade prevention */
	{ "FILLED", VS_FILLED },
	{ "NEW", VS_NEW },
	{ "PARTIALLY_FILLED", VS_PARTIALLY_FILLED },
	{ "REJECTED", VS_REJECTED },
};

enum venue_status
venue_status_of(const char *word)
{
	for (size_t i = 0; i < NITEMS(words); i++)
		if (text_eq(words[i].word, word))
			return words[i].status;
	return VS_UNKNOWN;
}

bool
venue_status_is_final(enum venue_status s)
{
	return s == VS_FILLED || s == VS_CANCELED || s == VS_EXPIRED || s == VS_REJECTED;
}
