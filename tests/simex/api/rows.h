/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows.h - faults by name: the rows of the catalogue that an exchange can
 * cause, and the verbs that cause them: simex(8), FAULTS.
 */
#ifndef SIMEX_ROWS_H
#define SIMEX_ROWS_H

#include <stddef.h>

enum { ROW_VERBS = 3 };

struct row {
	const char	*name;
	const char	*verbs[ROW_VERBS];	/* one after the other, NULL: no more */
};

const struct row	*rows_at(size_t i);		/* NULL: no more */
const struct row	*rows_find(const char *name);	/* or NULL */

#endif
