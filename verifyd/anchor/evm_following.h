/* evm_following.h: how the anchors of an account are found on an EVM chain, for following.c.
 *
 * While eth_getTransactionCount says that the account has sent nothing more up to the final block, no block is read.
 * When it has, the block of its next transaction is found by asking for the count at several blocks between. Nodes that
 * have forgotten old states cannot answer that; then all blocks are read, one after the other. A transaction of the
 * account is an anchor when its input is one of the track's origin, its signature is the account's (evm_sent.h), and
 * its receipt says that it succeeded. What nobody signs, the block and the receipt, is believed when all nodes say the
 * same. */
#ifndef VD_ANCHOR_EVM_FOLLOWING_H
#define VD_ANCHOR_EVM_FOLLOWING_H

#include "anchor/following_state.h"

/* What an endpoint says of a block, without its transactions; of *out there is no padding. For vd_following_agreed. */
bool vd_evm_following_block(const struct vd_rpc_value *value, void *out);

#endif
