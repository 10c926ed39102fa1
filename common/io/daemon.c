/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/daemon.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "io/lock.h"
#include "io/notify.h"
#include "wire/jw.h"

#include <event2/event.h>

#include <ctype.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	HEARTBEAT_MS = 1000,
	DRAIN_MS = 4000,	/* the old gateway kills after 5 s */
	SILENT_MS = 4000,	/* without a confirmed renewal the watchdog is not fed */
	STATUS = 120,
};

static const char *const	symbol_formats[] = { "native", "ccxt", NULL };

#define COMMON(m, t, d, e, h) \
	{ .name = #m, .type = t, .offset = offsetof(struct common_conf, m), .def = d, .env = e, .help = h }

/* clang-format off */
static const struct conf_key	common_keys[] = {
	COMMON(api_key, C_SECRET, "", "api_key", "key of the exchange account; better in a file"),
	COMMON(api_key_file, C_STR, "", NULL, "file that holds the key"),
	COMMON(api_secret, C_SECRET, "", "api_secret secret", "secret of the key; better in a file"),
	COMMON(api_secret_file, C_STR, "", NULL, "file that holds the secret"),
	COMMON(ca_file, C_STR, "", NULL, "certificates to trust instead of the system's"),
	COMMON(database, C_STR, "postgresql:///pmsd", "DATABASE_URL", "PostgreSQL, as libpq or a URL names it"),
	COMMON(exchange_rest, C_STR, "https://fapi.binance.com", NULL, "base of the REST interface"),
	COMMON(exchange_stream, C_STR, "wss://fstream.binance.com", NULL, "base of the streams, without a route"),
	{ .name = "log_level", .type = C_NAME, .offset = offsetof(struct common_conf, log_level),
	  .def = "info", .names = log_level_names, .env = "LOG_LEVEL", .help = "error, warn, info or debug" },
	COMMON(redis, C_STR, "redis://127.0.0.1:6379", "REDIS_URL", "unix:/path or redis://[:password@]host[:port][/db]"),
	COMMON(run_dir, C_STR, "", NULL, "folder of the lock files; empty: none"),
	{ .name = "symbol_format", .type = C_NAME, .offset = offsetof(struct common_conf, symbol_format),
	  .def = "native", .names = symbol_formats, .help = "symbols in events and state: native or ccxt" },
};
/* clang-format on */

struct life {
	struct daemon		 d;
	struct common_conf	 common;
	void			*conf;
	struct conf_section	 sections[2];
	struct redis_addr	 redis;

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

/* ---- configuration ---------------------------------------------------------------- */

static void
bad_conf(const char *where, const struct why *why)
{
	fatal(EXIT_CONFIG, "configuration_bad", "%s: %s", where, why->text);
}

static char *
read_file(const char *path)
{
	struct buf	 b = { 0 };
	char		 chunk[4096];
	size_t		 n;
	FILE		*f = fopen(path, "r");

	if (f == NULL)
		return NULL;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, chunk, n);
	fclose(f);
	return buf_take(&b);
}

static void
apply_file(struct life *l, const char *path)
{
	struct why	 why;
	char		*text = read_file(path);

	if (text == NULL) {
		why_set(&why, "cannot be read");
		bad_conf(path, &why);
	}
	if (conf_parse(l->sections, 2, text, l->d.spec->name, &why) == -1)
		bad_conf(path, &why);
	free(text);
}

static void
apply_env(struct life *l, const char *key, const char *name, bool secret)
{
	const char	*value = getenv(name);
	struct why	 why;

	if (value == NULL)
		return;
	if (conf_set(l->sections, 2, key, value, &why) == -1)
		bad_conf(name, &why);
	if (secret && *value != '\0')
		log_warn("secret_in_environment", "name=%s; other processes can read it, name a file "
		    "instead", name);
}

static void
apply_env_of_key(struct life *l, const struct conf_key *k)
{
	char		 name[80], names[80], *save = NULL;
	const bool	 secret = k->type == C_SECRET;

	text_put(names, sizeof(names), k->env == NULL ? "" : k->env);
	for (char *n = strtok_r(names, " ", &save); n != NULL; n = strtok_r(NULL, " ", &save))
		apply_env(l, k->name, n, secret);
	text_putf(name, sizeof(name), "PMS_%s_%s", l->d.spec->name, k->name);
	text_upper(name);
	apply_env(l, k->name, name, secret);
}

/* REDIS_HOST, REDIS_PORT and REDIS_DB of the old engine, where REDIS_URL is not set. */
static void
apply_redis_parts(struct life *l)
{
	const char	*host = getenv("REDIS_HOST"), *port = getenv("REDIS_PORT");
	const char	*db = getenv("REDIS_DB");
	char		 url[320];
	struct why	 why;

	if ((host == NULL && port == NULL && db == NULL) || getenv("REDIS_URL") != NULL)
		return;
	if (text_format(url, sizeof(url), "redis://%s:%s/%s", host == NULL ? "127.0.0.1" : host,
	    port == NULL ? "6379" : port, db == NULL ? "0" : db) == -1 ||
	    conf_set(l->sections, 2, "redis", url, &why) == -1)
		fatal(EXIT_CONFIG, "configuration_bad", "REDIS_HOST is too long");
}

static void
apply_environment(struct life *l)
{
	apply_redis_parts(l);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < l->sections[i].n; j++)
			apply_env_of_key(l, &l->sections[i].keys[j]);
}

static void
apply_option(struct life *l, char *assignment)
{
	char		*equals = strchr(assignment, '=');
	struct why	 why;

	if (equals == NULL) {
		why_set(&why, "'%s' is not key=value", assignment);
		bad_conf("-o", &why);
	}
	*equals = '\0';
	if (conf_set(l->sections, 2, assignment, equals + 1, &why) == -1)
		bad_conf("-o", &why);
	*equals = '=';
}

char *
daemon_secret(const char *file, const char *value, const char *what)
{
	if (*file == '\0')
		return xstrdup(value);
	char	*text = read_file(file);
	if (text == NULL)
		fatal(EXIT_CONFIG, "secret_unreadable", "what=%s file=%s", what, file);
	size_t	 n = strlen(text);
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		text[--n] = '\0';
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
print_help(const struct life *l)
{
	const struct daemon_spec	*s = l->d.spec;

	printf("%s - %s\n\nusage: %s [-n] [-f file] [-o key=value] [--notify-fd fd]\n"
	    "       %s --counters | --help | --version\n\n"
	    "  -f file            configuration, pmsd.conf(5) in %s(8)\n"
	    "  -n                 check the configuration, print it and exit\n"
	    "  -o key=value       set one key\n"
	    "  --counters         list the counters of the heartbeat\n"
	    "  --notify-fd fd     write a newline to fd when ready\n\nkeys:\n",
	    s->name, s->purpose, s->name, s->name, s->name);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < l->sections[i].n; j++)
			printf("  %-18s %s (%s)\n", l->sections[i].keys[j].name,
			    l->sections[i].keys[j].help, *l->sections[i].keys[j].def == '\0' ?
			    "empty" : l->sections[i].keys[j].def);
}

static void
print_counters(const struct daemon_spec *s)
{
	for (size_t i = 0; i < s->ncounters; i++)
		printf("%s\t%s\n", s->counters[i].name, s->counters[i].help);
}

static void
print_conf(struct life *l)
{
	struct buf	 b = { 0 };

	conf_print(l->sections, 2, &b);
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
load_conf(struct life *l, struct wanted *w)
{
	struct why	 why;

	if (conf_defaults(l->sections, 2, &why) == -1)
		panic("default: %s", why.text);
	if (w->file != NULL)
		apply_file(l, w->file);
	apply_environment(l);
	for (char **set = w->sets; *set != NULL; set++)
		apply_option(l, *set);
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

/* Fed only while work can go on: the loop turns, and Redis has confirmed us lately. */
static void
feed_watchdog(struct life *l)
{
	if (!l->ready || mono_diff_ms(loop_now(l->d.loop), lock_confirmed(l->lock)) < SILENT_MS)
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

static const struct lock_hooks	lock_hooks = {
	.held = on_held, .standby = on_standby, .lost = on_lost,
};

static void
on_bus_up(void *arg)
{
	struct life	*l = arg;

	if (l->lock == NULL)
		l->lock = lock_new(l->d.bus, &l->redis, l->d.spec->name, l->common.run_dir,
		    &lock_hooks, l);
	else
		lock_renew(l->lock);
}

static void
on_bus_down(void *arg)
{
	(void)arg;
}

static const struct bus_hooks	bus_hooks = { .up = on_bus_up, .down = on_bus_down };

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
	if (l->draining)
		return;
	l->draining = true;
	log_info("stopping", "signal=%d", (int)sig);
	notify_stopping(l->notify);
	l->drain_until = mono_after_ms(loop_now(l->d.loop), DRAIN_MS);
	if (l->started && l->d.spec->stop != NULL)
		l->d.spec->stop(&l->d);
	check_drained(l);
}

/* ---- main -------------------------------------------------------------------------------------- */

static void
set_up(struct life *l, int notify_fd)
{
	struct daemon	*d = &l->d;

	if (redis_addr_parse(l->common.redis, &l->redis) == -1)
		fatal(EXIT_CONFIG, "configuration_bad", "redis: '%s' is neither unix:/path nor "
		    "redis://host", l->common.redis);
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
	d->bus = bus_new(d->loop, &l->redis, d->spec->name, d->spec->outputs, d->spec->noutputs,
	    &bus_hooks, l);
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
	l->d.common = &l->common;
	l->d.conf = l->conf = xcalloc(1, spec->conf_size);
	l->d.self = xcalloc(1, spec->self_size);
	l->sections[0] = (struct conf_section){ common_keys, NITEMS(common_keys), &l->common };
	l->sections[1] = (struct conf_section){ spec->conf, spec->nconf, l->conf };
	log_init(spec->name, LOG_INFO);
	if ((status = parse_options(l, argc, argv, &w)) == -1) {
		load_conf(l, &w);
		log_init(spec->name, (enum log_level)l->common.log_level);
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
	conf_free(l->sections, 2);
	free(l->conf);
	free(l->d.self);
	free(l);
	return status;
}
