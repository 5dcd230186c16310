/* evm_record.h: a record.h on an EVM chain: a slot's number is its nonce. Thread rule: one thread. */
#ifndef VD_ANCHOR_EVM_RECORD_H
#define VD_ANCHOR_EVM_RECORD_H

#include "anchor/evm_judge.h"
#include "anchor/record.h"

/* Closed with vd_record_close; after an error there is nothing to close. Errors: those of vd_record_begin and
 * vd_record_open. */
VD_MUST_CHECK enum vd_error vd_evm_record_open(struct vd_record *record, const struct vd_anchoring_options *options,
                                               struct vd_failure *failure);

/* Signs and records what was decided, VD_JUDGE_BEGIN or VD_JUDGE_REPLACE; synced. Out: *made: for sending.
 * Errors: those of vd_record_prepare and vd_record_attempt, vd_evm_sign. */
VD_MUST_CHECK enum vd_error vd_evm_record_attempt(struct vd_record *record, const struct vd_evm_verdict *verdict,
                                                  const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                                  struct vd_outbox_attempt *made, struct vd_failure *failure);

/* VD_JUDGE_FINISH. */
VD_MUST_CHECK enum vd_error vd_evm_record_finish(struct vd_record *record, const struct vd_evm_verdict *verdict,
                                                 struct vd_failure *failure);

#endif
