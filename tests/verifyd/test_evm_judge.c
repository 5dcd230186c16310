/* The judge's sums and limits one by one; evm_judge_combinations has what endpoints may say together. */
#include "evm_judge_fixture.h"

#include <string.h>

#include "libfrag/cmocka_all.h"

static struct vd_evm_verdict judge(const struct rig *rig) {
  struct vd_evm_verdict verdict;
  vd_evm_judge(&rig->situation, &verdict);
  return verdict;
}

/* Takes one thing away that an endpoint has to say, or spoils it. */
static enum vd_reason without(struct vd_evm_view *view, unsigned which) {
  switch (which) {
    case 0: view->chain_id.is_known = false; return VD_REASON_SILENT;
    case 1: view->count_latest.is_known = false; return VD_REASON_SILENT;
    case 2: view->count_pending.is_known = false; return VD_REASON_SILENT;
    case 3: view->has_balance = false; return VD_REASON_SILENT;
    case 4: view->latest.presence = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 5: view->latest.presence = VD_JUDGE_ABSENT; return VD_REASON_SILENT;
    case 6: view->finalized.presence = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 7: view->finals[0].presence = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 8: view->finals[0].presence = VD_JUDGE_ABSENT; return VD_REASON_BEHIND;
    case 9: view->common.presence = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 10: view->common.presence = VD_JUDGE_ABSENT; return VD_REASON_SILENT;
    case 11: view->receipts[1].presence = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 12: view->newest = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 13: view->mined_block.presence = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 14: view->mined = VD_JUDGE_UNKNOWN; return VD_REASON_SILENT;
    case 15: view->mined_block.presence = VD_JUDGE_ABSENT; return VD_REASON_DISAGREE;
    case 16: view->mined = VD_JUDGE_ABSENT; return VD_REASON_DISAGREE;
    case 17: view->mined_block.number++; return VD_REASON_DISAGREE;
    case 18: view->receipts[1].gas_used++; return VD_REASON_DISAGREE;
    case 19: view->receipts[1].gas_price++; return VD_REASON_DISAGREE;
    default: return VD_REASON_FINE;
  }
}

static void nothing_is_final_that_lacks_one_word_of_one(void **state) {
  struct rig rig;
  (void)state;
  for (size_t e = 0; e < ENDPOINTS; e++) {
    for (unsigned which = 0; which <= 20; which++) {
      evm_judge_set_up(&rig, true);
      for (size_t other = 0; other < ENDPOINTS; other++) rig.views[other] = evm_judge_view(MINED);
      enum vd_reason reason = without(&rig.views[e], which);
      struct vd_evm_verdict verdict = judge(&rig);
      assert_int_equal(verdict.shared.reason, reason);
      assert_int_equal(verdict.shared.action, which == 20 ? VD_JUDGE_FINISH : VD_JUDGE_UNREACHABLE);
      if (reason == VD_REASON_SILENT || reason == VD_REASON_BEHIND) assert_int_equal(verdict.shared.endpoint, e);
    }
  }
}

static void final_begins_at_the_common_block(void **state) {
  struct rig rig;
  size_t attempt;
  uint64_t number;
  (void)state;
  evm_judge_set_up(&rig, true);
  for (uint64_t at = COMMON - 1; at <= COMMON + 1; at++) {
    for (size_t e = 0; e < ENDPOINTS; e++) {
      rig.views[e] = evm_judge_view(MINED);
      rig.views[e].receipts[1].block_number = rig.views[e].mined_block.number = at;
    }
    assert_int_equal(judge(&rig).shared.action, at <= COMMON ? VD_JUDGE_FINISH : VD_JUDGE_WAIT);
    assert_int_equal(vd_evm_judge_mined(&rig.situation, &attempt, &number), at <= COMMON);
  }
  evm_judge_set_up(&rig, false);
  assert_false(vd_evm_judge_mined(&rig.situation, &attempt, &number));
}

static void what_is_sent_again_is_the_newest(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, true);
  rig.outbox.last.made_s = NOW_S;
  rig.views[2].newest = VD_JUDGE_ABSENT;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_RESEND);
  assert_int_equal(judge(&rig).shared.attempt, 1);
  assert_int_equal(judge(&rig).nonce, NONCE);
  evm_judge_set_up(&rig, true);
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].latest.number = FINAL; /* just there */
  rig.outbox.last.made_s = NOW_S;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_WAIT);
}

/* Not only an eighth more, but what the chain asks now. */
static void a_replacement_follows_the_market(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, true);
  rig.views[1].latest.base_fee = 40 * GWEI;
  assert_true(judge(&rig).tip == 2 * GWEI / 8 * 9);
  assert_true(judge(&rig).fee == 80 * GWEI + judge(&rig).tip);
  rig.anchor.tip = 5 * GWEI;
  assert_true(judge(&rig).tip == 5 * GWEI && judge(&rig).fee == 85 * GWEI);
  rig.views[1].latest.base_fee = 400 * GWEI;
  assert_true(judge(&rig).fee == 100 * GWEI);
  rig.anchor.fee_max = 30 * GWEI / 8 * 9; /* exactly an eighth more is allowed */
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_REPLACE);
  rig.anchor.fee_max--;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_FEE_CAPPED);
}

static void the_next_nonce_is_our_own(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, false);
  struct vd_evm_verdict verdict = judge(&rig);
  assert_int_equal(verdict.shared.action, VD_JUDGE_BEGIN);
  assert_int_equal(verdict.nonce, NONCE);
  assert_true(verdict.tip == GWEI && verdict.fee == 21 * GWEI);
  assert_int_equal(verdict.gas, GAS);
  for (size_t e = 0; e < ENDPOINTS; e++) { /* any one of them is enough to stop it */
    rig.views[e].count_pending.value = NONCE + 1;
    assert_int_equal(judge(&rig).shared.reason, VD_REASON_PENDING);
    assert_int_equal(judge(&rig).shared.action, VD_JUDGE_UNREACHABLE);
    rig.views[e].count_pending.value = NONCE;
    rig.views[e].count_latest.value = NONCE - 1;
    assert_int_equal(judge(&rig).shared.reason, VD_REASON_NONCE_BEHIND);
    rig.views[e].count_latest.value = NONCE + 1;
    assert_int_equal(judge(&rig).shared.reason, VD_REASON_DISAGREE);
    rig.views[e].count_latest.value = NONCE;
  }
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].count_latest.value = rig.views[e].count_pending.value = NONCE + 3;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_NONCE_AHEAD);
  rig.shared.foreign_since = COMMON + 1;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_UNREACHABLE);
  rig.shared.foreign_since = COMMON;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_HALT);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_NONCE_USED);
}

static void the_first_nonce_is_the_chains_when_all_agree(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, false);
  memset(&rig.outbox, 0, sizeof rig.outbox);
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_BEGIN);
  assert_int_equal(judge(&rig).nonce, NONCE);
  rig.views[2].count_pending.value = NONCE + 1;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_PENDING);
  rig.views[2].count_latest.value = NONCE + 1;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_DISAGREE);
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_UNREACHABLE);
}

static void nothing_is_begun_that_is_not_due(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, false);
  rig.shared.newest = rig.outbox.last.newest;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_IDLE);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_FINE);
  rig.shared.has_newest = false;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_NO_CHECKPOINT);
  rig.shared.has_newest = true;
  rig.shared.newest.size = 39; /* nodes need not be heard to know that */
  memset(rig.views, 0, sizeof rig.views);
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_HALT);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_LOG_WENT_BACK);
  rig.shared.newest.size = 1000;
  rig.shared.is_fork = true;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_HALT);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_LOG_WENT_BACK);
  rig.shared.has_newest = false; /* then nothing was compared */
  assert_int_not_equal(judge(&rig).shared.action, VD_JUDGE_HALT);
}

static void fees_follow_the_dearest_and_stay_under_the_cap(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, false);
  rig.views[1].latest.base_fee = 40 * GWEI;
  assert_true(judge(&rig).fee == 81 * GWEI);
  rig.views[1].latest.base_fee = 90 * GWEI;
  assert_true(judge(&rig).fee == 100 * GWEI);
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_BEGIN);
  rig.views[1].latest.base_fee = 100 * GWEI;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_BEGIN);
  rig.views[1].latest.base_fee = 100 * GWEI + 1;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_IDLE);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_FEE_HIGH);
  rig.views[1].latest.base_fee = UINT64_MAX;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_FEE_HIGH);
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
  evm_judge_set_up(&rig, false);
  uint64_t cost = 21 * GWEI * GAS;
  memset(rig.views[2].balance, 0, sizeof rig.views[2].balance);
  for (size_t i = 0; i < 8; i++) rig.views[2].balance[31 - i] = (uint8_t)(cost >> (8 * i));
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_BEGIN);
  cost--;
  for (size_t i = 0; i < 8; i++) rig.views[2].balance[31 - i] = (uint8_t)(cost >> (8 * i));
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_UNFUNDED);
}

static void gas_is_estimated_within_bounds(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, false);
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
  evm_judge_set_up(&rig, true);
  struct vd_judge_attempt *newest = &rig.outbox.attempts[1];
  *newest = (struct vd_judge_attempt){.tip = 0, .fee = 1};
  rig.anchor.tip = 0;
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].latest.base_fee = 0;
  unsigned steps = 0;
  for (struct vd_evm_verdict verdict = judge(&rig); verdict.shared.action == VD_JUDGE_REPLACE; verdict = judge(&rig)) {
    assert_true(verdict.fee > newest->fee && verdict.tip > newest->tip && verdict.tip <= verdict.fee);
    assert_true((verdict.fee - newest->fee) * 8 >= newest->fee);
    assert_true((verdict.tip - newest->tip) * 8 >= newest->tip);
    assert_true(verdict.fee <= rig.anchor.fee_max);
    *newest = (struct vd_judge_attempt){.tip = verdict.tip, .fee = verdict.fee};
    assert_true(++steps < 300);
  }
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_FEE_CAPPED);
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_WAIT);
  assert_true(newest->fee * 9 / 8 >= rig.anchor.fee_max);
}

static void what_cannot_be_replaced_is_waited_for(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, true);
  rig.outbox.attempt_count = VD_OUTBOX_ATTEMPTS_MAX;
  for (size_t e = 0; e < ENDPOINTS; e++)
    for (size_t a = 0; a < VD_OUTBOX_ATTEMPTS_MAX; a++) rig.views[e].receipts[a].presence = VD_JUDGE_ABSENT;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_WAIT);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_ATTEMPTS_FULL);
  evm_judge_set_up(&rig, true); /* enough for what is on its way, not for more */
  uint64_t balance = 31 * GWEI * GAS;
  memset(rig.views[0].balance, 0, sizeof rig.views[0].balance);
  for (size_t i = 0; i < 8; i++) rig.views[0].balance[31 - i] = (uint8_t)(balance >> (8 * i));
  rig.views[1].newest = VD_JUDGE_ABSENT;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_RESEND);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_SHORT);
}

static void confirmations_stand_in_for_finality(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, true);
  for (size_t e = 0; e < ENDPOINTS; e++) {
    rig.views[e] = evm_judge_view(MINED);
    rig.views[e].finalized.presence = VD_JUDGE_UNKNOWN;
  }
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_SILENT);
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e].finalized.presence = VD_JUDGE_ABSENT;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_UNFIT);
  rig.chain.confirmations = LATEST - 90 + 1; /* the block itself is the first */
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_FINISH);
  rig.chain.confirmations++;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_WAIT);
  rig.chain.confirmations--;
  rig.views[1].latest.number--; /* the one that knows least decides */
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_WAIT);
  rig.chain.confirmations = 100000;
  uint64_t common;
  assert_true(vd_evm_judge_basics(&rig.situation, &common));
  assert_int_equal(common, 0);
}

static void a_rewritten_final_block_is_not_yet_a_violation(void **state) {
  struct rig rig;
  (void)state;
  evm_judge_set_up(&rig, true);
  for (size_t e = 0; e < ENDPOINTS; e++) rig.views[e] = evm_judge_view(OTHER_FINAL);
  rig.views[0].finalized.number = FINAL - 1;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_UNREACHABLE);
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_REWRITTEN);
  rig.views[0].finalized.number = FINAL;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_HALT);
  rig.views[0].finals[0].presence = VD_JUDGE_ABSENT;
  assert_int_equal(judge(&rig).shared.reason, VD_REASON_BEHIND);
  rig.shared.are_finals_asked = false;
  assert_int_equal(judge(&rig).shared.action, VD_JUDGE_REPLACE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
