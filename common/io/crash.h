/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash.h - points at which a test may kill or stop the process.
 *
 * They stand in the I/O layer only, before and after each EXEC, commit, HTTP
 * send, HTTP answer and frame, and are named by what is done there:
 * "exec.before:judge".  Built only with CRASH_POINTS.
 *
 * CRASH_AT=point[#n]  the n-th time the point is passed (default: first)
 * CRASH_HOW=kill|stop SIGKILL (default) or SIGSTOP
 */
#ifndef IO_CRASH_H
#define IO_CRASH_H

#ifdef CRASH_POINTS
void	crash_point(const char *kind, const char *what);
#else
static inline void
crash_point(const char *kind, const char *what)
{
	(void)kind;
	(void)what;
}
#endif

#endif
