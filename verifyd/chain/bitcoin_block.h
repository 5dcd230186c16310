/* bitcoin_block.h: block headers and Merkle branches of Bitcoin: what proves offline, from headers alone, that a
 * transaction was in a block. Pure; any thread. */
#ifndef VD_CHAIN_BITCOIN_BLOCK_H
#define VD_CHAIN_BITCOIN_BLOCK_H

#include "chain/bitcoin_transaction.h"

#define VD_BITCOIN_HEADER_LEN 80
#define VD_BITCOIN_BRANCH_MAX 32

struct vd_bitcoin_header {
  uint8_t bytes[VD_BITCOIN_HEADER_LEN];
  uint8_t hash[32];   /* wire order */
  uint8_t previous[32];
  uint8_t merkle_root[32];
  uint32_t time_s;
  uint32_t bits;
};

/* Reads a header and checks its proof of work against its own bits. VD_DATA. */
VD_MUST_CHECK enum vd_error vd_bitcoin_header_read(struct vd_bitcoin_header *header,
                                                   const uint8_t bytes[static VD_BITCOIN_HEADER_LEN],
                                                   struct vd_failure *failure);

struct vd_bitcoin_branch {
  uint32_t index; /* of the transaction in its block */
  size_t count;
  uint8_t hashes[VD_BITCOIN_BRANCH_MAX][32];
};

/* The branch of transaction `index` out of the ids of all. ids is scratch memory afterwards. */
void vd_bitcoin_branch_make(struct vd_bitcoin_branch *branch, uint8_t (*ids)[32], size_t count, uint32_t index,
                            uint8_t root[static 32]);

/* Whether the transaction is under the root. The caller has the transaction with that id, and it is longer than 64
 * bytes (as all that carry an anchor are): an inner node of the tree passes for a transaction of 64 bytes. */
VD_MUST_CHECK bool vd_bitcoin_branch_check(const struct vd_bitcoin_branch *branch, const uint8_t id[static 32],
                                           const uint8_t root[static 32]);

/* A whole block, as getblock with verbosity 0 gives it: every transaction is given to `take`, which may be NULL, with
 * its place; the Merkle root is checked, also against CVE-2012-2459, before any is. VD_DATA. VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_bitcoin_block_read(struct vd_bitcoin_header *header, const uint8_t *bytes, size_t len,
                                                  void (*take)(void *context, uint32_t index,
                                                               const struct vd_bitcoin_transaction *transaction),
                                                  void *context, struct vd_failure *failure);

/* The branch of transaction `index` in such a block. VD_DATA, VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_bitcoin_block_branch(struct vd_bitcoin_branch *branch, const uint8_t *bytes, size_t len,
                                                    uint32_t index, struct vd_failure *failure);

#endif
