/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jw.h - writing JSON into a buf.
 *
 * Strict by construction: decimals are printed from dec_t, so there is no NaN,
 * no Infinity and no binary noise.  A separator is put where the text so far
 * needs one, so that callers just name what comes next.
 */
#ifndef WIRE_JW_H
#define WIRE_JW_H

#include "base/buf.h"
#include "base/dec.h"

#include <stdbool.h>
#include <stdint.h>

void	jw_open(struct buf *, char bracket);		/* '{' or '[' */
void	jw_close(struct buf *, char bracket);		/* '}' or ']' */
void	jw_key(struct buf *, const char *name);
void	jw_str(struct buf *, const char *text);
void	jw_strn(struct buf *, const char *text, size_t len);
void	jw_dec(struct buf *, dec_t);			/* DEC_NONE: null */
void	jw_int(struct buf *, int64_t);
void	jw_bool(struct buf *, bool);
void	jw_null(struct buf *);
void	jw_raw(struct buf *, const char *json);	/* text that is JSON already */

/* Name and value in one line. */
void	jw_put_str(struct buf *, const char *name, const char *text);
void	jw_put_str_or_null(struct buf *, const char *name, const char *text);	/* "" is null */
void	jw_put_dec(struct buf *, const char *name, dec_t);
void	jw_put_int(struct buf *, const char *name, int64_t);
void	jw_put_bool(struct buf *, const char *name, bool);
void	jw_put_raw(struct buf *, const char *name, const char *json);

#endif
