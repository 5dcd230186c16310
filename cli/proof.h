/* proof.h: offline proofs that a document's entry is in an operator's log (C2SP tlog-proof), with the entry's bytes as
 * extra data. Public data. */
#ifndef CTL_PROOF_H
#define CTL_PROOF_H

#include <frag/tlog_proof.h>

#include "base/failure.h"
#include "operators.h"

#define CTL_PROOF_NAME_SIZE (FRAG_VKEY_NAME_MAX + sizeof ".tlog-proof")

/* What a proof shows. */
struct ctl_proof_shown {
  uint64_t index, size;  /* of the entry; entries of the log */
  frag_entry_kind kind;
  uint64_t entry_time_s, checkpoint_time_s; /* the second is 0 when the checkpoint does not say */
};

/* The file name for a log: its origin, with all but letters, digits, "." and "-" as "_". */
void ctl_proof_name(char name[static CTL_PROOF_NAME_SIZE], const char *origin);

/* Makes the proof from an operator's answer to a look-up for locator, and checks it.
 * Out: text, *len, *shown. VD_NOT_FOUND: the operator has no such record. VD_DATA: what it says does not prove it.
 * VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_proof_make(struct frag_context *context, const struct frag_log_key *key,
                                           const uint8_t locator[static FRAG_LOCATOR_LEN],
                                           const struct vd_lookup_answer *answer,
                                           char text[static FRAG_TLOG_PROOF_MAX], size_t *len,
                                           struct ctl_proof_shown *shown, struct vd_failure *failure);

/* Checks a proof. Out: *checkpoint: views into text. VD_DATA: it is not well formed, or proves nothing; in words. */
VD_MUST_CHECK enum vd_error ctl_proof_check(struct frag_context *context, const struct frag_log_key *key,
                                            const char *text, size_t len, struct frag_checkpoint *checkpoint,
                                            struct ctl_proof_shown *shown, struct vd_failure *failure);

/* "issue", "status" or "trust". */
const char *ctl_proof_kind_name(frag_entry_kind kind);

#endif
