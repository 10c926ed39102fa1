/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/funding.h"

#include "base/die.h"
#include "tests/simex/core/sorted.h"

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

size_t
fundings_since(const struct fundings *fs, int64_t ms)
{
	return SORTED_FIRST(struct funding, at.us, fs->v, fs->n, wall_from_ms(ms).us);
}

void
fundings_fini(struct fundings *fs)
{
	free(fs->v);
}
