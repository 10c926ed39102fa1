/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tape.h - recorded markets, line by line.
 *
 * A tape is one file of one of these formats:
 *   raw         "<local time> <frame>": the time in microseconds (16 digits) or
 *               nanoseconds (19), the frame as the stream sent it, bare or
 *               combined, or the answer to GET depth
 *   aggTrades   the exchange's public archives of USD-M futures, with or
 *   bookTicker  without the line that names their columns
 *
 * One line is at most one row.  Passed over are frames of other kinds (all
 * contracts in one frame and partial depth among them), what did not trade in
 * the book, and the names of the columns.  Members the table does not know are
 * ignored.
 *
 * An archive says its contract in its name only, and the answer to GET depth
 * not at all: where the caller does not say it, it is that of the frames
 * before, as long as all of them are of one contract.
 *
 * Streams overtake each other on their way: rows stand in the order in which
 * they were heard, and what the exchange did first has the lower update id.
 */
#ifndef SIMEX_TAPE_H
#define SIMEX_TAPE_H

#include "base/clock.h"
#include "base/dec.h"
#include "base/why.h"
#include "tests/simex/core/book.h"
#include "wire/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tape_format { TAPE_RAW, TAPE_AGG_TRADES, TAPE_BOOK_TICKER, TAPE_FORMAT_N };

enum tape_kind { TAPE_SNAPSHOT, TAPE_DEPTH, TAPE_TOP, TAPE_TRADE, TAPE_MARK, TAPE_KIND_N };
extern const struct names	tape_kind_names;

struct tape_level {
	dec_t	 px;
	dec_t	 qty;		/* of a DEPTH zero: the level is gone */
};

struct tape_levels {
	struct tape_level	*v;		/* in the order of the line */
	size_t			 n, cap;
};

struct tape_update {
	int64_t	 first, last;		/* U and u; first is that of a DEPTH only */
	int64_t	 prev;			/* pu, the last of the DEPTH before; of a DEPTH only */
};

struct tape_trade {
	int64_t	 id;
	int64_t	 first_id, last_id;	/* the trades in it; id twice, unless it is an aggregate */
	bool	 aggregate;
	dec_t	 px, qty;
	bool	 buyer_is_maker;
};

struct tape_mark {
	dec_t	 px, index_px;
	dec_t	 funding_rate;		/* DEC_NONE: the contract pays none */
	wall_t	 next_funding;		/* unset: likewise */
};

struct tape_row {
	enum tape_kind		 kind;
	char			 symbol[SYMBOL];
	wall_t			 at;		/* T, else E; unset: the exchange did not say */
	wall_t			 event_at;	/* E, or unset */
	wall_t			 heard_at;	/* by whoever recorded it; unset: an archive */
	struct tape_update	 update;	/* of SNAPSHOT, DEPTH, TOP */
	struct tape_levels	 sides[SIDE_N];	/* of SNAPSHOT, DEPTH; empty otherwise */
	struct top		 top;		/* of TOP */
	struct tape_trade	 trade;		/* of TRADE */
	struct tape_mark	 mark;		/* of MARK */
};

struct tape {
	enum tape_format	 format;
	char			 symbol[SYMBOL];	/* "": not known yet */
	bool			 is_told;	/* by the caller, not by a frame */
	bool			 is_mixed;	/* frames of several contracts were seen */
	struct tape_row		 row;		/* the last one; the next line overwrites it */
	int64_t			 rows, skipped;	/* lines; names of columns are neither */
};

/* When a recording has it: heard, or else happened. */
wall_t	tape_row_time(const struct tape_row *);

/* By the first line of it. */
int	tape_recognise(const char *line, size_t len, enum tape_format *, struct why *) MUST_CHECK;
/* The contract of an archive, from the name of its file; -1: it does not say. */
int	tape_symbol_of(const char *path, char symbol[SYMBOL]) MUST_CHECK;

/* symbol may be "" for the raw format. */
void	tape_init(struct tape *, enum tape_format, const char *symbol);
/* A line without its newline.  1: it is in row; 0: it was passed over; -1: it is malformed. */
int	tape_read(struct tape *, const char *line, size_t len, struct why *) MUST_CHECK;
void	tape_fini(struct tape *);

#endif
