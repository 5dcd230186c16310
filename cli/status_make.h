/* status_make.h: making statements, as revoke, suspend, reinstate and reissue do: all operators are asked about the
 * documents first, then the caller judges, then ctl_status_clerk_state queues the statements and sends them with what
 * waited before. Nothing is handed in before that. One thread. */
#ifndef CTL_STATUS_MAKE_H
#define CTL_STATUS_MAKE_H

#include "status_clerk.h"

/* ctl_status_walk; when no operator can be asked, ctl_status_walk_queue, with a line on standard error: a statement is
 * then made and waits. Where an s_n turns out to be taken it is said again with a later n; but a reinstatement is not,
 * when somebody suspended the document anew meanwhile: whoever made it did not know of that (status_send.h). Out:
 * *is_asked. Their errors, without VD_UNAVAILABLE. */
VD_MUST_CHECK enum vd_error ctl_status_make_walk(struct ctl_status_clerk *clerk, struct ctl_status_document *documents,
                                                 size_t count, struct ctl_status_batch *gaps, bool *is_asked,
                                                 struct vd_failure *failure);

/* After ctl_status_clerk_state made `made` statements: "; 2 of 3 operators have it, …" on standard output. */
void ctl_status_make_say_holders(const struct ctl_status_clerk *clerk, size_t made);

#endif
