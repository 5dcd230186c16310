/* ots.h: OpenTimestamps proofs (.ots) that a log entry is under a Bitcoin block: stamped file = 00 ‖ entry; then the
 * RFC 6962 path to the anchored root, the anchor's payload, the transaction, the block's Merkle branch, and a Bitcoin
 * block header attestation. Verified by any OpenTimestamps client. Pure; any thread. */
#ifndef VD_CHAIN_OTS_H
#define VD_CHAIN_OTS_H

#include <frag/anchor.h>

#include "chain/bitcoin_block.h"

#define VD_OTS_MAX 16384

struct vd_ots {
  uint8_t entry_digest[32];              /* SHA-256 of 00 ‖ entry: the leaf's hash */
  uint64_t index;                        /* of the entry */
  struct frag_anchor anchor;
  const struct frag_proof *inclusion;    /* of the entry, in the tree of anchor.size */
  const uint8_t *transaction;            /* without witnesses; holds the anchor's payload once */
  size_t transaction_len;
  const struct vd_bitcoin_branch *branch;
  uint32_t height;
};

/* Writes the file. VD_DATA: the transaction does not hold the payload. VD_FULL: longer than VD_OTS_MAX, or the
 * transaction than the 4096 bytes that readers take. */
VD_MUST_CHECK enum vd_error vd_ots_write(uint8_t out[static VD_OTS_MAX], size_t *len, const struct vd_ots *proof,
                                         struct vd_failure *failure);

#endif
