/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/die.h"
#include "base/text.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { READ_BYTES = 64 * 1024 };

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

static int
read_pieces(const char *path, void (*take)(void *arg, const char *piece, size_t len), void *arg)
{
	char	 piece[READ_BYTES];
	size_t	 n;
	FILE	*f = fopen(path, "re");

	if (f == NULL)
		return -1;
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		take(arg, piece, n);
	const bool	 failed = ferror(f) != 0;
	fclose(f);
	return failed ? -1 : 0;
}

static void
add_piece(void *arg, const char *piece, size_t len)
{
	buf_add(arg, piece, len);
}

int
given_file(const char *path, struct buf *b)
{
	return read_pieces(path, add_piece, b);
}

/* ---- are they still the same? ---------------------------------------------------- */

static void
must(int rc)
{
	if (rc != 1)
		panic("no SHA-256");
}

static void
digest_piece(void *arg, const char *piece, size_t len)
{
	must(EVP_DigestUpdate(arg, piece, len));
}

/* What comes through a pipe comes once. */
static bool
is_file(const char *path)
{
	struct stat	 st;

	return stat(path, &st) == -1 || S_ISREG(st.st_mode);
}

/* Of one file, or of several with such a character between. */
static int
sum_files(const char *names, const char *between, char sum[GIVEN_SUM], struct why *why)
{
	EVP_MD_CTX	*ctx = EVP_MD_CTX_new();
	unsigned char	 digest[GIVEN_SUM / 2];
	int		 rc = 0;
	bool		 once = false;

	must(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL));
	while (*names != '\0' && rc == 0 && !once) {
		const size_t	 len = strcspn(names, between);
		char		*path = xstrndup(names, len);

		once = !is_file(path);
		if (!once && read_pieces(path, digest_piece, ctx) == -1)
			rc = why_set(why, "cannot read %s", path);
		free(path);
		names += len + (names[len] != '\0');
	}
	must(EVP_DigestFinal_ex(ctx, digest, NULL));
	EVP_MD_CTX_free(ctx);
	sum[0] = '\0';
	if (rc == 0 && !once)
		text_hex(digest, sizeof(digest), sum);
	return rc;
}

int
given_sums(struct simex *s, struct why *why)
{
	const struct { const char *names, *between; } files[GIVEN_N] = {
		[GIVEN_LISTINGS] = { s->conf.listings, "" },
		[GIVEN_BRACKETS] = { s->conf.brackets, "" },
		[GIVEN_REPLAY]   = { s->conf.replay, "," },
	};

	for (int g = 0; g < GIVEN_N; g++)
		if (*files[g].names != '\0' &&
		    sum_files(files[g].names, files[g].between, s->sums[g], why) == -1)
			return -1;
	return 0;
}

/* ---- what they say --------------------------------------------------------------- */

static int
read_listings(const struct simex *s, struct listings *ls, struct why *why)
{
	struct buf	 text = { 0 };
	int		 rc = 0;

	if (given_file(s->conf.listings, &text) == -1)
		rc = why_set(why, "cannot read %s", s->conf.listings);
	else
		rc = listings_read(ls, buf_text(&text), text.len, why);
	buf_free(&text);
	return rc;
}

int
given_listings(const struct simex *s, struct listings *ls, struct why *why)
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
