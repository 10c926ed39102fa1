/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settings.h - how a program comes by its configuration.
 *
 * The head of pmsd.conf, which all programs share, and a section of the
 * program's own; each key is set by the last of: default, file, environment,
 * command line.  When settings_load() has succeeded, everything that can be
 * checked without a server has been.
 */
#ifndef IO_SETTINGS_H
#define IO_SETTINGS_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/conf.h"

/* The head: every program knows these. */
struct common_conf {
	const char	*api_key, *api_key_file, *api_secret, *api_secret_file;
	const char	*ca_file;
	const char	*database;
	const char	*exchange_rest, *exchange_stream;
	int		 log_level;
	const char	*redis, *redis_password_file;
	const char	*run_dir;
	int		 symbol_format;		/* enum symbol_format */
};
enum symbol_format { SYMBOLS_NATIVE, SYMBOLS_CCXT };

/* A row of the program's own section. */
#define CONF(s, m, t, d, lo, hi, h) \
	{ .name = #m, .type = t, .offset = offsetof(struct s, m), .def = d, .min = lo, .max = hi, \
	  .help = h }
#define CONF_NAMED(s, m, d, table, h) \
	{ .name = #m, .type = C_NAME, .offset = offsetof(struct s, m), .def = d, .names = table, \
	  .help = h }

enum { SETTINGS_SECTIONS = 2 };

struct settings {
	const char		*name;		/* of the section, and in PMS_<NAME>_<KEY> */
	struct conf_section	 sections[SETTINGS_SECTIONS];	/* head, own */
	struct common_conf	 common;
	struct redis_addr	 redis;		/* with its password */
};

void	settings_init(struct settings *, const char *name, const struct conf_key *own, size_t nown,
	    void *into);
/* file: or NULL.  sets: texts key=value, NULL behind the last. */
int	settings_load(struct settings *, const char *file, char *const *sets, struct why *) MUST_CHECK;
/* Logs each secret that came in the environment, where other processes can read it. */
void	settings_warn(struct settings *);
void	settings_print(const struct settings *, struct buf *);
void	settings_fini(struct settings *);

/* What a file with one secret holds, without the newline; NULL: it cannot be read.  Caller frees. */
char	*settings_secret(const char *path);

#endif
