/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pmsctl - the operator's tool: one subcommand a row.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/text.h"
#include "wire/types.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_FILE	"/etc/pmsd/pmsd.conf"

enum { COUNT_MAX = 1000000000, TIMEOUT_MAX_S = 86400 };

/* In the order of pmsctl(8); options are letters of the table below. */
static const struct subcommand {
	const char	*name, *options, *usage, *help;
	int		 (*run)(struct ctl *);
} subcommands[] = {
	{ "dead", "r", "[-r] [list | show n | drop n | retry n]",
	    "items that could not be processed", ctl_dead },
	{ "halt", "", "[sub-account | '*' [reason ...]]",
	    "no orders any more, but cancels", ctl_halt },
	{ "orders", "d", "[-d] [sub-account]",
	    "orders that rest, or are in doubt", ctl_orders },
	{ "positions", "", "[sub-account]",
	    "accounts and their open positions", ctl_positions },
	{ "reduce", "", "[sub-account | '*' [reason ...]]",
	    "only orders that reduce, and cancels", ctl_reduce },
	{ "resume", "", "[sub-account | '*']",
	    "end a halt or reduce", ctl_resume },
	{ "send", "rtv", "[-rv] [-t seconds] queue [json | field=value ...]",
	    "push a command, wait for its answer and print it", ctl_send },
	{ "status", "v", "[-v]",
	    "the six daemons and the queues between them", ctl_status },
	{ "watch", "nt", "[-n count] [-t seconds] [pattern]",
	    "events as they are published", ctl_watch },
};

static const struct option_row {
	char		 letter;
	const char	*word;
	const char	*arg;		/* NULL: a switch */
	const char	*help;
} option_rows[] = {
	{ 'd', "doubt", NULL, "orders in doubt, not those that rest" },
	{ 'n', "count", "count", "end after so many events" },
	{ 'r', "rpush", NULL, "push with RPUSH: for producer_side = rpush" },
	{ 't', "timeout", "seconds", "wait at most so long" },
	{ 'v', "verbose", NULL, "say more" },
};

/* ---- what the subcommands share ------------------------------------------------- */

void
give_up(int status, const char *fmt, ...)
{
	va_list	 ap;

	fflush(stdout);
	fputs("pmsctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

const char *
age_format(int64_t ms, char buf[AGE])
{
	const long long	 s = ms < 0 ? 0 : ms / 1000;

	if (ms < 10000)
		text_putf(buf, AGE, "%lld.%llds", s, ms < 0 ? 0LL : (long long)ms / 100 % 10);
	else if (s < 60)
		text_putf(buf, AGE, "%llds", s);
	else if (s < 3600)
		text_putf(buf, AGE, "%lldm%02llds", s / 60, s % 60);
	else if (s < 86400)
		text_putf(buf, AGE, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		text_putf(buf, AGE, "%lldd%02lldh", s / 86400 % 10000, s / 3600 % 24);
	return buf;
}

const char *
number_format(dec_t d, char buf[DEC_STR])
{
	return dec_ok(d) ? dec_format(d, buf) : "-";
}

void
nap_ms(int64_t ms)
{
	const struct timespec	 ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

const char *
ctl_account(const struct ctl *k, const char *subcommand)
{
	if (k->argc > 1)
		give_up(EXIT_CONFIG, "%s: one sub-account, not %d", subcommand, k->argc);
	if (strlen(k->argv[0]) >= SUB_ID)
		give_up(EXIT_CONFIG, "%s: '%s' has more than %d bytes", subcommand, k->argv[0],
		    SUB_ID - 1);
	return k->argv[0];
}

/* ---- usage ---------------------------------------------------------------------- */

static void
print_usage(FILE *f)
{
	fputs("usage: pmsctl [-f file] subcommand [options] [arguments]\n"
	    "       pmsctl -h | -V\n\nsubcommands:\n", f);
	for (size_t i = 0; i < NITEMS(subcommands); i++)
		fprintf(f, "  %s %s\n\t%s\n", subcommands[i].name, subcommands[i].usage,
		    subcommands[i].help);
	fputs("\noptions:\n  -f file                configuration (" DEFAULT_FILE ", if there is one)\n", f);
	for (size_t i = 0; i < NITEMS(option_rows); i++)
		fprintf(f, "  -%c, --%-8s %-8s %s\n", option_rows[i].letter, option_rows[i].word,
		    option_rows[i].arg == NULL ? "" : option_rows[i].arg, option_rows[i].help);
}

static const struct subcommand *
subcommand_find(const char *name)
{
	for (size_t i = 0; i < NITEMS(subcommands); i++)
		if (text_eq(subcommands[i].name, name))
			return &subcommands[i];
	return NULL;
}

/* ---- options --------------------------------------------------------------------- */

/* Those that the subcommand takes, in both of getopt_long()'s ways. */
struct accepted {
	char		 letters[2 * NITEMS(option_rows) + 1];
	struct option	 words[NITEMS(option_rows) + 1];
};

static struct accepted
options_of(const struct subcommand *s)
{
	struct accepted	 a = { "", { { 0 } } };
	char		*letter = a.letters;
	struct option	*word = a.words;

	for (size_t i = 0; i < NITEMS(option_rows); i++) {
		const struct option_row	*o = &option_rows[i];

		if (strchr(s->options, o->letter) == NULL)
			continue;
		*letter++ = o->letter;
		if (o->arg != NULL)
			*letter++ = ':';
		*word++ = (struct option){ o->word, o->arg == NULL ? no_argument :
		    required_argument, NULL, o->letter };
	}
	return a;
}

static int64_t
count_of(const char *text)
{
	int64_t	 n;

	if (text_to_i64(text, 1, COUNT_MAX, &n) == -1)
		give_up(EXIT_CONFIG, "-n %s: not a whole number within 1..%d", text, COUNT_MAX);
	return n;
}

static int64_t
seconds_of(const char *text)
{
	dec_t	 s;

	if (dec_parse(text, &s) == -1 || s.e8 < DEC_ONE_E8 / 1000 ||
	    dec_gt(s, DEC_INT(TIMEOUT_MAX_S)))
		give_up(EXIT_CONFIG, "-t %s: not a number of seconds within 0.001..%d", text,
		    TIMEOUT_MAX_S);
	return s.e8 / (DEC_ONE_E8 / 1000);
}

/* Options may stand behind the arguments, too: getopt_long() brings them forward. */
static void
parse_options(struct ctl *k, const struct subcommand *s, int argc, char **argv)
{
	const struct accepted	 a = options_of(s);
	int			 c;

	optind = 0;
	while ((c = getopt_long(argc, argv, a.letters, a.words, NULL)) != -1) {
		switch (c) {
		case 'd': k->doubt = true; break;
		case 'n': k->count = count_of(optarg); break;
		case 'r': k->rpush = true; break;
		case 't': k->timeout_ms = seconds_of(optarg); break;
		case 'v': k->verbose = true; break;
		default: give_up(EXIT_CONFIG, "usage: pmsctl %s %s", s->name, s->usage);
		}
	}
	k->argc = argc - optind;
	k->argv = argv + optind;
}

/* ---- main -------------------------------------------------------------------------- */

static const char *
default_file(void)
{
	return access(DEFAULT_FILE, F_OK) == 0 ? DEFAULT_FILE : NULL;
}

static int
run(const struct subcommand *s, const char *file, int argc, char **argv)
{
	struct ctl	 k = { 0 };
	struct why	 why;

	parse_options(&k, s, argc, argv);
	if (redis_addr_find(file == NULL ? default_file() : file, &k.addr, &why) == -1)
		give_up(EXIT_CONFIG, "%s", why.text);
	redis_open(&k);
	const int	 status = s->run(&k);
	redis_close(&k);
	if (fflush(stdout) == EOF)
		give_up(EXIT_TRY_AGAIN, "standard output cannot be written");
	return status;
}

int
main(int argc, char **argv)
{
	const struct subcommand	*s;
	const char		*file = NULL;
	int			 c;

	signal(SIGPIPE, SIG_IGN);
	while ((c = getopt(argc, argv, "+f:hV")) != -1) {
		switch (c) {
		case 'f': file = optarg; break;
		case 'h': print_usage(stdout); return 0;
		case 'V': printf("pmsctl %s\n", VERSION); return 0;
		default: print_usage(stderr); return EXIT_CONFIG;
		}
	}
	if (optind == argc) {
		print_usage(stderr);
		return EXIT_CONFIG;
	}
	if ((s = subcommand_find(argv[optind])) == NULL)
		give_up(EXIT_CONFIG, "'%s' is no subcommand; pmsctl -h lists them", argv[optind]);
	return run(s, file, argc - optind, argv + optind);
}
