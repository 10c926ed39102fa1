/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/tapes.h"

#include "base/die.h"
#include "tests/simex/tapefile.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64 };

struct tapes {
	struct tapefile	*files[FILES_MAX];	/* each with its next row read */
	size_t		 n;
	size_t		 last;			/* whose row was handed out; n: nobody's */
};

/* Reads on; a file that has ended leaves.  -1: it could not be read. */
static int
advance(struct tapes *ts, size_t i, struct why *why)
{
	const int	 rc = tapefile_next(ts->files[i], why);

	if (rc == 0) {
		tapefile_close(ts->files[i]);
		ts->files[i] = ts->files[--ts->n];
	}
	return rc;
}

static int
add(struct tapes *ts, const char *path, struct why *why)
{
	if (ts->n == FILES_MAX)
		return why_set(why, "more than %d recordings", FILES_MAX);
	struct tapefile	*f = tapefile_open(path, "", why);
	if (f == NULL)
		return -1;
	ts->files[ts->n++] = f;
	return advance(ts, ts->n - 1, why) == -1 ? -1 : 0;
}

struct tapes *
tapes_open(const char *names, struct why *why)
{
	struct tapes	*ts = xcalloc(1, sizeof(*ts));
	int		 rc = 0;

	while (*names != '\0' && rc == 0) {
		const size_t	 len = strcspn(names, ",");
		char		*path = xstrndup(names, len);

		rc = add(ts, path, why);
		free(path);
		names += len + (names[len] == ',');
	}
	if (rc == -1) {
		tapes_close(ts);
		return NULL;
	}
	ts->last = FILES_MAX;
	return ts;
}

static int64_t
time_of(const struct tapefile *f)
{
	return tape_row_time(&tapefile_tape(f)->row).us;
}

int
tapes_next(struct tapes *ts, const struct tape_row **row, struct why *why)
{
	size_t	 first = 0;

	if (ts->last < ts->n && advance(ts, ts->last, why) == -1)
		return -1;
	if (ts->n == 0)
		return 0;
	for (size_t i = 1; i < ts->n; i++)
		if (time_of(ts->files[i]) < time_of(ts->files[first]))
			first = i;
	ts->last = first;
	*row = &tapefile_tape(ts->files[first])->row;
	return 1;
}

void
tapes_close(struct tapes *ts)
{
	if (ts == NULL)
		return;
	while (ts->n > 0)
		tapefile_close(ts->files[--ts->n]);
	free(ts);
}
