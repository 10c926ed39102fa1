/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/income.h"

#include "base/die.h"
#include "tests/simex/core/sorted.h"

#include <stdlib.h>

enum { CAP_FIRST = 64 };

#define FIRST_TRAN_ID	INT64_C(9689322000)

void
incomes_add(struct incomes *is, const struct income *i)
{
	if (is->n == is->cap) {
		is->cap = is->cap == 0 ? CAP_FIRST : is->cap * 2;
		is->v = xrealloc(is->v, is->cap * sizeof(*is->v));
	}
	is->v[is->n] = *i;
	is->v[is->n++].tran_id = FIRST_TRAN_ID + is->count[i->money]++;
}

size_t
incomes_first_since(const struct incomes *is, wall_t t)
{
	return SORTED_FIRST(struct income, at.us, is->v, is->n, t.us);
}

void
incomes_fini(struct incomes *is)
{
	free(is->v);
}

void
margin_moves_add(struct margin_moves *ms, const struct margin_move *m)
{
	if (ms->n == ms->cap) {
		ms->cap = ms->cap == 0 ? CAP_FIRST : ms->cap * 2;
		ms->v = xrealloc(ms->v, ms->cap * sizeof(*ms->v));
	}
	ms->v[ms->n++] = *m;
}

void
margin_moves_fini(struct margin_moves *ms)
{
	free(ms->v);
}
