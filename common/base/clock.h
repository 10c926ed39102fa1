/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h - instants as types.  Pure: nobody reads a clock here; the loop does
 * and hands the instant on.
 *
 * mono_t is CLOCK_BOOTTIME: it never steps, counts while the machine sleeps,
 * and means something only together with the boot it was read in.
 * wall_t is time since the epoch, UTC; it may step.
 * A zero of either means "not set".  Both count microseconds.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct { int64_t us; } mono_t;
typedef struct { int64_t us; } wall_t;

#define MONO_NEVER	((mono_t){ INT64_MAX })
#define MONO_UNSET	((mono_t){ 0 })
#define WALL_UNSET	((wall_t){ 0 })

static inline bool
mono_is_set(mono_t t)
{
	return t.us != 0;
}

static inline bool
mono_before(mono_t a, mono_t b)
{
	return a.us < b.us;
}

static inline mono_t
mono_min(mono_t a, mono_t b)
{
	return a.us < b.us ? a : b;
}

static inline mono_t
mono_after_ms(mono_t t, int64_t ms)
{
	return (mono_t){ t.us + ms * 1000 };
}

/* Microseconds from the earlier to the later. */
static inline int64_t
mono_diff_us(mono_t later, mono_t earlier)
{
	return later.us - earlier.us;
}

static inline int64_t
mono_diff_ms(mono_t later, mono_t earlier)
{
	return (later.us - earlier.us) / 1000;
}

static inline bool
wall_is_set(wall_t t)
{
	return t.us != 0;
}

static inline int64_t
wall_ms(wall_t t)
{
	return t.us / 1000;
}

static inline wall_t
wall_from_ms(int64_t ms)
{
	return (wall_t){ ms * 1000 };
}

static inline wall_t
wall_add_us(wall_t t, int64_t us)
{
	return (wall_t){ t.us + us };
}

static inline int64_t
wall_diff_ms(wall_t later, wall_t earlier)
{
	return (later.us - earlier.us) / 1000;
}

#endif
