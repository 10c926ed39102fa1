/* SPDX-License-Identifier: BSD-2-Clause */
#include "feedd/decode.h"

#include "base/text.h"
#include "wire/field.h"

enum { ST_COIN_M = 2 };

/* All members of the frames that matter, together: their names do not clash. */
struct frame {
	char	event[24], symbol[SYMBOL];
	dec_t	bid, ask, mark;
	wall_t	at;
	int	st;
};

static const struct field	frame_v[] = {
	F(frame, event, "e", F_STR, 0),
	F(frame, symbol, "s", F_STR, 0),
	F(frame, bid, "b", F_DEC, 0),
	F(frame, ask, "a", F_DEC, 0),
	F(frame, mark, "p", F_DEC, 0),
	F(frame, at, "E", F_WALL, 0),
	F(frame, st, "st", F_INT, 0),
};
static const struct fields	frame_fields = FIELDS(frame_v);

/* Which event is which fact; other events are passed over. */
static const struct {
	const char	*event;
	enum fact_kind	 kind;
} events[] = {
	{ "bookTicker", FACT_TOP },
	{ "markPriceUpdate", FACT_MARK },
};

struct decoding {
	decode_each	*each;
	void		*arg;
	int		 n;
};

static int
on_frame(void *arg, void *element)
{
	struct decoding		*d = arg;
	const struct frame	*f = element;

	if (f->st == ST_COIN_M)
		return 0;
	for (size_t i = 0; i < NITEMS(events); i++) {
		if (!text_eq(f->event, events[i].event))
			continue;
		struct fact	 fact = { .kind = events[i].kind, .bid = f->bid, .ask = f->ask,
		    .mark = f->mark, .at = f->at };
		text_put(fact.symbol, sizeof(fact.symbol), f->symbol);
		d->each(d->arg, &fact);
		d->n++;
	}
	return 0;
}

static bool
is_fact(const char *event)
{
	for (size_t i = 0; i < NITEMS(events); i++)
		if (text_eq(event, events[i].event))
			return true;
	return false;
}

int
decode_frame(const char *json, size_t len, decode_each *each, void *arg, struct why *why)
{
	struct decoding		 d = { each, arg, 0 };
	struct field_fault	 ff;
	struct frame		 f;

	if (len > 0 && json[0] == '[') {
		if (fields_read_array(&frame_fields, sizeof(f), "", json, len, on_frame, &d,
		    &ff) == -1)
			return why_set(why, "%s", ff.text);
		return d.n;
	}
	fields_blank(&frame_fields, &f, sizeof(f));
	if (fields_read(&frame_fields, &f, json, len, &ff) == -1) {
		/* The event is read first: other kinds mean other things by b and a. */
		if (*f.event != '\0' && !is_fact(f.event))
			return 0;
		return why_set(why, "%s", ff.text);
	}
	on_frame(&d, &f);
	return d.n;
}
