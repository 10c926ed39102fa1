/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf.h - configuration: a table of keys parsed into a struct.
 *
 * One row says everything about a key: type, place, default, range, help.
 * The same rows parse, check, print (-n) and are compared with the manual.
 * A key is set by the last of: default, file, environment, command line.
 * Strings belong to the struct they were parsed into and live until
 * conf_free().  Pure: the caller reads the file and the environment.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/buf.h"
#include "base/dec.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_type {
	C_BOOL,			/* bool: yes no true false on off 1 0 */
	C_DEC,			/* dec_t */
	C_INT,			/* int64_t */
	C_MS,			/* int64_t, milliseconds: 250ms 3s 5m 24h */
	C_NAME,			/* int, index into names */
	C_SECRET,		/* const char *, printed as *** */
	C_STR,			/* const char *, never NULL */
	C_URL,			/* the same; a password in it is printed as *** */
};

struct conf_key {
	const char		*name;
	enum conf_type		 type;
	size_t			 offset;
	const char		*def;
	int64_t			 min, max;	/* of C_INT and C_MS; both 0: any that is not negative */
	const char *const	*names;		/* of C_NAME, NULL at the end */
	const char		*env;		/* further names in the environment, space between, or NULL */
	const char		*help;
};

struct conf_section {
	const struct conf_key	*keys;
	size_t			 n;
	void			*into;
};

int	conf_defaults(const struct conf_section *, size_t n, struct why *) MUST_CHECK;
int	conf_set(const struct conf_section *, size_t n, const char *key, const char *value,
	    struct why *) MUST_CHECK;

/*
 * The text of a file: "key = value" lines, # comments, a common head before
 * the first [section].  Only the head and [daemon] are applied.  The reason of
 * a failure names the line.
 */
int	conf_parse(const struct conf_section *, size_t n, const char *text, const char *daemon,
	    struct why *) MUST_CHECK;

/* Is every [section] of the text one of these (NULL at the end)?  The reason names the line. */
int	conf_check_sections(const char *text, const char *const *known, struct why *) MUST_CHECK;

/* A URL or a libpq text, its password as ***. */
void	conf_mask(const char *url, struct buf *);

/* Every key and its effective value, "key = value" lines. */
void	conf_print(const struct conf_section *, size_t n, struct buf *);
void	conf_free(const struct conf_section *, size_t n);

#endif
