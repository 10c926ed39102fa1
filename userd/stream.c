/* SPDX-License-Identifier: BSD-2-Clause */
#include "userd/userd.h"

#include "base/text.h"

#include <stdlib.h>

static void
on_up(void *arg)
{
	userd_step(arg, ON_UP);
}

static void
on_down(void *arg, const char *why)
{
	log_warn("stream_down", "why=\"%s\"", why);
	userd_step(arg, ON_DOWN);
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
	struct userd		*d = arg;
	struct user_frame	 f;
	struct why		 why;

	d->frames++;
	if (report_read(text, len, &f, &why) == -1) {
		d->bad_frames++;
		/* Whatever it said is lost to us: what it was about is asked for. */
		if (log_allow(&lim, loop_now(d->base->loop)))
			log_error("frame_bad", "why=\"%s\" held=%u; treated as a gap", why.text,
			    lim.held);
		userd_step(d, ON_DOWN);
		return;
	}
	switch (f.kind) {
	case UE_OTHER:
		note_other(d, f.event);
		break;
	case UE_EXPIRED:
		log_warn("listen_key_expired", "told_by=exchange");
		userd_step(d, ON_EXPIRED);
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
	d->ws = ws_new(d->hub, "user", &hooks, d);
}

void
stream_connect(struct userd *d)
{
	char	 url[800];

	text_putf(url, sizeof(url), "%s/private/ws/%s", d->base->common->exchange_stream,
	    d->listen_key);
	ws_connect(d->ws, url);
}

void
stream_close(struct userd *d)
{
	ws_close(d->ws);
}

void
stream_stop(struct userd *d)
{
	ws_free(d->ws);
	ws_hub_free(d->hub);
}
