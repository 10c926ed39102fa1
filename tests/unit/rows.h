/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows.h - files of cases and recordings, line by line.  Paths are relative to
 * the root of the repository, where the tests are run.
 *
 * A line is one row; empty ones and those that begin with # are passed over.
 * Cells stand between tabs, as many as look good; "-" is an empty cell.
 */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include "tests/unit/check.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rows {
	FILE	*f;
	char	*line;
	size_t	 cap;
	int	 no;		/* of the line, from 1 */
};

static inline struct rows
rows_open(const char *path)
{
	struct rows	 r = { .f = fopen(path, "r") };

	check_row("%s", path);
	CHECK(r.f != NULL);
	return r;
}

/* Without its newline; NULL at the end, and then everything is given back. */
static inline char *
rows_next(struct rows *r)
{
	while (getline(&r->line, &r->cap, r->f) != -1) {
		r->no++;
		r->line[strcspn(r->line, "\n")] = '\0';
		if (*r->line != '\0' && *r->line != '#')
			return r->line;
	}
	free(r->line);
	fclose(r->f);
	return NULL;
}

/* Cuts the line into cells; those that are not there are "". */
static inline void
rows_cells(char *line, const char *cells[], size_t n)
{
	char	*next = line;

	for (size_t i = 0; i < n; i++) {
		char	*cell = next == NULL ? NULL : strtok_r(next, "\t", &line);

		next = cell == NULL ? NULL : line;
		cells[i] = cell == NULL || strcmp(cell, "-") == 0 ? "" : cell;
	}
}

/*
 * A file of the recorded data, where there is any.  PMS_DATA names its folder;
 * a test skips itself without it.
 */
static inline const char *
rows_recorded(const char *name, char path[256])
{
	const char	*dir = getenv("PMS_DATA");

	if (dir == NULL)
		return NULL;
	snprintf(path, 256, "%s/%s", dir, name);
	return path;
}

/* The whole of a file that is packed with xz. */
static inline void
rows_unpack(const char *path, struct buf *text)
{
	char	 command[300], piece[4096];
	size_t	 n;

	snprintf(command, sizeof(command), "xz -dc '%s'", path);
	FILE	*f = popen(command, "r");
	CHECK(f != NULL);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(text, piece, n);
	CHECK_INT(pclose(f), 0);
}

#endif
