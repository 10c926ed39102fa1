/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - what the unit tests share: checks that name the row they failed
 * in, and every order of a few things.  cmocka runs them.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "base/attr.h"
#include "base/dec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The name of the row under test; printed with every failure until the next. */
void	check_row(const char *fmt, ...) PRINTF(1, 2);

/* Tells analysers too that it holds from here on. */
#define CHECK(cond)		((cond) ? (void)0 : check_failed_at(#cond, __FILE__, __LINE__))
#define CHECK_INT(got, want)	check_int_at((got), (want), #got, __FILE__, __LINE__)
#define CHECK_STR(got, want)	check_str_at((got), (want), #got, __FILE__, __LINE__)
#define CHECK_DEC(got, want)	check_dec_at((got), (want), #got, __FILE__, __LINE__)
#define CHECK_HAS(text, part)	check_has_at((text), (part), #text, __FILE__, __LINE__)

_Noreturn void	check_failed_at(const char *expr, const char *file, int line);
void	check_int_at(int64_t got, int64_t want, const char *expr, const char *file, int line);
void	check_str_at(const char *got, const char *want, const char *expr, const char *file,
	    int line);
void	check_dec_at(dec_t got, const char *want, const char *expr, const char *file, int line);
void	check_has_at(const char *text, const char *part, const char *expr, const char *file,
	    int line);

/* f() ends in panic(); it runs in a process of its own. */
#define CHECK_PANICS(f)		CHECK(check_panics(f))
bool	check_panics(void (*f)(void));

/*
 * Said by a test that cannot run here, before it returns: cmocka 1.1.5 prints
 * its own skip() as "not ok", which prove counts as a failure.
 */
void	check_skipped(const char *why);

dec_t	D(const char *text);		/* a decimal that is known to parse */

/* Calls visit with 0..n-1 in every order; n <= 8. */
void	each_permutation(size_t n, void (*visit)(const size_t *order, size_t n, void *arg),
	    void *arg);

/* The seed of this run: CHECK_SEED, else 1; printed when a property fails. */
uint64_t	check_seed(void);

#endif
