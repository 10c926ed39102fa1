/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/funding.h"

#include "base/die.h"

#include <stdlib.h>

enum { CAP_FIRST = 8 };

void
fundings_add(struct fundings *fs, const struct funding *f)
{
	if (fs->n == fs->cap) {
		fs->cap = fs->cap == 0 ? CAP_FIRST : fs->cap * 2;
		fs->v = xrealloc(fs->v, fs->cap * sizeof(*fs->v));
	}
	fs->v[fs->n++] = *f;
}

void
fundings_fini(struct fundings *fs)
{
	free(fs->v);
}
