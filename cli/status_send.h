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

/* Sends what waits in the queue, the oldest batch first, to every operator that is reachable, to all of them at the
 * same time, and saves a batch after every step; one that was not asked anything yet is first asked, so that a silent
 * one is dropped soon. Batches made with fewer operators go to the further ones too. Where an operator has other bytes
 * under an s_n, and proves it, the statement gets the next n that is free, and is saved as a further line before it is
 * sent; but it is given up (CTL_STATUS_UNSAID), with a line on standard error, when it is a reinstatement and a valid
 * suspension stands at its n or later, which nobody judged, or when ctl_status_judge_number allows no such n. An
 * operator that fails, refuses or proves nothing is dropped (ctl_status_asker_drop); what it has not acknowledged keeps
 * waiting.
 * Batches that are not ctl_status_send_is_ours are left out, and said.
 * VD_CONFLICT: a statement was outrun again and again. VD_IO, VD_FULL (the queue cannot be written), VD_MEMORY,
 * VD_INTERNAL. Out: *error_of: VD_CONFLICT when a statement was given up, else of the last operator that failed; left
 * alone otherwise. */
VD_MUST_CHECK enum vd_error ctl_status_send_all(const struct ctl_status_sender *sender, enum vd_error *error_of,
                                                struct vd_failure *failure);

/* Whether a batch is for this realm, and for no more operators than there are. Pure. */
bool ctl_status_send_is_ours(const struct ctl_status_scope *scope, const struct ctl_status_batch *batch);

#endif
