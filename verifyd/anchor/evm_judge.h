/* evm_judge.h: what to do next about the anchors of one log on an EVM chain: from what the outbox says, what each
 * endpoint said, and the policy, one action. Nobody is believed alone: what is done about a transaction, every
 * endpoint says. Pure; any thread. */
#ifndef VD_ANCHOR_EVM_JUDGE_H
#define VD_ANCHOR_EVM_JUDGE_H

#include "anchor/judge.h"

#define VD_EVM_GAS_MAX 2000000 /* more is never paid for an anchor, whatever a node estimates */

/* ---- what an endpoint said ---- */

struct vd_evm_number {
  bool is_known;
  uint64_t value;
};

struct vd_evm_block {
  enum vd_judge_presence presence; /* the rest is of VD_JUDGE_THERE, as below */
  bool has_base_fee;
  uint64_t number, time_s, base_fee;
  uint8_t hash[32];
};

struct vd_evm_receipt {
  enum vd_judge_presence presence;
  bool is_success; /* status 1 */
  uint64_t block_number, gas_used, gas_price;
  uint8_t block_hash[32];
};

struct vd_evm_view {
  /* The first round. */
  struct vd_evm_number chain_id, count_latest, count_pending, gas; /* gas: its estimate, which may be unknown */
  bool has_balance;
  uint8_t balance[32]; /* wei, big-endian */
  struct vd_evm_block latest, finalized;
  struct vd_evm_block finals[VD_JUDGE_FINALS_MAX]; /* those at the recorded numbers, if are_finals_asked */
  /* The second: the block at the number of vd_evm_judge_basics; of an open slot the attempts' receipts, and the newest
   * attempt's transaction. */
  struct vd_evm_block common;
  struct vd_evm_receipt receipts[VD_OUTBOX_ATTEMPTS_MAX];
  enum vd_judge_presence newest;
  /* The third, about the attempt of vd_evm_judge_mined: the block at its receipt's number; whether its transaction is
   * the one that was signed: sender, receiver, nonce and input. */
  struct vd_evm_block mined_block;
  enum vd_judge_presence mined;
  bool is_mined_ours;
};

struct vd_evm_situation {
  const struct vd_judge_situation *shared;
  uint64_t intrinsic_gas; /* of an anchor */
  size_t view_count;      /* 1..VD_CHAIN_ENDPOINTS_MAX */
  const struct vd_evm_view *views;
};

/* ---- what to do ---- */

struct vd_evm_verdict {
  struct vd_judge_verdict shared;
  uint64_t nonce;              /* of the open slot, or the next one */
  uint64_t tip, fee, gas;      /* of BEGIN and REPLACE */
  struct vd_judge_final block; /* of FINISH, as the rest */
  uint64_t block_time_s, gas_used, gas_price;
};

/* After the first round: whether it is worth going on. common: the number up to which all endpoints call the chain
 * final. False: vd_evm_judge says why, without further rounds. */
VD_MUST_CHECK bool vd_evm_judge_basics(const struct vd_evm_situation *situation, uint64_t *common);

/* After the second round: whether an attempt of the open slot is final, as far as receipts say; which; its block. */
VD_MUST_CHECK bool vd_evm_judge_mined(const struct vd_evm_situation *situation, size_t *attempt, uint64_t *number);

/* After the last round that was worth it. */
void vd_evm_judge(const struct vd_evm_situation *situation, struct vd_evm_verdict *verdict);

#endif
