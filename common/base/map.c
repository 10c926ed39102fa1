/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/map.h"

#include "base/die.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bit: keys are short ids, not adversarial bulk. */
static uint64_t
hash_of(const char *key)
{
	uint64_t	 h = 14695981039346656037u;

	for (; *key != '\0'; key++)
		h = (h ^ (uint8_t)*key) * 1099511628211u;
	return h ^ h >> 32;
}

static struct node **
slot_of(const struct map *m, uint64_t hash)
{
	return &m->buckets[hash & (m->nbuckets - 1)];
}

static void
grow(struct map *m)
{
	struct node	**old = m->buckets;
	size_t		  nold = m->nbuckets;

	m->nbuckets = nold == 0 ? 16 : nold * 2;
	m->buckets = xcalloc(m->nbuckets, sizeof(*m->buckets));
	for (size_t i = 0; i < nold; i++) {
		for (struct node *n = old[i], *next; n != NULL; n = next) {
			struct node	**slot = slot_of(m, n->hash);

			next = n->next;
			n->next = *slot;
			*slot = n;
		}
	}
	free(old);
}

struct node *
map_find(const struct map *m, const char *key)
{
	if (m->n == 0)
		return NULL;
	const uint64_t	 h = hash_of(key);
	for (struct node *n = *slot_of(m, h); n != NULL; n = n->next)
		if (n->hash == h && strcmp(n->key, key) == 0)
			return n;
	return NULL;
}

void
map_put(struct map *m, struct node *n, const char *key)
{
	if (map_find(m, key) != NULL)
		panic("map_put: %s is there already", key);
	if (m->n >= m->nbuckets)
		grow(m);
	n->key = key;
	n->hash = hash_of(key);
	struct node	**slot = slot_of(m, n->hash);
	n->next = *slot;
	*slot = n;
	m->n++;
}

void
map_remove(struct map *m, struct node *n)
{
	for (struct node **p = slot_of(m, n->hash); *p != NULL; p = &(*p)->next) {
		if (*p != n)
			continue;
		*p = n->next;
		n->next = NULL;
		m->n--;
		return;
	}
	panic("map_remove: %s is not there", n->key);
}

static void
settle(struct map_iter *it)
{
	while (it->next == NULL && it->bucket < it->map->nbuckets)
		it->next = it->map->buckets[it->bucket++];
}

struct map_iter
map_each(const struct map *m)
{
	struct map_iter	 it = { .map = m };

	settle(&it);
	return it;
}

struct node *
map_next(struct map_iter *it)
{
	struct node	*n = it->next;

	if (n != NULL) {
		it->next = n->next;
		settle(it);
	}
	return n;
}

void
map_fini(struct map *m)
{
	free(m->buckets);
	*m = (struct map){ 0 };
}
