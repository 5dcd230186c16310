/* evm_judge_fixture.h: what three endpoints may say of an account, and a judge's situation made of it. */
#ifndef TEST_EVM_JUDGE_FIXTURE_H
#define TEST_EVM_JUDGE_FIXTURE_H

#include "anchor/evm_judge.h"

enum {
  ENDPOINTS = 3,
  NONCE = 7,
  LATEST = 110,
  COMMON = 100, /* the final block */
  FINAL = 50,   /* block of the last final anchor */
  GAS = 22870,
  REPLACE_S = 300,
  NOW_S = 10000
};
#define GWEI UINT64_C(1000000000)

/* Kinds of endpoints while a slot with two attempts is open. */
enum kind {
  POOL,          /* knows the newest attempt, not mined */
  DROPPED,       /* knows none */
  MINED,         /* newest attempt in a final block */
  MINED_OLD,     /* the older one in a final block */
  MINED_YOUNG,   /* newest in a block that is not final */
  MINED_FORK,    /* newest in a final block of the same number with another hash */
  MOVED,         /* as MINED, but its chain has another block there now */
  LYING,         /* as MINED, but shows another input */
  FAILED,        /* newest in a final block, status 0 */
  BOTH,          /* both attempts mined: impossible */
  AHEAD,         /* another transaction has the nonce */
  LACKING,       /* fewer transactions than were final */
  POOR,          /* as POOL, with an empty account */
  WRONG,         /* of another chain */
  MUTE,          /* no answer in the first round */
  MUTE_LATER,    /* in the second */
  NO_FEES,       /* no base fee */
  SHORT_CHAIN,   /* has not reached the last final anchor */
  OTHER_FINAL,   /* another block where the last final anchor was */
  OTHER_CHAIN,   /* another block at the common number */
  KINDS
};

/* What such an endpoint says. */
struct vd_evm_view evm_judge_view(enum kind kind);

struct rig {
  struct vd_chain_settings chain;
  struct vd_anchor_settings anchor;
  struct vd_judge_outbox outbox;
  struct vd_evm_view views[ENDPOINTS];
  struct vd_judge_situation shared;
  struct vd_evm_situation situation;
};

/* Three endpoints of kind POOL. is_open: a slot with two attempts is; otherwise the last one is final. */
void evm_judge_set_up(struct rig *rig, bool is_open);

#endif
