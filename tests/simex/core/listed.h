/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listed.h - the contracts built in: an exchangeInfo of three, as listing.h
 * reads it.
 */
#ifndef SIMEX_LISTED_H
#define SIMEX_LISTED_H

extern const char	listed_json[];

#endif
