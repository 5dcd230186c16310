/* evm_found.h: what all endpoints tell of a whole block, and the anchors in it, for evm_following.c. */
#ifndef VD_ANCHOR_EVM_FOUND_H
#define VD_ANCHOR_EVM_FOUND_H

#include "anchor/following_state.h"

/* Reads the answers to question i, the i-th of the blocks that were asked for, which must have that number, follow the
 * one before it and, if it is the final one, be it. Notes the anchors of the track that is walked, each proven and told
 * by all endpoints alike; those that cannot be proven are noted as dropped, with why. False: vd_following_fail was
 * called. */
VD_MUST_CHECK bool vd_evm_found_read(struct vd_following *following, size_t i, uint64_t number);

#endif
