/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.h - the world that is fuzzed, what is asked of it, and what has to
 * hold after each thing that happened.
 *
 * A place is made of the first bytes of an input: kind of market, money,
 * limits.  It knows the key, so that what it asks can be signed and fresh and
 * gets as far as a request can get.
 */
#ifndef FUZZ_PLACE_H
#define FUZZ_PLACE_H

#include "base/buf.h"
#include "tests/fuzz/bytes.h"
#include "tests/simex/api/call.h"
#include "tests/simex/core/audit.h"

#define PLACE_KEY	"k"
#define PLACE_SECRET	"s"

struct place {
	struct world	 world;
	struct audit	 audit;		/* of its ledger, line by line */
	wall_t		 now;
	struct buf	 out;		/* of the last request or verb */
	struct buf	 ledger;	/* all of it so far */
	struct buf	 uri;		/* of the last verb */
};

struct place	*place_new(struct bytes *);
void		 place_free(struct place *);
/* An audit of the ledger of such a world. */
void		 place_begin_audit(struct audit *);

/* Time passes. */
void	place_wait(struct place *, struct bytes *);
/* A verb of the control port: at most so many ms of world time are its doing. */
void	place_disturb(struct place *, struct bytes *);
/*
 * After each request or verb: its answer is JSON, unless a fault said what it
 * is; the books are sound; the ledger's new lines are right; what the user
 * stream says is JSON.  What is wrong ends the program.
 */
void	place_check(struct place *, bool is_json);

/* ---- asking ---- */

/* What one of these would be asked: name=value and & between, encoded; without key and time. */
void	place_fill_form(struct place *, struct bytes *, const struct endpoint *, struct buf *);
/* One value, as text. */
void	place_fill_value(struct place *, struct bytes *, const struct param *, struct buf *);
void	place_sign(const char *text, size_t len, struct buf *hex);
const struct endpoint	*place_pick(struct bytes *);

#endif
