/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arrivals.h - when requests about orders arrived at simex: its ledger has the
 * wall clock, in microseconds.
 */
#ifndef BENCH_ARRIVALS_H
#define BENCH_ARRIVALS_H

#include "tests/bench/client.h"

#include <curl/curl.h>
#include <jansson.h>

struct arrivals {
	CURL	*curl;
	size_t	 from;		/* the entries before are known */
};

static inline int64_t
bench_wall_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static inline size_t
arrivals_on_text(char *p, size_t size, size_t n, void *arg)
{
	buf_add(arg, p, size * n);
	return size * n;
}

static inline json_t *
arrivals_get(struct arrivals *a)
{
	struct buf	 url = { 0 }, text = { 0 };

	buf_addf(&url, "%s/ledger?kind=requests&from=%zu", bench_env("SIMEX_CONTROL"), a->from);
	curl_easy_setopt(a->curl, CURLOPT_URL, url.p);
	curl_easy_setopt(a->curl, CURLOPT_WRITEFUNCTION, arrivals_on_text);
	curl_easy_setopt(a->curl, CURLOPT_WRITEDATA, &text);
	if (curl_easy_perform(a->curl) != CURLE_OK)
		panic("%s is not to be had", url.p);
	json_t		*list = json_loadb(buf_text(&text), text.len, 0, NULL);
	if (!json_is_array(list))
		panic("%s: %.200s", url.p, buf_text(&text));
	buf_free(&url);
	buf_free(&text);
	return list;
}

/* Delivers those by this method that have come since the last time. */
static inline void
arrivals_read(struct arrivals *a, const char *method,
    void (*arrived)(void *arg, const char *clord_id, int64_t wall_us), void *arg)
{
	json_t	*list = arrivals_get(a), *entry;
	size_t	 i;

	json_array_foreach(list, i, entry) {
		const char	*name = json_string_value(json_object_get(entry, "clientOrderId"));

		if (name != NULL &&
		    text_eq(json_string_value(json_object_get(entry, "method")), method))
			arrived(arg, name, json_integer_value(json_object_get(entry, "us")));
	}
	a->from += json_array_size(list);
	json_decref(list);
}

/* What has been there before is not looked at. */
static inline void
arrivals_open(struct arrivals *a)
{
	json_t	*list;

	*a = (struct arrivals){ .curl = curl_easy_init() };
	list = arrivals_get(a);
	a->from = json_array_size(list);
	json_decref(list);
}

static inline void
arrivals_close(struct arrivals *a)
{
	curl_easy_cleanup(a->curl);
}

#endif
