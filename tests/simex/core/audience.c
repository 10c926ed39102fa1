/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/audience.h"

#include "base/die.h"

#include <stdlib.h>

void
audience_init(struct audience *a, size_t contracts)
{
	*a = (struct audience){ .n = contracts };
}

void
audience_join(struct audience *a, struct topic t)
{
	if (a->each[t.kind] == NULL)
		a->each[t.kind] = xcalloc(a->n, sizeof(unsigned));
	a->each[t.kind][t.listing]++;
	a->all[t.kind]++;
}

void
audience_leave(struct audience *a, struct topic t)
{
	if (!audience_hears(a, t))
		panic("audience: nobody is there to leave");
	a->each[t.kind][t.listing]--;
	a->all[t.kind]--;
}

bool
audience_hears(const struct audience *a, struct topic t)
{
	return a->all[t.kind] > 0 && a->each[t.kind][t.listing] > 0;
}

void
audience_fini(struct audience *a)
{
	for (int k = 0; k < TOPIC_N; k++)
		free(a->each[k]);
}
