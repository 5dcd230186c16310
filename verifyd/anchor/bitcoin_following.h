/* bitcoin_following.h: how the anchors of an account are found on Bitcoin, for following.c.
 *
 * All blocks are read, from before the account was funded. An anchor counts when the first input of its transaction
 * spends an output that pays to the account's P2WPKH program and was itself seen in a block: only who has the key can
 * do that. The hash of every block is one that all endpoints agree on; a block itself is had from one of them, and is
 * right when it has that hash. */
#ifndef VD_ANCHOR_BITCOIN_FOLLOWING_H
#define VD_ANCHOR_BITCOIN_FOLLOWING_H

#include "anchor/following_state.h"
#include "chain/bitcoin_block.h"

/* Goes through a transaction with the coins that a track knows: those that it spends go, those that it gives come. With
 * no more room those of least value go first, and those before all that anybody could have sent, so that nobody can
 * make us forget the account's own change by sending it dust.
 * Returns whether it is an anchor of the track; *anchor is filled then. */
bool vd_bitcoin_following_take(struct vd_following_track *track, const struct vd_bitcoin_transaction *transaction,
                               struct frag_anchor *anchor);

#endif
