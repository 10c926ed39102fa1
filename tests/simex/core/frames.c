/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/frames.h"

#include <stdint.h>
#include <string.h>

enum {
	LAST = 0x80,			/* of the pieces of a message */
	CODE = 0x0f,
	LEN_16 = 126, LEN_64 = 127,	/* the length follows in so many bits */
	KEEP_BYTES = 1024 * 1024,	/* memory that is kept for the next frames */
};

void
frames_init(struct frames *f, size_t room)
{
	static const char	 zeros[64];

	*f = (struct frames){ .room = room, .taken = room };
	for (size_t left = room; left > 0;) {
		const size_t	 n = left < sizeof(zeros) ? left : sizeof(zeros);

		buf_add(&f->bytes, zeros, n);
		left -= n;
	}
}

size_t
frames_waiting(const struct frames *f)
{
	return f->bytes.len - f->taken;
}

/* Bytes of the length that follow the first two of a frame. */
static size_t
length_bytes(unsigned code)
{
	return code == LEN_16 ? 2 : code == LEN_64 ? 8 : 0;
}

/* What was taken is in the way. */
static void
make_room(struct frames *f)
{
	if (frames_waiting(f) == 0 && f->bytes.cap > KEEP_BYTES) {
		buf_free(&f->bytes);
		frames_init(f, f->room);
	} else if (frames_waiting(f) < f->taken) {
		memmove(f->bytes.p + f->room, f->bytes.p + f->taken, frames_waiting(f));
		f->bytes.len -= f->taken - f->room;
		f->taken = f->room;
	}
}

void
frames_begin(struct frames *f, int codes, size_t len)
{
	const unsigned	 first = len < LEN_16 ? (unsigned)len : len <= UINT16_MAX ? LEN_16 : LEN_64;

	if (f->taken > f->room)
		make_room(f);
	const unsigned	 last = codes & FRAME_GOES_ON ? 0 : LAST;
	buf_addc(&f->bytes, (char)(unsigned char)(last | ((unsigned)codes & CODE)));
	buf_addc(&f->bytes, (char)(unsigned char)first);
	for (size_t i = length_bytes(first); i-- > 0;)
		buf_addc(&f->bytes, (char)(unsigned char)(len >> 8 * i & 0xff));
}

void
frames_put(struct frames *f, const char *p, size_t len)
{
	buf_add(&f->bytes, p, len);
}

static size_t
frame_len(const char *p)
{
	const unsigned	 first = (unsigned char)p[1];
	const size_t	 more = length_bytes(first);
	size_t		 len = more == 0 ? first : 0;

	for (size_t i = 0; i < more; i++)
		len = len << 8 | (unsigned char)p[2 + i];
	return 2 + more + len;
}

char *
frames_take(struct frames *f, size_t most, size_t *len)
{
	char	*p = f->bytes.p + f->taken;

	*len = 0;
	while (*len < frames_waiting(f)) {
		const size_t	 next = frame_len(p + *len);

		if (*len > 0 && *len + next > most)
			break;
		*len += next;
	}
	f->taken += *len;
	return *len == 0 ? NULL : p;
}

void
frames_fini(struct frames *f)
{
	buf_free(&f->bytes);
}
