/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/call.h"

#include "base/text.h"
#include "tests/simex/core/intake.h"
#include "wire/jw.h"

#include <string.h>

enum { BATCH_MOST = 5, CANCELS_MOST = 10, NUMBER_TEXT = 24 };

/* One of a batch: its parameters, checked and executed like a request's of its own. */
struct part {
	const struct param	*params;
	size_t			 nparams;
	struct reject		 (*run)(struct call *);
};

static const struct param	cancel_params[] = {
	{ "orderId", P_INT, OPTIONAL, NULL, REJ_NONE },
	{ "origClientOrderId", P_ID, OPTIONAL, NULL, REJ_NONE },
	{ "symbol", P_STR, MANDATORY, NULL, REJ_NONE },
};

/* ---- each one --------------------------------------------------------------------- */

/* What it has done or why not, into the list of answers; the batch goes on. */
static void
answer(struct call *c, const struct form *f, const struct part *p)
{
	struct buf	 out = { 0 };
	struct call	 one = { .w = c->w, .form = f, .now = c->now, .out = &out };
	struct reject	 r = call_prepare(&one, p->params, p->nparams);

	if (!reject_is_set(&r))
		r = p->run(&one);
	if (reject_is_set(&r)) {
		buf_reset(&out);
		reject_print(&out, &r);
	}
	jw_raw(c->out, buf_text(&out));
	buf_free(&out);
	if (c->order_id == 0)
		c->order_id = one.order_id;
}

static json_t *
list_of(const struct form *f, const char *name)
{
	const char	*text = form_str(f, name);
	json_t		*list = text == NULL ? NULL : json_loads(text, 0, NULL);

	if (json_is_array(list))
		return list;
	json_decref(list);
	return NULL;
}

/* In the order of the requests, unless a fault has it otherwise. */
static void
print_answers(struct call *c, struct buf answers[], size_t n)
{
	const struct trouble	*t = &c->w->trouble;
	const size_t		 shown = t->batch_short ? n - 1 : n;

	jw_open(c->out, '[');
	for (size_t i = 0; i < shown; i++)
		jw_raw(c->out, buf_text(&answers[t->batch_reversed ? n - 1 - i : i]));
	jw_close(c->out, ']');
	for (size_t i = 0; i < n; i++)
		buf_free(&answers[i]);
}

static struct reject
run_all(struct call *c, const json_t *list, const struct part *p)
{
	struct form	 f = { 0 };
	struct reject	 r = reject_none();
	struct buf	 answers[BATCH_MOST] = { { 0 } }, *out = c->out;
	const json_t	*v;
	size_t		 i;

	/* All of them, before the first is executed. */
	json_array_foreach(list, i, v)
		if (form_parse_json(&f, v) == -1)
			r = reject_with(REJ_BAD_PARAM, "batchOrders");
	if (!reject_is_set(&r)) {
		json_array_foreach(list, i, v) {
			c->out = &answers[i];
			if (form_parse_json(&f, v) == 0)
				answer(c, &f, p);
		}
		c->out = out;
		print_answers(c, answers, i);
	}
	form_free(&f);
	return r;
}

static struct reject
run_batch(struct call *c, const struct part *p)
{
	json_t		*list = list_of(c->form, "batchOrders");
	const size_t	 n = json_array_size(list);
	struct reject	 r;

	if (list == NULL)
		return reject_with(REJ_BAD_PARAM, "batchOrders");
	r = n < 1 || n > BATCH_MOST ? reject_as(REJ_BATCH_SIZE) : run_all(c, list, p);
	json_decref(list);
	return r;
}

static struct reject
place_one(struct call *c)
{
	return trade_place_in(c, STP_NONE);
}

struct reject
batch_place(struct call *c)
{
	static const struct part	 p = { intake_params, INTAKE_PARAMS, place_one };

	return run_batch(c, &p);
}

struct reject
batch_modify(struct call *c)
{
	static const struct part	 p = {
		intake_change_params, INTAKE_CHANGE_PARAMS, trade_modify
	};

	return run_batch(c, &p);
}

bool
batch_is_exempt(const struct form *f)
{
	json_t		*list = list_of(f, "batchOrders"), *v;
	struct form	 one = { 0 };
	bool		 exempt = list != NULL;
	size_t		 i;

	json_array_foreach(list, i, v)
		exempt = exempt && form_parse_json(&one, v) == 0 && intake_is_exempt(&one);
	form_free(&one);
	json_decref(list);
	return exempt;
}

/* ---- cancels ------------------------------------------------------------------------ */

/* Either list names the orders of one symbol; clients write one of them in small letters too. */
static const struct { const char *name, *as; } lists[] = {
	{ "orderIdList", "orderId" },
	{ "orderidlist", "orderId" },
	{ "origClientOrderIdList", "origClientOrderId" },
	{ "origclientorderidlist", "origClientOrderId" },
};

/* Clients put ids into quotes too, lest they lose digits. */
static bool
is_named_by(const json_t *v, bool by_id)
{
	const char	*text = json_string_value(v);

	if (!by_id)
		return text != NULL;
	return json_is_integer(v) ||
	    (text != NULL && *text != '\0' && text[strspn(text, "0123456789")] == '\0');
}

static int
cancel_one(struct call *c, const char *as, const json_t *v)
{
	static const struct part	 p = {
		cancel_params, NITEMS(cancel_params), trade_cancel
	};
	struct form	 f = { 0 };
	json_t		*object = json_pack("{s:s}", "symbol", c->desk->listing->symbol);
	int		 rc = -1;

	json_object_set(object, as, (json_t *)(uintptr_t)v);
	if (is_named_by(v, text_eq(as, "orderId")) && form_parse_json(&f, object) == 0) {
		answer(c, &f, &p);
		rc = 0;
	}
	json_decref(object);
	form_free(&f);
	return rc;
}

static struct reject
cancel_each(struct call *c, const char *name, const char *as)
{
	const bool	 spaced = strchr(form_str(c->form, name), ' ') != NULL;
	json_t		*list = spaced ? NULL : list_of(c->form, name), *v;
	struct reject	 r = reject_none();
	size_t		 i;

	if (json_array_size(list) == 0)
		r = reject_with(REJ_BAD_PARAM, "%s", name);
	else if (json_array_size(list) > CANCELS_MOST)
		r = reject_as(REJ_CANCEL_COUNT);
	jw_open(c->out, '[');
	for (i = 0; !reject_is_set(&r) && (v = json_array_get(list, i)) != NULL; i++)
		if (cancel_one(c, as, v) == -1)
			r = reject_with(REJ_BAD_PARAM, "%s", name);
	jw_close(c->out, ']');
	json_decref(list);
	return r;
}

struct reject
batch_cancel(struct call *c)
{
	for (size_t i = 0; i < NITEMS(lists); i++)
		if (form_str(c->form, lists[i].name) != NULL)
			return cancel_each(c, lists[i].name, lists[i].as);
	return reject_with(REJ_MANDATORY, "orderIdList");
}
