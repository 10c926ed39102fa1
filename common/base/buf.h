/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf.h - a growing run of bytes, always followed by a NUL.
 *
 * A zeroed struct buf is empty and valid.  buf_reset() keeps the memory for
 * the next use; buf_free() gives it back.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct buf {
	char	*p;		/* NULL until the first byte */
	size_t	 len, cap;
};

void		 buf_add(struct buf *, const void *p, size_t len);
void		 buf_addc(struct buf *, char c);
void		 buf_adds(struct buf *, const char *s);
void		 buf_addi(struct buf *, int64_t);	/* decimal; the hot paths do without printf */
void		 buf_addf(struct buf *, const char *fmt, ...) PRINTF(2, 3);
void		 buf_drop(struct buf *, size_t len);	/* from the front */
void		 buf_reset(struct buf *);
const char	*buf_text(const struct buf *);		/* never NULL */
char		*buf_take(struct buf *);		/* caller frees; the buf is empty again */
void		 buf_free(struct buf *);

#endif
