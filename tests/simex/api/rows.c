/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/api/rows.h"

#include "base/text.h"
#include "tests/simex/api/verbs.h"
#include "wire/jw.h"

#include <string.h>

#define PLACE	"path=/fapi/v1/order&method=POST"
#define CANCEL	"path=/fapi/v1/order&method=DELETE"
#define ORDER	"path=/fapi/v1/order"
#define HTML	"&type=text/html&body=%3Chtml%3E%3Cbody%3E%3Ch1%3E"
#define AWAY	"&n=1000000"		/* for good, until it is cleared */

/* In the order of simex(8), FAULTS. */
static const struct row rows[] = {
	{ "X1",  { "drop?" PLACE } },
	{ "X2",  { "hold?" PLACE "&ms=30000" } },
	{ "X3",  { "fail?" PLACE "&execute=1&status=503"
		   "&msg=Unknown%20error,%20please%20check%20your%20request%20or%20try%20again%20later." } },
	{ "X4",  { "fail?" PLACE "&status=503&msg=Service%20Unavailable." } },
	{ "X4a", { "fail?" PLACE "&status=503&code=-1001"
		   "&msg=Internal%20error;%20unable%20to%20process%20your%20request.%20Please%20try%20again." } },
	{ "X5",  { "fail?" PLACE "&execute=1&status=408&code=-1007"
		   "&msg=Timeout%20waiting%20for%20response%20from%20backend%20server.%20"
		   "Send%20status%20unknown;%20execution%20status%20unknown." } },
	{ "X5a", { "fail?" PLACE "&execute=1&status=400&code=-1006"
		   "&msg=An%20unexpected%20response%20was%20received%20from%20the%20message%20bus.%20"
		   "Execution%20status%20unknown." } },
	{ "X5b", { "fail?" PLACE "&execute=1&status=408" } },
	{ "X5c", { "fail?" PLACE "&execute=1&status=502" HTML "502%20Bad%20Gateway%3C/h1%3E%3C/html%3E" } },
	{ "X5d", { "fail?" PLACE "&execute=1&status=504" HTML "504%20Gateway%20Time-out%3C/h1%3E%3C/html%3E" } },
	{ "X5e", { "fail?" PLACE "&execute=1&status=200" } },
	{ "X5f", { "fail?" PLACE "&execute=1&status=200&body=%7B%22orderId%22:2834" } },
	{ "X6",  { "overload?on=1" } },
	{ "X7",  { "fail?" PLACE "&status=429&code=-1003&retry_after=3&msg=Too%20many%20requests;%20"
		   "current%20limit%20is%202400%20requests%20per%20minute." } },
	{ "X7a", { "fail?" PLACE "&status=429&code=-1003&msg=Too%20many%20requests;%20"
		   "current%20limit%20is%202400%20requests%20per%20minute." } },
	{ "X8",  { "ban?seconds=120" } },
	{ "X9",  { "fail?" ORDER "&status=403" HTML "403%20ERROR%3C/h1%3E%3C/html%3E" } },
	{ "X10", { "fail?" PLACE "&status=400&code=-1021"
		   "&msg=Timestamp%20for%20this%20request%20is%20outside%20of%20the%20recvWindow." } },
	{ "X11", { "fail?" PLACE "&status=400&code=-5028&msg=Timestamp%20for%20this%20request%20"
		   "is%20outside%20of%20the%20ME%20recvWindow." } },
	{ "X12", { "lag?ms=5000" } },
	{ "X13", { "fail?" PLACE "&execute=1&status=400&code=-4116&msg=ClientOrderId%20is%20duplicated." } },
	{ "X14", { "overtake?" CANCEL "&by=fill" } },
	{ "X14a", { "overtake?" CANCEL "&by=expire" } },
	{ "X14b", { "fail?" CANCEL "&status=400&code=-2011&msg=Unknown%20order%20sent." } },
	{ "X15", { "fail?" PLACE "&n=10&where=reduceOnly%3dtrue&status=400&code=-2022"
		   "&msg=ReduceOnly%20Order%20is%20rejected." } },
	{ "X16", { "fail?" PLACE "&status=400&code=-2019&msg=Margin%20is%20insufficient." } },
	{ "X16a", { "fail?" PLACE "&status=400&code=-2027"
		   "&msg=Exceeded%20the%20maximum%20allowable%20position%20at%20current%20leverage." } },
	{ "X16b", { "fail?" PLACE "&status=400&code=-2028"
		   "&msg=Leverage%20is%20smaller%20than%20permitted:%20insufficient%20margin%20balance." } },
	{ "X17", { "listing?symbol=BTCUSDT&filter=PRICE_FILTER&field=tickSize&value=0.50",
		   "listing?symbol=BTCUSDT&filter=MIN_NOTIONAL&field=notional&value=100" } },
	{ "X18", { "listing?symbol=BTCUSDT&field=status&value=SETTLING" } },
	{ "X18a", { "settle?symbol=BTCUSDT&price=61250" } },
	{ "X19", { "fail?" PLACE AWAY "&status=400&code=-4120&msg=Order%20type%20not%20supported%20"
		   "for%20this%20endpoint.%20Please%20use%20the%20Algo%20Order%20API%20endpoints%20instead." } },
	{ "X19a", { "fail?" PLACE AWAY "&status=404&code=-5000"
		   "&msg=Path%20/fapi/v1/order,%20Method%20POST%20is%20invalid" } },
	{ "X19b", { "fail?" PLACE AWAY "&status=410" HTML "410%20Gone%3C/h1%3E%3C/html%3E" } },
	{ "X20", { "drift?on=2" } },
	{ "X21", { "batches?reversed=1" } },
	{ "X21a", { "batches?short=1" } },
	{ "X22", { "refuse?port=rest&ms=2000", "close_after?" ORDER } },
	{ "X23", { "drip?" PLACE "&ms=20000" } },
	{ "X23a", { "flood?" PLACE "&bytes=10000000" } },
	{ "X23b", { "flood?" PLACE "&bytes=100&headers=10000" } },
	{ "X23c", { "drip?" PLACE "&ms=200&bytes=40" } },
	{ "X24", { "close_after?" PLACE } },
	{ "X25", { "revoke?on=1" } },
	{ "X26", { "hedge?on=1" } },
	{ "X27", { "weigh?weight=500" } },
	{ "X28", { "algo?fills_first=1" } },
	{ "X29", { "algo?stuck=1" } },
	{ "U1",  { "events?dup=1" } },
	{ "U2",  { "events?swap=1" } },
	{ "U3",  { "events?lose=1" } },
	{ "U4",  { "refuse?port=stream&ms=2000", "cut" } },
	{ "U5",  { "expire_key?event=1" } },
	{ "U5a", { "expire_key?event=0" } },
	{ "U6",  { "cut?code=1001" } },
	{ "U7",  { "mute?on=1" } },
	{ "U7a", { "freeze?ms=60000" } },
	{ "U9",  { "foreign?symbol=BTCUSDT&side=BUY&qty=0.01" } },
	{ "U10", { "adl?symbol=BTCUSDT&qty=0.01" } },
	{ "U10a", { "settle?symbol=BTCUSDT&price=61250" } },
	{ "U11", { "skew?delay_ms=3000", "overtake?" CANCEL "&by=fill" } },
	{ "U12", { "liquidate?symbol=BTCUSDT" } },
	{ "U12a", { "overtake?" CANCEL "&by=shrink" } },
	{ "U12b", { "overtake?" CANCEL "&by=match" } },
	{ "U13", { "fund?symbol=BTCUSDT&rate=0.0001" } },
	{ "U14", { "bnb?price=600" } },
	{ "U15", { "frame?kind=huge" } },
	{ "U15a", { "frame?kind=pieces" } },
	{ "U15b", { "frame?kind=utf8" } },
	{ "U15c", { "frame?kind=masked" } },
	{ "U15d", { "frame?kind=pings" } },
};

const struct row *
rows_at(size_t i)
{
	return i < NITEMS(rows) ? &rows[i] : NULL;
}

const struct row *
rows_find(const char *name)
{
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (text_eq(rows[i].name, name))
			return &rows[i];
	return NULL;
}

/* ---- one of them ----------------------------------------------------------------------- */

static bool
row_takes(const struct row *row, const char *param)
{
	for (size_t i = 0; i < ROW_VERBS && row->verbs[i] != NULL; i++)
		if (verb_takes(row->verbs[i], param))
			return true;
	return false;
}

struct reject
row_check(struct call *c)
{
	const char	*name = form_str(c->form, "row");

	if (name == NULL)
		return reject_with(REJ_MANDATORY, "row");
	const struct row	*row = rows_find(name);
	if (row == NULL)
		return reject_with(REJ_BAD_PARAM, "row");
	for (size_t i = 0; i < c->form->n; i++)
		if (!text_eq(c->form->v[i].name, "row") && !row_takes(row, c->form->v[i].name))
			return reject_with(REJ_UNREAD, "%s", c->form->v[i].name);
	return reject_none();
}

/* What was asked for comes first and so counts, before what the row has. */
static void
fill_in(const struct form *f, const char *verb, struct buf *uri)
{
	const size_t	 len = strcspn(verb, "?");
	char		 mark = '?';

	buf_add(uri, verb, len);
	for (size_t i = 0; i < f->n; i++) {
		if (!verb_takes(verb, f->v[i].name))
			continue;
		buf_addc(uri, mark);
		form_encode(uri, f->v[i].name);
		buf_addc(uri, '=');
		form_encode(uri, f->v[i].value);
		mark = '&';
	}
	if (verb[len] == '\0')
		return;
	buf_addc(uri, mark);
	buf_adds(uri, verb + len + 1);
}

struct reject
row_run(struct call *c)
{
	const struct row	*row = rows_find(form_str(c->form, "row"));
	struct buf		 uris[ROW_VERBS] = { { 0 } };
	struct reject		 r = reject_none();

	/* All of them first: each verb that runs has the form for itself. */
	for (size_t i = 0; i < ROW_VERBS && row->verbs[i] != NULL; i++)
		fill_in(c->form, row->verbs[i], &uris[i]);
	jw_open(c->does, '[');
	for (size_t i = 0; i < ROW_VERBS && uris[i].len > 0 && !reject_is_set(&r); i++) {
		buf_reset(c->out);
		jw_str(c->does, buf_text(&uris[i]));
		r = verb_do(c, buf_text(&uris[i]));
	}
	jw_close(c->does, ']');
	for (size_t i = 0; i < ROW_VERBS; i++)
		buf_free(&uris[i]);
	return r;
}
