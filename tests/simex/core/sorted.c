/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/sorted.h"

#include <string.h>

size_t
sorted_first(const void *v, size_t n, size_t size, size_t offset, int64_t key)
{
	const char	*p = v;
	size_t		 low = 0, high = n;
	int64_t		 got;

	while (low < high) {
		const size_t	 mid = low + (high - low) / 2;

		memcpy(&got, p + mid * size + offset, sizeof(got));
		if (got < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
