/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command.h - the 21 commands: one row each, and how their payload is read.
 * Pure.
 *
 * A row says where a command goes, what must be running for it, and what
 * happens to one whose age is unknown or too great.  The rows are in the order
 * the queues are served when several hold something: what ends risk first.
 */
#ifndef CMDD_COMMAND_H
#define CMDD_COMMAND_H

#include "wire/deny.h"
#include "wire/field.h"
#include "wire/keys.h"
#include "wire/msg.h"

enum age_rule {
	AGE_RUN,		/* cancels and questions: run whatever their age */
	AGE_REFUSE,		/* adds risk, or closes: told to ask again */
};

enum part { PART_NONE, PART_RISKD, PART_ALGOD, PART_ORDERD, PART_N };
const char	*part_daemon(enum part);	/* whose heartbeat shows that it runs; NULL: none */

struct command_row {
	enum command		 what;
	enum key		 route;		/* of a part that exists */
	enum part		 part;
	enum deny		 absent;	/* when that part is not running */
	enum age_rule		 age;
	bool			 adds_risk;	/* refused while Redis fills up */
	enum deny		 bad;		/* when the payload is malformed */
	const struct fields	*fields;
	const char		*key;		/* a field with a code of its own; NULL: none has */
	enum deny		 bad_key;
};

/* What a payload is refused with in which that field is missing or malformed. */
enum deny	command_bad(const struct command_row *, const char *field);

/* Rows by order of service, CMD_N of them. */
const struct command_row	*command_row(size_t i);
const struct command_row	*command_find(enum command);

/* What the client said beside the command itself. */
struct asked {
	struct cmd	c;
	wall_t		ts;		/* when it was sent; unset: it does not say */
	int64_t		deadline_ms;	/* how long after that it may be started; 0: it does not say */
	dec_t		trail_pct;	/* the older name of callbackPct, and wins */
};

/*
 * -1 with the fault; the request id is there all the same when the payload is
 * an object that has a proper one.
 */
int	command_read(const struct command_row *, const char *json, size_t len, struct asked *,
	    struct field_fault *) MUST_CHECK;

#endif
