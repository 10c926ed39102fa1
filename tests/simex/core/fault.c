/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/fault.h"

#include "base/attr.h"
#include "base/text.h"
#include "wire/jw.h"

#include <string.h>

static const char *const kind_names[] = {
	[FAULT_DROP] = "drop", [FAULT_FAIL] = "fail", [FAULT_HOLD] = "hold", [FAULT_LOSE] = "lose",
};
_Static_assert(NITEMS(kind_names) == FAULT_N, "kind_names");

bool
faults_add(struct faults *fs, const struct fault *f)
{
	if (fs->n == FAULTS_MAX)
		return false;
	fs->v[fs->n++] = *f;
	return true;
}

static bool
fits(const struct fault *f, const char *method, const char *path)
{
	return text_eq(f->path, path) && (f->method[0] == '\0' || text_eq(f->method, method));
}

bool
faults_take(struct faults *fs, const char *method, const char *path, struct fault *met)
{
	for (size_t i = 0; i < fs->n; i++) {
		struct fault	*f = &fs->v[i];

		if (!fits(f, method, path))
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

void
faults_clear(struct faults *fs)
{
	fs->n = 0;
}

void
faults_print(const struct faults *fs, struct buf *b)
{
	jw_open(b, '[');
	for (size_t i = 0; i < fs->n; i++) {
		jw_open(b, '{');
		jw_put_str(b, "kind", kind_names[fs->v[i].kind]);
		jw_put_str(b, "method", fs->v[i].method);
		jw_put_str(b, "path", fs->v[i].path);
		jw_put_int(b, "left", fs->v[i].left);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}
