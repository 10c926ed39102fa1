/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/session.h"

#include "base/text.h"
#include "tests/simex/api/call.h"
#include "wire/jw.h"

bool
session_is_on(const struct session *s)
{
	return s->api_key[0] != '\0';
}

static struct reject
answer(struct call *c)
{
	const struct session	*s = c->session;
	const bool		 on = session_is_on(s);

	jw_open(c->out, '{');
	jw_put_str_or_null(c->out, "apiKey", s->api_key);
	jw_key(c->out, "authorizedSince");
	if (on)
		jw_int(c->out, wall_ms(s->authorized));
	else
		jw_null(c->out);
	jw_put_int(c->out, "connectedSince", wall_ms(s->connected));
	jw_put_bool(c->out, "returnRateLimits", !s->hides_limits);
	jw_put_int(c->out, "serverTime", wall_ms(c->now));
	jw_close(c->out, '}');
	return reject_none();
}

struct reject
session_open(struct call *c)
{
	c->session->connected = c->now;
	return answer(c);
}

/* For keys of one kind only; the others sign each request. */
struct reject
session_logon(struct call *c)
{
	struct session	*s = c->session;

	if (!auth_key_is(c->w->auth, c->api_key, KEY_ED25519) ||
	    text_copy(s->api_key, sizeof(s->api_key), c->api_key) == -1)
		return reject_as(REJ_KEY);
	s->authorized = c->now;
	return answer(c);
}

struct reject
session_logout(struct call *c)
{
	c->session->api_key[0] = '\0';
	return answer(c);
}

struct reject
session_status(struct call *c)
{
	return answer(c);
}
