/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/simex.h"

#include "base/conf.h"
#include "base/die.h"
#include "base/text.h"
#include "run/loop.h"
#include "tests/simex/api/session.h"
#include "tests/simex/api/verbs.h"
#include "tests/simex/tapes.h"
#include "wire/jw.h"

#include <ctype.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, SECRET_BYTES = 1024, PEM_BYTES = 8192, LONG_ONLY = 256, ID_US = 10 };

#define ROW(outside, letter, arg, name, type, member, def, min, max, help) \
	{ letter, arg, outside, \
	    { name, type, offsetof(struct conf, member), def, min, max, NULL, NULL, help } }
#define OPTION(...)	ROW(false, __VA_ARGS__)
#define OUTSIDE(...)	ROW(true, __VA_ARGS__)

/* In the order of simex(8); a letter of 0 is an option that has its long name only. */
static const struct option_row {
	char		 letter;
	const char	*arg;		/* NULL: a switch */
	bool		 outside;	/* no part of the world, but of where it runs */
	struct conf_key	 key;
} options[] = {
	OUTSIDE('d', "dir",     "dir",           C_STR,    dir,            "",           0, 0,
	    "where simex.env is written; must be given"),
	OPTION('k', "apikey",  "key",            C_STR,    key,            "testkey",    0, 0,
	    "the API key"),
	OPTION('S', "secret",  "secret",         C_SECRET, secret,         "testsecret", 0, 0,
	    "its secret"),
	OUTSIDE(0,   "file",    "secret-file",   C_STR,    secret_file,    "",           0, 0,
	    "read the secret from the first line of a file"),
	OPTION(0,   "name=file", "rsa-key",      C_STR,    rsa_key,        "",           0, 0,
	    "another API key, and the file of its public key"),
	OPTION(0,   "name=file", "ed25519-key",  C_STR,    ed25519_key,    "",           0, 0,
	    "another API key, and the file of its public key"),
	OPTION('s', "seed",    "seed",           C_INT,    seed,           "1",          0, 0,
	    "the same seed gives the same prices"),
	OPTION(0,   NULL,      "still",          C_BOOL,   still,          "no",         0, 0,
	    "prices move only when told to"),
	OPTION(0,   "file",    "replay",         C_STR,    replay,         "",           0, 0,
	    "play a recorded market; several with a comma between"),
	OPTION(0,   "n",       "speed",          C_INT,    speed,          "1",       0, 100000,
	    "of the record; 0: as fast as can be"),
	OPTION(0,   "url",     "mirror",         C_STR,    mirror,         "",           0, 0,
	    "the market is that of another exchange: its streams"),
	OPTION(0,   "url",     "mirror-rest",    C_STR,    mirror_rest,    "",           0, 0,
	    "and its REST interface, for snapshots of its books"),
	OPTION(0,   "ms",      "quote-ms",       C_INT,    quote_ms,       "100",        1, 60000,
	    "between two moves of the market"),
	OPTION(0,   "n",       "levels",         C_INT,    levels,         "20",         1, 50,
	    "quotes on each side of a market that moves"),
	OPTION(0,   "ticks",   "spread",         C_INT,    spread,         "2",      1, 1000,
	    "between its best bid and ask"),
	OPTION(0,   "e6",      "volatility",     C_INT,    volatility,     "60",     0, 100000,
	    "of its price, in millionths for a second"),
	OPTION(0,   "e6",      "trend",          C_INT,    trend,          "0", -100000, 100000,
	    "what its price gains in an hour, in millionths"),
	OPTION(0,   "n",       "jumps",          C_INT,    jumps,          "0",      0, 36000,
	    "of its price in an hour"),
	OPTION(0,   "e6",      "jump-size",      C_INT,    jump_size,      "2000",   0, 100000,
	    "of each, in millionths"),
	OPTION(0,   "n",       "gaps",           C_INT,    gaps,           "0",      0, 36000,
	    "stretches without quotes in an hour"),
	OPTION(0,   "n",       "trades",         C_INT,    trades,         "7200",   0, 360000,
	    "of the public in an hour"),
	OPTION(0,   "sums",    "balance",        C_STR,    balance,        "1000000",    0, 0,
	    "the wallet at the start: of USDT, or as USDT=1000,BNB=1"),
	OPTION(0,   "file",    "brackets",       C_STR,    brackets,       "",           0, 0,
	    "leverage brackets, as the exchange answers leverageBracket"),
	OPTION(0,   "rate",    "fee-maker",      C_DEC,    fee_maker,      "0.0002",     0, 0,
	    "fee of an order that rested"),
	OPTION(0,   "rate",    "fee-taker",      C_DEC,    fee_taker,      "0.0005",     0, 0,
	    "fee of an order that did not"),
	OPTION(0,   "rate",    "funding-rate",   C_DEC,    funding_rate,   "0.0001",     0, 0,
	    "what is charged when funding is due"),
	OPTION(0,   "h",       "funding-hours",  C_INT,    funding_hours,  "8",          0, 24,
	    "between two times of funding; 0: only when told to"),
	OPTION(0,   "n",       "weight-limit",   C_INT,    weight_limit,   "2400",       0, 0,
	    "request weight a minute; 0: no limit"),
	OPTION(0,   "n",       "orders-10s",     C_INT,    orders_10s,     "300",        0, 0,
	    "orders in ten seconds; 0: no limit"),
	OPTION(0,   "n",       "orders-1m",      C_INT,    orders_1m,      "1200",       0, 0,
	    "orders a minute; 0: no limit"),
	OPTION(0,   "n",       "ban-after",      C_INT,    ban_after,      "10",     0, 1000000,
	    "refusals for weight in a minute the next one is a ban; 0: never"),
	OPTION(0,   "n",       "max-orders",     C_INT,    max_orders,     "0",        0, 1000000,
	    "open orders on a contract; 0: as it is listed"),
	OPTION(0,   NULL,      "events-first",   C_BOOL,   events_first,   "no",         0, 0,
	    "send user events before the answer that caused them"),
	OPTION(0,   "ms",      "event-delay-ms", C_INT,    event_delay_ms, "0",          0, 60000,
	    "hold user events back"),
	OPTION(0,   "s",       "key-life-s",     C_INT,    key_life_s,     "3600",       1, 86400,
	    "a listen key dies so long after it was asked for or renewed"),
	OPTION(0,   "s",       "stream-life-s",  C_INT,    stream_life_s,  "86400",      0, 86400,
	    "a WebSocket connection is closed after so long; 0: never"),
	OPTION(0,   NULL,      "refuse-unrouted", C_BOOL,  refuse_unrouted, "no",        0, 0,
	    "streams without a route are not served, instead of as public ones"),
	OPTION(0,   "ms",      "ping-ms",        C_INT,    ping_ms,        "180000",     0, 3600000,
	    "between two pings on a WebSocket connection; 0: none"),
	OUTSIDE(0,   "port",    "rest-port",     C_INT,    rest_port,      "0",          0, 65535,
	    "port of the REST interface; 0: any"),
	OUTSIDE(0,   "port",    "stream-port",   C_INT,    stream_port,    "0",          0, 65535,
	    "port of the WebSocket streams; 0: any"),
	OUTSIDE(0,   "port",    "control-port",  C_INT,    control_port,   "0",          0, 65535,
	    "port of the control interface; 0: any"),
	OPTION(0,   "file",    "listings",       C_STR,    listings,       "",           0, 0,
	    "contracts, from the answer to exchangeInfo"),
	OPTION(0,   "names",   "symbols",        C_STR,    symbols,        "",           0, 0,
	    "of the contracts only these, with a comma between"),
	OUTSIDE(0,   "file",    "script",        C_STR,    script,         "",           0, 0,
	    "verbs of the control port that are said by themselves"),
	OUTSIDE(0,   "file",    "ledger",        C_STR,    ledger,         "",           0, 0,
	    "write down everything that happens"),
	OUTSIDE(0,   "file",    "rerun",         C_STR,    rerun,          "",           0, 0,
	    "run such a ledger again, print its own"),
	OUTSIDE(0,   "file",    "audit",         C_STR,    audit,          "",           0, 0,
	    "prove such a ledger"),
	OUTSIDE('h', NULL,      "help",          C_BOOL,   help,           "no",         0, 0,
	    "print this list"),
};

wall_t
simex_now(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (wall_t){ (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 };
}

void
simex_log(const char *event, const char *fmt, ...)
{
	const wall_t	 now = simex_now();
	const time_t	 s = (time_t)(now.us / 1000000);
	struct tm	 tm;
	va_list		 ap;

	gmtime_r(&s, &tm);
	fprintf(stderr, "%02d:%02d:%02d.%06d simex %s ", tm.tm_hour, tm.tm_min, tm.tm_sec,
	    (int)(now.us % 1000000), event);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* ---- options ---------------------------------------------------------------------- */

static const char	example[] =
    "\n"
    "an exchange for your own bot, key testkey, secret testsecret:\n"
    "  simex -d . --rest-port 8080 --stream-port 8081 --control-port 8082\n"
    "  curl http://127.0.0.1:8080/fapi/v1/exchangeInfo\n"
    "  curl 'http://127.0.0.1:8082/price?symbol=BTCUSDT&price=61000'\n"
    "streams are at ws://127.0.0.1:8081; simex(8) has more examples, and all verbs and faults";

static void
print_help(void)
{
	puts("usage: simex -d dir [options]");
	for (size_t i = 0; i < NITEMS(options); i++) {
		const struct option_row	*o = &options[i];
		char			 name[40];

		text_putf(name, sizeof(name), "--%s%s%s", o->key.name, o->arg == NULL ? "" : " ",
		    o->arg == NULL ? "" : o->arg);
		printf("  %c%c%c %-24s %s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		    o->letter ? ',' : ' ', name, o->key.help);
		if (o->arg != NULL && o->key.type != C_SECRET && *o->key.def != '\0')
			printf(" (%s)", o->key.def);
		putchar('\n');
	}
	puts(example);
}

/* One section an option: the rows are wider than conf's own. */
static void
sections_of(struct conf *into, struct conf_section v[NITEMS(options)])
{
	for (size_t i = 0; i < NITEMS(options); i++)
		v[i] = (struct conf_section){ &options[i].key, 1, into };
}

static void
getopt_tables(char *letters, struct option *longs)
{
	for (size_t i = 0; i < NITEMS(options); i++) {
		const struct option_row	*o = &options[i];

		longs[i] = (struct option){
			o->key.name, o->arg == NULL ? no_argument : required_argument, NULL,
			LONG_ONLY + (int)i,
		};
		if (o->letter == 0)
			continue;
		*letters++ = o->letter;
		if (o->arg != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
}

static const struct option_row *
option_of(int got)
{
	if (got >= LONG_ONLY)
		return &options[got - LONG_ONLY];
	for (size_t i = 0; i < NITEMS(options); i++)
		if (options[i].letter != 0 && options[i].letter == got)
			return &options[i];
	return NULL;
}

static int
parse_options(int argc, char **argv, const struct conf_section *sections, struct why *why)
{
	char		 letters[2 * NITEMS(options) + 1];
	struct option	 longs[NITEMS(options) + 1] = { 0 };
	int		 got;

	getopt_tables(letters, longs);
	if (conf_defaults(sections, NITEMS(options), why) == -1)
		return -1;
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row	*o = option_of(got);

		if (o == NULL)
			return why_set(why, "try simex -h");
		if (conf_set(sections, NITEMS(options), o->key.name, o->arg == NULL ? "yes" : optarg,
		    why) == -1)
			return -1;
	}
	if (optind < argc)
		return why_set(why, "what is '%s'?", argv[optind]);
	return 0;
}

static int
read_secret_file(const struct conf_section *sections, const char *path, struct why *why)
{
	char	 line[SECRET_BYTES] = "";
	FILE	*f = fopen(path, "r");

	if (f == NULL)
		return why_set(why, "cannot read %s", path);
	const char	*got = fgets(line, sizeof(line), f);
	fclose(f);
	if (got == NULL)
		return why_set(why, "%s is empty", path);
	line[strcspn(line, "\r\n")] = '\0';
	return conf_set(sections, NITEMS(options), "secret", line, why);
}

static void
put_option(struct buf *b, const struct conf_key *k, const void *at)
{
	char	 text[DEC_STR];

	if (k->type == C_BOOL) {
		jw_put_str(b, k->name, *(const bool *)at ? "yes" : "no");
	} else if (k->type == C_DEC) {
		jw_put_str(b, k->name, dec_format(*(const dec_t *)at, text));
	} else if (k->type == C_INT) {
		text_putf(text, sizeof(text), "%lld", (long long)*(const int64_t *)at);
		jw_put_str(b, k->name, text);
	} else {
		jw_put_str(b, k->name, *(const char *const *)at);
	}
}

void
simex_print_options(const struct conf *c, struct buf *b)
{
	jw_open(b, '{');
	for (size_t i = 0; i < NITEMS(options); i++)
		if (!options[i].outside)
			put_option(b, &options[i].key, (const char *)c + options[i].key.offset);
	jw_close(b, '}');
}

int
simex_set_option(struct conf *c, const char *name, const char *value, struct why *why)
{
	struct conf_section	 sections[NITEMS(options)];

	sections_of(c, sections);
	return conf_set(sections, NITEMS(options), name, value, why);
}

/* ---- life --------------------------------------------------------------------------- */

static int
write_env(const char *dir, const struct ports *p, struct why *why)
{
	char	 path[PATH_BYTES], fresh[PATH_BYTES];
	FILE	*f;

	if (text_format(path, sizeof(path), "%s/simex.env", dir) == -1 ||
	    text_format(fresh, sizeof(fresh), "%s/simex.env.new", dir) == -1)
		return why_set(why, "-d is too long");
	if ((f = fopen(fresh, "w")) == NULL)
		return why_set(why, "cannot write %s", fresh);
	fprintf(f, "SIMEX_REST=http://127.0.0.1:%d\n"
	    "SIMEX_STREAM=ws://127.0.0.1:%d\n"
	    "SIMEX_CONTROL=http://127.0.0.1:%d\n", p->rest, p->stream, p->control);
	if (fclose(f) != 0 || rename(fresh, path) == -1)
		return why_set(why, "cannot write %s", path);
	return 0;
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct simex	*s = arg;

	(void)what;
	simex_log("stopping", "signal=%d", (int)sig);
	loop_stop(s->loop);
}

static void
on_quit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	loop_stop(((struct simex *)arg)->loop);
}

void
simex_quit(struct simex *s, int64_t us)
{
	event_base_once(s->base, -1, EV_TIMEOUT, on_quit, s, &(struct timeval){ 0, us });
}

void
simex_lose_port(struct simex *s, int port)
{
	simex_log("cannot_reopen", "port=%d", port);
	s->status = EX_TEMPFAIL;
	loop_stop(s->loop);
}

void
simex_announce(struct simex *s)
{
	const struct ports	*p = &s->ports;
	struct why		 why;

	if (write_env(s->conf.dir, p, &why) == -1) {
		simex_log("cannot_start", "why=%s", why.text);
		s->status = EX_TEMPFAIL;
		loop_stop(s->loop);
		return;
	}
	simex_log("ready", "rest=%d stream=%d control=%d seed=%lld still=%d", p->rest, p->stream,
	    p->control, (long long)s->conf.seed, (int)s->conf.still);
}

static int
open_ports(struct simex *s, struct why *why)
{
	struct ports	*p = &s->ports;

	if ((s->rest = rest_new(s, &p->rest)) == NULL)
		return why_set(why, "cannot have the REST port");
	if ((s->streams = streams_new(s, &p->stream)) == NULL)
		return why_set(why, "cannot have the stream port");
	if ((s->control = control_new(s, &p->control)) == NULL)
		return why_set(why, "cannot have the control port");
	s->feed = feed_new(s);
	if (*s->conf.mirror != '\0')
		s->mirror = mirror_new(s);
	else
		simex_announce(s);
	return 0;
}

/* A recording that turns out to be broken is nothing to trade on. */
static int
next_row(void *arg, const struct tape_row **row)
{
	struct simex	*s = arg;
	struct why	 why;
	const int	 rc = tapes_next(s->tapes, row, &why);

	if (rc != -1)
		return rc;
	fprintf(stderr, "simex: %s\n", why.text);
	exit(EX_CONFIG);
}

static bool
is_told(const struct conf *c)
{
	return *c->replay != '\0' || *c->mirror != '\0';
}

static struct market_terms
market_terms_of(const struct conf *c, wall_t start)
{
	return (struct market_terms){
		.kind = is_told(c) ? MARKET_TAPE : c->still ? MARKET_STILL : MARKET_SYNTH,
		.seed = (uint64_t)c->seed,
		.start = start, .period_ms = c->quote_ms, .volatility_e6 = c->volatility,
		.trend_e6 = c->trend, .jumps_per_hour = c->jumps, .jump_e6 = c->jump_size,
		.levels = c->levels, .spread_ticks = c->spread, .gaps_per_hour = c->gaps,
		.trades_per_hour = c->trades,
	};
}

static void
begin_with(struct simex *s, struct listings *ls, wall_t start, int64_t ids_from)
{
	const struct conf	*c = &s->conf;

	world_init(&s->world, &(struct world_terms){
		.exchange = {
			.listings = ls, .brackets = &s->brackets, .grants = s->grants,
			.fee_maker = c->fee_maker, .fee_taker = c->fee_taker,
			.funding_rate = c->funding_rate, .funding_hours = (int)c->funding_hours,
			.max_orders = c->max_orders, .market = market_terms_of(c, start),
			.ids_from = ids_from,
		},
		.key = c->key, .secret = c->secret,
		.limits = {
			[METER_WEIGHT_1M] = c->weight_limit, [METER_ORDERS_10S] = c->orders_10s,
			[METER_ORDERS_1M] = c->orders_1m,
		},
		.ban_after = c->ban_after,
		.key_life_ms = c->key_life_s * 1000,
		.events_first = c->events_first, .event_delay_ms = c->event_delay_ms,
		.tape = { .next = *c->mirror != '\0' ? NULL : next_row, .arg = s, .speed = c->speed },
	});
}

/* The option is name=file. */
static int
add_key(struct simex *s, const char *option, enum key_kind kind, struct why *why)
{
	char		 name[API_KEY], pem[PEM_BYTES] = "";
	const size_t	 len = strcspn(option, "=");
	FILE		*f;

	if (*option == '\0')
		return 0;
	if (option[len] == '\0' || text_copyn(name, sizeof(name), option, len) == -1)
		return why_set(why, "'%s' is not name=file", option);
	if ((f = fopen(option + len + 1, "r")) == NULL)
		return why_set(why, "cannot read %s", option + len + 1);
	fread(pem, 1, sizeof(pem) - 1, f);
	fclose(f);
	return auth_add_key(s->world.auth, name, kind, pem, why);
}

static int
add_keys(struct simex *s, struct why *why)
{
	if (add_key(s, s->conf.rsa_key, KEY_RSA, why) == -1)
		return -1;
	return add_key(s, s->conf.ed25519_key, KEY_ED25519, why);
}

int
simex_begin(struct simex *s, wall_t start, int64_t ids_from, struct why *why)
{
	struct listings	 ls;

	if (mirror_check(&s->conf, why) == -1)
		return -1;
	if (*s->conf.replay != '\0' && (s->tapes = tapes_open(s->conf.replay, why)) == NULL)
		return -1;
	if (given_rates(&s->conf, why) == -1 ||
	    grants_parse(&s->grants, s->conf.balance, why) == -1 || given_brackets(s, why) == -1)
		return -1;
	if (given_listings(s, &ls, why) == -1)
		return -1;
	const struct market_terms	 terms = market_terms_of(&s->conf, start);
	for (size_t i = 0; i < ls.n; i++) {
		if (market_check(&ls.v[i], &terms, why) == 0)
			continue;
		listings_fini(&ls);
		return -1;
	}
	begin_with(s, &ls, start, ids_from);
	return add_keys(s, why);
}

static void
tear_down(struct simex *s)
{
	mirror_free(s->mirror);
	control_free(s->control);
	rest_free(s->rest);
	streams_free(s->streams);	/* who is cut off leaves the feed */
	feed_free(s->feed);
	record_free(s->record);
	world_fini(&s->world);
}

static int
check_cues(struct simex *s, const struct script *script, struct why *why)
{
	for (size_t i = 0; i < script->n; i++) {
		const struct reject	 r = verb_check(&s->world, script->v[i].uri);
		struct buf		 said = { 0 };

		if (!reject_is_set(&r))
			continue;
		reject_print(&said, &r);
		why_set(why, "line %lld: expected a verb and its parameters, and %s is answered %s",
		    (long long)script->v[i].line, script->v[i].uri, buf_text(&said));
		buf_free(&said);
		return -1;
	}
	return 0;
}

static int
read_script(struct simex *s, struct why *why)
{
	struct buf	 text = { 0 };
	struct script	 script = { .n = 0 };
	struct why	 what;
	int		 rc = 0;

	if (*s->conf.script == '\0')
		return 0;
	if (given_file(s->conf.script, &text) == -1)
		rc = why_set(why, "cannot read %s", s->conf.script);
	else if (script_parse(&script, buf_text(&text), text.len, &what) == -1 ||
	    check_cues(s, &script, &what) == -1)
		rc = why_set(why, "%s: %s", s->conf.script, what.text);
	else
		world_set_script(&s->world, &script);
	script_fini(&script);
	buf_free(&text);
	return rc;
}

static int
open_record(struct simex *s, struct why *why)
{
	if (*s->conf.ledger == '\0')
		return 0;
	s->record = record_new(s);
	return s->record == NULL ? why_set(why, "cannot write %s", s->conf.ledger) : 0;
}

static int
serve(struct simex *s, struct why *options_why)
{
	struct why	 why;
	int		 rc = EX_TEMPFAIL;

	if (*s->conf.ledger != '\0' && given_sums(s, options_why) == -1)
		return EX_CONFIG;
	const wall_t	 now = simex_now();
	/* An id is never given out twice, not even by the next simex in this place. */
	if (simex_begin(s, now, now.us / ID_US, options_why) == -1)
		return EX_CONFIG;
	if (read_script(s, options_why) == -1) {
		world_fini(&s->world);
		return EX_CONFIG;
	}

	s->loop = loop_new();
	s->base = loop_base(s->loop);
	struct event	*term = evsignal_new(s->base, SIGTERM, on_signal, s);
	struct event	*intr = evsignal_new(s->base, SIGINT, on_signal, s);
	evsignal_add(term, NULL);
	evsignal_add(intr, NULL);
	if (open_record(s, &why) == 0 && open_ports(s, &why) == 0) {
		loop_run(s->loop);
		rc = s->status;
	} else {
		simex_log("cannot_start", "why=%s", why.text);
	}
	tear_down(s);
	event_free(term);
	event_free(intr);
	loop_free(s->loop);
	return rc;
}

int
main(int argc, char **argv)
{
	static struct simex	 s;
	struct conf_section	 sections[NITEMS(options)];
	struct why		 why = { "" };
	int			 rc = EX_CONFIG;

	setvbuf(stderr, NULL, _IOLBF, 0);
	sections_of(&s.conf, sections);
	if (parse_options(argc, argv, sections, &why) == -1)
		goto out;
	if (s.conf.help) {
		print_help();
		rc = 0;
		goto out;
	}
	if (*s.conf.rerun != '\0') {
		rc = record_rerun(&s, s.conf.rerun, &why);
		goto out;
	}
	if (*s.conf.audit != '\0') {
		rc = record_audit(s.conf.audit, &why);
		goto out;
	}
	if (*s.conf.dir == '\0') {
		why_set(&why, "-d must be given");
		goto out;
	}
	if (*s.conf.secret_file != '\0' && read_secret_file(sections, s.conf.secret_file, &why) == -1)
		goto out;
	rc = serve(&s, &why);
out:
	tapes_close(s.tapes);
	if (why.text[0] != '\0')
		fprintf(stderr, "simex: %s\n", why.text);
	conf_free(sections, NITEMS(options));
	return rc;
}
