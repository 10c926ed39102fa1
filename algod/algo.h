/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algo.h - what every algo is, and the registry of them.  Pure.
 *
 * An algo is one file that exports one const struct algo: a state machine that
 * is fed ticks, reports of its children and the clock, and answers with a set
 * of things to do.  Its state is a struct that begins with struct run; one
 * field table describes it for the ledger, which holds the truth: whatever
 * must outlive a crash is a member of that table, and is stored before anything
 * is done about it.
 *
 * An addition is that file, its name in algos[] (algo.c), its command in
 * cmdd's table, and its keys.
 */
#ifndef ALGOD_ALGO_H
#define ALGOD_ALGO_H

#include "base/buf.h"
#include "base/map.h"
#include "venue/outside.h"
#include "wire/keys.h"
#include "wire/msg.h"

#include <sys/queue.h>

enum run_status { RUN_ACTIVE, RUN_TRIGGERED, RUN_CANCELLED, RUN_STATUS_N };
extern const struct names	run_status_names;	/* as the outside reads them */

/* What all algos have. */
struct run {
	const struct algo	*algo;
	char			 id[ALGO_ID];
	char			 sub[SUB_ID];
	char			 symbol[SYMBOL];	/* native */
	char			 position_id[POSITION_ID];	/* that it is bound to, or "" */
	char			 request_id[REQUEST_ID];
	enum run_status		 status;
	bool			 over;			/* nothing comes any more */
	wall_t			 started_at;
	mono_t			 wake;			/* wants ON_TIME then */
	/* the shell's */
	int			 version;		/* of its event stream */
	mono_t			 wanted_at;		/* its symbol was last asked for */
	/* runner_*() only */
	struct node		 node;
	TAILQ_ENTRY(run)	 link;
};

enum algo_event {
	ON_RESUME,		/* loaded by a new process */
	ON_TICK,
	ON_TIME,
	ON_CHILD,		/* a child's report */
	ON_POSITION_ENDED,
	ON_STOP,		/* somebody asked for its end */
	ALGO_EVENT_N
};

struct algo_input {
	enum algo_event			 on;
	dec_t				 mid;		/* of ON_TICK */
	const struct msg_child		*child;		/* of ON_CHILD */
};

/* What a step asks for; a set.  Everything but ACT_KEEP is done after the store. */
enum algo_act {
	ACT_KEEP = 1,		/* store the state, show it */
	ACT_CHILD = 2,		/* send the child that make_child() composes */
	ACT_TELL = 4,		/* publish the event */
	ACT_END = 8,		/* it is over */
	ACT_ALARM = 16,		/* a person has to look: its orders are refused */
};

struct algo_acts {
	unsigned	 set;
	const char	*kept_as;	/* type of the stored event */
	enum key	 event;		/* of ACT_TELL */
};

struct algo {
	const char		*name;		/* trail_stop */
	const char		*prefix;	/* of its ids: ts_ */
	const char		*id_name;	/* trailStopId */
	size_t			 size;
	const struct fields	*state;
	enum command		 start_cmd, stop_cmd;
	enum key		 view, active;	/* pms:<name>:{id}, pms:active_<name>:{sub} */
	enum key		 started;	/* the event of its start */
	int			 ttl_s;		/* of its views */

	/* What the command says of its own parameters; the run's members are set. */
	void	(*start)(struct run *, const struct cmd *);
	void	(*step)(struct run *, const struct algo_input *, mono_t now, struct algo_acts *);
	void	(*make_child)(const struct run *, struct cmd *);
	/* The members of its answer, and of its view and events (contract 3.5, 4.4). */
	void	(*answer)(const struct run *, struct buf *);
	void	(*show)(const struct run *, struct buf *);
};

const struct algo	*algo_starting(enum command);	/* or NULL */
const struct algo	*algo_stopping(enum command);	/* or NULL */
const struct algo	*algo_of_id(const char *id);	/* or NULL */

/* The name is a function of the request, so that a start that is repeated is the same. */
void	algo_name(const struct algo *, const struct cmd *, char id[ALGO_ID]);

extern const struct algo	algo_trail_stop;

#endif
