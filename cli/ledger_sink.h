/* ledger_sink.h: where the fragments of a batch go: the ledgers of all operators, on this machine or over the network.
 * One thread. */
#ifndef CTL_LEDGER_SINK_H
#define CTL_LEDGER_SINK_H

#include <frag/issue.h>

#include "operators.h"

struct ctl_ledger_sink {
  struct ctl_operators *operators;
  const struct frag_key *key; /* the issuer's, which signs submissions; secret */
};

struct ctl_ledger_put {
  size_t added;     /* items that were new to the ledger */
  size_t unchanged; /* that were there already */
  bool has_position;
  size_t position;  /* of the first item that it refuses, from 0, when has_position */
};

/* Opens the ledgers on this machine for writing. Those over the network are met with the first fragments.
 * VD_CONFIG, VD_CONFLICT and the other errors of vd_store_open, with the operator's number. */
VD_MUST_CHECK enum vd_error ctl_ledger_sink_open(struct ctl_ledger_sink *sink, struct vd_failure *failure);

/* Puts fragment records into the ledger of operator `number` (from 0): in one synced transaction, or over the network
 * in as few submissions as the limits allow, each of which is on the operator's disk when the next is made. After an
 * error some of them may be there; putting the same ones again is right.
 * VD_DATA, VD_CONFLICT, VD_FULL, VD_KEY, VD_UNAVAILABLE, VD_IO, VD_MEMORY, VD_INTERNAL; the text does not name the
 * operator. */
VD_MUST_CHECK enum vd_error ctl_ledger_sink_put(struct ctl_ledger_sink *sink, unsigned number,
                                                const struct vd_store_item *items, size_t count,
                                                struct ctl_ledger_put *put, struct vd_failure *failure);

/* The position that an operator's words name ("item 17 …": 17 − 1); false when they name none. Pure. */
bool ctl_ledger_sink_position(const char *words, size_t *position);

#endif
