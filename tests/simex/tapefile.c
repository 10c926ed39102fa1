/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/tapefile.h"

#include "base/die.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>

#include <stdlib.h>
#include <string.h>

enum {
	READ_SIZE = 64 * 1024,
	PATH_SHOWN = 100,		/* of a longer one its end: the reason must fit behind it */
	LINE_LONGEST = 8 * 1024 * 1024,	/* a snapshot of 1000 levels a side has some 46 000 bytes */
};

struct tapefile {
	struct archive	*archive;
	char		*path;
	const char	*shown;		/* of path, in errors */
	char		*name;		/* may tell the contract: path, or the file inside */
	bool		 ended;		/* there is nothing behind what is in text */
	char		*text;		/* from at on: not yet handed out */
	size_t		 at, len, cap;
	int64_t		 line_no;
	struct tape	 tape;
};

/* ---- lines ------------------------------------------------------------------------- */

static int
archive_fault(const struct tapefile *f, struct why *why)
{
	const char	*text = archive_error_string(f->archive);

	return why_set(why, "%s: %s", f->shown, text == NULL ? "cannot be read" : text);
}

/* The exchange puts one file into each; of two, nobody could say what a line number means. */
static int
check_alone(struct tapefile *f, struct why *why)
{
	struct archive_entry	*e;
	const int		 rc = archive_read_next_header(f->archive, &e);

	if (rc == ARCHIVE_OK)
		return why_set(why, "%s: holds more than one file", f->shown);
	return rc == ARCHIVE_EOF ? 0 : archive_fault(f, why);
}

/* Appends what comes next to text, which begins with what is left of it. */
static int
fill(struct tapefile *f, struct why *why)
{
	memmove(f->text, f->text + f->at, f->len - f->at);
	f->len -= f->at;
	f->at = 0;
	if (f->len > LINE_LONGEST)
		return why_set(why, "%s:%lld: a line of more than %d bytes", f->shown,
		    (long long)f->line_no + 1, LINE_LONGEST);
	if (f->cap - f->len < READ_SIZE) {
		f->cap = f->len + f->len / 2 + READ_SIZE;
		f->text = xrealloc(f->text, f->cap);
	}
	const la_ssize_t	 n = archive_read_data(f->archive, f->text + f->len, READ_SIZE);
	if (n < 0)
		return archive_fault(f, why);
	f->ended = n == 0;
	f->len += (size_t)n;
	return f->ended ? check_alone(f, why) : 0;
}

/* Without its newline, which the last line need not have.  1: a line; 0: the end. */
static int
next_line(struct tapefile *f, const char **line, size_t *len, struct why *why)
{
	size_t		 searched = 0;
	const char	*newline;

	for (;;) {
		newline = memchr(f->text + f->at + searched, '\n', f->len - f->at - searched);
		if (newline != NULL || f->ended)
			break;
		searched = f->len - f->at;
		if (fill(f, why) == -1)
			return -1;
	}
	if (newline == NULL && f->at == f->len)
		return 0;
	*line = f->text + f->at;
	*len = (size_t)((newline == NULL ? f->text + f->len : newline) - *line);
	f->at += *len + (newline != NULL);
	f->line_no++;
	return 1;
}

/* ---- the file ------------------------------------------------------------------------- */

/* NULL: it is written in letters that this locale does not have. */
static void
set_name(struct tapefile *f, const char *name)
{
	free(f->name);
	f->name = xstrdup(name == NULL ? "" : name);
}

static int
open_archive(struct tapefile *f, struct why *why)
{
	struct archive_entry	*e;
	int			 rc;

	if (archive_read_support_filter_gzip(f->archive) != ARCHIVE_OK ||
	    archive_read_support_filter_xz(f->archive) != ARCHIVE_OK ||
	    archive_read_support_format_zip(f->archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(f->archive) != ARCHIVE_OK ||
	    archive_read_support_format_raw(f->archive) != ARCHIVE_OK)
		return archive_fault(f, why);
	if (archive_read_open_filename(f->archive, f->path, READ_SIZE) != ARCHIVE_OK)
		return why_set(why, "%s: %s", f->shown, strerror(archive_errno(f->archive)));
	rc = archive_read_next_header(f->archive, &e);
	if (rc == ARCHIVE_EOF)
		return why_set(why, "%s: is empty", f->shown);
	if (rc != ARCHIVE_OK)
		return archive_fault(f, why);
	if ((archive_format(f->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP)
		set_name(f, archive_entry_pathname(e));
	return 0;
}

/* Looks at the first line, and leaves it where it is. */
static int
recognise(struct tapefile *f, const char *told, struct why *why)
{
	char			 symbol[SYMBOL] = "";
	enum tape_format	 format;
	struct why		 what;
	const char		*line;
	size_t			 len;
	const int		 rc = next_line(f, &line, &len, why);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return why_set(why, "%s: is empty", f->shown);
	if (tape_recognise(line, len, &format, &what) == -1)
		return why_set(why, "%s:1: %s", f->shown, what.text);
	if (*told == '\0' && format != TAPE_RAW && tape_symbol_of(f->name, symbol) == -1)
		return why_set(why, "%s: is not named SYMBOL-..., so its contract is not known",
		    f->shown);
	if (*told != '\0' && text_copy(symbol, sizeof(symbol), told) == -1)
		return why_set(why, "%s: '%.60s' is not the name of a contract", f->shown, told);
	tape_init(&f->tape, format, symbol);
	f->at = 0;
	f->line_no = 0;
	return 0;
}

struct tapefile *
tapefile_open(const char *path, const char *symbol, struct why *why)
{
	struct tapefile	*f = xcalloc(1, sizeof(*f));
	const size_t	 len = strlen(path);

	f->path = xstrdup(path);
	f->shown = f->path + (len > PATH_SHOWN ? len - PATH_SHOWN : 0);
	set_name(f, path);
	f->cap = 2 * READ_SIZE;
	f->text = xcalloc(1, f->cap);
	f->archive = archive_read_new();
	if (f->archive == NULL)
		panic("out of memory: archive_read_new");
	if (open_archive(f, why) == -1 || recognise(f, symbol, why) == -1) {
		tapefile_close(f);
		return NULL;
	}
	return f;
}

int
tapefile_next(struct tapefile *f, struct why *why)
{
	struct why	 what;
	const char	*line;
	size_t		 len;
	int		 rc;

	while ((rc = next_line(f, &line, &len, why)) == 1) {
		rc = tape_read(&f->tape, line, len, &what);
		if (rc == -1)
			return why_set(why, "%s:%lld: %s", f->shown, (long long)f->line_no,
			    what.text);
		if (rc == 1)
			return 1;
	}
	return rc;
}

const struct tape *
tapefile_tape(const struct tapefile *f)
{
	return &f->tape;
}

int64_t
tapefile_line_no(const struct tapefile *f)
{
	return f->line_no;
}

void
tapefile_close(struct tapefile *f)
{
	if (f == NULL)
		return;
	archive_read_free(f->archive);
	tape_fini(&f->tape);
	free(f->text);
	free(f->name);
	free(f->path);
	free(f);
}
