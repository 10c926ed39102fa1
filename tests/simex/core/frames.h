/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h - WebSocket frames of a server on their way out, as the bytes that
 * leave.
 *
 * Frames are put together once, when they are said, and taken out many at a
 * time, but never a part of one: between two takings somebody else may write a
 * frame of control.  In front of what is taken there are always room bytes
 * that the taker may scribble on.
 */
#ifndef SIMEX_FRAMES_H
#define SIMEX_FRAMES_H

#include "base/buf.h"

#include <stddef.h>

enum frame_code {
	FRAME_MORE = 0x0,		/* of the text before */
	FRAME_TEXT = 0x1,
	FRAME_PING = 0x9,
	FRAME_GOES_ON = 0x100,		/* with one of the above: more of it follows */
};

struct frames {
	struct buf	 bytes;		/* the room, then what was taken, then what waits */
	size_t		 taken;		/* up to here */
	size_t		 room;
};

void	 frames_init(struct frames *, size_t room);
/* A whole frame of so many bytes, which frames_put() brings. */
void	 frames_begin(struct frames *, int codes, size_t len);
void	 frames_put(struct frames *, const char *p, size_t len);
size_t	 frames_waiting(const struct frames *);		/* bytes */
/* As many frames as fit into most bytes, at least one; NULL: none waits. */
char	*frames_take(struct frames *, size_t most, size_t *len);	/* good until the next put */
void	 frames_fini(struct frames *);

#endif
