/* record.h: the outbox of one log's anchors on one chain, with the key that signs them, whatever the kind of chain:
 * what is decided is on the disk before anybody can send it. evm_record.h and bitcoin_record.h open it and make its
 * transactions. Thread rule: one thread. */
#ifndef VD_ANCHOR_RECORD_H
#define VD_ANCHOR_RECORD_H

#include <frag/anchor.h>

#include "anchor/judge.h"
#include "chain/ecdsa.h"

struct vd_record {
  const struct vd_chain_settings *chain;      /* these outlive it */
  const struct vd_anchor_settings *anchor;
  struct vd_outbox *outbox;
  struct vd_ecdsa *ecdsa;
  struct vd_ecdsa_key key;                    /* secret */
  uint8_t account[20];                        /* as in vd_outbox_identity */
  uint8_t origin_id[FRAG_ANCHOR_ORIGIN_LEN];
  struct vd_judge_outbox state;               /* what the outbox says, as of the last function that wrote it */
  uint64_t final_count, final_size, final_time_s; /* slots final; of the last one: the log's size, the block's time */
  uint32_t final_attempt;                     /* of the last one: which attempt it was */
  uint64_t halted_s;                          /* 0: it is not halted */
  char halted[VD_OUTBOX_REASON_SIZE];         /* "" when it is not */
};

/* Takes the key: before vd_record_open, whose identity needs the account. After an error of either there is nothing to
 * close. Errors: VD_KEY; VD_CONFIG: the origin; VD_MEMORY, VD_INTERNAL. */
VD_MUST_CHECK enum vd_error vd_record_begin(struct vd_record *record, const struct vd_anchoring_options *options,
                                            struct vd_failure *failure);

/* Opens the outbox, making it if need be. identity: the origin is filled in. Errors: those of vd_outbox_open. */
VD_MUST_CHECK enum vd_error vd_record_open(struct vd_record *record, const char *origin,
                                           struct vd_outbox_identity *identity, struct vd_failure *failure);
void vd_record_close(struct vd_record *record); /* wipes; one that is all zero is allowed */

/* What an attempt has to say, before it is signed. Out: payload; *made: the rest is 0. VD_INTERNAL: an empty log. */
VD_MUST_CHECK enum vd_error vd_record_prepare(const struct vd_record *record,
                                              const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                              struct vd_outbox_attempt *made, uint8_t payload[static FRAG_ANCHOR_LEN],
                                              struct vd_failure *failure);

/* Of VD_JUDGE_BEGIN, a slot of that number, and of VD_JUDGE_REPLACE; synced. Errors: those of vd_outbox_begin and
 * vd_outbox_replace. */
VD_MUST_CHECK enum vd_error vd_record_attempt(struct vd_record *record, enum vd_judge_action action, uint64_t number,
                                              const struct vd_outbox_attempt *made, struct vd_failure *failure);

/* An attempt of the last slot, as it was recorded. */
VD_MUST_CHECK enum vd_error vd_record_get(struct vd_record *record, size_t attempt, struct vd_outbox_attempt *out,
                                          struct vd_failure *failure);

/* Of VD_JUDGE_FINISH, VD_JUDGE_HALT; synced. */
VD_MUST_CHECK enum vd_error vd_record_finish(struct vd_record *record, const struct vd_outbox_final *final,
                                             struct vd_failure *failure);
VD_MUST_CHECK enum vd_error vd_record_halt(struct vd_record *record, uint64_t now_s, const char *reason,
                                           struct vd_failure *failure);

#endif
