/* bitcoin_judge.h: what to do next about the anchors of one log on Bitcoin: from what the outbox says, what each endpoint
 * said, and the policy, one action. Nobody is believed alone: what is done about a transaction, every endpoint says.
 * Pure; any thread. */
#ifndef VD_ANCHOR_BITCOIN_JUDGE_H
#define VD_ANCHOR_BITCOIN_JUDGE_H

#include "anchor/policy.h"
#include "chain/bitcoin_block.h"

#define VD_BITCOIN_FINALS_MAX 3 /* recorded final anchors that are looked at again: the newest */
#define VD_BITCOIN_COINS_MAX (1 + VD_ANCHOR_COINS_MAX)

/* ---- the outbox ---- */

struct vd_bitcoin_attempt {
  uint8_t id[32];
  uint64_t fee_sat;
};

struct vd_bitcoin_final {
  uint64_t number; /* of the block */
  uint8_t hash[32];
};

struct vd_bitcoin_outbox {
  struct vd_policy_slot last;
  uint64_t number;      /* of the last slot, if there is one */
  size_t attempt_count; /* of the open slot, 0 when none is */
  struct vd_bitcoin_attempt attempts[VD_OUTBOX_ATTEMPTS_MAX];
  /* With an open slot: what its attempts spend. Else what can be spent: the change of the last final anchor if has_change,
   * then what the settings name. Values are the endpoints' to say: 0 here. */
  bool has_change;
  size_t coin_count;
  struct vd_bitcoin_coin coins[VD_BITCOIN_COINS_MAX];
  size_t final_count; /* newest first */
  struct vd_bitcoin_final finals[VD_BITCOIN_FINALS_MAX];
};

/* ---- what an endpoint said ---- */

enum vd_bitcoin_presence {
  VD_BITCOIN_UNKNOWN, /* it was not asked, did not answer, or answered something else */
  VD_BITCOIN_ABSENT,
  VD_BITCOIN_THERE
};

struct vd_bitcoin_output {
  enum vd_bitcoin_presence presence; /* the rest is of VD_BITCOIN_THERE */
  uint64_t confirmations;            /* 0: in the mempool */
  uint64_t value_sat;
  bool is_ours;                      /* it pays to the account */
  bool is_immature;                  /* a miner's reward that cannot be spent yet */
  uint8_t tip[32];                   /* the last block, to which the confirmations count */
};

struct vd_bitcoin_hash {
  enum vd_bitcoin_presence presence;
  uint8_t hash[32];
};

struct vd_bitcoin_view {
  /* The first round. */
  enum vd_bitcoin_presence info; /* of what follows */
  bool is_network;               /* it is of the configured network, by its name */
  uint64_t height;
  uint8_t tip[32];
  struct vd_bitcoin_hash genesis;
  uint64_t rate;                 /* satoshi for 1000 virtual bytes, as it estimates; 0: it does not */
  struct vd_bitcoin_hash finals[VD_BITCOIN_FINALS_MAX];    /* if are_finals_asked */
  struct vd_bitcoin_output coins[VD_BITCOIN_COINS_MAX];    /* as blocks have them, without the mempool */
  struct vd_bitcoin_output changes[VD_OUTBOX_ATTEMPTS_MAX]; /* of the open slot's attempts, with the mempool */
  /* The second, about the attempt of vd_bitcoin_judge_mined: the block at that height. */
  struct vd_bitcoin_hash mined;
};

/* The third: that block, read and checked; ABSENT: it is right, but the attempt is not in it. */
struct vd_bitcoin_proof {
  enum vd_bitcoin_presence presence;
  size_t endpoint;                 /* that was asked */
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
};

struct vd_bitcoin_situation {
  const struct vd_chain_settings *chain;
  const struct vd_anchor_settings *anchor;
  const uint8_t *genesis;                /* of the configured network: 32 bytes */
  const struct vd_bitcoin_outbox *outbox;
  bool has_newest;                       /* the log could be read */
  bool is_fork;                          /* vd_policy_is_fork */
  struct vd_anchoring_checkpoint newest;
  uint64_t now_s;
  uint64_t gone_since;   /* the height by which a coin of ours was first seen to be gone without us; 0: it was not */
  bool are_finals_asked;
  size_t view_count;     /* 1..VD_CHAIN_ENDPOINTS_MAX */
  const struct vd_bitcoin_view *views;
  const struct vd_bitcoin_proof *proof;
};

/* ---- what to do ---- */

enum vd_bitcoin_action {
  VD_BITCOIN_IDLE,       /* nothing is to be anchored now */
  VD_BITCOIN_WAIT,       /* an attempt is on its way */
  VD_BITCOIN_BEGIN,      /* a slot that spends coins, for fee_sat */
  VD_BITCOIN_REPLACE,    /* another attempt that spends coins, for fee_sat */
  VD_BITCOIN_RESEND,     /* the open slot's newest attempt: an endpoint does not know it */
  VD_BITCOIN_FINISH,     /* attempt is final; the proof says where */
  VD_BITCOIN_HALT,       /* if it stays so */
  VD_BITCOIN_UNFUNDED,   /* the account cannot pay */
  VD_BITCOIN_UNREACHABLE /* no progress: endpoints do not answer, do not agree, or are of another network */
};

/* Why; with WAIT and RESEND: a warning, or VD_BITCOIN_FINE. X(name, words) */
#define VD_BITCOIN_REASONS(X) \
  X(VD_BITCOIN_FINE, "") \
  X(VD_BITCOIN_SILENT, "an endpoint does not answer as it should") \
  X(VD_BITCOIN_WRONG_CHAIN, "an endpoint is of another network; correct the settings") \
  X(VD_BITCOIN_BEHIND, "an endpoint has not reached the last final anchor; is it new, or still catching up?") \
  X(VD_BITCOIN_DISAGREE, "the endpoints do not agree") \
  X(VD_BITCOIN_REWRITTEN, "a block that was final is another one now, not yet a final one") \
  X(VD_BITCOIN_GONE, "a coin of the account was spent by something that is not in the outbox") \
  X(VD_BITCOIN_FEE_CAPPED, "not mined, and fee_max allows no higher fee") \
  X(VD_BITCOIN_ATTEMPTS_FULL, "not mined, and there are too many attempts for another one") \
  X(VD_BITCOIN_NO_COINS, "the account has no coin to pay from: name outputs that pay to it in the settings, confirmed as " \
                         "often as anchors must be") \
  X(VD_BITCOIN_SHORT, "the account's coins are too small for an anchor: name more of them in the settings") \
  X(VD_BITCOIN_NO_CHECKPOINT, "the log cannot be read") \
  X(VD_BITCOIN_KEY_USED, "the account's key is used elsewhere: a coin of it was spent by something that is not in the " \
                         "outbox") \
  X(VD_BITCOIN_FINALITY, "the chain contradicts an anchor that was final") \
  X(VD_BITCOIN_LOG_WENT_BACK, "the log contradicts what was anchored; was it restored from an old copy?")

enum vd_bitcoin_reason {
#define VD_BITCOIN_REASON_ENUM(name, words) name,
  VD_BITCOIN_REASONS(VD_BITCOIN_REASON_ENUM)
#undef VD_BITCOIN_REASON_ENUM
};

const char *vd_bitcoin_reason_words(enum vd_bitcoin_reason reason);

struct vd_bitcoin_verdict {
  enum vd_bitcoin_action action;
  enum vd_bitcoin_reason reason;
  size_t endpoint;    /* which, when the reason is about one */
  size_t coin_count;  /* of BEGIN and REPLACE, with values */
  struct vd_bitcoin_coin coins[VD_BITCOIN_INPUTS_MAX];
  uint64_t fee_sat;
  size_t attempt;     /* of FINISH; otherwise of the newest */
  uint64_t number;    /* of FINISH: the block's */
  uint64_t gone_at;   /* GONE, KEY_USED: the height, for gone_since; else 0 */
  bool is_unknown;    /* of RESEND: no endpoint knows any attempt */
};

/* After the first round: whether an attempt of the open slot is so deep in a block at every endpoint that it is final;
 * which; the block's height. */
VD_MUST_CHECK bool vd_bitcoin_judge_mined(const struct vd_bitcoin_situation *situation, size_t *attempt,
                                          uint64_t *number);

/* After the second: whether all endpoints name the same block there. */
VD_MUST_CHECK bool vd_bitcoin_judge_block(const struct vd_bitcoin_situation *situation);

/* After the last round that was worth it. */
void vd_bitcoin_judge(const struct vd_bitcoin_situation *situation, struct vd_bitcoin_verdict *verdict);

#endif
