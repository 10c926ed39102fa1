/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pmsctl - the operator's tool: one subcommand a row.
 */
#include "deploy/pmsctl/pmsctl.h"

#include "base/dec.h"
#include "base/text.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	{ "positions", "", "[sub-account]",
	    "accounts and their open positions", ctl_positions },
	{ "send", "rtv", "[-rv] [-t seconds] queue [json | field=value ...]",
	    "push a command, wait for its answer and print it", ctl_send },
	{ "status", "v", "[-v]",
	    "the six daemons and the queues between them", ctl_status },
	{ "watch", "nt", "[-n count] [-t seconds] [pattern]",
	    "events as they are published", ctl_watch },
};

static const struct option_row {
	char		 letter;
	const char	*arg;		/* NULL: a switch */
	const char	*help;
} option_rows[] = {
	{ 'n', "count", "end after so many events" },
	{ 'r', NULL, "push with RPUSH: for producer_side = rpush" },
	{ 't', "seconds", "wait at most so long" },
	{ 'v', NULL, "say more" },
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

/* ---- usage ---------------------------------------------------------------------- */

static void
print_usage(FILE *f)
{
	fputs("usage: pmsctl [-f file] subcommand [options] [arguments]\n"
	    "       pmsctl -h | -V\n\nsubcommands:\n", f);
	for (size_t i = 0; i < NITEMS(subcommands); i++)
		fprintf(f, "  %s %s\n\t%s\n", subcommands[i].name, subcommands[i].usage,
		    subcommands[i].help);
	fputs("\noptions:\n  -f file     configuration (" DEFAULT_FILE ", if there is one)\n", f);
	for (size_t i = 0; i < NITEMS(option_rows); i++)
		fprintf(f, "  -%c %-8s %s\n", option_rows[i].letter,
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

static void
getopt_letters(const struct subcommand *s, char *to)
{
	for (size_t i = 0; i < NITEMS(option_rows); i++) {
		if (strchr(s->options, option_rows[i].letter) == NULL)
			continue;
		*to++ = option_rows[i].letter;
		if (option_rows[i].arg != NULL)
			*to++ = ':';
	}
	*to = '\0';
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

/* Options may stand behind the arguments, too: getopt() brings them forward. */
static void
parse_options(struct ctl *k, const struct subcommand *s, int argc, char **argv)
{
	char	 letters[2 * NITEMS(option_rows) + 1];
	int	 c;

	getopt_letters(s, letters);
	optind = 0;
	while ((c = getopt(argc, argv, letters)) != -1) {
		switch (c) {
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
