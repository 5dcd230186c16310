/* bitcoin_judge.h: what to do next about the anchors of one log on Bitcoin: from what the outbox says, what each endpoint
 * said, and the policy, one action. Nobody is believed alone: what is done about a transaction, every endpoint says.
 * Pure; any thread. */
#ifndef VD_ANCHOR_BITCOIN_JUDGE_H
#define VD_ANCHOR_BITCOIN_JUDGE_H

#include "anchor/judge.h"
#include "chain/bitcoin_block.h"

#define VD_BITCOIN_COINS_MAX (1 + VD_ANCHOR_COINS_MAX)

/* ---- the outbox ---- */

/* With an open slot: what its attempts spend. Else what can be spent: the change of the last final anchor if has_change,
 * then what the settings name. Values are the endpoints' to say: 0 here. */
struct vd_bitcoin_coins {
  bool has_change;
  size_t count;
  struct vd_bitcoin_coin items[VD_BITCOIN_COINS_MAX];
};

/* ---- what an endpoint said ---- */

struct vd_bitcoin_output {
  enum vd_judge_presence presence; /* the rest is of VD_JUDGE_THERE */
  uint64_t confirmations;          /* 0: in the mempool */
  uint64_t value_sat;
  bool is_ours;                    /* it pays to the account */
  bool is_immature;                /* a miner's reward that cannot be spent yet */
  uint8_t tip[32];                 /* the last block, to which the confirmations count */
};

struct vd_bitcoin_hash {
  enum vd_judge_presence presence;
  uint8_t hash[32];
};

struct vd_bitcoin_view {
  /* The first round. */
  enum vd_judge_presence info; /* of what follows */
  bool is_network;             /* it is of the configured network, by its name */
  uint64_t height;
  uint8_t tip[32];
  struct vd_bitcoin_hash genesis;
  uint64_t rate;               /* satoshi for 1000 virtual bytes, as it estimates; 0: it does not */
  struct vd_bitcoin_hash finals[VD_JUDGE_FINALS_MAX];      /* if are_finals_asked */
  struct vd_bitcoin_output coins[VD_BITCOIN_COINS_MAX];    /* as blocks have them, without the mempool */
  struct vd_bitcoin_output changes[VD_OUTBOX_ATTEMPTS_MAX]; /* of the open slot's attempts, with the mempool */
  /* The second, about the attempt of vd_bitcoin_judge_mined: the block at that height. */
  struct vd_bitcoin_hash mined;
};

/* The third: that block, read and checked; ABSENT: it is right, but the attempt is not in it. */
struct vd_bitcoin_proof {
  enum vd_judge_presence presence;
  size_t endpoint;                 /* that was asked */
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
};

struct vd_bitcoin_situation {
  const struct vd_judge_situation *shared;
  const uint8_t *genesis; /* of the configured network: 32 bytes */
  const struct vd_bitcoin_coins *coins;
  size_t view_count;      /* 1..VD_CHAIN_ENDPOINTS_MAX */
  const struct vd_bitcoin_view *views;
  const struct vd_bitcoin_proof *proof;
};

/* ---- what to do ---- */

struct vd_bitcoin_verdict {
  struct vd_judge_verdict shared;
  size_t coin_count; /* of BEGIN and REPLACE, with values */
  struct vd_bitcoin_coin coins[VD_BITCOIN_INPUTS_MAX];
  uint64_t fee_sat;
  uint64_t number;   /* of FINISH: the block's; the proof says the rest */
  bool is_unknown;   /* of RESEND: no endpoint knows any attempt */
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
