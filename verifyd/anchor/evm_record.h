/* evm_record.h: the outbox of an EVM chain's anchors, with the key that signs them: what is decided becomes a signed
 * transaction and is on the disk before anybody can send it. Thread rule: one thread. */
#ifndef VD_ANCHOR_EVM_RECORD_H
#define VD_ANCHOR_EVM_RECORD_H

#include <frag/anchor.h>

#include "anchor/evm_judge.h"
#include "chain/evm.h"

struct vd_evm_record {
  uint64_t chain_id;
  struct vd_outbox *outbox;
  struct vd_ecdsa *ecdsa;
  uint8_t secret32[32];                       /* secret */
  uint8_t account[VD_EVM_ADDRESS_LEN];
  uint8_t origin_id[FRAG_ANCHOR_ORIGIN_LEN];
  struct vd_evm_outbox state;                 /* what the outbox says, as of the last function that wrote it */
  uint64_t final_count, final_size, final_time_s; /* slots final; of the last one: the log's size, the block's time */
  uint64_t halted_s;                          /* 0: it is not halted */
  char halted[VD_OUTBOX_REASON_SIZE];         /* "" when it is not */
};

/* Opens the outbox, making it if need be. secret32: secret; copied. After an error there is nothing to close.
 * Errors: those of vd_outbox_open; VD_KEY; VD_CONFIG: the origin; VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_evm_record_open(struct vd_evm_record *record, const struct vd_anchoring_options *options,
                                               struct vd_failure *failure);
void vd_evm_record_close(struct vd_evm_record *record); /* wipes */

/* Signs and records what was decided, VD_EVM_BEGIN or VD_EVM_REPLACE; synced. Out: *made: for sending.
 * Errors: those of vd_outbox_begin and vd_outbox_replace; VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_evm_record_attempt(struct vd_evm_record *record, const struct vd_evm_verdict *verdict,
                                                  const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                                  struct vd_outbox_attempt *made, struct vd_failure *failure);

/* An attempt of the open slot, as it was recorded. */
VD_MUST_CHECK enum vd_error vd_evm_record_get(struct vd_evm_record *record, size_t attempt,
                                              struct vd_outbox_attempt *out, struct vd_failure *failure);

/* VD_EVM_FINISH, VD_EVM_HALT. */
VD_MUST_CHECK enum vd_error vd_evm_record_finish(struct vd_evm_record *record, const struct vd_evm_verdict *verdict,
                                                 struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_evm_record_halt(struct vd_evm_record *record, uint64_t now_s, const char *reason,
                                               struct vd_failure *failure);

#endif
