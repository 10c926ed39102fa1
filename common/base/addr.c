/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/addr.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { PORT = 6379, DB_MAX = 15, URL_MAX = 640 };

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Takes the %xx out of s, in place. */
static int
decode(char *s, const char *what, struct why *why)
{
	char	*to = s;

	for (; *s != '\0'; s++) {
		if (*s != '%') {
			*to++ = *s;
			continue;
		}
		if (!isxdigit((unsigned char)s[1]) || !isxdigit((unsigned char)s[2]))
			return why_set(why, "a %% in the %s is not followed by two hex digits "
			    "(a %% itself is written %%25)", what);
		*to++ = (char)(hex_digit(s[1]) * 16 + hex_digit(s[2]));
		s += 2;
	}
	*to = '\0';
	return 0;
}

static int
set_text(char *dst, size_t cap, char *src, const char *what, struct why *why)
{
	if (decode(src, what, why) == -1)
		return -1;
	if (text_copy(dst, cap, src) == -1)
		return why_set(why, "the %s is longer than %zu bytes", what, cap - 1);
	return 0;
}

static int
set_number(int *to, const char *text, int min, int max, const char *what, struct why *why)
{
	int64_t	 n;

	if (text_to_i64(text, min, max, &n) == -1)
		return why_set(why, "the %s is not a number within %d..%d", what, min, max);
	*to = (int)n;
	return 0;
}

/* Cuts s at c and gives what stands behind it; NULL: there is none. */
static char *
cut(char *s, char c)
{
	char	*p = strchr(s, c);

	if (p != NULL)
		*p++ = '\0';
	return p;
}

static int
parse_option(char *option, struct redis_addr *a, struct why *why)
{
	char	*value = cut(option, '=');

	if (value != NULL && text_eq(option, "user"))
		return set_text(a->user, sizeof(a->user), value, "user", why);
	if (value != NULL && text_eq(option, "password"))
		return set_text(a->password, sizeof(a->password), value, "password", why);
	if (value != NULL && text_eq(option, "db"))
		return set_number(&a->db, value, 0, DB_MAX, "database", why);
	return why_set(why, "behind ? stand user=, password= and db= only");
}

static int
parse_unix(char *p, struct redis_addr *a, struct why *why)
{
	char	*options = cut(p, '?'), *next;

	if (*p != '/')
		return why_set(why, "the socket's path does not begin with /");
	if (text_copy(a->path, sizeof(a->path), p) == -1)
		return why_set(why, "the socket's path is longer than %zu bytes",
		    sizeof(a->path) - 1);
	for (; options != NULL; options = next) {
		next = cut(options, '&');
		if (parse_option(options, a, why) == -1)
			return -1;
	}
	return 0;
}

static int
parse_login(char *p, struct redis_addr *a, struct why *why)
{
	char	*password = cut(p, ':');

	if (set_text(a->user, sizeof(a->user), p, "user", why) == -1)
		return -1;
	return password == NULL ? 0 :
	    set_text(a->password, sizeof(a->password), password, "password", why);
}

static int
parse_host(char *p, struct redis_addr *a, struct why *why)
{
	char	*port;

	if (*p == '[') {			/* [::1]:6379 */
		if ((port = cut(++p, ']')) == NULL || (*port != '\0' && *port++ != ':'))
			return why_set(why, "the host lacks its ]");
		port = *port == '\0' ? NULL : port;
	} else
		port = cut(p, ':');
	if (*p == '\0')
		return why_set(why, "there is no host");
	if (text_copy(a->host, sizeof(a->host), p) == -1)
		return why_set(why, "the host is longer than %zu bytes", sizeof(a->host) - 1);
	return port == NULL ? 0 : set_number(&a->port, port, 1, 65535, "port", why);
}

static int
parse_tcp(char *p, struct redis_addr *a, struct why *why)
{
	char	*at = strrchr(p, '@'), *db;

	if (at != NULL) {
		*at = '\0';
		if (parse_login(p, a, why) == -1)
			return -1;
		p = at + 1;
	}
	db = cut(p, '/');
	if (db != NULL && *db != '\0' && set_number(&a->db, db, 0, DB_MAX, "database", why) == -1)
		return -1;
	return parse_host(p, a, why);
}

int
redis_addr_parse(const char *url, struct redis_addr *a, struct why *why)
{
	static const char	 unix_socket[] = "unix:", tcp[] = "redis://";
	char			 rest[URL_MAX];

	*a = (struct redis_addr){ .port = PORT };
	if (text_copy(rest, sizeof(rest), url) == -1)
		return why_set(why, "longer than %d bytes", URL_MAX - 1);
	if (text_starts_with(rest, unix_socket))
		return parse_unix(rest + strlen(unix_socket), a, why);
	if (text_starts_with(rest, tcp))
		return parse_tcp(rest + strlen(tcp), a, why);
	return why_set(why, "neither unix:/path[?user=...&password=...&db=n] nor "
	    "redis://[user:password@]host[:port][/db]");
}
