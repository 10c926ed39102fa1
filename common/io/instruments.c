/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/instruments.h"

#include "base/die.h"
#include "base/text.h"
#include "run/log.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>

enum { LOOK_MS = 1000, FIRST_LOOK_MS = 50 };

struct instruments {
	struct bus	*bus;
	struct instrs	 all;
	char		 version[32];
	struct timer	*timer;
	void		(*first)(void *arg);
	void		*arg;
};

static void
put(struct instruments *t, const char *text, size_t len)
{
	struct field_fault	 ff;
	struct instr		 i;

	fields_blank(&instr_fields, &i, sizeof(i));
	if (fields_read(&instr_fields, &i, text, len, &ff) == -1)
		log_error("instrument_unreadable", "why=\"%s\"", ff.text);
	else
		instrs_put(&t->all, &i);
}

static void
on_all(void *arg, const redisReply *r)
{
	struct instruments	*t = arg;

	for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2) {
		const redisReply	*name = r->element[i], *value = r->element[i + 1];

		if (text_eq(name->str, "#weight"))
			t->all.weight_1m = strtoll(value->str, NULL, 10);
		else if (name->str[0] == '#')
			snprintf(t->version, sizeof(t->version), "%s", value->str);
		else
			put(t, value->str, (size_t)value->len);
	}
	if (t->all.map.n == 0) {		/* feedd has never been here: nothing can be judged yet */
		timer_in_ms(t->timer, FIRST_LOOK_MS);
		return;
	}
	log_info("instruments", "n=%zu version=%s", t->all.map.n,
	    *t->version == '\0' ? "-" : t->version);
	if (t->first != NULL) {
		void	(*first)(void *) = t->first;

		t->first = NULL;
		first(t->arg);
	}
	timer_in_ms(t->timer, LOOK_MS);
}

static void
read_all(struct instruments *t)
{
	char	 key[KEY_MAX];

	bus_ask(t->bus, on_all, t, 2,
	    (const char *[]){ "HGETALL", key_format(K_INSTR, NULL, key) });
}

static void
on_version(void *arg, const redisReply *r)
{
	struct instruments	*t = arg;

	if (r->type == REDIS_REPLY_STRING && !text_eq(r->str, t->version))
		read_all(t);
	else
		timer_in_ms(t->timer, t->all.map.n == 0 ? FIRST_LOOK_MS : LOOK_MS);
}

static void
look(void *arg)
{
	struct instruments	*t = arg;
	char			 key[KEY_MAX];

	bus_ask(t->bus, on_version, t, 3,
	    (const char *[]){ "HGET", key_format(K_INSTR, NULL, key), "#version" });
}

struct instruments *
instruments_new(struct bus *bus, void (*first)(void *), void *arg)
{
	struct instruments	*t = xcalloc(1, sizeof(*t));

	t->bus = bus;
	t->first = first;
	t->arg = arg;
	t->timer = timer_new(bus_loop(bus), look, t);
	read_all(t);
	return t;
}

void
instruments_free(struct instruments *t)
{
	if (t == NULL)
		return;
	timer_free(t->timer);
	instrs_fini(&t->all);
	free(t);
}

const struct instrs *
instruments_all(const struct instruments *t)
{
	return &t->all;
}
