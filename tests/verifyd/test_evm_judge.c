/* The judge over all combinations of what three endpoints may say, against an expectation that knows only what kind of
 * endpoint each is; and its sums one by one. */
#include "anchor/evm_judge.h"

#include <stdlib.h>
#include <string.h>

#include "libfrag/cmocka_all.h"

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

static void fill(uint8_t hash[static 32], uint8_t with) { memset(hash, with, 32); }

static struct vd_evm_block block_of(uint64_t number, uint8_t hash) {
  struct vd_evm_block block = {.presence = VD_EVM_THERE, .has_base_fee = true, .number = number, .base_fee = 10 * GWEI};
  block.time_s = 5000 + number;
  fill(block.hash, hash);
  return block;
}

static struct vd_evm_receipt receipt_of(uint64_t number, uint8_t hash) {
  struct vd_evm_receipt receipt = {
      .presence = VD_EVM_THERE, .is_success = true, .block_number = number, .gas_used = 22000, .gas_price = 11 * GWEI};
  fill(receipt.block_hash, hash);
  return receipt;
}

static struct vd_evm_view view_of(enum kind kind) {
  struct vd_evm_view view = {.chain_id = {true, 1},
                             .count_latest = {true, NONCE},
                             .count_pending = {true, NONCE},
                             .has_balance = true,
                             .latest = block_of(LATEST, 1),
                             .finalized = block_of(COMMON, 2),
                             .finals = {block_of(FINAL, 3)},
                             .common = block_of(COMMON, 2),
                             .receipts = {{.presence = VD_EVM_ABSENT}, {.presence = VD_EVM_ABSENT}},
                             .newest = VD_EVM_THERE,
                             .mined_block = block_of(90, 4),
                             .mined = VD_EVM_THERE,
                             .is_mined_ours = true};
  view.balance[20] = 1; /* about 8e28 wei */
  switch (kind) {
    case DROPPED: view.newest = VD_EVM_ABSENT; break;
    case FAILED:
    case MINED:
    case MOVED:
    case LYING: view.receipts[1] = receipt_of(90, 4); break;
    case MINED_OLD: view.receipts[0] = receipt_of(90, 4); break;
    case MINED_YOUNG: view.receipts[1] = receipt_of(105, 5); break;
    case MINED_FORK: view.receipts[1] = receipt_of(90, 6); break;
    case BOTH: view.receipts[0] = view.receipts[1] = receipt_of(90, 4); break;
    case AHEAD: view.count_latest.value = NONCE + 1; break;
    case LACKING: view.count_latest.value = NONCE - 1; break;
    case POOR: memset(view.balance, 0, sizeof view.balance); break;
    case WRONG: view.chain_id.value = 2; break;
    case MUTE: view.has_balance = false; break;
    case MUTE_LATER: view.receipts[0].presence = VD_EVM_UNKNOWN; break;
    case NO_FEES: view.latest.has_base_fee = false; break;
    case SHORT_CHAIN: view.latest.number = FINAL - 1; break;
    case OTHER_FINAL: fill(view.finals[0].hash, 9); break;
    case OTHER_CHAIN: fill(view.common.hash, 9); break;
    case POOL:
    case KINDS: break;
  }
  if (view.receipts[0].presence == VD_EVM_THERE || view.receipts[1].presence == VD_EVM_THERE)
    view.count_latest.value = view.count_pending.value = NONCE + 1;
  view.receipts[1].is_success = kind != FAILED;
  if (kind == MOVED) fill(view.mined_block.hash, 8);
  if (kind == LYING) view.is_mined_ours = false;
  if (kind == MINED_FORK) fill(view.mined_block.hash, 6);
  return view;
}

struct rig {
  struct vd_chain_settings chain;
  struct vd_anchor_settings anchor;
  struct vd_evm_outbox outbox;
  struct vd_evm_view views[ENDPOINTS];
  struct vd_evm_situation situation;
};

static void set_up(struct rig *rig, bool is_open) {
  memset(rig, 0, sizeof *rig);
  rig->chain.id = 1;
  rig->anchor = (struct vd_anchor_settings){
      .interval_s = 100, .entries = 1, .replace_s = REPLACE_S, .fee_max = 100 * GWEI, .tip = GWEI};
  rig->outbox.nonce = is_open ? NONCE : NONCE - 1;
  rig->outbox.last = (struct vd_policy_slot){.is_there = true, .is_final = !is_open, .size = 40};
  rig->outbox.last.newest.size = 40;
  if (is_open) rig->outbox.attempt_count = 2;
  rig->outbox.attempts[0] = (struct vd_evm_attempt){.tip = GWEI, .fee = 20 * GWEI};
  rig->outbox.attempts[1] = (struct vd_evm_attempt){.tip = 2 * GWEI, .fee = 30 * GWEI};
  rig->outbox.final_count = 1;
  rig->outbox.finals[0].number = FINAL;
  fill(rig->outbox.finals[0].hash, 3);
  for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e] = view_of(POOL);
  rig->situation = (struct vd_evm_situation){.chain = &rig->chain,
                                             .anchor = &rig->anchor,
                                             .outbox = &rig->outbox,
                                             .has_newest = true,
                                             .newest = {.size = 60},
                                             .now_s = NOW_S,
                                             .intrinsic_gas = GAS,
                                             .are_finals_asked = true,
                                             .view_count = ENDPOINTS,
                                             .views = rig->views};
}

/* ---- what is expected of a set of kinds ---- */

struct expected {
  enum vd_evm_action action;
  enum vd_evm_reason reason;
};

static bool any(const enum kind *kinds, enum kind kind) {
  for (size_t e = 0; e < ENDPOINTS; e++)
    if (kinds[e] == kind) return true;
  return false;
}

static bool all(const enum kind *kinds, enum kind kind) {
  for (size_t e = 0; e < ENDPOINTS; e++)
    if (kinds[e] != kind) return false;
  return true;
}

static bool is_mined(enum kind kind) { return (kind >= MINED && kind <= BOTH); }

/* What receipts look like from outside: those of one appearance say the same. */
static int appearance(enum kind kind) {
  if (kind == MOVED || kind == LYING) return MINED;
  return is_mined(kind) ? (int)kind : -1;
}

static enum vd_evm_reason first_trouble(const enum kind *kinds) {
  for (size_t e = 0; e < ENDPOINTS; e++) {
    if (kinds[e] == MUTE) return VD_EVM_SILENT;
    if (kinds[e] == NO_FEES) return VD_EVM_UNFIT;
    if (kinds[e] == SHORT_CHAIN) return VD_EVM_BEHIND;
  }
  if (any(kinds, OTHER_FINAL)) return VD_EVM_DISAGREE;
  for (size_t e = 0; e < ENDPOINTS; e++) {
    if (kinds[e] == MUTE_LATER) return VD_EVM_SILENT;
    if ((kinds[e] == OTHER_CHAIN) != (kinds[0] == OTHER_CHAIN)) return VD_EVM_DISAGREE;
  }
  return VD_EVM_FINE;
}

static struct expected expect_unmined(const enum kind *kinds, uint64_t ahead_since, bool is_old, bool has_room) {
  if (any(kinds, LACKING)) return (struct expected){VD_EVM_UNREACHABLE, VD_EVM_NONCE_BEHIND};
  if (all(kinds, AHEAD) && ahead_since != 0 && ahead_since <= COMMON)
    return (struct expected){VD_EVM_HALT, VD_EVM_KEY_USED};
  if (all(kinds, AHEAD)) return (struct expected){VD_EVM_UNREACHABLE, VD_EVM_AHEAD};
  if (any(kinds, AHEAD)) return (struct expected){VD_EVM_UNREACHABLE, VD_EVM_DISAGREE};
  if (any(kinds, POOR)) return (struct expected){VD_EVM_UNFUNDED, VD_EVM_SHORT};
  if (is_old && has_room) return (struct expected){VD_EVM_REPLACE, VD_EVM_FINE};
  return (struct expected){any(kinds, DROPPED) ? VD_EVM_RESEND : VD_EVM_WAIT, is_old ? VD_EVM_FEE_CAPPED : VD_EVM_FINE};
}

static struct expected expect(const enum kind *kinds, uint64_t ahead_since, bool is_old, bool has_room) {
  if (any(kinds, WRONG)) return (struct expected){VD_EVM_UNREACHABLE, VD_EVM_WRONG_CHAIN};
  bool is_heard = !any(kinds, MUTE) && !any(kinds, NO_FEES) && !any(kinds, SHORT_CHAIN);
  if (is_heard && all(kinds, OTHER_FINAL)) return (struct expected){VD_EVM_HALT, VD_EVM_FINALITY};
  enum vd_evm_reason trouble = first_trouble(kinds);
  if (trouble != VD_EVM_FINE) return (struct expected){VD_EVM_UNREACHABLE, trouble};
  size_t mined = 0, alike = 0;
  for (size_t e = 0; e < ENDPOINTS; e++) mined += is_mined(kinds[e]);
  for (size_t e = 0; e < ENDPOINTS; e++) alike += appearance(kinds[e]) == appearance(kinds[0]);
  if (mined == 0) return expect_unmined(kinds, ahead_since, is_old, has_room);
  if (alike < ENDPOINTS || any(kinds, BOTH) || any(kinds, MOVED) || any(kinds, LYING))
    return (struct expected){VD_EVM_UNREACHABLE, VD_EVM_DISAGREE};
  if (all(kinds, MINED_YOUNG)) return (struct expected){VD_EVM_WAIT, VD_EVM_FINE};
  if (all(kinds, FAILED)) return (struct expected){VD_EVM_HALT, VD_EVM_FAILED};
  return (struct expected){VD_EVM_FINISH, VD_EVM_FINE};
}

/* ---- tests ---- */

static void check(struct rig *rig, const enum kind *kinds, struct expected expected) {
  struct vd_evm_verdict verdict;
  vd_evm_judge(&rig->situation, &verdict);
  if (verdict.action != expected.action || verdict.reason != expected.reason)
    fail_msg("kinds %d %d %d: action %d reason %d, expected %d %d", (int)kinds[0], (int)kinds[1], (int)kinds[2],
             (int)verdict.action, (int)verdict.reason, (int)expected.action, (int)expected.reason);
  if (verdict.action == VD_EVM_FINISH) {
    assert_int_equal(verdict.attempt, kinds[0] == MINED_OLD ? 0 : 1);
    assert_int_equal(verdict.block.number, 90);
    assert_int_equal(verdict.block.hash[0], kinds[0] == MINED_FORK ? 6 : 4);
    assert_int_equal(verdict.block_time_s, 5090);
    assert_int_equal(verdict.gas_used, 22000);
    assert_true(verdict.gas_price == 11 * GWEI);
  }
  if (verdict.action == VD_EVM_REPLACE) {
    assert_int_equal(verdict.nonce, NONCE);
    assert_true(verdict.fee >= 30 * GWEI / 8 * 9 && verdict.fee <= rig->anchor.fee_max);
    assert_true(verdict.tip >= 2 * GWEI / 8 * 9 && verdict.tip <= verdict.fee);
  }
  bool is_ahead = verdict.reason == VD_EVM_AHEAD || verdict.reason == VD_EVM_KEY_USED;
  assert_int_equal(verdict.ahead_at, is_ahead ? LATEST : 0);
}

static void every_combination_while_a_slot_is_open(void **state) {
  static const uint64_t aheads[] = {0, COMMON, COMMON + 1};
  struct rig *rig = calloc(1, sizeof *rig);
  (void)state;
  assert_non_null(rig);
  set_up(rig, true);
  for (unsigned i = 0; i < KINDS * KINDS * KINDS; i++) {
    enum kind kinds[ENDPOINTS] = {(enum kind)(i % KINDS), (enum kind)(i / KINDS % KINDS),
                                  (enum kind)(i / KINDS / KINDS)};
    for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e] = view_of(kinds[e]);
    for (unsigned way = 0; way < 12; way++) {
      bool is_old = (way & 1) != 0, has_room = (way & 2) != 0;
      rig->situation.ahead_since = aheads[way / 4];
      rig->outbox.last.made_s = is_old ? NOW_S - REPLACE_S : NOW_S - REPLACE_S + 1;
      rig->anchor.fee_max = has_room ? 100 * GWEI : 33 * GWEI;
      check(rig, kinds, expect(kinds, rig->situation.ahead_since, is_old, has_room));
    }
  }
  free(rig);
}

/* Nothing is done about a transaction that one endpoint does not confirm, whichever of the three it is. */
static void the_rounds_stop_where_they_are_of_no_use(void **state) {
  struct rig *rig = calloc(1, sizeof *rig);
  uint64_t common, number;
  size_t attempt;
  (void)state;
  assert_non_null(rig);
  set_up(rig, true);
  for (unsigned i = 0; i < KINDS * KINDS; i++) {
    enum kind kinds[ENDPOINTS] = {(enum kind)(i % KINDS), (enum kind)(i / KINDS), (enum kind)(i / KINDS)};
    for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e] = view_of(kinds[e]);
    bool is_basic = !any(kinds, WRONG) && !any(kinds, MUTE) && !any(kinds, NO_FEES) && !any(kinds, SHORT_CHAIN) &&
                    !any(kinds, OTHER_FINAL);
    assert_int_equal(vd_evm_judge_basics(&rig->situation, &common), is_basic);
    if (is_basic) assert_int_equal(common, COMMON);
    bool is_final = first_trouble(kinds) == VD_EVM_FINE && appearance(kinds[0]) == appearance(kinds[1]) &&
                    is_mined(kinds[0]) && kinds[0] != MINED_YOUNG && kinds[0] != BOTH && is_basic;
    assert_int_equal(vd_evm_judge_mined(&rig->situation, &attempt, &number), is_final);
    if (is_final) assert_int_equal(attempt, kinds[0] == MINED_OLD ? 0 : 1);
    if (is_final) assert_int_equal(number, 90);
  }
  free(rig);
}

static struct vd_evm_verdict judge(const struct rig *rig) {
  struct vd_evm_verdict verdict;
  vd_evm_judge(&rig->situation, &verdict);
  return verdict;
}

/* Takes one thing away that an endpoint has to say, or spoils it. */
static enum vd_evm_reason without(struct vd_evm_view *view, unsigned which) {
  switch (which) {
    case 0: view->chain_id.is_known = false; return VD_EVM_SILENT;
    case 1: view->count_latest.is_known = false; return VD_EVM_SILENT;
    case 2: view->count_pending.is_known = false; return VD_EVM_SILENT;
    case 3: view->has_balance = false; return VD_EVM_SILENT;
    case 4: view->latest.presence = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 5: view->latest.presence = VD_EVM_ABSENT; return VD_EVM_SILENT;
    case 6: view->finalized.presence = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 7: view->finals[0].presence = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 8: view->finals[0].presence = VD_EVM_ABSENT; return VD_EVM_BEHIND;
    case 9: view->common.presence = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 10: view->common.presence = VD_EVM_ABSENT; return VD_EVM_SILENT;
    case 11: view->receipts[1].presence = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 12: view->newest = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 13: view->mined_block.presence = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 14: view->mined = VD_EVM_UNKNOWN; return VD_EVM_SILENT;
    case 15: view->mined_block.presence = VD_EVM_ABSENT; return VD_EVM_DISAGREE;
    case 16: view->mined = VD_EVM_ABSENT; return VD_EVM_DISAGREE;
    case 17: view->mined_block.number++; return VD_EVM_DISAGREE;
    case 18: view->receipts[1].gas_used++; return VD_EVM_DISAGREE;
    case 19: view->receipts[1].gas_price++; return VD_EVM_DISAGREE;
    default: return VD_EVM_FINE;
  }
}

static void nothing_is_final_that_lacks_one_word_of_one(void **state) {
  struct rig rig;
  (void)state;
  for (size_t e = 0; e < ENDPOINTS; e++) {
    for (unsigned which = 0; which <= 20; which++) {
      set_up(&rig, true);
      for (size_t other = 0; other < ENDPOINTS; other++) rig.views[other] = view_of(MINED);
      enum vd_evm_reason reason = without(&rig.views[e], which);
      struct vd_evm_verdict verdict = judge(&rig);
      assert_int_equal(verdict.reason, reason);
      assert_int_equal(verdict.action, which == 20 ? VD_EVM_FINISH : VD_EVM_UNREACHABLE);
      if (reason == VD_EVM_SILENT || reason == VD_EVM_BEHIND) assert_int_equal(verdict.endpoint, e);
    }
  }
}

static void final_begins_at_the_common_block(void **state) {
  struct rig rig;
  size_t attempt;
  uint64_t number;
  (void)state;
  set_up(&rig, true);
  for (uint64_t at = COMMON - 1; at <= COMMON + 1; at++) {
    for (size_t e = 0; e < ENDPOINTS; e++) {
      rig.views[e] = view_of(MINED);
      rig.views[e].receipts[1].block_number = rig.views[e].mined_block.number = at;
    }
    assert_int_equal(judge(&rig).action, at <= COMMON ? VD_EVM_FINISH : VD_EVM_WAIT);
    assert_int_equal(vd_evm_judge_mined(&rig.situation, &attempt, &number), at <= COMMON);
  }
  set_up(&rig, false);
  assert_false(vd_evm_judge_mined(&rig.situation, &attempt, &number));
}

static void what_is_sent_again_is_the_newest(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, true);
  rig.outbox.last.made_s = NOW_S;
  rig.views[2].newest = VD_EVM_ABSENT;
  assert_int_equal(judge(&rig).action, VD_EVM_RESEND);
  assert_int_equal(judge(&rig).attempt, 1);
  assert_int_equal(judge(&rig).nonce, NONCE);
  set_up(&rig, true);
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].latest.number = FINAL; /* just there */
  rig.outbox.last.made_s = NOW_S;
  assert_int_equal(judge(&rig).action, VD_EVM_WAIT);
}

/* Not only an eighth more, but what the chain asks now. */
static void a_replacement_follows_the_market(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, true);
  rig.views[1].latest.base_fee = 40 * GWEI;
  assert_true(judge(&rig).tip == 2 * GWEI / 8 * 9);
  assert_true(judge(&rig).fee == 80 * GWEI + judge(&rig).tip);
  rig.anchor.tip = 5 * GWEI;
  assert_true(judge(&rig).tip == 5 * GWEI && judge(&rig).fee == 85 * GWEI);
  rig.views[1].latest.base_fee = 400 * GWEI;
  assert_true(judge(&rig).fee == 100 * GWEI);
  rig.anchor.fee_max = 30 * GWEI / 8 * 9; /* exactly an eighth more is allowed */
  assert_int_equal(judge(&rig).action, VD_EVM_REPLACE);
  rig.anchor.fee_max--;
  assert_int_equal(judge(&rig).reason, VD_EVM_FEE_CAPPED);
}

static void the_next_nonce_is_our_own(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, false);
  struct vd_evm_verdict verdict = judge(&rig);
  assert_int_equal(verdict.action, VD_EVM_BEGIN);
  assert_int_equal(verdict.nonce, NONCE);
  assert_true(verdict.tip == GWEI && verdict.fee == 21 * GWEI);
  assert_int_equal(verdict.gas, GAS);
  for (size_t e = 0; e < ENDPOINTS; e++) { /* any one of them is enough to stop it */
    rig.views[e].count_pending.value = NONCE + 1;
    assert_int_equal(judge(&rig).reason, VD_EVM_PENDING);
    assert_int_equal(judge(&rig).action, VD_EVM_UNREACHABLE);
    rig.views[e].count_pending.value = NONCE;
    rig.views[e].count_latest.value = NONCE - 1;
    assert_int_equal(judge(&rig).reason, VD_EVM_NONCE_BEHIND);
    rig.views[e].count_latest.value = NONCE + 1;
    assert_int_equal(judge(&rig).reason, VD_EVM_DISAGREE);
    rig.views[e].count_latest.value = NONCE;
  }
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].count_latest.value = rig.views[e].count_pending.value = NONCE + 3;
  assert_int_equal(judge(&rig).reason, VD_EVM_AHEAD);
  rig.situation.ahead_since = COMMON + 1;
  assert_int_equal(judge(&rig).action, VD_EVM_UNREACHABLE);
  rig.situation.ahead_since = COMMON;
  assert_int_equal(judge(&rig).action, VD_EVM_HALT);
  assert_int_equal(judge(&rig).reason, VD_EVM_KEY_USED);
}

static void the_first_nonce_is_the_chains_when_all_agree(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, false);
  memset(&rig.outbox, 0, sizeof rig.outbox);
  assert_int_equal(judge(&rig).action, VD_EVM_BEGIN);
  assert_int_equal(judge(&rig).nonce, NONCE);
  rig.views[2].count_pending.value = NONCE + 1;
  assert_int_equal(judge(&rig).reason, VD_EVM_PENDING);
  rig.views[2].count_latest.value = NONCE + 1;
  assert_int_equal(judge(&rig).reason, VD_EVM_DISAGREE);
  assert_int_equal(judge(&rig).action, VD_EVM_UNREACHABLE);
}

static void nothing_is_begun_that_is_not_due(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, false);
  rig.situation.newest = rig.outbox.last.newest;
  assert_int_equal(judge(&rig).action, VD_EVM_IDLE);
  assert_int_equal(judge(&rig).reason, VD_EVM_FINE);
  rig.situation.has_newest = false;
  assert_int_equal(judge(&rig).reason, VD_EVM_NO_CHECKPOINT);
  rig.situation.has_newest = true;
  rig.situation.newest.size = 39; /* nodes need not be heard to know that */
  memset(rig.views, 0, sizeof rig.views);
  assert_int_equal(judge(&rig).action, VD_EVM_HALT);
  assert_int_equal(judge(&rig).reason, VD_EVM_LOG_WENT_BACK);
}

static void fees_follow_the_dearest_and_stay_under_the_cap(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, false);
  rig.views[1].latest.base_fee = 40 * GWEI;
  assert_true(judge(&rig).fee == 81 * GWEI);
  rig.views[1].latest.base_fee = 90 * GWEI;
  assert_true(judge(&rig).fee == 100 * GWEI);
  assert_int_equal(judge(&rig).action, VD_EVM_BEGIN);
  rig.views[1].latest.base_fee = 100 * GWEI;
  assert_int_equal(judge(&rig).action, VD_EVM_BEGIN);
  rig.views[1].latest.base_fee = 100 * GWEI + 1;
  assert_int_equal(judge(&rig).action, VD_EVM_IDLE);
  assert_int_equal(judge(&rig).reason, VD_EVM_FEE_HIGH);
  rig.views[1].latest.base_fee = UINT64_MAX;
  assert_int_equal(judge(&rig).reason, VD_EVM_FEE_HIGH);
  rig.anchor.fee_max = UINT64_MAX; /* sums do not wrap */
  memset(rig.views[0].balance, 0xff, sizeof rig.views[0].balance);
  memset(rig.views[1].balance, 0xff, sizeof rig.views[1].balance);
  memset(rig.views[2].balance, 0xff, sizeof rig.views[2].balance);
  assert_true(judge(&rig).fee == UINT64_MAX);
}

/* A balance pays gas times fee, to the wei. */
static void the_poorest_balance_counts(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, false);
  uint64_t cost = 21 * GWEI * GAS;
  memset(rig.views[2].balance, 0, sizeof rig.views[2].balance);
  for (size_t i = 0; i < 8; i++) rig.views[2].balance[31 - i] = (uint8_t)(cost >> (8 * i));
  assert_int_equal(judge(&rig).action, VD_EVM_BEGIN);
  cost--;
  for (size_t i = 0; i < 8; i++) rig.views[2].balance[31 - i] = (uint8_t)(cost >> (8 * i));
  assert_int_equal(judge(&rig).action, VD_EVM_UNFUNDED);
}

static void gas_is_estimated_within_bounds(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, false);
  rig.views[0].gas = (struct vd_evm_number){true, GAS - 1};
  assert_int_equal(judge(&rig).gas, GAS);
  rig.views[1].gas = (struct vd_evm_number){true, 40000};
  assert_int_equal(judge(&rig).gas, 50000);
  rig.views[2].gas = (struct vd_evm_number){true, UINT64_MAX};
  assert_int_equal(judge(&rig).gas, VD_EVM_GAS_MAX);
}

/* Each step is at least an eighth, rounded up, on both sides, from one wei to the cap. */
static void replacements_rise_by_an_eighth(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, true);
  struct vd_evm_attempt *newest = &rig.outbox.attempts[1];
  *newest = (struct vd_evm_attempt){.tip = 0, .fee = 1};
  rig.anchor.tip = 0;
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].latest.base_fee = 0;
  unsigned steps = 0;
  for (struct vd_evm_verdict verdict = judge(&rig); verdict.action == VD_EVM_REPLACE; verdict = judge(&rig)) {
    assert_true(verdict.fee > newest->fee && verdict.tip > newest->tip && verdict.tip <= verdict.fee);
    assert_true((verdict.fee - newest->fee) * 8 >= newest->fee);
    assert_true((verdict.tip - newest->tip) * 8 >= newest->tip);
    assert_true(verdict.fee <= rig.anchor.fee_max);
    *newest = (struct vd_evm_attempt){.tip = verdict.tip, .fee = verdict.fee};
    assert_true(++steps < 300);
  }
  assert_int_equal(judge(&rig).reason, VD_EVM_FEE_CAPPED);
  assert_int_equal(judge(&rig).action, VD_EVM_WAIT);
  assert_true(newest->fee * 9 / 8 >= rig.anchor.fee_max);
}

static void what_cannot_be_replaced_is_waited_for(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, true);
  rig.outbox.attempt_count = VD_OUTBOX_ATTEMPTS_MAX;
  for (size_t e = 0; e < ENDPOINTS; e++)
    for (size_t a = 0; a < VD_OUTBOX_ATTEMPTS_MAX; a++) rig.views[e].receipts[a].presence = VD_EVM_ABSENT;
  assert_int_equal(judge(&rig).action, VD_EVM_WAIT);
  assert_int_equal(judge(&rig).reason, VD_EVM_ATTEMPTS_FULL);
  set_up(&rig, true); /* enough for what is on its way, not for more */
  uint64_t balance = 31 * GWEI * GAS;
  memset(rig.views[0].balance, 0, sizeof rig.views[0].balance);
  for (size_t i = 0; i < 8; i++) rig.views[0].balance[31 - i] = (uint8_t)(balance >> (8 * i));
  rig.views[1].newest = VD_EVM_ABSENT;
  assert_int_equal(judge(&rig).action, VD_EVM_RESEND);
  assert_int_equal(judge(&rig).reason, VD_EVM_SHORT);
}

static void confirmations_stand_in_for_finality(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, true);
  for (size_t e = 0; e < ENDPOINTS; e++) {
    rig.views[e] = view_of(MINED);
    rig.views[e].finalized.presence = VD_EVM_UNKNOWN;
  }
  assert_int_equal(judge(&rig).reason, VD_EVM_SILENT);
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].finalized.presence = VD_EVM_ABSENT;
  assert_int_equal(judge(&rig).reason, VD_EVM_UNFIT);
  rig.chain.confirmations = LATEST - 90 + 1; /* the block itself is the first */
  assert_int_equal(judge(&rig).action, VD_EVM_FINISH);
  rig.chain.confirmations++;
  assert_int_equal(judge(&rig).action, VD_EVM_WAIT);
  rig.chain.confirmations--;
  rig.views[1].latest.number--; /* the one that knows least decides */
  assert_int_equal(judge(&rig).action, VD_EVM_WAIT);
  rig.chain.confirmations = 100000;
  uint64_t common;
  assert_true(vd_evm_judge_basics(&rig.situation, &common));
  assert_int_equal(common, 0);
}

static void a_rewritten_final_block_is_not_yet_a_violation(void **state) {
  struct rig rig;
  (void)state;
  set_up(&rig, true);
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e] = view_of(OTHER_FINAL);
  rig.views[0].finalized.number = FINAL - 1;
  assert_int_equal(judge(&rig).action, VD_EVM_UNREACHABLE);
  assert_int_equal(judge(&rig).reason, VD_EVM_REWRITTEN);
  rig.views[0].finalized.number = FINAL;
  assert_int_equal(judge(&rig).action, VD_EVM_HALT);
  rig.views[0].finals[0].presence = VD_EVM_ABSENT;
  assert_int_equal(judge(&rig).reason, VD_EVM_BEHIND);
  rig.situation.are_finals_asked = false;
  assert_int_equal(judge(&rig).action, VD_EVM_REPLACE);
}

static void every_reason_has_words(void **state) {
  (void)state;
  assert_string_equal(vd_evm_reason_words(VD_EVM_FINE), "");
  for (unsigned reason = VD_EVM_FINE + 1; reason <= VD_EVM_LOG_WENT_BACK; reason++) {
    size_t len = strlen(vd_evm_reason_words((enum vd_evm_reason)reason));
    assert_true(len > 10 && len < VD_OUTBOX_REASON_SIZE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_combination_while_a_slot_is_open),
      cmocka_unit_test(the_rounds_stop_where_they_are_of_no_use),
      cmocka_unit_test(nothing_is_final_that_lacks_one_word_of_one),
      cmocka_unit_test(final_begins_at_the_common_block),
      cmocka_unit_test(what_is_sent_again_is_the_newest),
      cmocka_unit_test(a_replacement_follows_the_market),
      cmocka_unit_test(the_next_nonce_is_our_own),
      cmocka_unit_test(the_first_nonce_is_the_chains_when_all_agree),
      cmocka_unit_test(nothing_is_begun_that_is_not_due),
      cmocka_unit_test(fees_follow_the_dearest_and_stay_under_the_cap),
      cmocka_unit_test(the_poorest_balance_counts),
      cmocka_unit_test(gas_is_estimated_within_bounds),
      cmocka_unit_test(replacements_rise_by_an_eighth),
      cmocka_unit_test(what_cannot_be_replaced_is_waited_for),
      cmocka_unit_test(confirmations_stand_in_for_finality),
      cmocka_unit_test(a_rewritten_final_block_is_not_yet_a_violation),
      cmocka_unit_test(every_reason_has_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
