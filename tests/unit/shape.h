/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shape.h - does a message look like a recorded one?
 */
#ifndef TESTS_SHAPE_H
#define TESTS_SHAPE_H

#include "tests/unit/check.h"

#include <jansson.h>
#include <string.h>

static inline size_t
shape_places(const char *text)
{
	const char	*point = strchr(text, '.');

	return point == NULL ? 0 : strlen(point + 1);
}

static inline json_type
shape_type(const json_t *j)
{
	return json_is_boolean(j) ? JSON_TRUE : json_typeof(j);
}

/* The same keys in the same order, the same types; of one contract, also as many places. */
static inline void
same_shape(json_t *got, json_t *want, bool places)
{
	CHECK_INT(shape_type(got), shape_type(want));
	if (json_is_string(want)) {
		if (places)
			CHECK_INT((int64_t)shape_places(json_string_value(got)),
			    (int64_t)shape_places(json_string_value(want)));
	} else if (json_is_array(want)) {
		CHECK((json_array_size(got) == 0) == (json_array_size(want) == 0));
		for (size_t i = 0; i < json_array_size(want) && i < json_array_size(got); i++)
			same_shape(json_array_get(got, i), json_array_get(want, i), places);
	} else if (json_is_object(want)) {
		void	*a = json_object_iter(got), *b = json_object_iter(want);

		for (; a != NULL && b != NULL; a = json_object_iter_next(got, a),
		    b = json_object_iter_next(want, b)) {
			CHECK_STR(json_object_iter_key(a), json_object_iter_key(b));
			same_shape(json_object_iter_value(a), json_object_iter_value(b), places);
		}
		CHECK(a == NULL && b == NULL);
	}
}

#endif
