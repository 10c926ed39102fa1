/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"

#include <openssl/evp.h>

#include <stdio.h>

enum { READ_BYTES = 4096 };

int
given_rates(const struct conf *c, struct why *why)
{
	const struct { const char *option; dec_t rate; } rates[] = {
		{ "fee-maker", c->fee_maker }, { "fee-taker", c->fee_taker },
		{ "funding-rate", c->funding_rate },
	};
	char	 text[DEC_STR];

	for (size_t i = 0; i < NITEMS(rates); i++)
		if (dec_gt(dec_abs(rates[i].rate), DEC_ONE))
			return why_set(why, "%s: %s is not from -1 to 1", rates[i].option,
			    dec_format(rates[i].rate, text));
	return 0;
}

int
given_file(const char *path, struct buf *b)
{
	char	 piece[READ_BYTES];
	size_t	 n;
	FILE	*f = fopen(path, "re");

	if (f == NULL)
		return -1;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(b, piece, n);
	const bool	 failed = ferror(f) != 0;
	fclose(f);
	return failed ? -1 : 0;
}

static int
read_listings(struct simex *s, struct listings *ls, struct why *why)
{
	struct buf	 text = { 0 };
	unsigned char	 sum[LISTINGS_SUM / 2];
	int		 rc = 0;

	if (given_file(s->conf.listings, &text) == -1)
		rc = why_set(why, "cannot read %s", s->conf.listings);
	else if (EVP_Digest(buf_text(&text), text.len, sum, NULL, EVP_sha256(), NULL) != 1)
		panic("no SHA-256");
	else
		rc = listings_read(ls, buf_text(&text), text.len, why);
	if (rc == 0)
		text_hex(sum, sizeof(sum), s->listings_sum);
	buf_free(&text);
	return rc;
}

/* Those built in have no sum. */
int
given_listings(struct simex *s, struct listings *ls, struct why *why)
{
	if (*s->conf.listings == '\0')
		listings_built_in(ls);
	else if (read_listings(s, ls, why) == -1)
		return -1;
	if (*s->conf.symbols == '\0' || listings_keep(ls, s->conf.symbols, why) == 0)
		return 0;
	listings_fini(ls);
	return -1;
}

int
given_brackets(struct simex *s, struct why *why)
{
	const char	*path = s->conf.brackets;
	struct buf	 text = { 0 };
	struct why	 inner;
	int		 rc;

	if (*path == '\0')
		return 0;
	if ((rc = given_file(path, &text)) == -1)
		why_set(why, "cannot read %s", path);
	else if ((rc = bracket_book_read(&s->brackets, buf_text(&text), text.len, &inner)) == -1)
		why_set(why, "%s: %s", path, inner.text);
	buf_free(&text);
	return rc;
}
