/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/settings.h"

#include "base/attr.h"
#include "base/die.h"
#include "base/text.h"
#include "run/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 80 };

static const char *const	symbol_formats[] = { "native", "ccxt", NULL };

/* Who may have a section: a misspelt one would leave its daemon with the defaults. */
static const char *const	programs[] = {
	"algod", "cmdd", "feedd", "orderd", "pmsctl", "riskd", "userd", NULL,
};

#define COMMON(m, t, d, e, h) \
	{ .name = #m, .type = t, .offset = offsetof(struct common_conf, m), .def = d, .env = e, .help = h }

/* clang-format off */
static const struct conf_key	common_keys[] = {
	COMMON(api_key, C_SECRET, "", "api_key", "key of the exchange account; better in a file"),
	COMMON(api_key_file, C_STR, "", NULL, "file that holds the key"),
	COMMON(api_secret, C_SECRET, "", "api_secret secret", "secret of the key; better in a file"),
	COMMON(api_secret_file, C_STR, "", NULL, "file that holds the secret"),
	COMMON(ca_file, C_STR, "", NULL, "certificates to trust instead of the system's"),
	COMMON(database, C_URL, "postgresql:///pmsd", "DATABASE_URL", "PostgreSQL, as libpq or a URL names it"),
	COMMON(exchange_rest, C_STR, "https://fapi.binance.com", NULL, "base of the REST interface"),
	COMMON(exchange_stream, C_STR, "wss://fstream.binance.com", NULL, "base of the streams, without a route"),
	{ .name = "log_level", .type = C_NAME, .offset = offsetof(struct common_conf, log_level),
	  .def = "info", .names = log_level_names, .env = "LOG_LEVEL", .help = "error, warn, info or debug" },
	COMMON(redis, C_URL, "redis://127.0.0.1:6379", "REDIS_URL", "unix:/path[?user=name] or redis://[user[:password]@]host[:port][/db]"),
	COMMON(redis_password_file, C_STR, "", NULL, "file that holds the password of that user"),
	COMMON(run_dir, C_STR, "", NULL, "folder of the lock files; empty: none"),
	{ .name = "symbol_format", .type = C_NAME, .offset = offsetof(struct common_conf, symbol_format),
	  .def = "native", .names = symbol_formats, .help = "symbols in events and state: native or ccxt" },
};
/* clang-format on */

void
settings_init(struct settings *s, const char *name, const struct conf_key *own, size_t nown,
    void *into)
{
	*s = (struct settings){ .name = name };
	s->sections[0] = (struct conf_section){ common_keys, NITEMS(common_keys), &s->common };
	s->sections[1] = (struct conf_section){ own, nown, into };
}

void
settings_print(const struct settings *s, struct buf *b)
{
	conf_print(s->sections, SETTINGS_SECTIONS, b);
}

void
settings_fini(struct settings *s)
{
	conf_free(s->sections, SETTINGS_SECTIONS);
}

/* ---- files ------------------------------------------------------------------------ */

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
	if (ferror(f)) {
		const int	 e = errno;

		buf_free(&b);
		fclose(f);
		errno = e;		/* a folder, for one */
		return NULL;
	}
	fclose(f);
	return buf_take(&b);
}

char *
settings_secret(const char *path)
{
	char	*text = read_file(path);
	size_t	 n = text == NULL ? 0 : strlen(text);

	while (n > 0 && isspace((unsigned char)text[n - 1]))
		text[--n] = '\0';
	return text;
}

static int
apply_file(struct settings *s, const char *path, struct why *why)
{
	struct why	 inner;
	char		*text = read_file(path);

	if (text == NULL)
		return why_set(why, "%s cannot be read: %s", path, strerror(errno));
	int	 rc = conf_check_sections(text, programs, &inner);
	if (rc == 0)
		rc = conf_parse(s->sections, SETTINGS_SECTIONS, text, s->name, &inner);
	if (rc == -1)
		why_set(why, "%s: %s", path, inner.text);
	free(text);
	return rc;
}

/* ---- the environment ---------------------------------------------------------------- */

typedef int	on_env(struct settings *, const struct conf_key *, const char *name,
		    struct why *);

/* The names of the old engine first, then ours. */
static int
each_env_of_key(struct settings *s, const struct conf_key *k, on_env *each, struct why *why)
{
	char	 name[NAMES_MAX], names[NAMES_MAX], *save = NULL;

	text_put(names, sizeof(names), k->env == NULL ? "" : k->env);
	for (char *n = strtok_r(names, " ", &save); n != NULL; n = strtok_r(NULL, " ", &save))
		if (each(s, k, n, why) == -1)
			return -1;
	text_putf(name, sizeof(name), "PMS_%s_%s", s->name, k->name);
	text_upper(name);
	return each(s, k, name, why);
}

static int
each_env(struct settings *s, on_env *each, struct why *why)
{
	for (size_t i = 0; i < SETTINGS_SECTIONS; i++)
		for (size_t j = 0; j < s->sections[i].n; j++)
			if (each_env_of_key(s, &s->sections[i].keys[j], each, why) == -1)
				return -1;
	return 0;
}

static int
apply_env(struct settings *s, const struct conf_key *k, const char *name, struct why *why)
{
	const char	*value = getenv(name);
	struct why	 inner;

	if (value != NULL &&
	    conf_set(s->sections, SETTINGS_SECTIONS, k->name, value, &inner) == -1)
		return why_set(why, "%s: %s", name, inner.text);
	return 0;
}

/* REDIS_HOST, REDIS_PORT and REDIS_DB of the old engine, where REDIS_URL is not set. */
static int
apply_redis_parts(struct settings *s, struct why *why)
{
	const char	*host = getenv("REDIS_HOST"), *port = getenv("REDIS_PORT");
	const char	*db = getenv("REDIS_DB");
	char		 url[320];

	if ((host == NULL && port == NULL && db == NULL) || getenv("REDIS_URL") != NULL)
		return 0;
	if (text_format(url, sizeof(url), "redis://%s:%s/%s", host == NULL ? "127.0.0.1" : host,
	    port == NULL ? "6379" : port, db == NULL ? "0" : db) == -1)
		return why_set(why, "REDIS_HOST is too long");
	return conf_set(s->sections, SETTINGS_SECTIONS, "redis", url, why);
}

static int
warn_env(struct settings *s, const struct conf_key *k, const char *name, struct why *why)
{
	const char	*value = getenv(name);

	(void)s;
	(void)why;
	if (k->type == C_SECRET && value != NULL && *value != '\0')
		log_warn("secret_in_environment", "name=%s; other processes can read it, name a file "
		    "instead", name);
	return 0;
}

void
settings_warn(struct settings *s)
{
	struct why	 why;

	(void)each_env(s, warn_env, &why);
}

/* ---- the command line, and all of it -------------------------------------------------- */

static int
apply_set(struct settings *s, const char *assignment, struct why *why)
{
	const char	*equals = strchr(assignment, '=');
	char		 key[NAMES_MAX];
	struct why	 inner;

	if (equals == NULL ||
	    text_copyn(key, sizeof(key), assignment, (size_t)(equals - assignment)) == -1)
		return why_set(why, "-o: '%.80s' is not key=value", assignment);
	if (conf_set(s->sections, SETTINGS_SECTIONS, key, equals + 1, &inner) == -1)
		return why_set(why, "-o: %s", inner.text);
	return 0;
}

static int
find_redis(struct settings *s, struct why *why)
{
	const char	*path = s->common.redis_password_file;
	struct buf	 shown = { 0 };
	struct why	 inner;
	int		 rc = redis_addr_parse(s->common.redis, &s->redis, &inner);

	conf_mask(s->common.redis, &shown);
	if (rc == -1)
		why_set(why, "redis: '%.60s': %s", buf_text(&shown), inner.text);
	buf_free(&shown);
	if (rc == -1 || *path == '\0')
		return rc;
	char	*password = settings_secret(path);
	if (password == NULL)
		return why_set(why, "redis_password_file: %s cannot be read: %s", path,
		    strerror(errno));
	if (text_copy(s->redis.password, sizeof(s->redis.password), password) == -1)
		rc = why_set(why, "redis_password_file: longer than %zu bytes",
		    sizeof(s->redis.password) - 1);
	free(password);
	return rc;
}

int
settings_load(struct settings *s, const char *file, char *const *sets, struct why *why)
{
	if (conf_defaults(s->sections, SETTINGS_SECTIONS, why) == -1)
		panic("default: %s", why->text);
	if (file != NULL && apply_file(s, file, why) == -1)
		return -1;
	if (apply_redis_parts(s, why) == -1 || each_env(s, apply_env, why) == -1)
		return -1;
	for (; *sets != NULL; sets++)
		if (apply_set(s, *sets, why) == -1)
			return -1;
	return find_redis(s, why);
}
