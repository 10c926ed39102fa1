/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"

struct reject
bound_dec(const struct call *c, const char *name, dec_t least, dec_t most, dec_t *out)
{
	const char	*text = form_str(c->form, name);
	char		 from[DEC_STR], to[DEC_STR];
	dec_t		 d;

	if (text == NULL)
		return reject_none();
	if (dec_parse(text, &d) == -1)
		return reject_with(REJ_BAD_PARAM, "%s", name);
	if (dec_lt(d, least) || dec_gt(d, most))
		return reject_with(REJ_BAD_PARAM, "%s: %s is not from %s to %s", name, text,
		    dec_format(least, from), dec_format(most, to));
	*out = d;
	return reject_none();
}

struct reject
bound_int(const struct call *c, const char *name, int64_t most, int64_t *out)
{
	const int64_t	 v = form_int(c->form, name, *out);

	if (form_str(c->form, name) != NULL && v > most)
		return reject_with(REJ_BAD_PARAM, "%s: %lld is more than %lld", name, (long long)v,
		    (long long)most);
	*out = v;
	return reject_none();
}
