/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * addr.h - where Redis is, and as whom to speak to it.  Pure.
 *
 *	unix:/path[?user=...&password=...&db=n]
 *	redis://[[user]:password@]host[:port][/db]	or user@host
 *
 * In user and password %xx stands for a byte, as in every URL.  A password may
 * come from elsewhere (a file): then only the user stands here.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/why.h"

struct redis_addr {
	char	path[108];		/* "" : TCP */
	char	host[256];
	int	port, db;
	char	user[64];		/* "" : Redis' default user */
	char	password[128];		/* "" : none is given */
};

/* The reason never holds the text: it may have a password in it. */
int	redis_addr_parse(const char *url, struct redis_addr *, struct why *) MUST_CHECK;

#endif
