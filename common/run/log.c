/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

const char *const	log_level_names[] = {
	[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug",
	NULL,
};

static const char	*daemon_name = "-";
static enum log_level	 threshold = LOG_INFO;

void
log_init(const char *daemon, enum log_level level)
{
	daemon_name = daemon;
	threshold = level;
}

/* One write per line, so that lines of several processes on one descriptor stay whole. */
static void
emit(enum log_level level, const char *event, const char *fmt, va_list ap)
{
	char		 line[2048];
	struct timespec	 ts;
	struct tm	 tm;
	int		 n, m;

	if (level > threshold)
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	n = snprintf(line, sizeof(line), "%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ %s %s %s ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    ts.tv_nsec / 1000, log_level_names[level], daemon_name, event);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	n = m < (int)sizeof(line) - n - 1 ? n + m : (int)sizeof(line) - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) == -1)
		return;		/* there is nobody to tell */
}

#define LOG_FUNCTION(name, level)			\
void							\
name(const char *event, const char *fmt, ...)		\
{							\
	va_list	 ap;					\
							\
	va_start(ap, fmt);				\
	emit(level, event, fmt, ap);			\
	va_end(ap);					\
}

LOG_FUNCTION(log_error, LOG_ERROR)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_debug, LOG_DEBUG)

void
fatal(int status, const char *event, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	emit(LOG_ERROR, event, fmt, ap);
	va_end(ap);
	exit(status);
}

bool
log_allow(struct log_limit *lim, mono_t now)
{
	if (mono_before(now, lim->next)) {
		lim->held++;
		return false;
	}
	if (mono_diff_ms(now, lim->next) > lim->every_ms)
		lim->held = 0;		/* a new spell */
	lim->next = mono_after_ms(now, lim->every_ms);
	return true;
}
