/* bitcoin_anchoring.h: anchors of one log on Bitcoin. One transaction at a time, with the payload of FRAG-1 section 5 in an
 * OP_RETURN, paid from coins of the account: at first those that the settings name, then the change of the anchor before.
 * The node needs neither a wallet nor an index of transactions. What is asked: bitcoin_rounds.h; what is decided:
 * bitcoin_judge.h. Thread rule: the look's. */
#ifndef VD_ANCHOR_BITCOIN_ANCHORING_H
#define VD_ANCHOR_BITCOIN_ANCHORING_H

#include "anchor/look.h"

struct vd_bitcoin_anchoring;

/* Opens the look's record too. look: outlives it, but is closed first: that cancels what is under way.
 * Errors: those of vd_bitcoin_record_open; VD_CONFIG: the network; VD_MEMORY. */
VD_MUST_CHECK enum vd_error vd_bitcoin_anchoring_new(struct vd_look *look, const struct vd_anchoring_options *options,
                                                     struct vd_bitcoin_anchoring **anchoring,
                                                     struct vd_failure *failure);
void vd_bitcoin_anchoring_free(struct vd_bitcoin_anchoring *anchoring); /* NULL is allowed */

/* After vd_look_is_due, with the same now_ms: asks. */
void vd_bitcoin_anchoring_look(struct vd_bitcoin_anchoring *anchoring, uint64_t now_ms);

#endif
