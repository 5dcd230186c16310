/* bitcoin_evidence.h: what is kept of the block of a transaction, so that anyone who has the transaction can check
 * offline that it was there: header[80] ‖ place of the transaction in the block as big-endian u32 ‖ the hashes of its
 * Merkle branch, 32 bytes each, from the leaf up. Pure; any thread. */
#ifndef VD_CHAIN_BITCOIN_EVIDENCE_H
#define VD_CHAIN_BITCOIN_EVIDENCE_H

#include "chain/bitcoin_block.h"

#define VD_BITCOIN_EVIDENCE_MAX (VD_BITCOIN_HEADER_LEN + 4 + 32 * VD_BITCOIN_BRANCH_MAX)

/* Returns its length. Of the header only its bytes are looked at. */
VD_MUST_CHECK size_t vd_bitcoin_evidence_write(uint8_t bytes[static VD_BITCOIN_EVIDENCE_MAX],
                                               const struct vd_bitcoin_header *header,
                                               const struct vd_bitcoin_branch *branch);

/* Checks the form and the header's proof of work; whether the branch leads to the header, and whether it is the header
 * of a block on the chain, is for the caller. VD_DATA. */
VD_MUST_CHECK enum vd_error vd_bitcoin_evidence_read(struct vd_bitcoin_header *header,
                                                     struct vd_bitcoin_branch *branch, const uint8_t *bytes,
                                                     size_t len, struct vd_failure *failure);

#endif
