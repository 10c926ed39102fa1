/* SPDX-License-Identifier: BSD-2-Clause */
#include "io/lock.h"

#include "base/die.h"
#include "base/text.h"
#include "run/log.h"
#include "wire/field.h"

#include <hiredis/hiredis.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LIFE_MS = 5000,
	RENEW_MS = 1000,
	LOOK_MS = 100,		/* while it is not ours */
	EPOCH = 40,
};

struct holder {
	char	epoch[EPOCH], boot[BOOT_ID];
	int64_t	space;		/* of process ids: containers of one boot have their own */
	int64_t	pid, start;
	int64_t	file;		/* inode of the file it has the flock on; 0: none */
	int64_t	renewal;
};

static const struct field	holder_v[] = {
	F(holder, epoch, "epoch", F_STR, FIELD_REQUIRED),
	F(holder, boot, "boot", F_STR, FIELD_REQUIRED),
	F(holder, space, "space", F_I64, FIELD_REQUIRED),
	F(holder, pid, "pid", F_I64, FIELD_REQUIRED),
	F(holder, start, "start", F_I64, FIELD_REQUIRED),
	F(holder, file, "file", F_I64, 0),
	F(holder, renewal, "renewal", F_I64, 0),
};
static const struct fields	holder_fields = FIELDS(holder_v);

/* FENCING: the value is ours, and the connections of whoever had it are being killed. */
enum lock_state { LOCK_WANTED, LOCK_FENCING, LOCK_HELD, LOCK_GONE };

struct lock {
	struct bus			*bus;
	struct loop			*loop;
	struct link			*link;
	const char			*daemon;
	int				 db;
	char				 key[KEY_MAX];
	char				 path[256];
	int				 flock_fd;
	const struct lock_hooks		*hooks;
	void				*arg;
	struct timer			*timer;

	enum lock_state			 state;
	bool				 standing_by;
	bool				 busy, again;	/* a look is under way; and another one is wanted */
	struct holder			 self, other;		/* other: as last seen */
	mono_t				 other_since;		/* unchanged since; unset: none seen */
	mono_t				 sent_at, confirmed;
};

/* Field 22 of /proc/pid/stat; -1: no such process. */
static int64_t
start_time(int64_t pid)
{
	char	 path[40], line[512], *p;
	FILE	*f;
	int64_t	 v = -1;

	text_putf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	if ((f = fopen(path, "r")) == NULL)
		return -1;
	/* The name in field 2 may hold anything, but ends with the last ). */
	if (fgets(line, sizeof(line), f) != NULL && (p = strrchr(line, ')')) != NULL) {
		for (int i = 2; i < 22 && p != NULL; i++)
			p = strchr(p + 1, ' ');
		if (p != NULL)
			v = strtoll(p, NULL, 10);
	}
	fclose(f);
	return v;
}

static int64_t
inode_of(const char *path)
{
	struct stat	 st;

	return stat(path, &st) == -1 ? 0 : (int64_t)st.st_ino;
}

static bool
get_flock(struct lock *k)
{
	if (k->path[0] == '\0')
		return false;
	if (k->flock_fd == -1)
		k->flock_fd = open(k->path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	return k->flock_fd != -1 && flock(k->flock_fd, LOCK_EX | LOCK_NB) == 0;
}

/* Only what can be seen from here proves it: otherwise time tells. */
static bool
is_dead(struct lock *k, const struct holder *h)
{
	if (!text_eq(h->boot, k->self.boot))
		return false;
	return (h->space == k->self.space && start_time(h->pid) != h->start) ||
	    (h->file != 0 && h->file == inode_of(k->path) && get_flock(k));
}

/* ---- becoming and staying the holder --------------------------------------- */

static void
became_held(struct lock *k)
{
	k->state = LOCK_HELD;
	log_info("lock_held", "epoch=%s", k->self.epoch);
	k->hooks->held(k->arg);
}

static void
lost(struct lock *k, const char *why)
{
	k->state = LOCK_GONE;
	log_error("lock_lost", "epoch=%s why=\"%s\"; this process stops", k->self.epoch, why);
	k->hooks->lost(k->arg);
}

/* Their replies come in order: with the last one all are dead. */
static void
on_killed(void *arg, const redisReply *r)
{
	struct lock	*k = arg;

	if (k->state != LOCK_FENCING)
		return;
	if (r == NULL)
		k->state = LOCK_WANTED;		/* the connection is new: from the beginning */
	else
		became_held(k);
}

/* A line of CLIENT LIST: a connection of this daemon's, but not of this process. */
static bool
is_rival(const struct lock *k, const char *line, int64_t *id)
{
	char		 name[64], lock_name[64], db[24];
	const size_t	 len = strcspn(line, "\n");

	text_putf(name, sizeof(name), " name=%s-", k->daemon);
	text_putf(lock_name, sizeof(lock_name), " name=%s-lock ", k->daemon);
	text_putf(db, sizeof(db), " db=%d ", k->db);
	*id = strtoll(line + strspn(line, "id="), NULL, 10);
	return *id != bus_client_id(k->bus) && memmem(line, len, name, strlen(name)) != NULL &&
	    memmem(line, len, lock_name, strlen(lock_name)) == NULL &&
	    memmem(line, len, db, strlen(db)) != NULL;
}

/* Returns how many commands were added. */
static int
add_kills(const struct lock *k, const char *list, struct buf *resp)
{
	struct buf	 ids = { 0 };
	int64_t		 id;
	char		 text[24];
	int		 n = 0;

	for (const char *p = list; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		if (!is_rival(k, p, &id))
			continue;
		text_putf(text, sizeof(text), "%lld", (long long)id);
		resp_add(resp, 4, (const char *[]){ "CLIENT", "KILL", "ID", text }, NULL);
		buf_addf(&ids, "%s%s", n++ == 0 ? "" : " ", text);
	}
	if (n > 0)
		log_warn("lock_fenced", "clients=\"%s\"", buf_text(&ids));
	buf_free(&ids);
	return n;
}

static void
on_clients(void *arg, const redisReply *r)
{
	struct lock	*k = arg;
	struct buf	 resp = { 0 };
	int		 n = 0;

	if (r == NULL) {
		on_killed(k, NULL);
		return;
	}
	if (r->type == REDIS_REPLY_STRING)
		n = add_kills(k, r->str, &resp);
	else
		log_error("lock_not_fenced", "why=\"%s\"; an instance that was only stopped may "
		    "disturb this one when it goes on", r->str == NULL ? "?" : r->str);
	resp_add(&resp, 1, (const char *[]){ "PING" }, NULL);
	link_send_resp(k->link, NULL, on_killed, k, resp.p, resp.len, n + 1);
	buf_free(&resp);
}

/* First the value, then the list: what connects in between reads the value. */
static void
fence(struct lock *k)
{
	k->state = LOCK_FENCING;
	link_send(k->link, on_clients, k, 2, (const char *[]){ "CLIENT", "LIST" }, NULL);
}

static void
on_written(void *arg, const redisReply *r)
{
	struct lock	*k = arg;

	k->busy = false;
	if (r == NULL)
		return;
	if (r->type != REDIS_REPLY_ARRAY) {	/* somebody wrote in between, or Redis is full */
		timer_in_ms(k->timer, LOOK_MS);
		return;
	}
	k->confirmed = k->sent_at;
	timer_in_ms(k->timer, k->again ? 0 : RENEW_MS);
	k->again = false;
	if (k->state == LOCK_WANTED)
		fence(k);
}

/* The key is watched since it was read: the EXEC does nothing if it has changed. */
static void
write_self(struct lock *k)
{
	struct buf	 value = { 0 }, resp = { 0 };

	k->self.file = get_flock(k) ? inode_of(k->path) : 0;
	k->self.renewal++;
	fields_object(&holder_fields, &k->self, &value);
	resp_add(&resp, 1, (const char *[]){ "MULTI" }, NULL);
	resp_add(&resp, 3, (const char *[]){ "SET", k->key, value.p }, NULL);
	resp_add(&resp, 1, (const char *[]){ "EXEC" }, NULL);
	k->sent_at = clock_mono();
	link_send_resp(k->link, NULL, on_written, k, resp.p, resp.len, 3);
	buf_free(&value);
	buf_free(&resp);
}

/* ---- looking ----------------------------------------------------------------- */

static void
wait_for(struct lock *k, const struct holder *h)
{
	if (!mono_is_set(k->other_since) || !text_eq(h->epoch, k->other.epoch) ||
	    h->renewal != k->other.renewal) {
		k->other = *h;
		k->other_since = loop_now(k->loop);
	}
	if (!k->standing_by) {
		k->standing_by = true;
		log_info("lock_standby", "holder_epoch=%s holder_pid=%lld", h->epoch,
		    (long long)h->pid);
		k->hooks->standby(k->arg);
	}
	k->busy = false;
	timer_in_ms(k->timer, LOOK_MS);
}

static void
on_others_value(struct lock *k, const struct holder *h)
{
	const bool	 same = mono_is_set(k->other_since) && text_eq(h->epoch, k->other.epoch) &&
			    h->renewal == k->other.renewal;

	if (k->state == LOCK_HELD) {
		lost(k, "another instance has taken it");
		return;
	}
	k->state = LOCK_WANTED;
	if (is_dead(k, h) ||
	    (same && mono_diff_ms(loop_now(k->loop), k->other_since) >= LIFE_MS)) {
		log_warn("lock_taken_over", "from_epoch=%s from_pid=%lld", h->epoch,
		    (long long)h->pid);
		write_self(k);
	} else
		wait_for(k, h);
}

static void
on_value(void *arg, const redisReply *r)
{
	struct lock		*k = arg;
	struct holder		 h = { 0 };
	struct field_fault	 ff;

	k->busy = r != NULL;
	if (r == NULL || k->state == LOCK_GONE)
		return;
	/* Nobody's, or not readable as anybody's. */
	const bool	 free = r->type != REDIS_REPLY_STRING ||
			    fields_read(&holder_fields, &h, r->str, (size_t)r->len, &ff) == -1;
	const bool	 ours = !free && text_eq(h.epoch, k->self.epoch);
	if (!free && !ours) {
		on_others_value(k, &h);
		return;
	}
	if (free && k->state == LOCK_HELD) {
		k->again = true;	/* whoever waits for owned() need not for long */
		k->hooks->forgotten(k->arg);
	}
	if (ours && !k->again)
		k->hooks->owned(k->arg);
	write_self(k);
}

static void
look(void *arg)
{
	struct lock	*k = arg;

	timer_in_ms(k->timer, RENEW_MS);	/* should this look be lost */
	if (k->busy || !link_is_up(k->link) || k->state == LOCK_GONE)
		return;
	k->busy = true;
	link_send(k->link, NULL, NULL, 2, (const char *[]){ "WATCH", k->key }, NULL);
	link_send(k->link, on_value, k, 2, (const char *[]){ "GET", k->key }, NULL);
}

void
lock_check(struct lock *k)
{
	k->again = k->busy;
	look(k);
}

static void
on_link_up(void *arg)
{
	look(arg);
}

static void
on_link_down(void *arg)
{
	struct lock	*k = arg;

	k->busy = k->again = false;
}

static const struct link_hooks	link_hooks = { .up = on_link_up, .down = on_link_down };

struct lock *
lock_new(struct bus *bus, const struct redis_addr *addr, const char *daemon, const char *run_dir,
    const struct lock_hooks *hooks, void *arg)
{
	struct lock	*k = xcalloc(1, sizeof(*k));
	char		 name[64];

	k->bus = bus;
	k->loop = bus_loop(bus);
	k->daemon = daemon;
	k->db = addr->db;
	k->flock_fd = -1;
	k->hooks = hooks;
	k->arg = arg;
	key_format(K_LOCK, daemon, k->key);
	if (*run_dir != '\0')
		text_putf(k->path, sizeof(k->path), "%s/%s.lock", run_dir, daemon);
	text_putf(k->self.epoch, sizeof(k->self.epoch), "%lld-%d", (long long)clock_wall().us,
	    (int)getpid());
	text_put(k->self.boot, sizeof(k->self.boot), loop_boot(k->loop));
	k->self.space = inode_of("/proc/self/ns/pid");
	k->self.pid = getpid();
	k->self.start = start_time(getpid());
	k->timer = timer_new(k->loop, look, k);
	text_putf(name, sizeof(name), "%s-lock", daemon);
	k->link = link_new(k->loop, addr, name, &link_hooks, k);
	return k;
}

void
lock_free(struct lock *k)
{
	if (k == NULL)
		return;
	if (k->flock_fd != -1)
		close(k->flock_fd);
	timer_free(k->timer);
	link_free(k->link);
	free(k);
}

mono_t
lock_confirmed(const struct lock *k)
{
	return k->confirmed;
}
