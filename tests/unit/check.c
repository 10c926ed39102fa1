/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char	row[160];

void
check_row(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(row, sizeof(row), fmt, ap);
	va_end(ap);
}

static void PRINTF(3, 4)
fail_at(const char *file, int line, const char *fmt, ...)
{
	char	 what[1024];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	print_error("row: %s (CHECK_SEED=%llu)\n%s\n", row, (unsigned long long)check_seed(), what);
	_fail(file, line);
}

_Noreturn void
check_failed_at(const char *expr, const char *file, int line)
{
	fail_at(file, line, "%s is false", expr);
	abort();	/* not reached: a test that fails is left by a jump */
}

void
check_int_at(int64_t got, int64_t want, const char *expr, const char *file, int line)
{
	if (got != want)
		fail_at(file, line, "%s is %lld, wanted %lld", expr, (long long)got,
		    (long long)want);
}

void
check_str_at(const char *got, const char *want, const char *expr, const char *file, int line)
{
	if (got == NULL || strcmp(got, want) != 0)
		fail_at(file, line, "%s is\n  %s\nwanted\n  %s", expr, got == NULL ? "NULL" : got,
		    want);
}

void
check_dec_at(dec_t got, const char *want, const char *expr, const char *file, int line)
{
	char	 text[DEC_STR];

	check_str_at(dec_format(got, text), want, expr, file, line);
}

void
check_has_at(const char *text, const char *part, const char *expr, const char *file, int line)
{
	if (strstr(text, part) == NULL)
		fail_at(file, line, "%s is\n  %s\nand lacks\n  %s", expr, text, part);
}

bool
check_panics(void (*f)(void))
{
	int		 status;
	const pid_t	 pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		f();
		_exit(0);
	}
	return pid != -1 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGABRT;
}

void
check_skipped(const char *why)
{
	print_message("# skipped: %s\n", why);
}

dec_t
D(const char *text)
{
	dec_t	 d;

	if (strcmp(text, "null") == 0)
		return DEC_NONE;
	if (dec_parse(text, &d) == -1)
		fail_at(__FILE__, __LINE__, "%s is not a decimal", text);
	return d;
}

static void
permute(size_t *order, size_t done, size_t n, void (*visit)(const size_t *, size_t, void *),
    void *arg)
{
	if (done == n) {
		visit(order, n, arg);
		return;
	}
	for (size_t i = done; i < n; i++) {
		const size_t	 kept = order[done];

		order[done] = order[i];
		order[i] = kept;
		permute(order, done + 1, n, visit, arg);
		order[i] = order[done];
		order[done] = kept;
	}
}

void
each_permutation(size_t n, void (*visit)(const size_t *, size_t, void *), void *arg)
{
	size_t	 order[8];

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	permute(order, 0, n, visit, arg);
}

uint64_t
check_seed(void)
{
	const char	*s = getenv("CHECK_SEED");

	return s == NULL ? 1 : strtoull(s, NULL, 10);
}
