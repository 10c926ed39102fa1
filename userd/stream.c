/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/userd.h"

#include "base/text.h"

#include <stdlib.h>

static bool
is_first(const struct link *l)
{
	return l == &l->d->links[l->d->first];
}

static void
on_up(void *arg)
{
	struct link	*l = arg;

	l->up_at = loop_now(l->d->base->loop);
	userd_step(l->d, is_first(l) ? ON_UP : ON_OTHER_UP);
}

static void
on_down(void *arg, const char *why)
{
	struct link	*l = arg;

	log_warn("stream_down", "of=%s why=\"%s\"", is_first(l) ? "first" : "other", why);
	userd_step(l->d, is_first(l) ? ON_DOWN : ON_OTHER_DOWN);
}

/* What nobody here needs, by its word: a new one may be one that somebody should need. */
static void
note_other(struct userd *d, const char *event)
{
	size_t	 i;

	d->others++;
	for (i = 0; i < d->nwords; i++)
		if (text_eq(d->words[i], event))
			return;
	if (i == NITEMS(d->words) || *event == '\0')
		return;
	text_put(d->words[d->nwords++], EVENT_WORD, event);
	log_warn("event_ignored", "event=%s; said once", event);
}

static void
on_message(void *arg, const char *text, size_t len)
{
	static struct log_limit	 lim = LOG_LIMIT(60000);
	struct userd		*d = ((struct link *)arg)->d;
	struct user_frame	 f;
	struct why		 why;

	d->frames++;
	lease_heard(&d->lease, loop_now(d->base->loop));
	if (report_read(text, len, &f, &why) == -1) {
		d->bad_frames++;
		/* Whatever it said is lost to us: what it was about is asked for. */
		if (log_allow(&lim, loop_now(d->base->loop)))
			log_error("frame_bad", "why=\"%s\" held=%u; treated as a gap", why.text,
			    lim.held);
		userd_step(d, ON_LOST);
		return;
	}
	switch (f.kind) {
	case UE_OTHER:
		note_other(d, f.event);
		break;
	case UE_EXPIRED:
		log_warn("listen_key_expired", "told_by=exchange");
		userd_step(d, ON_LOST);
		break;
	case UE_ACCOUNT:
	case UE_LITE:
	case UE_ORDER:
		bus_tell_frame(d, &f, text);
		break;
	}
	free(f.account.positions);
}

static const struct ws_hooks	hooks = { .up = on_up, .message = on_message, .down = on_down };

void
stream_start(struct userd *d)
{
	d->hub = ws_hub_new(d->base->loop, d->base->common->ca_file);
	for (size_t i = 0; i < NITEMS(d->links); i++) {
		d->links[i].d = d;
		d->links[i].ws = ws_new(d->hub, "user", &hooks, &d->links[i]);
	}
}

void
stream_connect(struct link *l)
{
	char	 url[800];

	text_putf(url, sizeof(url), "%s/private/ws/%s", l->d->base->common->exchange_stream,
	    l->d->listen_key);
	ws_connect(l->ws, url);
}

void
stream_close(struct link *l)
{
	ws_close(l->ws);
	l->up_at = MONO_UNSET;
}

void
stream_stop(struct userd *d)
{
	for (size_t i = 0; i < NITEMS(d->links); i++)
		ws_free(d->links[i].ws);
	ws_hub_free(d->hub);
}
