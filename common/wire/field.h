/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * field.h - messages as tables: one row per field, used by writer and reader.
 *
 * A table lays JSON members over a struct.  Reading is lenient: a number may
 * be a numeric string, a flag may be 0/1 or "true"/"false", null is absent,
 * unknown members are ignored.  What is absent leaves the struct as it was, so
 * defaults are what the caller put there.  Writing is strict.
 *
 * A member name with points ("o.c") is found inside nested objects; such a
 * table can only be read.
 *
 * This is the one place where the JSON library is known and the only one that
 * ever sees a double.
 */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/dec.h"
#include "base/why.h"
#include "wire/types.h"

#include <stddef.h>
#include <stdint.h>

enum field_type {
	F_BOOL,			/* bool */
	F_DEC,			/* dec_t; DEC_NONE is null */
	F_DECS,			/* dec_t, written as a string: for what is kept */
	F_ENUM,			/* int-sized enum, by names */
	F_I64,			/* int64_t */
	F_INT,			/* int */
	F_MONO,			/* mono_t, microseconds */
	F_RAW,			/* char *, any JSON value as text; heap, the reader frees */
	F_SIDE,			/* enum side; LONG and SHORT are read too */
	F_STR,			/* char[size] */
	F_WALL,			/* wall_t, milliseconds on the wire */
};

enum {				/* flags */
	FIELD_REQUIRED = 1,
	FIELD_NULL = 2,		/* written as null when empty, unset or DEC_NONE */
	FIELD_OMIT = 4,		/* not written when empty, unset, false, zero or DEC_NONE */
	FIELD_POSITIVE = 8,	/* a number above zero */
	FIELD_ID = 16,		/* text an id may have: printable, no space, no quote */
};

struct field {
	const char		*name;
	enum field_type		 type;
	unsigned		 flags;
	size_t			 offset, size;
	const struct names	*names;		/* of F_ENUM */
	int64_t			 min, max;	/* of F_INT, F_I64; both 0: any */
	dec_t			 dmin, dmax;	/* of F_DEC; both zero: any */
};

struct fields {
	const struct field	*v;
	size_t			 n;
};

/* Rows: F(struct, member, "name", type, flags), and with bounds or names. */
#define F(s, m, wire, t, fl) \
	{ .name = wire, .type = t, .flags = (fl), \
	  .offset = offsetof(struct s, m), .size = sizeof(((struct s *)0)->m) }
#define F_NAMED(s, m, wire, table, fl) \
	{ .name = wire, .type = F_ENUM, .flags = (fl), .names = &(table), \
	  .offset = offsetof(struct s, m), .size = sizeof(((struct s *)0)->m) }
#define F_RANGE(s, m, wire, t, fl, lo, hi) \
	{ .name = wire, .type = t, .flags = (fl), .min = lo, .max = hi, \
	  .offset = offsetof(struct s, m), .size = sizeof(((struct s *)0)->m) }
#define F_DRANGE(s, m, wire, fl, lo, hi) \
	{ .name = wire, .type = F_DEC, .flags = (fl), .dmin = { lo }, .dmax = { hi }, \
	  .offset = offsetof(struct s, m), .size = sizeof(((struct s *)0)->m) }
#define FIELDS(table)	{ table, NITEMS(table) }

/* What was wrong with the input: the field, what it held, what it may hold. */
struct field_fault {
	const char	*field;		/* of the table, or "" when the text is no JSON object */
	char		 value[48];	/* as received, shortened with ... when long */
	char		 limit[64];	/* "" when there is no limit to name */
	char		 text[200];	/* the whole sentence */
};

/* Zeroes the struct and sets its decimals to DEC_NONE: a start for reading. */
void	fields_blank(const struct fields *, void *into, size_t size);

/* One JSON object. -1: the fault says why; the struct holds what came before it. */
int	fields_read(const struct fields *, void *into, const char *json, size_t len,
	    struct field_fault *) MUST_CHECK;

/* The members, without braces; and a whole object. */
void	fields_write(const struct fields *, const void *from, struct buf *);
void	fields_object(const struct fields *, const void *from, struct buf *);

/*
 * Each object of an array: at the top (path ""), or of a member ("a.P").
 * each() gets a freshly blanked struct of the given size; -1 from it ends the walk.
 * Returns how many were read, -1 with the fault.
 */
typedef int	fields_each(void *arg, void *element);
int	fields_read_array(const struct fields *, size_t size, const char *path, const char *json,
	    size_t len, fields_each *each, void *arg, struct field_fault *) MUST_CHECK;

/*
 * Each text member of an object that is itself a member ("a.P"), whatever they
 * are called; one that is not there has none.  Returns how many, -1 with the fault.
 */
typedef void	fields_text(void *arg, const char *name, const char *text);
int	fields_read_texts(const char *path, const char *json, size_t len, fields_text *each,
	    void *arg, struct field_fault *ff) MUST_CHECK;

/*
 * The objects of a long array at the top, one call each, so that the loop need not
 * stand still for all of them: *at is where to go on, 0 at first.
 * 1: into holds the next one; 0: there are no more; -1 with the fault.
 */
int	fields_read_next(const struct fields *, void *into, size_t size, const char *json,
	    size_t len, size_t *at, struct field_fault *) MUST_CHECK;

/* A top-level text member of what may be no JSON at all, found as text; -1: not found. */
int	field_scan_text(const char *json, size_t len, const char *name, char *dst, size_t cap)
	    MUST_CHECK;

#endif
