/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.h - everything there is to the simulated exchange, without sockets and
 * without a clock.
 *
 * A world is changed by three things only: a request of the client, a verb of
 * the control port, and time that passes.  Whatever falls due on the way to a
 * moment happens at its own time, not when somebody looks; so the same terms
 * and the same requests and verbs at the same times make the same world, and
 * the same ledger byte for byte.
 *
 * What the user stream owes for it waits in sayings until the shell sends it;
 * what the market did stays in exchange.facts until world_forget_facts().
 */
#ifndef SIMEX_WORLD_H
#define SIMEX_WORLD_H

#include "base/buf.h"
#include "base/clock.h"
#include "tests/simex/core/auth.h"
#include "tests/simex/core/delivery.h"
#include "tests/simex/core/exchange.h"
#include "tests/simex/core/fault.h"
#include "tests/simex/core/form.h"
#include "tests/simex/core/ledger.h"
#include "tests/simex/core/listenkey.h"
#include "tests/simex/core/meter.h"
#include "tests/simex/core/topic.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct world_terms {
	struct exchange_terms	 exchange;
	const char		*key, *secret;
	int64_t			 limits[METER_N];
	int64_t			 key_life_ms;
};

/* What is wrong with the exchange until it is told otherwise; all zero: nothing. */
struct trouble {
	int64_t		 lag_ms;	/* a query does not see what is younger */
	bool		 overloaded;	/* orders that may add risk are turned away */
	bool		 revoked;	/* the API key */
	struct delivery	 delivery;	/* of user events */
};

/* A user event on its way. */
struct saying {
	wall_t			 due;
	enum user_event		 kind;
	char			 key[LISTEN_KEY];	/* whom it is for */
	struct buf		 json;
	STAILQ_ENTRY(saying)	 link;
};

STAILQ_HEAD(sayings, saying);

/* What a verb wants of the sockets. */
struct wish {
	bool		 quit;
	enum route	 cut;		/* ROUTE_NONE: none */
	int		 cut_code;
};

/* What only the shell knows of itself. */
struct outside {
	int	 pid;
	int	 streams[ROUTE_N];	/* connections */
};

struct world {
	struct world_terms	 terms;
	wall_t			 now;		/* never goes back */
	wall_t			 next_beat;
	struct exchange		 exchange;
	struct auth		*auth;
	struct meter		 meter;
	struct faults		 faults;
	struct trouble		 trouble;
	struct ledger		 ledger;
	struct listen_key	 key;
	struct rng		 rng;		/* for listen keys and orders by hand */
	bool			 muted;		/* user events are not sent */
	bool			 events_first;	/* user events leave before the answer */
	int64_t			 event_delay_ms;
	struct sayings		 sayings;	/* in order of their time */
	size_t			 told;		/* facts that have become sayings */
	struct notices		 notices;
	struct form		 form;		/* of the request being served */
	struct fault		 met;		/* by the last request, if it met one */
	struct wish		 wish;
};

struct session;

struct request {
	const char	*method, *path;
	const char	*query;		/* as it came, never NULL */
	const char	*body;
	size_t		 body_len;
	const char	*api_key;	/* NULL: none was sent */
	/* of the WebSocket API */
	struct session	*session;	/* NULL: of REST */
	const char	*payload;	/* what is signed */
	const char	*signature;	/* NULL: none was sent */
};

struct served {
	int	 status;
	bool	 met;		/* a fault, in world.met: how the answer goes wrong */
};

void		 world_init(struct world *, const struct world_terms *);
void		 world_fini(struct world *);

/* Appends the answer to out. */
struct served	 world_request(struct world *, const struct request *, wall_t now,
		    struct buf *out);
/* A verb, with its parameters behind a question mark; returns the HTTP status. */
int		 world_control(struct world *, const char *uri, const struct outside *, wall_t now,
		    struct buf *out);
void		 world_advance(struct world *, wall_t now);
wall_t		 world_due(const struct world *);	/* when to advance next */
void		 world_forget_facts(struct world *);

/* Ends the listen key, if one lives. */
void		 world_expire_key(struct world *, bool with_event, wall_t now);

/* The next event that is due, to be freed with saying_free(); or NULL. */
struct saying	*world_next_saying(struct world *, wall_t now);
void		 saying_free(struct saying *);

#endif
