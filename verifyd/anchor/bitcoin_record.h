/* bitcoin_record.h: a record.h on Bitcoin, with the coins that anchors are paid from. Thread rule: one thread. */
#ifndef VD_ANCHOR_BITCOIN_RECORD_H
#define VD_ANCHOR_BITCOIN_RECORD_H

#include "anchor/bitcoin_judge.h"
#include "anchor/record.h"
#include "chain/bitcoin_network.h"

/* Closed with vd_record_close; after an error there is nothing to close. Out: *coins, as after each function below.
 * Errors: those of vd_record_begin and vd_record_open; VD_CONFIG: a coin. */
VD_MUST_CHECK enum vd_error vd_bitcoin_record_open(struct vd_record *record, const struct vd_bitcoin_network *network,
                                                   const struct vd_anchoring_options *options,
                                                   struct vd_bitcoin_coins *coins, struct vd_failure *failure);

/* Signs and records what was decided, VD_JUDGE_BEGIN or VD_JUDGE_REPLACE; synced. Out: *made: for sending.
 * Errors: those of vd_record_prepare and vd_record_attempt, vd_bitcoin_sign. */
VD_MUST_CHECK enum vd_error vd_bitcoin_record_attempt(struct vd_record *record,
                                                      const struct vd_bitcoin_verdict *verdict,
                                                      const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                                      struct vd_outbox_attempt *made, struct vd_bitcoin_coins *coins,
                                                      struct vd_failure *failure);

/* VD_JUDGE_FINISH. */
VD_MUST_CHECK enum vd_error vd_bitcoin_record_finish(struct vd_record *record,
                                                     const struct vd_bitcoin_verdict *verdict,
                                                     const struct vd_bitcoin_proof *proof,
                                                     struct vd_bitcoin_coins *coins, struct vd_failure *failure);

#endif
