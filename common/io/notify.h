/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.h - telling the supervisor: systemd's $NOTIFY_SOCKET (sd_notify(3)),
 * or a newline on a descriptor (s6, "notifywhenup").  Without either: nothing.
 */
#ifndef IO_NOTIFY_H
#define IO_NOTIFY_H

struct notify;

struct notify	*notify_new(int fd);		/* -1: no descriptor */
void		 notify_free(struct notify *);
void		 notify_ready(struct notify *);	/* the first call counts */
void		 notify_status(struct notify *, const char *text);
void		 notify_stopping(struct notify *);
void		 notify_watchdog(struct notify *);

#endif
