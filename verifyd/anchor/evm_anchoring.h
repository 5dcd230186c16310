/* evm_anchoring.h: anchors of one log on an EVM chain. One transaction at a time, to oneself, with the payload of
 * FRAG-1 section 5 as its data. What is asked: evm_rounds.h; what is decided: evm_judge.h. Thread rule: the look's. */
#ifndef VD_ANCHOR_EVM_ANCHORING_H
#define VD_ANCHOR_EVM_ANCHORING_H

#include "anchor/look.h"

struct vd_evm_anchoring;

/* Opens the look's record too. look: outlives it, but is closed first: that cancels what is under way.
 * Errors: those of vd_evm_record_open; VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_evm_anchoring_new(struct vd_look *look, const struct vd_anchoring_options *options,
                                                 struct vd_evm_anchoring **anchoring, struct vd_failure *failure);
void vd_evm_anchoring_free(struct vd_evm_anchoring *anchoring); /* NULL is allowed */

/* After vd_look_is_due, with the same now_ms: asks, unless there is nothing to do and it was asked not long ago. */
void vd_evm_anchoring_look(struct vd_evm_anchoring *anchoring, uint64_t now_ms);

#endif
