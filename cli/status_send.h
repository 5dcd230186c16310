/* status_send.h: sends what waits in the queue to the operators, and notes who has acknowledged what. One thread. */
#ifndef CTL_STATUS_SEND_H
#define CTL_STATUS_SEND_H

#include "status_walk.h"

/* What sending needs. Views. */
struct ctl_status_sender {
  struct ctl_status_scope scope; /* its queue is the one below */
  struct ctl_status_queue *queue;
  const struct frag_key *key; /* signs statements and submissions; secret */
};

/* Seals the statement of a line whose kind, reason, n, time and rid are given, into its record. VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_status_seal(const struct ctl_status_sender *sender, struct ctl_status_line *line,
                                            struct vd_failure *failure);

/* Sends what waits in batch `index` of the queue to every operator that is reachable, and saves the batch after every
 * step. Where an operator has other bytes under an s_n, the statement gets the next n that is free, and is saved as a
 * further line before it is sent. An operator that fails or refuses is dropped (ctl_status_asker_drop); what it has not
 * acknowledged keeps waiting. VD_CONFLICT: a statement was outrun again and again. VD_IO, VD_FULL (the queue cannot be
 * written), VD_MEMORY, VD_INTERNAL. Out: *error_of: of the last operator that failed; left alone otherwise. */
VD_MUST_CHECK enum vd_error ctl_status_send(const struct ctl_status_sender *sender, size_t index,
                                            enum vd_error *error_of, struct vd_failure *failure);

/* The same for all batches, the oldest first. Those of another realm or number of operators are left out, and said. */
VD_MUST_CHECK enum vd_error ctl_status_send_all(const struct ctl_status_sender *sender, enum vd_error *error_of,
                                                struct vd_failure *failure);

#endif
