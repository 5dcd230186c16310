/* reissue.h: what verifyctl reissue does besides issuing: before, it looks whether the issue before can still be
 * superseded; afterwards, when the new documents are in all ledgers, it supersedes that one and all before it, since
 * nobody can know which of them were issued: only the new one can be VALID. One thread. */
#ifndef CTL_REISSUE_H
#define CTL_REISSUE_H

#include "base/key_file.h"
#include "rows.h"

#define CTL_REISSUE_NUMBER_MAX 100 /* issue_no of the last one */

/* Views. */
struct ctl_reissue {
  const char *config, *queue; /* queue: NULL: beside the status key */
  const char *issuer_key_path, *status_key_path;
  const struct vd_key *issuer_key, *status_key; /* the same, opened; secret */
  const char *issuer;
  uint64_t issue_no; /* of the new documents, 2.. */
  const char *in;    /* the spreadsheet's path, for error texts */
  const struct ctl_rows *rows;
};

/* Refuses documents whose issue before is superseded already, or whose new issue is revoked or superseded; the rows are
 * named on standard error. The ledgers on this machine must not be open. VD_USAGE (the number), VD_CONFLICT, VD_FULL
 * (too many rows), and those of ctl_status_clerk_load and ctl_status_walk. */
VD_MUST_CHECK enum vd_error ctl_reissue_check(const struct ctl_reissue *reissue, struct vd_failure *failure);

/* Supersedes all issues before of every row that are not superseded or revoked, with a line on standard output for that
 * right before and for each of which there was something to supersede. Out: *status: the exit code, 0 unless an
 * operator has not acknowledged it. The same rule and errors, and those of ctl_status_clerk_state. */
VD_MUST_CHECK enum vd_error ctl_reissue_supersede(const struct ctl_reissue *reissue, int *status,
                                                  struct vd_failure *failure);

#endif
