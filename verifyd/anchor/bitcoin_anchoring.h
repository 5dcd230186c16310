/* bitcoin_anchoring.h: anchors of one log on Bitcoin. One transaction at a time, with the payload of FRAG-1 section 5 in an
 * OP_RETURN, paid from coins of the account: at first those that the settings name, then the change of the anchor before.
 * The node needs neither a wallet nor an index of transactions. A look is up to three rounds of questions
 * (bitcoin_rounds.h), one judgement (bitcoin_judge.h), at most one synced change of the outbox (bitcoin_record.h), and then
 * perhaps a transaction that is sent to all endpoints. A halt is recorded when three looks in a row come to it.
 * The functions are those of anchoring.h. */
#ifndef VD_ANCHOR_BITCOIN_ANCHORING_H
#define VD_ANCHOR_BITCOIN_ANCHORING_H

#include "anchor/anchoring.h"

struct vd_bitcoin_anchoring;

VD_MUST_CHECK enum vd_error vd_bitcoin_anchoring_new(const struct vd_anchoring_options *options,
                                                     struct vd_bitcoin_anchoring **anchoring,
                                                     struct vd_failure *failure);
void vd_bitcoin_anchoring_free(struct vd_bitcoin_anchoring *anchoring); /* NULL is allowed */
void vd_bitcoin_anchoring_look(struct vd_bitcoin_anchoring *anchoring, uint64_t now_s, uint64_t now_ms);
void vd_bitcoin_anchoring_get(const struct vd_bitcoin_anchoring *anchoring, struct vd_anchoring_status *status);

#endif
