/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clord.h - client order ids: PMS, the account's routing prefix, the type, and
 * twelve hex digits that are a function of what caused the order.
 *
 * The same cause always gives the same name, so whoever judges again after a
 * crash names the order again the same, and the exchange and the book can tell
 * that it is one order.
 */
#ifndef VENUE_CLORD_H
#define VENUE_CLORD_H

#include "wire/types.h"

/* First 12 hex digits of SHA-256 over lower(trim(id)). */
void	clord_prefix(const char *sub_account_id, char prefix[PREFIX]);

/* cause: a request id or algo id; n: its leg or child. */
void	clord_format(const char *prefix, enum ord_type, const char *cause, int n,
	    char clord_id[CLORD_ID]);

/* The routing prefix inside one of our ids; -1: not one of ours. */
int	clord_parse(const char *clord_id, char prefix[PREFIX]) MUST_CHECK;

/* The same derivation for ids of algos and positions: twelve hex digits of a cause. */
enum { DERIVED = 12 + 1 };
void	clord_derive(const char *cause, int n, char hex[DERIVED]);

#endif
