/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry.h - the lines of a ledger, from behind their number to the last brace.
 *
 * For the ledger alone.  There are thousands a second: each is written at one
 * go into room that was made for it, without the library that writes JSON.
 */
#ifndef SIMEX_ENTRY_H
#define SIMEX_ENTRY_H

#include "tests/simex/core/ledger.h"

/* Each replaces what is in the buf. */
void	entry_request(struct buf *, const struct arrival *);
void	entry_verb(struct buf *, const struct told_verb *);
void	entry_pace(struct buf *, const struct told_pace *);
void	entry_order(struct buf *, const struct fact *, const char *what);
void	entry_execution(struct buf *, const struct fact *);
void	entry_money(struct buf *, const struct told_money *);
void	entry_event(struct buf *, const struct told_event *);

/* {"n":5, and "by":3, in front of it; returns how many bytes were written. */
enum { ENTRY_HEAD = 32 };
size_t	entry_number(char head[ENTRY_HEAD], int64_t n);
size_t	entry_cause(char head[ENTRY_HEAD], int64_t by);

#endif
