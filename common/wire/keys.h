/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys.h - the names in Redis.  keys.def is the one place they are written
 * down; here they become an enum, a table and a formatter.
 */
#ifndef WIRE_KEYS_H
#define WIRE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum key {
#define KEY(id, kind, name, writers, readers, bound, full) id,
#include "wire/keys.def"
#undef KEY
	KEY_N
};

enum key_kind { KIND_LIST, KIND_STRING, KIND_HASH, KIND_ZSET, KIND_PUBSUB };

enum key_full {
	FULL_NEVER,		/* has no bound of its own */
	FULL_REFUSE,		/* the writer refuses the command that would go in */
	FULL_WAIT,		/* the writer stops taking work until it is below */
	FULL_ALARM,		/* goes in all the same: losing it would be worse */
	FULL_DROP_OLDEST,
	FULL_DROP, FULL_EXPIRE, FULL_REPLACE,	/* of keys that are no lists */
};

enum {
	KEY_MAX = 320,		/* longest formatted key: a name and an id */
	KEY_TTL_RESULT_S = 30,
	KEY_TTL_SEEN_S = 24 * 3600,
	KEY_TTL_SEEN_ASKED_S = 60,	/* of what only asks: it may be asked again */
	KEY_TTL_PRICE_S = 30,
	KEY_TTL_RISK_S = 60,
	KEY_TTL_OPEN_ORDERS_S = 24 * 3600,
	KEY_TTL_HEALTH_S = 15,
	KEY_TTL_TRAIL_STOP_S = 24 * 3600,
};

/* arg fills the %s of names that have one, and is NULL for the others. */
const char	*key_format(enum key, const char *arg, char buf[KEY_MAX]);

const char	*key_pattern(enum key);		/* with its %s, for people */
enum key_kind	 key_kind(enum key);
const char	*key_kind_name(enum key_kind);	/* as Redis' TYPE says it */
long		 key_bound(enum key);		/* 0: none */
enum key_full	 key_when_full(enum key);

/* Of an events channel: the event's type. */
const char	*key_event_type(enum key);

/* The part of a list's key behind "pms:": what its work list is named by. */
const char	*key_tail(const char *key);

#endif
