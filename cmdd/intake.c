/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmdd/intake.h"

#include "base/text.h"

enum seen
intake_seen(const struct seen_record *r, const char *digest)
{
	const bool	 answered = r->answer != NULL;

	/* Claimed by an answerer that died before it wrote the rest: that answer stands. */
	if (r->digest == NULL)
		return answered ? SEEN_ANSWERED : SEEN_NEW;
	if (text_eq(r->digest, digest))
		return answered ? SEEN_ANSWERED : SEEN_RUNNING;
	return answered ? SEEN_REUSED : SEEN_WAIT;
}

const char *
intake_answer(const struct seen_record *r)
{
	return r->outcome != NULL ? r->outcome : r->answer;
}

static int64_t
age_ms(const struct asked *a, const struct circumstances *c)
{
	const int64_t	 by_stamp = wall_diff_ms(c->wall, a->ts);

	if (wall_is_set(a->ts))
		return by_stamp > 0 ? by_stamp : 0;	/* the sender's clock may be ahead of ours */
	if (!mono_is_set(c->not_before))
		return INT64_MAX;
	return mono_diff_ms(c->now, c->not_before);
}

static int64_t
oldest_ms(const struct asked *a, const struct circumstances *c)
{
	if (a->deadline_ms != 0)
		return a->deadline_ms;
	return wall_is_set(a->ts) ? c->act_ms : c->stale_ms;
}

static struct intake_denial
too_old(int64_t age, int64_t limit)
{
	struct intake_denial	 d = { .code = DENY_INFRA_TIMEOUT };

	if (age == INT64_MAX) {
		text_putf(d.text, sizeof(d.text), "the command waited for an unknown time, "
		    "at most %lld ms are allowed; it was not started", (long long)limit);
		text_putf(d.details, sizeof(d.details), "{\"limitMs\":%lld}", (long long)limit);
	} else {
		text_putf(d.text, sizeof(d.text), "the command waited for up to %lld ms, "
		    "at most %lld ms are allowed; it was not started", (long long)age,
		    (long long)limit);
		text_putf(d.details, sizeof(d.details), "{\"ageMs\":%lld,\"limitMs\":%lld}",
		    (long long)age, (long long)limit);
	}
	return d;
}

static struct intake_denial
refuse(enum deny code, const char *text)
{
	struct intake_denial	 d = { .code = code };

	text_put(d.text, sizeof(d.text), text);
	return d;
}

struct intake_denial
intake_judge(const struct command_row *row, const struct asked *a, const struct circumstances *c)
{
	const int64_t	 age = age_ms(a, c), limit = oldest_ms(a, c);

	if (!c->part_runs)
		return refuse(row->absent, deny_text(row->absent));
	if (row->age == AGE_REFUSE && age > limit)
		return too_old(age, limit);
	if (row->adds_risk && c->redis_filling)
		return refuse(DENY_INFRA_UNAVAILABLE,
		    "Redis is filling up; nothing that adds risk is taken until there is room");
	if (c->list_full)
		return refuse(DENY_INFRA_UNAVAILABLE,
		    "too many commands are waiting; ask again in a moment");
	return (struct intake_denial){ .code = DENY_NONE };
}

mono_t
intake_act_before(const struct asked *a, const struct circumstances *c, mono_t taken_at)
{
	mono_t	 before = mono_after_ms(taken_at, c->act_ms);

	if (a->deadline_ms == 0)
		return before;
	const int64_t	 left = a->deadline_ms - (wall_is_set(a->ts) ? age_ms(a, c) : 0);
	return mono_min(before, mono_after_ms(taken_at, left));
}
