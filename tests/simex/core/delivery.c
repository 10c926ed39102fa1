/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/delivery.h"

#include "base/attr.h"
#include "base/die.h"

#include <stdlib.h>

enum { KINDS_MAX = 3 };

static const struct { enum user_event v[KINDS_MAX]; int n; } kinds_of[] = {
	[FACT_NEW]      = { { UE_ORDER_TRADE_UPDATE }, 1 },
	[FACT_TRADE]    = { { UE_TRADE_LITE, UE_ACCOUNT_UPDATE, UE_ORDER_TRADE_UPDATE }, 3 },
	[FACT_CANCELED] = { { UE_ORDER_TRADE_UPDATE }, 1 },
	[FACT_EXPIRED]  = { { UE_ORDER_TRADE_UPDATE }, 1 },
	[FACT_AMENDED]  = { { UE_ORDER_TRADE_UPDATE }, 1 },
	[FACT_FUNDING]  = { { UE_ACCOUNT_UPDATE }, 1 },
	[FACT_LEVERAGE] = { { UE_ACCOUNT_CONFIG_UPDATE }, 1 },
	[FACT_ALGO]     = { { UE_ALGO_UPDATE }, 1 },
	[FACT_PUBLIC_TRADE] = { .n = 0 },
	[FACT_LISTING]  = { .n = 0 },
	[FACT_ACCOUNT]  = { { UE_ACCOUNT_UPDATE }, 1 },
	[FACT_ASSET_MODE] = { { UE_ACCOUNT_CONFIG_UPDATE }, 1 },
	[FACT_CALCULATED] = { { UE_ORDER_TRADE_UPDATE }, 1 },
	[FACT_FORCED]   = { .n = 0 },
	[FACT_MARGIN_CALL] = { { UE_MARGIN_CALL }, 1 },
	[FACT_MONEY]    = { .n = 0 },
	[FACT_TAKEN]    = { { UE_ACCOUNT_UPDATE, UE_ORDER_TRADE_UPDATE }, 2 },
};
_Static_assert(NITEMS(kinds_of) == FACT_N, "kinds_of");

static void
make_room(struct notices *ns, size_t want)
{
	if (want <= ns->cap)
		return;
	ns->cap = want * 2;
	ns->v = xrealloc(ns->v, ns->cap * sizeof(*ns->v));
}

static void
reverse(struct notices *ns)
{
	for (size_t i = 0; i < ns->n / 2; i++) {
		const struct notice	 early = ns->v[i];

		ns->v[i] = ns->v[ns->n - 1 - i];
		ns->v[ns->n - 1 - i] = early;
	}
}

void
notices_of(struct notices *ns, const struct facts *fs, bool backwards)
{
	ns->n = 0;
	make_room(ns, fs->n * KINDS_MAX);
	for (size_t i = 0; i < fs->n; i++) {
		const enum fact_kind	 kind = fs->v[i].kind;

		if (kind == FACT_MARGIN_CALL && fs->v[i].called == 0)
			continue;
		for (int k = 0; k < kinds_of[kind].n; k++)
			ns->v[ns->n++] = (struct notice){ kinds_of[kind].v[k], &fs->v[i] };
	}
	if (backwards)
		reverse(ns);
}

void
notices_fini(struct notices *ns)
{
	free(ns->v);
}

int
delivery_copies(struct delivery *d, enum user_event kind)
{
	if (kind == UE_ORDER_TRADE_UPDATE && d->lose > 0) {
		d->lose--;
		return 0;
	}
	return d->twice ? 2 : 1;
}
