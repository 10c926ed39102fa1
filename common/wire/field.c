/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/field.h"

#include "base/die.h"
#include "base/text.h"
#include "wire/jw.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_PART = 32 };

/* ---- faults ------------------------------------------------------------ */

/* In ASCII, because a character that is cut apart makes the answer unreadable. */
static void
show_value(const json_t *v, char *dst, size_t cap)
{
	char	*text = v == NULL ? xstrdup("") :
		    json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII);

	if (text == NULL || text_copy(dst, cap, text) == -1)
		snprintf(dst, cap, "%.*s...", (int)cap - 4, text == NULL ? "" : text);
	free(text);
}

static int
fault(struct field_fault *ff, const struct field *f, const json_t *v, const char *limit,
    const char *what)
{
	ff->field = f->name;
	show_value(v, ff->value, sizeof(ff->value));
	snprintf(ff->limit, sizeof(ff->limit), "%s", limit);
	snprintf(ff->text, sizeof(ff->text), "%s %s%s%s%s", f->name, ff->value,
	    *ff->value == '\0' ? "" : " ", what, limit);
	return -1;
}

static int
fault_text(struct field_fault *ff, const char *what, const char *value)
{
	*ff = (struct field_fault){ .field = "" };
	snprintf(ff->text, sizeof(ff->text), "%s%.160s", what, value);
	return -1;
}

/* ---- reading one value ------------------------------------------------- */

/* Text of a number, whether it came as a number or in quotes; NULL: neither. */
static const char *
number_text(const json_t *v, char buf[40])
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		snprintf(buf, 40, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(buf, 40, "%.17g", json_real_value(v));
	else
		return NULL;
	return buf;
}

static int
read_dec(const struct field *f, const json_t *v, dec_t *out, struct field_fault *ff)
{
	char		 buf[40], lo[DEC_STR], hi[DEC_STR], range[64];
	const char	*text = number_text(v, buf);
	dec_t		 d;

	if (text == NULL || dec_parse(text, &d) == -1)
		return fault(ff, f, v, "-92233720368..92233720368", "is not a number within ");
	if ((f->flags & FIELD_POSITIVE) != 0 && d.e8 <= 0)
		return fault(ff, f, v, "0", "must be greater than ");
	if ((f->dmin.e8 != 0 || f->dmax.e8 != 0) && (d.e8 < f->dmin.e8 || d.e8 > f->dmax.e8)) {
		snprintf(range, sizeof(range), "%s..%s", dec_format(f->dmin, lo),
		    dec_format(f->dmax, hi));
		return fault(ff, f, v, range, "is outside ");
	}
	*out = d;
	return 0;
}

static int
read_whole(const struct field *f, const json_t *v, int64_t min, int64_t max, int64_t *out,
    struct field_fault *ff)
{
	char		 buf[40], range[64];
	const char	*text = number_text(v, buf);
	dec_t		 d;

	if (f->min != 0 || f->max != 0) {
		min = f->min;
		max = f->max;
	}
	snprintf(range, sizeof(range), "%lld..%lld", (long long)min, (long long)max);
	if (text == NULL)
		return fault(ff, f, v, range, "is not a whole number within ");
	if (text_to_i64(text, min, max, out) == 0)
		return 0;
	/* 10.0 is a whole number too. */
	if (dec_parse(text, &d) == 0 && d.e8 % DEC_ONE_E8 == 0 && d.e8 / DEC_ONE_E8 >= min &&
	    d.e8 / DEC_ONE_E8 <= max) {
		*out = d.e8 / DEC_ONE_E8;
		return 0;
	}
	return fault(ff, f, v, range, "is not a whole number within ");
}

static int
read_bool(const struct field *f, const json_t *v, bool *out, struct field_fault *ff)
{
	static const char *const	 words_v[] = { "false", "true", "0", "1" };
	const struct names		 words = { words_v, NITEMS(words_v) };
	char				 buf[40];
	const char			*text = number_text(v, buf);
	int				 i;

	if (json_is_boolean(v)) {
		*out = json_is_true(v);
		return 0;
	}
	if (text == NULL || (i = names_find(&words, text)) == -1)
		return fault(ff, f, v, "", "is neither true nor false");
	*out = i % 2 == 1;
	return 0;
}

static bool
is_id_text(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == '"' || *s == '\\' || *s == 127)
			return false;
	return true;
}

static int
read_str(const struct field *f, const json_t *v, char *out, struct field_fault *ff)
{
	char		 buf[40], limit[32];
	const char	*text = number_text(v, buf);	/* an id may come as a number */

	snprintf(limit, sizeof(limit), "%zu characters", f->size - 1);
	if (text == NULL)
		return fault(ff, f, v, "", "is not text");
	if (json_is_string(v) && strlen(text) != json_string_length(v))
		return fault(ff, f, v, "", "holds a NUL character");
	if ((f->flags & FIELD_REQUIRED) != 0 && *text == '\0')
		return fault(ff, f, v, "", "is empty");
	if (text_copy(out, f->size, text) == -1)
		return fault(ff, f, v, limit, "is longer than ");
	if ((f->flags & FIELD_ID) != 0 && !is_id_text(out))
		return fault(ff, f, v, "", "holds a space, a quote or a control character");
	return 0;
}

static int
read_enum(const struct field *f, const json_t *v, int *out, struct field_fault *ff)
{
	const char	*text = json_string_value(v);
	const int	 i = text == NULL ? -1 : names_find(f->names, text);

	if (i == -1)
		return fault(ff, f, v, "", "is not one of its words");
	*out = i;
	return 0;
}

static int
read_side(const struct field *f, const json_t *v, enum side *out, struct field_fault *ff)
{
	const char	*text = json_string_value(v);

	if (text != NULL && side_parse(text, out) == 0)
		return 0;
	fault(ff, f, v, "BUY, SELL, LONG or SHORT", "is none of ");
	snprintf(ff->text, sizeof(ff->text), "Invalid side: %s is none of %s", ff->value, ff->limit);
	return -1;
}

static int
read_raw(const json_t *v, char **out)
{
	free(*out);
	*out = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(17));
	if (*out == NULL)
		panic("out of memory: json_dumps");
	return 0;
}

static int
read_value(const struct field *f, const json_t *v, void *to, struct field_fault *ff)
{
	int64_t	 w;

	switch (f->type) {
	case F_BOOL:
		return read_bool(f, v, to, ff);
	case F_DEC:
	case F_DECS:
		return read_dec(f, v, to, ff);
	case F_ENUM:
		return read_enum(f, v, to, ff);
	case F_I64:
	case F_MONO:
		return read_whole(f, v, INT64_MIN, INT64_MAX, to, ff);
	case F_INT:
		if (read_whole(f, v, INT32_MIN, INT32_MAX, &w, ff) == -1)
			return -1;
		*(int *)to = (int)w;
		return 0;
	case F_RAW:
		return read_raw(v, to);
	case F_SIDE:
		return read_side(f, v, to, ff);
	case F_STR:
		return read_str(f, v, to, ff);
	case F_WALL:
		if (read_whole(f, v, 0, INT64_MAX / 1000, &w, ff) == -1)
			return -1;
		*(wall_t *)to = wall_from_ms(w);
		return 0;
	}
	panic("field %s has type %d", f->name, (int)f->type);
}
_Static_assert(sizeof(mono_t) == sizeof(int64_t), "F_MONO is read as an int64_t");

/* ---- reading objects --------------------------------------------------- */

static const json_t *
find_path(const json_t *v, const char *path)
{
	while (v != NULL && *path != '\0') {
		char		 part[PATH_PART];
		const size_t	 len = strcspn(path, ".");

		if (text_copyn(part, sizeof(part), path, len) == -1)
			panic("field path %s: a part is too long", path);
		v = json_object_get(v, part);
		path += len + (path[len] == '.');
	}
	return v;
}

static int
read_object(const struct fields *t, void *into, const json_t *o, struct field_fault *ff)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct field	*f = &t->v[i];
		const json_t		*v = find_path(o, f->name);

		if (v == NULL || json_is_null(v)) {
			if ((f->flags & FIELD_REQUIRED) != 0)
				return fault(ff, f, NULL, "", "is missing");
			continue;
		}
		if (read_value(f, v, (char *)into + f->offset, ff) == -1)
			return -1;
	}
	return 0;
}

static json_t *
load(const char *json, size_t len, struct field_fault *ff)
{
	json_error_t	 e;
	json_t		*o = json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);

	if (o == NULL)
		fault_text(ff, "not valid JSON: ", e.text);
	return o;
}

void
fields_blank(const struct fields *t, void *into, size_t size)
{
	memset(into, 0, size);
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].type == F_DEC || t->v[i].type == F_DECS)
			*(dec_t *)(void *)((char *)into + t->v[i].offset) = DEC_NONE;
}

int
fields_read(const struct fields *t, void *into, const char *json, size_t len,
    struct field_fault *ff)
{
	json_t	*o = load(json, len, ff);
	int	 rc;

	if (o == NULL)
		return -1;
	if (!json_is_object(o))
		rc = fault_text(ff, "the payload is not a JSON object", "");
	else
		rc = read_object(t, into, o, ff);
	json_decref(o);
	return rc;
}

int
fields_read_array(const struct fields *t, size_t size, const char *path, const char *json,
    size_t len, fields_each *each, void *arg, struct field_fault *ff)
{
	json_t		*top = load(json, len, ff);
	void		*element = xcalloc(1, size);
	int		 rc = -1;

	if (top == NULL)
		goto out;
	const json_t	*a = find_path(top, path);
	if (!json_is_array(a)) {
		fault_text(ff, "not an array: ", *path == '\0' ? "the payload" : path);
		goto out;
	}
	const size_t	 n = json_array_size(a);
	for (size_t i = 0; i < n; i++) {
		fields_blank(t, element, size);
		if (read_object(t, element, json_array_get(a, i), ff) == -1)
			goto out;
		if (each(arg, element) == -1) {
			fault_text(ff, "the walk was ended", "");
			goto out;
		}
	}
	rc = (int)n;
out:
	free(element);
	json_decref(top);
	return rc;
}

static size_t
skip_space(const char *json, size_t len, size_t at)
{
	while (at < len && strchr(" \t\r\n", json[at]) != NULL && json[at] != '\0')
		at++;
	return at;
}

/* Past the bracket or comma before the next element.  1: there is one; 0: the end; -1: neither. */
static int
to_element(const char *json, size_t len, size_t *at)
{
	const bool	 first = *at == 0;

	*at = skip_space(json, len, *at);
	if (*at == len || (first && json[*at] != '['))
		return -1;
	if (!first && json[*at] == ']')
		return 0;
	if (!first && json[*at] != ',')
		return -1;
	*at = skip_space(json, len, *at + 1);
	return first && *at < len && json[*at] == ']' ? 0 : 1;
}

int
fields_read_next(const struct fields *t, void *into, size_t size, const char *json, size_t len,
    size_t *at, struct field_fault *ff)
{
	json_error_t	 e;
	json_t		*o;
	int		 rc;

	fields_blank(t, into, size);
	rc = to_element(json, len, at);
	if (rc == 0)
		return 0;
	o = rc == -1 ? NULL : json_loadb(json + *at, len - *at, JSON_REJECT_DUPLICATES |
	    JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, &e);
	if (!json_is_object(o)) {
		json_decref(o);
		return fault_text(ff, "not an array of objects", "");
	}
	*at += (size_t)e.position;
	rc = read_object(t, into, o, ff) == -1 ? -1 : 1;
	json_decref(o);
	return rc;
}

int
fields_read_texts(const char *path, const char *json, size_t len, fields_text *each, void *arg,
    struct field_fault *ff)
{
	json_t		*top = load(json, len, ff);
	const char	*name;
	json_t		*v;
	int		 n = 0;

	if (top == NULL)
		return -1;
	/* jansson walks only what may be changed. */
	json_object_foreach((json_t *)(uintptr_t)find_path(top, path), name, v)
		if (json_is_string(v)) {
			each(arg, name, json_string_value(v));
			n++;
		}
	json_decref(top);
	return n;
}

int
field_scan_text(const char *json, size_t len, const char *name, char *dst, size_t cap)
{
	char		 quoted[PATH_PART + 3];
	const char	*end = json + len;

	text_putf(quoted, sizeof(quoted), "\"%s\"", name);
	const char	*p = memmem(json, len, quoted, strlen(quoted));
	if (p == NULL)
		return -1;
	for (p += strlen(quoted); p < end && (*p == ' ' || *p == ':'); p++)
		continue;
	if (p == end || *p++ != '"')
		return -1;
	const char	*q = memchr(p, '"', (size_t)(end - p));
	if (q == NULL || q == p || text_copyn(dst, cap, p, (size_t)(q - p)) == -1)
		return -1;
	return is_id_text(dst) ? 0 : -1;
}

/* ---- writing ----------------------------------------------------------- */

static bool
is_empty(const struct field *f, const void *from)
{
	switch (f->type) {
	case F_BOOL:
		return !*(const bool *)from;
	case F_DEC:
	case F_DECS:
		return !dec_ok(*(const dec_t *)from);
	case F_I64:
	case F_MONO:
	case F_WALL:
		return *(const int64_t *)from == 0;
	case F_INT:
		return *(const int *)from == 0;
	case F_RAW:
		return *(char *const *)from == NULL;
	case F_STR:
		return *(const char *)from == '\0';
	case F_ENUM:
	case F_SIDE:
		return false;
	}
	panic("field %s has type %d", f->name, (int)f->type);
}

static void
write_value(const struct field *f, const void *from, struct buf *b)
{
	char	 text[DEC_STR];

	switch (f->type) {
	case F_BOOL:
		jw_bool(b, *(const bool *)from);
		return;
	case F_DEC:
		jw_dec(b, *(const dec_t *)from);
		return;
	case F_DECS:
		jw_str(b, dec_format(*(const dec_t *)from, text));
		return;
	case F_ENUM:
		jw_str(b, names_get(f->names, *(const int *)from));
		return;
	case F_I64:
	case F_MONO:
		jw_int(b, *(const int64_t *)from);
		return;
	case F_INT:
		jw_int(b, *(const int *)from);
		return;
	case F_RAW:
		jw_raw(b, *(char *const *)from);
		return;
	case F_SIDE:
		jw_str(b, names_get(&side_names, *(const int *)from));
		return;
	case F_STR:
		jw_str(b, from);
		return;
	case F_WALL:
		jw_int(b, wall_ms(*(const wall_t *)from));
		return;
	}
}

void
fields_write(const struct fields *t, const void *from, struct buf *b)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct field	*f = &t->v[i];
		const void		*at = (const char *)from + f->offset;
		const bool		 empty = is_empty(f, at);

		if (empty && (f->flags & FIELD_OMIT) != 0)
			continue;
		jw_key(b, f->name);
		if (empty && ((f->flags & FIELD_NULL) != 0 || f->type == F_RAW ||
		    f->type == F_DECS))
			jw_null(b);
		else
			write_value(f, at, b);
	}
}

void
fields_object(const struct fields *t, const void *from, struct buf *b)
{
	jw_open(b, '{');
	fields_write(t, from, b);
	jw_close(b, '}');
}
