/* batch.h: issues all rows: seals and splits them, puts the fragments into the ledgers, and writes the QR codes.
 * A chunk of rows at a time: sealed by several threads, then put into every ledger, synced, then drawn by several
 * threads. No QR code exists whose fragments are not in all ledgers. The same batch key gives the same bytes, so one
 * that was interrupted is run again from its beginning; what is there already stays. */
#ifndef CTL_BATCH_H
#define CTL_BATCH_H

#include <frag/issue.h>

#include "base/failure.h"
#include "ledger_sink.h"
#include "rows.h"

#define CTL_PREFIX_MAX 200 /* bytes of the QR texts' URL */

struct ctl_batch {
  const struct ctl_rows *rows;
  struct frag_batch common;   /* holds the batch key: secret */
  const struct frag_key *key; /* the issuer's */
  const uint8_t *status_key;  /* RK, 32 bytes; secret */
  const char *prefix;         /* at most CTL_PREFIX_MAX bytes, without "#" */
  struct ctl_ledger_sink *sink; /* common.fragment_count ledgers, by operator number; open */
  int folder_fd;              /* where the pictures go */
  unsigned workers;           /* threads, 1..CTL_WORKERS_MAX */
};

struct ctl_batch_counts {
  size_t added;     /* documents that were new to the ledgers */
  size_t unchanged; /* that were there already */
};

/* Runs the batch with a progress display. The pictures are not synced yet when it returns.
 * VD_CONFLICT, VD_FULL, VD_IO, VD_DATA, VD_KEY, VD_UNAVAILABLE from an operator, VD_MEMORY, VD_INTERNAL; what was done
 * so far stays. */
VD_MUST_CHECK enum vd_error ctl_batch_run(const struct ctl_batch *batch, struct ctl_batch_counts *counts,
                                          struct vd_failure *failure);

#endif
