/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/fault.h"

#include "base/attr.h"
#include "base/text.h"
#include "wire/jw.h"

#include <string.h>

static const char *const kind_names[] = {
	[FAULT_CLOSE_AFTER] = "close_after", [FAULT_DRIP] = "drip",
	[FAULT_DROP] = "drop", [FAULT_FAIL] = "fail", [FAULT_FLOOD] = "flood",
	[FAULT_HOLD] = "hold", [FAULT_LOSE] = "lose", [FAULT_OVERTAKE] = "overtake",
};
_Static_assert(NITEMS(kind_names) == FAULT_N, "kind_names");

const char *const	overtaking_words[] = {
	[OVERTAKE_CANCEL] = "cancel", [OVERTAKE_EXPIRE] = "expire", [OVERTAKE_FILL] = "fill",
	[OVERTAKE_MATCH] = "match", [OVERTAKE_SHRINK] = "shrink", [OVERTAKE_N] = NULL,
};

bool
faults_add(struct faults *fs, const struct fault *f)
{
	if (fs->n == FAULTS_MAX)
		return false;
	fs->v[fs->n++] = *f;
	return true;
}

static bool
has_param(const struct form *form, const char *where)
{
	const char	*value = strchr(where, '=');
	char		 name[FAULT_WHERE];

	if (value == NULL || text_copyn(name, sizeof(name), where, (size_t)(value - where)) == -1)
		return false;
	const char	*sent = form_str(form, name);
	return sent != NULL && text_eq(sent, value + 1);
}

static bool
fits(const struct fault *f, const char *method, const char *path, const struct form *form)
{
	return text_eq(f->path, path) && (f->method[0] == '\0' || text_eq(f->method, method)) &&
	    (f->where[0] == '\0' || has_param(form, f->where));
}

bool
faults_take(struct faults *fs, const char *method, const char *path, const struct form *form,
    struct fault *met)
{
	for (size_t i = 0; i < fs->n; i++) {
		struct fault	*f = &fs->v[i];

		if (!fits(f, method, path, form))
			continue;
		*met = *f;
		if (--f->left == 0) {
			fs->n--;
			memmove(f, f + 1, (fs->n - i) * sizeof(*f));
		}
		return true;
	}
	return false;
}

bool
fault_lets_pass(const struct fault *f)
{
	return f->kind != FAULT_LOSE && (f->kind != FAULT_FAIL || f->execute);
}

bool
fault_shows(const struct fault *f)
{
	return f->kind != FAULT_OVERTAKE;
}

void
faults_clear(struct faults *fs)
{
	fs->n = 0;
}

static void
print_failure(const struct fault *f, struct buf *b)
{
	if (!f->json) {
		buf_adds(b, f->msg);
		return;
	}
	jw_open(b, '{');
	jw_put_int(b, "code", f->code);
	jw_put_str(b, "msg", f->msg);
	jw_close(b, '}');
}

/* An answer that says nothing for certain, at length. */
static void
print_flood(const struct fault *f, struct buf *b)
{
	static const char	 head[] = "{\"code\":-1000,\"msg\":\"", tail[] = "\"}";
	static const char	 words[] = "An unknown error occured while processing the request. ";
	const size_t		 frame = sizeof(head) + sizeof(tail) - 2;
	size_t			 left = f->bytes > (int64_t)frame ? (size_t)f->bytes - frame : 0;

	buf_adds(b, head);
	while (left > 0) {
		const size_t	 n = left < sizeof(words) - 1 ? left : sizeof(words) - 1;

		buf_add(b, words, n);
		left -= n;
	}
	buf_adds(b, tail);
}

void
fault_print_answer(const struct fault *f, struct buf *b)
{
	if (f->kind == FAULT_FLOOD)
		print_flood(f, b);
	else
		print_failure(f, b);
}

const char *
fault_name(enum fault_kind kind)
{
	return kind_names[kind];
}

void
faults_print(const struct faults *fs, struct buf *b)
{
	jw_open(b, '[');
	for (size_t i = 0; i < fs->n; i++) {
		jw_open(b, '{');
		jw_put_str(b, "kind", fault_name(fs->v[i].kind));
		jw_put_str(b, "method", fs->v[i].method);
		jw_put_str(b, "path", fs->v[i].path);
		jw_put_str(b, "where", fs->v[i].where);
		jw_put_int(b, "left", fs->v[i].left);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}
