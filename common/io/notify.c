/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/notify.h"

#include "base/die.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct notify {
	int			 fd, sock;
	struct sockaddr_un	 to;
	socklen_t		 len;
	bool			 told;
};

struct notify *
notify_new(int fd)
{
	struct notify	*n = xcalloc(1, sizeof(*n));
	const char	*path = getenv("NOTIFY_SOCKET");

	n->fd = fd;
	n->sock = -1;
	n->to.sun_family = AF_UNIX;
	if (path == NULL || text_copy(n->to.sun_path, sizeof(n->to.sun_path), path) == -1)
		return n;
	n->len = (socklen_t)(sizeof(n->to.sun_family) + strlen(path));
	if (n->to.sun_path[0] == '@')
		n->to.sun_path[0] = '\0';	/* an abstract socket */
	n->sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return n;
}

static void
tell(struct notify *n, const char *text)
{
	if (n->sock != -1)
		sendto(n->sock, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
		    (const struct sockaddr *)&n->to, n->len);
}

void
notify_ready(struct notify *n)
{
	if (n->told)
		return;
	n->told = true;
	tell(n, "READY=1");
	if (n->fd != -1 && write(n->fd, "\n", 1) == 1)
		close(n->fd);
	n->fd = -1;
}

void
notify_status(struct notify *n, const char *text)
{
	char	 line[200];

	if (text_format(line, sizeof(line), "STATUS=%s", text) == 0)
		tell(n, line);
}

void
notify_stopping(struct notify *n)
{
	tell(n, "STOPPING=1");
}

void
notify_watchdog(struct notify *n)
{
	tell(n, "WATCHDOG=1");
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	if (n->sock != -1)
		close(n->sock);
	free(n);
}
