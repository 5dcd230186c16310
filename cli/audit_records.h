/* audit_records.h: whether an operator still has the record of every issue entry, unchanged, or says that it was
 * erased. */
#ifndef CTL_AUDIT_RECORDS_H
#define CTL_AUDIT_RECORDS_H

#include "audit.h"

/* An issue entry. */
struct ctl_audit_issue {
  uint64_t index, time_s;
  struct frag_slice leaf;
};

/* Looks up the records of count issue entries over HTTP, several at a time, and checks them: h_i, the leaf, the log
 * that the answer is under. VD_DATA with audit->is_wrong; VD_UNAVAILABLE, VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_audit_records(struct ctl_audit *audit, const struct ctl_audit_issue *issues,
                                              size_t count, struct vd_failure *failure);

#endif
