/* evm_judge.h: what to do next about the anchors of one log on an EVM chain: from what the outbox says, what each
 * endpoint said, and the policy, one action. Nobody is believed alone: what is done about a transaction, every
 * endpoint says. Pure; any thread. */
#ifndef VD_ANCHOR_EVM_JUDGE_H
#define VD_ANCHOR_EVM_JUDGE_H

#include "anchor/policy.h"

#define VD_EVM_FINALS_MAX 3      /* recorded final anchors that are looked at again: the newest */
#define VD_EVM_GAS_MAX 2000000   /* more is never paid for an anchor, whatever a node estimates */

/* ---- the outbox ---- */

struct vd_evm_attempt {
  uint8_t id[32];
  uint64_t tip, fee; /* wei for each gas */
};

struct vd_evm_final {
  uint64_t number; /* of the block */
  uint8_t hash[32];
};

struct vd_evm_outbox {
  struct vd_policy_slot last;
  uint64_t nonce;       /* of the last slot, if there is one */
  size_t attempt_count; /* of the open slot, 0 when none is */
  struct vd_evm_attempt attempts[VD_OUTBOX_ATTEMPTS_MAX];
  size_t final_count;   /* newest first */
  struct vd_evm_final finals[VD_EVM_FINALS_MAX];
};

/* ---- what an endpoint said ---- */

enum vd_evm_presence {
  VD_EVM_UNKNOWN, /* it was not asked, did not answer, or answered something else */
  VD_EVM_ABSENT,  /* null */
  VD_EVM_THERE
};

struct vd_evm_number {
  bool is_known;
  uint64_t value;
};

struct vd_evm_block {
  enum vd_evm_presence presence; /* the rest is of VD_EVM_THERE, as below */
  bool has_base_fee;
  uint64_t number, time_s, base_fee;
  uint8_t hash[32];
};

struct vd_evm_receipt {
  enum vd_evm_presence presence;
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
  struct vd_evm_block finals[VD_EVM_FINALS_MAX]; /* those at the recorded numbers, if are_finals_asked */
  /* The second: the block at the number of vd_evm_judge_basics; of an open slot the attempts' receipts, and the newest
   * attempt's transaction. */
  struct vd_evm_block common;
  struct vd_evm_receipt receipts[VD_OUTBOX_ATTEMPTS_MAX];
  enum vd_evm_presence newest;
  /* The third, about the attempt of vd_evm_judge_mined: the block at its receipt's number; whether its transaction is
   * the one that was signed: sender, receiver, nonce and input. */
  struct vd_evm_block mined_block;
  enum vd_evm_presence mined;
  bool is_mined_ours;
};

struct vd_evm_situation {
  const struct vd_chain_settings *chain;
  const struct vd_anchor_settings *anchor;
  const struct vd_evm_outbox *outbox;
  bool has_newest;                       /* the log could be read */
  bool is_fork;                          /* vd_policy_is_fork */
  struct vd_anchoring_checkpoint newest;
  uint64_t now_s;
  uint64_t intrinsic_gas;                /* of an anchor */
  uint64_t ahead_since; /* the chain's number when its nonce was first seen to be ahead of ours; 0: it was not */
  bool are_finals_asked;
  size_t view_count;    /* 1..VD_CHAIN_ENDPOINTS_MAX */
  const struct vd_evm_view *views;
};

/* ---- what to do ---- */

enum vd_evm_action {
  VD_EVM_IDLE,        /* nothing is to be anchored now */
  VD_EVM_WAIT,        /* an attempt is on its way */
  VD_EVM_BEGIN,       /* a slot with nonce, tip, fee, gas */
  VD_EVM_REPLACE,     /* another attempt at nonce with tip, fee, gas */
  VD_EVM_RESEND,      /* the open slot's newest attempt: an endpoint does not know it */
  VD_EVM_FINISH,      /* attempt is final, with the members below */
  VD_EVM_HALT,        /* if it stays so */
  VD_EVM_UNFUNDED,    /* the account cannot pay */
  VD_EVM_UNREACHABLE  /* no progress: endpoints do not answer, do not agree, or are of another chain */
};

/* Why; with WAIT and RESEND: a warning, or VD_EVM_FINE. X(name, words) */
#define VD_EVM_REASONS(X) \
  X(VD_EVM_FINE, "") \
  X(VD_EVM_SILENT, "an endpoint does not answer as it should") \
  X(VD_EVM_WRONG_CHAIN, "an endpoint is of another chain; correct the settings") \
  X(VD_EVM_UNFIT, "an endpoint tells no base fee (EIP-1559) or no finalized block; set confirmations if the chain " \
                  "has none") \
  X(VD_EVM_BEHIND, "an endpoint has not reached the last final anchor; is it new, or still catching up?") \
  X(VD_EVM_DISAGREE, "the endpoints do not agree") \
  X(VD_EVM_NONCE_BEHIND, "an endpoint knows fewer transactions of the account than are final") \
  X(VD_EVM_REWRITTEN, "a block that was final is another one now, not yet a final one") \
  X(VD_EVM_AHEAD, "the account has sent something that is not in the outbox") \
  X(VD_EVM_PENDING, "the account has something on its way that is not in the outbox") \
  X(VD_EVM_FEE_HIGH, "the chain asks more than fee_max") \
  X(VD_EVM_FEE_CAPPED, "not mined, and fee_max allows no higher fee") \
  X(VD_EVM_ATTEMPTS_FULL, "not mined, and there are too many attempts for another one") \
  X(VD_EVM_SHORT, "the account cannot pay for an anchor") \
  X(VD_EVM_NO_CHECKPOINT, "the log cannot be read") \
  X(VD_EVM_KEY_USED, "the account's key is used elsewhere: the chain has its transaction of the next nonce, and it " \
                     "is not from the outbox") \
  X(VD_EVM_FINALITY, "the chain contradicts an anchor that was final") \
  X(VD_EVM_FAILED, "a transaction that cannot fail has failed") \
  X(VD_EVM_LOG_WENT_BACK, "the log contradicts what was anchored; was it restored from an old copy?")

enum vd_evm_reason {
#define VD_EVM_REASON_ENUM(name, words) name,
  VD_EVM_REASONS(VD_EVM_REASON_ENUM)
#undef VD_EVM_REASON_ENUM
};

const char *vd_evm_reason_words(enum vd_evm_reason reason);

struct vd_evm_verdict {
  enum vd_evm_action action;
  enum vd_evm_reason reason;
  size_t endpoint;     /* which, when the reason is about one */
  uint64_t nonce, tip, fee, gas;
  size_t attempt;
  struct vd_evm_final block; /* of FINISH */
  uint64_t block_time_s, gas_used, gas_price;
  uint64_t ahead_at;   /* AHEAD, KEY_USED: the chain's number, for ahead_since; else 0 */
};

/* After the first round: whether it is worth going on. common: the number up to which all endpoints call the chain
 * final. False: vd_evm_judge says why, without further rounds. */
VD_MUST_CHECK bool vd_evm_judge_basics(const struct vd_evm_situation *situation, uint64_t *common);

/* After the second round: whether an attempt of the open slot is final, as far as receipts say; which; its block. */
VD_MUST_CHECK bool vd_evm_judge_mined(const struct vd_evm_situation *situation, size_t *attempt, uint64_t *number);

/* After the last round that was worth it. */
void vd_evm_judge(const struct vd_evm_situation *situation, struct vd_evm_verdict *verdict);

#endif
