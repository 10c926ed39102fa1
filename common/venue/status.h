/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.h - the exchange's words for the status of an order, in ours.
 * A word that is not in the table is VS_UNKNOWN: the order is asked for.
 */
#ifndef VENUE_STATUS_H
#define VENUE_STATUS_H

#include "wire/msg.h"

enum venue_status	 venue_status_of(const char *word);
bool			 venue_status_is_final(enum venue_status);

#endif
