/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/listenkey.h"

#include "base/text.h"

void
listen_key_renew(struct listen_key *k, wall_t now)
{
	k->renewed = now;
}

void
listen_key_open(struct listen_key *k, struct rng *r, wall_t now)
{
	static const char	 letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	listen_key_renew(k, now);
	if (listen_key_lives(k))
		return;
	for (int i = 0; i < LISTEN_KEY - 1; i++)
		k->text[i] = letters[rng_below(r, sizeof(letters) - 1)];
}

void
listen_key_close(struct listen_key *k)
{
	k->text[0] = '\0';
}

bool
listen_key_lives(const struct listen_key *k)
{
	return k->text[0] != '\0';
}

bool
listen_key_is(const struct listen_key *k, const char *text)
{
	return listen_key_lives(k) && text_eq(k->text, text);
}

bool
listen_key_is_due(const struct listen_key *k, wall_t now)
{
	return listen_key_lives(k) && now.us >= wall_add_us(k->renewed, k->life_ms * 1000).us;
}
