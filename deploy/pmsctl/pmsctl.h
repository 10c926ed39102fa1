/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pmsctl.h - what the subcommands share: what was asked, and Redis.
 *
 * The tool lives for one subcommand.  What cannot go on ends the process with
 * one sentence on standard error: no caller looks for a lost connection, and a
 * reply from ctl_ask() is never NULL and never an error.
 */
#ifndef DEPLOY_PMSCTL_PMSCTL_H
#define DEPLOY_PMSCTL_PMSCTL_H

#include "base/attr.h"
#include "base/dec.h"
#include "base/why.h"
#include "io/link.h"
#include "run/log.h"
#include "wire/keys.h"

#include <stdbool.h>
#include <stdint.h>

struct redisContext;
struct redisReply;

enum { EXIT_NO = 1, AGE = 16 };		/* beside 0, EXIT_TRY_AGAIN and EXIT_CONFIG */

struct ctl {
	/* what was asked; main()'s */
	bool			 doubt, rpush, verbose;
	int64_t			 count;		/* 0: not given */
	int64_t			 timeout_ms;	/* 0: not given */
	int			 argc;		/* what stands behind the subcommand */
	char			**argv;
	/* the connection */
	struct redis_addr	 addr;
	struct redisContext	*redis;
};

/* ---- redis.c ------------------------------------------------------------- */

/* From the file (or NULL) and the environment, as the daemons find theirs. */
int			 redis_addr_find(const char *file, struct redis_addr *, struct why *)
			     MUST_CHECK;
void			 redis_open(struct ctl *);
void			 redis_close(struct ctl *);

/* The caller frees the reply.  ctl_try() gives error replies to its caller, too. */
struct redisReply	*ctl_ask(struct ctl *, int argc, const char *const *argv);
struct redisReply	*ctl_try(struct ctl *, int argc, const char *const *argv);
int64_t			 ctl_ask_int(struct ctl *, int argc, const char *const *argv);

/* Every key that matches, by name, once. */
struct ctl_keys {
	char	**v;
	size_t	 n;
};
struct ctl_keys		 ctl_scan(struct ctl *, const char *pattern);
void			 ctl_keys_free(struct ctl_keys *);

/* ---- pmsctl.c ------------------------------------------------------------ */

_Noreturn void	 give_up(int status, const char *fmt, ...) PRINTF(2, 3);
const char	*age_format(int64_t ms, char buf[AGE]);	/* 0.4s 12s 3m12s 2h05m 4d03h */
const char	*number_format(dec_t, char buf[DEC_STR]);	/* DEC_NONE: - */
#define ROOM	((char[DEC_STR]){ 0 })		/* for one number, within its block */

void		 nap_ms(int64_t ms);

/* The one argument that names a sub-account. */
const char	*ctl_account(const struct ctl *, const char *subcommand);

/* ---- halt.c -------------------------------------------------------------- */

void	 print_halts(struct ctl *);	/* as written down, and as the daemons say */

/* ---- the subcommands: one file each, returning the exit status ------------ */

int	ctl_dead(struct ctl *);
int	ctl_halt(struct ctl *);
int	ctl_orders(struct ctl *);
int	ctl_positions(struct ctl *);
int	ctl_reduce(struct ctl *);
int	ctl_resume(struct ctl *);
int	ctl_send(struct ctl *);
int	ctl_status(struct ctl *);
int	ctl_watch(struct ctl *);

#endif
