/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attr.h - what the compiler is told, and the size of an array.
 */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_CHECK	__attribute__((warn_unused_result))
#define PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

#endif
