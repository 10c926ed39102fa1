/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.h - one line, one fact: time level daemon event key=value...
 *
 * error: somebody must act now.  warn: wrong, and we coped; the line says how.
 * info: what an auditor wants.  debug: off.  The event is a fixed word that
 * can be counted; ids come first (sub clord_id sym), values carry units.
 * Secrets, signatures and whole payloads are never logged above debug.
 */
#ifndef RUN_LOG_H
#define RUN_LOG_H

#include "base/attr.h"
#include "base/clock.h"

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

extern const char *const	log_level_names[];	/* by level, NULL at the end */

void	log_init(const char *daemon, enum log_level);
void	log_error(const char *event, const char *fmt, ...) PRINTF(2, 3);
void	log_warn(const char *event, const char *fmt, ...) PRINTF(2, 3);
void	log_info(const char *event, const char *fmt, ...) PRINTF(2, 3);
void	log_debug(const char *event, const char *fmt, ...) PRINTF(2, 3);

/* The operator's or the machine's fault, at start: one line, then exit. */
enum { EXIT_TRY_AGAIN = 75, EXIT_CONFIG = 78 };
_Noreturn void	fatal(int status, const char *event, const char *fmt, ...) PRINTF(3, 4);

/* A condition that repeats: first occurrence at once, then once an interval with the number held. */
struct log_limit {
	int64_t		every_ms;
	mono_t		next;
	unsigned	held;		/* since the last line; print it */
};
#define LOG_LIMIT(ms)	{ .every_ms = (ms) }
bool	log_allow(struct log_limit *, mono_t now);

#endif
