/* evm_anchoring.h: anchors of one log on an EVM chain. One transaction at a time, to oneself, with the payload of
 * FRAG-1 section 5 as its data. A look is up to three rounds of questions to all endpoints (evm_rounds.h), one
 * judgement (evm_judge.h), at most one synced change of the outbox (evm_record.h), and then perhaps a transaction that
 * is sent to all. A halt is recorded when three looks in a row come to it. The functions are those of anchoring.h. */
#ifndef VD_ANCHOR_EVM_ANCHORING_H
#define VD_ANCHOR_EVM_ANCHORING_H

#include "anchor/anchoring.h"

struct vd_evm_anchoring;

VD_MUST_CHECK enum vd_error vd_evm_anchoring_new(const struct vd_anchoring_options *options,
                                                 struct vd_evm_anchoring **anchoring, struct vd_failure *failure);
void vd_evm_anchoring_free(struct vd_evm_anchoring *anchoring); /* NULL is allowed */
void vd_evm_anchoring_look(struct vd_evm_anchoring *anchoring, uint64_t now_s, uint64_t now_ms);
void vd_evm_anchoring_get(const struct vd_evm_anchoring *anchoring, struct vd_anchoring_status *status);

#endif
