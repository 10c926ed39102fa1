/* SPDX-License-Identifier: BSD-2-Clause */
#include "algod/algo.h"

#include "base/text.h"
#include "venue/clord.h"

NAMES(run_status_names, RUN_STATUS_N,
    [RUN_ACTIVE] = "ACTIVE", [RUN_TRIGGERED] = "TRIGGERED", [RUN_CANCELLED] = "CANCELLED");

static const struct algo *const	algos[] = {
	&algo_trail_stop,
};

const struct algo *
algo_starting(enum command what)
{
	for (size_t i = 0; i < NITEMS(algos); i++)
		if (algos[i]->start_cmd == what)
			return algos[i];
	return NULL;
}

const struct algo *
algo_stopping(enum command what)
{
	for (size_t i = 0; i < NITEMS(algos); i++)
		if (algos[i]->stop_cmd == what)
			return algos[i];
	return NULL;
}

const struct algo *
algo_of_id(const char *id)
{
	for (size_t i = 0; i < NITEMS(algos); i++)
		if (text_starts_with(id, algos[i]->prefix))
			return algos[i];
	return NULL;
}

void
algo_name(const struct algo *a, const struct cmd *c, char id[ALGO_ID])
{
	char	 hex[DERIVED];

	clord_derive(*c->request_id != '\0' ? c->request_id : c->id, 0, hex);
	text_putf(id, ALGO_ID, "%s%s", a->prefix, hex);
}
