/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.h - an intrusive hash map from text to objects.
 *
 * The object embeds a struct node and owns the key's storage; the map owns
 * neither, it only finds.  A key is unique in its map.  Order of iteration is
 * unspecified; removing the node just visited is allowed while iterating.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct node {
	struct node	*next;		/* in its bucket */
	const char	*key;
	uint64_t	 hash;
};

struct map {
	struct node	**buckets;	/* NULL until the first put */
	size_t		  nbuckets;	/* a power of two */
	size_t		  n;
};

struct map_iter {
	const struct map	*map;
	size_t			 bucket;
	struct node		*next;
};

#define MAP_OF(node, type, member) \
	((type *)(void *)((char *)(node) - offsetof(type, member)))

void		 map_put(struct map *, struct node *, const char *key);	/* panics on a duplicate */
void		 map_remove(struct map *, struct node *);
struct node	*map_find(const struct map *, const char *key);		/* or NULL */

struct map_iter	 map_each(const struct map *);
struct node	*map_next(struct map_iter *);				/* NULL at the end */

void		 map_fini(struct map *);	/* the buckets only; objects stay their owner's */

#endif
