/* anchor_proof.h: proofs that an entry of a log was under a block of a public chain, made of what an outbox or a
 * portal's anchors keep, and checked before they are written. Public data. Any thread. */
#ifndef CTL_ANCHOR_PROOF_H
#define CTL_ANCHOR_PROOF_H

#include <frag/anchor.h>

#include "chain/ots.h"
#include "config/settings.h"

#define CTL_ANCHOR_TEXT_MAX 20480 /* bytes of ctl_anchor_proof_text */

struct ctl_anchor_proof {
  const struct vd_chain_settings *chain;
  const char *origin;        /* of the log */
  uint8_t account[VD_CHAIN_ACCOUNT_LEN];
  uint64_t index;            /* of the entry */
  struct frag_slice entry;   /* its bytes */
  struct frag_anchor anchor; /* origin_id is filled in here */
  struct frag_proof inclusion; /* of the entry under the anchor's root */
  struct frag_slice raw;       /* the transaction; EVM: empty if it was found before transactions were kept */
  struct frag_slice evidence;  /* Bitcoin: as chain/bitcoin_evidence.h has it */
  uint8_t transaction[32];   /* its id, as people write it */
  uint64_t block_number;
  uint8_t block_hash[32];    /* as people write it */
  uint64_t block_time_s;
};

/* A Bitcoin anchor as OpenTimestamps file of the stamped file, 00 ‖ entry.
 * VD_DATA: what is there does not lead from the entry to the block. VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error ctl_anchor_proof_ots(struct frag_context *context, struct ctl_anchor_proof *proof,
                                                 uint8_t out[static VD_OTS_MAX], size_t *len,
                                                 struct vd_failure *failure);

/* An EVM anchor as text, which says how to get from the entry to the transaction that the account has signed, and what
 * to look up on the chain. The errors of the one above. */
VD_MUST_CHECK enum vd_error ctl_anchor_proof_text(struct frag_context *context, struct ctl_anchor_proof *proof,
                                                  char out[static CTL_ANCHOR_TEXT_MAX], size_t *len,
                                                  struct vd_failure *failure);

/* Writes a file, or leaves one that holds just these bytes. VD_CONFLICT: it holds something else. VD_IO, VD_FULL. */
VD_MUST_CHECK enum vd_error ctl_anchor_proof_put(const char *path, const void *bytes, size_t len,
                                                 struct vd_failure *failure);

#endif
