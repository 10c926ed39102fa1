/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * halt.h - what an operator allows: all trading, reductions only, or nothing but
 * cancels; for all accounts and for each.
 *
 * He says so in the hash pms:halt (field * or a sub-account), or, where Redis is
 * out of his reach, with files of the run directory: halt for all,
 * halt.<subAccountId> for one.  Value and content are the same text (wire/mode.h).
 * Both count, and of all that is said about an account the strictest holds.  It
 * is read four times a second.  While Redis is away, or a source cannot be read,
 * what was known stays.  A pms:halt that is no hash at the start is moved aside.
 */
#ifndef IO_HALT_H
#define IO_HALT_H

#include "io/bus.h"
#include "wire/mode.h"

enum { HALT_EVERY_MS = 250, HALT_FRESH_MS = 1000 };

struct halts;

/*
 * dir "": there are no files.  changed runs when the first reading is done, and
 * whenever something is different; before that nothing is known, and nothing may
 * be judged.
 */
struct halts	*halts_new(struct bus *, const char *dir, void (*changed)(void *arg), void *arg);
void		 halts_free(struct halts *);		/* or NULL */

/*
 * Was it read just now?  After a pause of the machine, or of Redis, something may
 * have been said meanwhile: who acts on it waits until this holds.
 */
bool		 halts_are_fresh(const struct halts *);

/* Of an account, all-accounts words included; NULL: of all accounts. */
enum trading	 halts_of(const struct halts *, const char *sub);
const char	*halts_reason(const struct halts *, const char *sub);	/* "" where there is none */
const char	*halts_scope(const struct halts *, const char *sub);	/* whose word it is: * or sub */

/* "halts":{"*":"HALTED reason",...} for the heartbeat. */
void		 halts_print(const struct halts *, struct buf *);

#endif
