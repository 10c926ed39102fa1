/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/daemon.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "io/lock.h"
#include "io/notify.h"
#include "wire/jw.h"

#include <event2/event.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	HEARTBEAT_MS = 1000,
	DRAIN_MS = 4000,	/* the old gateway kills after 5 s */
	UNTENDED_MS = 6000,	/* a link that has not looked after itself for so long never will */
	STATUS = 120,
};

struct life {
	struct daemon		 d;
	struct settings		 settings;
	void			*conf;		/* its own section */

	struct lock		*lock;
	struct notify		*notify;
	struct timer		*heartbeat, *drain;
	struct event		*term, *intr;
	bool			 started, ready, draining;
	mono_t			 drain_until;
	wall_t			 born;
	char			 status[STATUS];
	int			 exit_status;
};

/* The struct daemon is handed out; the rest of its life stays here. */
static struct life *
life_of(struct daemon *d)
{
	return (struct life *)(void *)d;
}

char *
daemon_secret(const char *file, const char *value, const char *what)
{
	if (*file == '\0')
		return xstrdup(value);
	char	*text = settings_secret(file);
	if (text == NULL)
		fatal(EXIT_CONFIG, "secret_unreadable", "what=%s file=%s", what, file);
	return text;
}

/* ---- options ------------------------------------------------------------------------- */

enum { OPT_COUNTERS = 256, OPT_NOTIFY };

static const struct option	options[] = {
	{ "counters", no_argument, NULL, OPT_COUNTERS },
	{ "help", no_argument, NULL, 'h' },
	{ "notify-fd", required_argument, NULL, OPT_NOTIFY },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static void
print_keys(const struct conf_section *s)
{
	for (size_t i = 0; i < s->n; i++)
		printf("  %-19s %s (%s)\n", s->keys[i].name, s->keys[i].help,
		    *s->keys[i].def == '\0' ? "empty" : s->keys[i].def);
}

static void
print_help(const struct life *l)
{
	const struct daemon_spec	*s = l->d.spec;

	printf("%s - %s\n\nusage: %s [-n] [-f file] [-o key=value] [--notify-fd fd]\n"
	    "       %s --counters | --help | --version\n\n"
	    "  -f file            configuration: pmsd.conf, as %s(8) tells it\n"
	    "  -n                 check the configuration, print it and exit\n"
	    "  -o key=value       set one key\n"
	    "  --counters         list the counters of the heartbeat\n"
	    "  --notify-fd fd     write a newline to fd when ready\n\nkeys:\n",
	    s->name, s->purpose, s->name, s->name, s->name);
	for (size_t i = 0; i < SETTINGS_SECTIONS; i++)
		print_keys(&l->settings.sections[i]);
}

static void
print_counters(const struct daemon_spec *s)
{
	for (size_t i = 0; i < s->ncounters; i++)
		printf("%s\t%s\n", s->counters[i].name, s->counters[i].help);
}

static void
print_conf(const struct life *l)
{
	struct buf	 b = { 0 };

	settings_print(&l->settings, &b);
	fputs(buf_text(&b), stdout);
	buf_free(&b);
}

struct wanted {
	const char	*file;
	bool		 check_only;
	int		 notify_fd;
	char		*sets[33];	/* NULL behind the last */
	size_t		 nsets;
};

/* Returns -1 to go on, else the status to exit with. */
static int
parse_options(struct life *l, int argc, char **argv, struct wanted *w)
{
	int64_t	 fd;
	int	 c;

	while ((c = getopt_long(argc, argv, "f:hno:V", options, NULL)) != -1) {
		switch (c) {
		case 'f': w->file = optarg; break;
		case 'n': w->check_only = true; break;
		case 'o':
			if (w->nsets == NITEMS(w->sets) - 1)
				fatal(EXIT_CONFIG, "configuration_bad", "more than %zu -o",
				    w->nsets);
			w->sets[w->nsets++] = optarg;
			break;
		case 'h': print_help(l); return 0;
		case 'V': printf("%s %s\n", l->d.spec->name, VERSION); return 0;
		case OPT_COUNTERS: print_counters(l->d.spec); return 0;
		case OPT_NOTIFY:
			if (text_to_i64(optarg, 0, 1 << 20, &fd) == -1)
				fatal(EXIT_CONFIG, "configuration_bad", "--notify-fd %s", optarg);
			w->notify_fd = (int)fd;
			break;
		default: return EXIT_CONFIG;
		}
	}
	if (optind < argc)
		fatal(EXIT_CONFIG, "configuration_bad", "unexpected argument %s", argv[optind]);
	return -1;
}

static void
load_conf(struct life *l, const struct wanted *w)
{
	struct why	 why;

	if (settings_load(&l->settings, w->file, w->sets, &why) == -1)
		fatal(EXIT_CONFIG, "configuration_bad", "%s", why.text);
	log_init(l->d.spec->name, (enum log_level)l->settings.common.log_level);
	settings_warn(&l->settings);
}

/* ---- heartbeat -------------------------------------------------------------------------- */

static void
put_counters(const struct daemon *d, struct buf *b)
{
	jw_key(b, "counters");
	jw_open(b, '{');
	for (size_t i = 0; i < d->spec->ncounters; i++) {
		const struct counter	*c = &d->spec->counters[i];

		jw_put_int(b, c->name, (int64_t)*(const uint64_t *)(const void *)
		    ((const char *)d->self + c->offset));
	}
	jw_close(b, '}');
}

static void
publish_health(struct life *l)
{
	struct buf	 b = { 0 };

	jw_open(&b, '{');
	jw_put_str(&b, "daemon", l->d.spec->name);
	jw_put_str(&b, "version", VERSION);
	jw_put_int(&b, "pid", getpid());
	jw_put_int(&b, "ts", wall_ms(loop_wall(l->d.loop)));
	jw_put_int(&b, "since", wall_ms(l->born));
	jw_put_str(&b, "state", l->status);
	jw_put_int(&b, "inFlight", (int64_t)bus_in_flight(l->d.bus));
	put_counters(&l->d, &b);
	if (l->d.spec->health != NULL)
		l->d.spec->health(&l->d, &b);
	jw_close(&b, '}');
	bus_tell_set_ex(l->d.bus, K_HEALTH, l->d.spec->name, b.p, KEY_TTL_HEALTH_S);
	buf_free(&b);
}

/*
 * Proves that the loop turns (this is called) and that the connection to Redis
 * is looked after.  Whether Redis answers is no matter: a daemon outlives its
 * absence with what it has in memory, and only a lock that another one holds
 * stops it.
 */
static void
feed_watchdog(struct life *l)
{
	if (mono_diff_ms(loop_now(l->d.loop), bus_tended(l->d.bus)) < UNTENDED_MS)
		notify_watchdog(l->notify);
}

static void	check_drained(struct life *);

static void
on_heartbeat(void *arg)
{
	struct life	*l = arg;

	if (l->started)
		publish_health(l);
	feed_watchdog(l);
	timer_in_ms(l->heartbeat, HEARTBEAT_MS);
}

void
daemon_status(struct daemon *d, const char *text)
{
	struct life	*l = life_of(d);

	if (text_eq(l->status, text))
		return;
	snprintf(l->status, sizeof(l->status), "%s", text);
	log_info("status", "state=\"%s\"", l->status);
	notify_status(l->notify, l->status);
	if (l->started)
		publish_health(l);
}

void
daemon_ready(struct daemon *d)
{
	struct life	*l = life_of(d);

	if (l->ready)
		return;
	l->ready = true;
	log_info("ready", "pid=%d", (int)getpid());
	daemon_status(d, "ready");
	notify_ready(l->notify);
}

bool
daemon_is_ready(const struct daemon *d)
{
	return ((const struct life *)(const void *)d)->ready;
}

mono_t
daemon_confirmed(const struct daemon *d)
{
	return lock_confirmed(((const struct life *)(const void *)d)->lock);
}

/* ---- Redis, lock, start -------------------------------------------------------------------- */

static void
on_held(void *arg)
{
	struct life	*l = arg;

	l->started = true;
	daemon_status(&l->d, "starting");
	l->d.spec->start(&l->d);
}

/* Ready to take over is ready, too: a supervisor need not wait for the other one's death. */
static void
on_standby(void *arg)
{
	struct life	*l = arg;

	daemon_status(&l->d, "standby");
	notify_ready(l->notify);
}

static void
on_lost(void *arg)
{
	struct life	*l = arg;

	l->exit_status = EXIT_TRY_AGAIN;
	loop_stop(l->d.loop);
}

static void
on_owned(void *arg)
{
	struct life	*l = arg;

	bus_settle(l->d.bus);
}

static void
tell_back(struct life *l)
{
	if (l->started && l->d.spec->back != NULL)
		l->d.spec->back(&l->d);
}

static void
on_forgotten(void *arg)
{
	log_error("redis_forgot", "what can be is written again");
	tell_back(arg);
}

static const struct lock_hooks	lock_hooks = {
	.held = on_held, .standby = on_standby, .owned = on_owned, .lost = on_lost,
	.forgotten = on_forgotten,
};

/* Before the lock is held nothing is done that another instance could mind. */
static void
on_bus_connected(void *arg)
{
	struct life	*l = arg;

	if (l->started)
		lock_check(l->lock);
	else
		bus_settle(l->d.bus);
}

static void
on_bus_up(void *arg)
{
	struct life	*l = arg;

	if (l->lock == NULL)
		l->lock = lock_new(l->d.bus, &l->settings.redis, l->d.spec->name,
		    l->settings.common.run_dir, &lock_hooks, l);
	else
		tell_back(l);
}

static void
on_bus_down(void *arg)
{
	(void)arg;
}

static const struct bus_hooks	bus_hooks = {
	.connected = on_bus_connected, .up = on_bus_up, .down = on_bus_down,
};

/* ---- stopping -------------------------------------------------------------------------------- */

static void
check_drained(struct life *l)
{
	if (bus_in_flight(l->d.bus) == 0 || !mono_before(loop_now(l->d.loop), l->drain_until)) {
		log_info("stopped", "in_flight=%zu", bus_in_flight(l->d.bus));
		loop_stop(l->d.loop);
		return;
	}
	timer_in_ms(l->drain, 5);
}

static void
on_drain(void *arg)
{
	check_drained(arg);
}

/* What is in flight when the time is up stays in the work lists, for the next start. */
static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct life	*l = arg;

	(void)what;
	if (l->draining) {
		log_warn("stopped", "signal=%d in_flight=%zu; not waited for", (int)sig,
		    bus_in_flight(l->d.bus));
		loop_stop(l->d.loop);
		return;
	}
	l->draining = true;
	log_info("stopping", "signal=%d", (int)sig);
	notify_stopping(l->notify);
	l->drain_until = mono_after_ms(loop_now(l->d.loop), DRAIN_MS);
	bus_stop_taking(l->d.bus);
	check_drained(l);
}

/* ---- main -------------------------------------------------------------------------------------- */

static void
set_up(struct life *l, int notify_fd)
{
	struct daemon	*d = &l->d;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	d->loop = loop_new();
	l->notify = notify_new(notify_fd);
	l->term = evsignal_new(loop_base(d->loop), SIGTERM, on_signal, l);
	l->intr = evsignal_new(loop_base(d->loop), SIGINT, on_signal, l);
	evsignal_add(l->term, NULL);
	evsignal_add(l->intr, NULL);
	l->heartbeat = timer_new(d->loop, on_heartbeat, l);
	l->drain = timer_new(d->loop, on_drain, l);
	timer_in_ms(l->heartbeat, HEARTBEAT_MS);
	l->born = clock_wall();
	d->bus = bus_new(d->loop, &l->settings.redis, d->spec->name, d->spec->outputs,
	    d->spec->noutputs, &bus_hooks, l);
}

static void
tear_down(struct life *l)
{
	if (l->started)
		l->d.spec->fini(&l->d);
	lock_free(l->lock);
	bus_free(l->d.bus);
	event_free(l->term);
	event_free(l->intr);
	timer_free(l->heartbeat);
	timer_free(l->drain);
	loop_free(l->d.loop);
	notify_free(l->notify);
}

int
daemon_main(const struct daemon_spec *spec, int argc, char **argv)
{
	struct life	*l = xcalloc(1, sizeof(*l));
	struct wanted	 w = { .notify_fd = -1 };
	int		 status;

	l->d.spec = spec;
	l->d.common = &l->settings.common;
	l->d.conf = l->conf = xcalloc(1, spec->conf_size);
	l->d.self = xcalloc(1, spec->self_size);
	settings_init(&l->settings, spec->name, spec->conf, spec->nconf, l->conf);
	log_init(spec->name, LOG_INFO);
	if ((status = parse_options(l, argc, argv, &w)) == -1) {
		load_conf(l, &w);
		if (w.check_only) {
			print_conf(l);
			status = 0;
		} else {
			set_up(l, w.notify_fd);
			loop_run(l->d.loop);
			status = l->exit_status;
			tear_down(l);
		}
	}
	settings_fini(&l->settings);
	free(l->conf);
	free(l->d.self);
	free(l);
	return status;
}
