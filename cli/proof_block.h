/* proof_block.h: what verifyctl proof adds for logs that are anchored: from the entry to a block of a public chain, out
 * of the anchors that the portal on this machine has found. One thread. */
#ifndef CTL_PROOF_BLOCK_H
#define CTL_PROOF_BLOCK_H

#include "operators.h"

/* An entry whose proof from a log was made. */
struct ctl_proof_entry {
  uint64_t index, size; /* size: entries of the log, as its checkpoint says; 0: no proof was made */
  size_t len;
  uint8_t bytes[FRAG_ENTRY_MAX];
};

/* Writes into the folder `out` for each operator, and each chain on which its log's entry is under a confirmed anchor:
 * the stamped file and its OpenTimestamps proof (Bitcoin), or text (EVM). Prints what was written; to standard error
 * what is not there (yet), and why. entries: one for each operator.
 * VD_DATA: something does not prove what it should. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_proof_blocks(const struct vd_settings *settings, struct ctl_operators *operators,
                                             const struct ctl_proof_entry *entries, const char *out,
                                             struct vd_failure *failure);

#endif
