/* evm_following.h: how the anchors of an account are found on an EVM chain, for following.c.
 *
 * While eth_getTransactionCount says that the account has sent nothing more up to the final block, no block is read.
 * When it has, the block of its next transaction is found by asking for the count at several blocks between. Nodes that
 * have forgotten old states cannot answer that; then all blocks are read, one after the other. A transaction of the
 * account is an anchor when its input is one of the track's origin, and its receipt says that it succeeded. What the
 * nodes say is believed when all of them say the same. */
#ifndef VD_ANCHOR_EVM_FOLLOWING_H
#define VD_ANCHOR_EVM_FOLLOWING_H

#include "anchor/following_state.h"

/* What an endpoint says of a block, without its transactions; of *out there is no padding. For vd_following_agreed. */
bool vd_evm_following_block(const struct vd_rpc_value *value, void *out);

/* A transaction in such a block. */
struct vd_evm_following_sent {
  bool is_ours;   /* sent by the account, with an anchor of the origin; else the rest means nothing */
  uint8_t hash[32];
  struct frag_anchor anchor;
};

/* Reads one. False: it has not the form of a transaction. */
bool vd_evm_following_sent(const struct vd_rpc_value *value, const uint8_t account[static 20],
                           const uint8_t origin_id[static FRAG_ANCHOR_ORIGIN_LEN], struct vd_evm_following_sent *sent);

#endif
