/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * form.h - the parameters of a request: parsed from the query string and the
 * form body, then checked against the endpoint's table.
 *
 * Of a name sent twice the first counts, and the query string comes before
 * the body.  After form_check() said yes, the typed getters cannot fail; what
 * was not sent is the getter's "absent" value.
 */
#ifndef SIMEX_FORM_H
#define SIMEX_FORM_H

#include "base/buf.h"
#include "base/dec.h"
#include "tests/simex/core/reject.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FORM_MAX = 32,		/* parameters; the widest endpoint knows 20 */
};

struct form {
	char	*text;		/* decoded names and values, each with its NUL */
	size_t	 cap;
	size_t	 n;
	bool	 too_many;
	struct { const char *name, *value; } v[FORM_MAX];
};

enum param_type {
	P_BOOL,			/* true, false, in large letters or small ones */
	P_DEC,			/* a plain decimal, not negative */
	P_ID,			/* a client order id */
	P_INT,			/* not negative */
	P_STR,
	P_TIME,			/* milliseconds that end before the year 10000 */
	P_WORD,			/* one of words */
};

enum need {
	OPTIONAL, MANDATORY,
	MANDATORY_LATER,	/* but for the endpoint to miss it: something else counts first */
};

struct param {
	const char		*name;
	enum param_type		 type;
	enum need		 need;
	const char *const	*words;		/* of P_WORD, NULL at the end */
	enum reject_why		 bad;		/* of P_WORD, when it is none of them */
};

/* The form keeps its memory for the next request. */
void		 form_parse(struct form *, const char *query, const char *body, size_t body_len);

/* The same of a JSON object of texts, numbers and booleans.  -1: it is something else. */
int		 form_parse_json(struct form *, const json_t *) MUST_CHECK;

/* Names that every signed request carries besides are not looked at. */
struct reject	 form_check(const struct form *, const struct param *, size_t n);
/* The same, for these parameters alone: others may be there. */
struct reject	 form_check_only(const struct form *, const struct param *, size_t n);

const char	*form_str(const struct form *, const char *name);	/* absent: NULL */
int64_t		 form_int(const struct form *, const char *name, int64_t absent);
dec_t		 form_dec(const struct form *, const char *name);	/* absent: DEC_NONE */
bool		 form_bool(const struct form *, const char *name);	/* absent: false */
bool		 text_is_true(const char *), text_is_false(const char *);
/* Where it is in a list with NULL at the end; -1: nowhere. */
int		 words_find(const char *const *words, const char *text);
int		 form_word(const struct form *, const struct param *, size_t n, const char *name,
		    int absent);
void		 form_encode(struct buf *, const char *text);	/* as a name or value is sent */
void		 form_free(struct form *);

#endif
