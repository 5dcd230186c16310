#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anchor/bitcoin_judge.h"

enum { ENDPOINTS = 3, HEIGHT = 100, DEPTH = 6, COIN_SAT = 100000, FEE_SAT = 200 };

/* Everything that the judge looks at; as set up all endpoints agree, there is a coin, and an anchor is due. */
struct rig {
  struct vd_chain_settings chain;
  struct vd_anchor_settings anchor;
  struct vd_judge_outbox outbox;
  struct vd_bitcoin_coins coins;
  struct vd_bitcoin_view views[ENDPOINTS];
  struct vd_bitcoin_proof proof;
  uint8_t genesis[32];
  struct vd_judge_situation shared;
  struct vd_bitcoin_situation situation;
  struct vd_bitcoin_verdict verdict;
};

static struct vd_bitcoin_output output_of(uint64_t confirmations) {
  struct vd_bitcoin_output output = {.presence = VD_JUDGE_THERE, .confirmations = confirmations,
                                     .value_sat = COIN_SAT, .is_ours = true};
  memset(output.tip, 7, 32);
  return output;
}

static struct rig *setup_idle(void) {
  static struct rig rig;
  memset(&rig, 0, sizeof rig);
  rig.chain.confirmations = DEPTH;
  rig.anchor.entries = 1;
  rig.anchor.interval_s = 60;
  rig.anchor.replace_s = 100;
  rig.anchor.fee_max = 50;
  rig.coins.count = 1;
  memset(rig.coins.items[0].transaction, 1, 32);
  for (size_t e = 0; e < ENDPOINTS; e++) {
    struct vd_bitcoin_view *view = &rig.views[e];
    view->info = view->genesis.presence = VD_JUDGE_THERE;
    view->is_network = true;
    view->height = HEIGHT;
    memset(view->tip, 7, 32);
    view->coins[0] = output_of(DEPTH);
    view->finals[0] = view->mined = (struct vd_bitcoin_hash){.presence = VD_JUDGE_THERE};
  }
  rig.shared = (struct vd_judge_situation){.chain = &rig.chain, .anchor = &rig.anchor, .outbox = &rig.outbox,
                                           .has_newest = true, .newest = {.size = 9}, .now_s = 1000};
  rig.situation = (struct vd_bitcoin_situation){.shared = &rig.shared, .genesis = rig.genesis, .coins = &rig.coins,
                                                .view_count = ENDPOINTS, .views = rig.views, .proof = &rig.proof};
  return &rig;
}

/* The same with an open slot of two attempts; the newest is in every mempool. */
static struct rig *setup_open(void) {
  struct rig *rig = setup_idle();
  rig->outbox.last = (struct vd_policy_slot){.is_there = true, .begun_s = 950, .made_s = 950, .size = 5,
                                             .newest = {.size = 5}};
  rig->outbox.attempt_count = 2;
  rig->outbox.attempts[0].fee = FEE_SAT / 2;
  rig->outbox.attempts[1].fee = FEE_SAT;
  for (size_t e = 0; e < ENDPOINTS; e++) {
    rig->views[e].changes[0].presence = VD_JUDGE_ABSENT;
    rig->views[e].changes[1] = output_of(0);
  }
  return rig;
}

/* And with one that is final, whose change pays for the next. */
static struct rig *setup_final(void) {
  struct rig *rig = setup_idle();
  rig->outbox.last = (struct vd_policy_slot){.is_there = true, .is_final = true, .begun_s = 100, .made_s = 100,
                                             .size = 5, .newest = {.size = 5}};
  rig->coins.has_change = true;
  rig->outbox.final_count = 1;
  rig->outbox.finals[0].number = 90;
  rig->shared.are_finals_asked = true;
  return rig;
}

static void mine(struct rig *rig, size_t e, size_t attempt, uint64_t confirmations) {
  rig->views[e].changes[1 - attempt].presence = VD_JUDGE_ABSENT;
  rig->views[e].changes[attempt] = output_of(confirmations);
  rig->views[e].coins[0].presence = VD_JUDGE_ABSENT;
}

static void expect(struct rig *rig, enum vd_judge_action action, enum vd_reason reason) {
  vd_bitcoin_judge(&rig->situation, &rig->verdict);
  assert_int_equal(rig->verdict.shared.action, action);
  assert_int_equal(rig->verdict.shared.reason, reason);
}

static void test_begins(void **state) {
  (void)state;
  struct rig *rig = setup_idle();
  expect(rig, VD_JUDGE_BEGIN, VD_REASON_FINE);
  assert_int_equal(rig->verdict.coin_count, 1);
  assert_int_equal(rig->verdict.coins[0].value_sat, COIN_SAT);
  assert_int_equal(rig->verdict.fee_sat, vd_bitcoin_anchor_size(1, 52, true));
  rig->views[1].rate = 3500;
  expect(rig, VD_JUDGE_BEGIN, VD_REASON_FINE);
  assert_int_equal(rig->verdict.fee_sat, (vd_bitcoin_anchor_size(1, 52, true) * 7 + 1) / 2);
  rig->views[1].rate = UINT64_MAX; /* whatever it says, fee_max is the most */
  expect(rig, VD_JUDGE_BEGIN, VD_REASON_FINE);
  assert_int_equal(rig->verdict.fee_sat, 50 * vd_bitcoin_anchor_size(1, 52, true));
  rig->shared.has_newest = false;
  expect(rig, VD_JUDGE_IDLE, VD_REASON_NO_CHECKPOINT);
}

static void test_coins_that_do_not_pay(void **state) {
  (void)state;
  struct rig *rig = setup_idle();
  for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e].coins[0].value_sat = 400;
  expect(rig, VD_JUDGE_UNFUNDED, VD_REASON_COINS_SHORT);
  rig = setup_idle();
  rig->views[1].coins[0].confirmations = DEPTH - 1;
  expect(rig, VD_JUDGE_UNFUNDED, VD_REASON_NO_COINS);
  rig = setup_idle();
  rig->views[2].coins[0].is_ours = false;
  expect(rig, VD_JUDGE_UNFUNDED, VD_REASON_NO_COINS);
  rig = setup_idle();
  rig->views[2].coins[0].is_immature = true;
  expect(rig, VD_JUDGE_UNFUNDED, VD_REASON_NO_COINS);
  rig = setup_idle();
  rig->views[0].coins[0].value_sat++; /* one says another value */
  expect(rig, VD_JUDGE_UNFUNDED, VD_REASON_NO_COINS);
  rig = setup_idle();
  rig->views[0].coins[0].presence = VD_JUDGE_ABSENT;
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
  rig->coins.count = 0;
  expect(rig, VD_JUDGE_UNFUNDED, VD_REASON_NO_COINS);
}

/* One endpoint is enough to stop everything, whichever it is. */
static void test_any_endpoint_stops(void **state) {
  (void)state;
  struct rig *(*const setups[])(void) = {setup_idle, setup_open, setup_final};
  for (size_t i = 0; i < 3; i++) {
    for (size_t e = 0; e < ENDPOINTS; e++) {
      struct rig *rig = setups[i]();
      rig->views[e].info = VD_JUDGE_UNKNOWN;
      expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT);
      assert_int_equal(rig->verdict.shared.endpoint, e);
      rig = setups[i]();
      rig->views[e].coins[0].presence = VD_JUDGE_UNKNOWN;
      expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT);
      rig = setups[i]();
      rig->views[e].genesis.hash[0] = 1;
      expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_WRONG_NETWORK);
      assert_int_equal(rig->verdict.shared.endpoint, e);
      rig = setups[i]();
      rig->views[e].is_network = false;
      expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_WRONG_NETWORK);
    }
  }
}

static void test_waits_resends_and_replaces(void **state) {
  (void)state;
  struct rig *rig = setup_open();
  expect(rig, VD_JUDGE_WAIT, VD_REASON_FINE);
  rig->views[1].changes[1].presence = VD_JUDGE_ABSENT;
  expect(rig, VD_JUDGE_RESEND, VD_REASON_FINE);
  assert_int_equal(rig->verdict.shared.attempt, 1);
  assert_false(rig->verdict.is_unknown);
  for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e].changes[1].presence = VD_JUDGE_ABSENT;
  expect(rig, VD_JUDGE_RESEND, VD_REASON_FINE);
  assert_true(rig->verdict.is_unknown);

  rig = setup_open();
  rig->shared.now_s = 1050;
  expect(rig, VD_JUDGE_REPLACE, VD_REASON_FINE);
  assert_int_equal(rig->verdict.fee_sat, FEE_SAT + vd_bitcoin_anchor_size(1, 52, true)); /* BIP 125 */
  assert_int_equal(rig->verdict.coins[0].value_sat, COIN_SAT);
  rig->outbox.attempts[1].fee = 4000;
  expect(rig, VD_JUDGE_REPLACE, VD_REASON_FINE);
  assert_int_equal(rig->verdict.fee_sat, 4501);
  rig->outbox.attempts[1].fee = 50 * vd_bitcoin_anchor_size(1, 52, true);
  expect(rig, VD_JUDGE_WAIT, VD_REASON_FEE_CAPPED);
  rig->outbox.attempts[1].fee = FEE_SAT;
  for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e].coins[0].value_sat = 600;
  expect(rig, VD_JUDGE_WAIT, VD_REASON_COINS_SHORT);
  rig->views[0].coins[0].value_sat = COIN_SAT;
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
}

/* Final: in the same block of every endpoint, DEPTH deep in each, and the block proves it. */
static void test_finishes(void **state) {
  (void)state;
  size_t attempt;
  uint64_t number;
  for (size_t mined = 0; mined < 2; mined++) {
    struct rig *rig = setup_open();
    for (size_t e = 0; e < ENDPOINTS; e++) mine(rig, e, mined, DEPTH);
    assert_true(vd_bitcoin_judge_mined(&rig->situation, &attempt, &number));
    assert_int_equal(attempt, mined);
    assert_int_equal(number, HEIGHT + 1 - DEPTH);
    expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_SILENT); /* the block is not there yet */
    rig->proof.presence = VD_JUDGE_THERE;
    expect(rig, VD_JUDGE_FINISH, VD_REASON_FINE);
    assert_int_equal(rig->verdict.shared.attempt, mined);
    assert_int_equal(rig->verdict.number, number);
    rig->proof.header.hash[3] = 1;
    expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
    rig->proof.header.hash[3] = 0;
    rig->proof.presence = VD_JUDGE_ABSENT;
    expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
    rig->proof.presence = VD_JUDGE_THERE;
    for (size_t e = 0; e < ENDPOINTS; e++) {
      rig->views[e].mined.hash[0] = 1;
      expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
      rig->views[e].mined.hash[0] = 0;
      rig->views[e].changes[mined].confirmations--; /* and then another height */
      expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
      rig->views[e].height--; /* it is a block behind */
      expect(rig, VD_JUDGE_WAIT, VD_REASON_FINE);
      assert_false(vd_bitcoin_judge_mined(&rig->situation, &attempt, &number));
      rig->views[e].height++;
      rig->views[e].changes[mined].confirmations++;
      rig->views[e].changes[mined].tip[0] = 1; /* a block came in between */
      expect(rig, VD_JUDGE_WAIT, VD_REASON_FINE);
      rig->views[e].changes[mined].tip[0] = 7;
    }
  }
}

static void test_mined_somewhere_is_left_alone(void **state) {
  (void)state;
  for (size_t e = 0; e < ENDPOINTS; e++) {
    struct rig *rig = setup_open();
    rig->shared.now_s = 5000; /* a replacement would be due */
    mine(rig, e, 0, 1);
    expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
  }
}

static void test_a_coin_that_is_gone(void **state) {
  (void)state;
  struct rig *rig = setup_open();
  for (size_t e = 0; e < ENDPOINTS; e++) {
    rig->views[e].changes[1].presence = VD_JUDGE_ABSENT;
    rig->views[e].coins[0].presence = VD_JUDGE_ABSENT;
    if (e + 1 < ENDPOINTS) expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
  }
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_COIN_GONE);
  assert_int_equal(rig->verdict.shared.foreign_at, HEIGHT + 1);
  rig->shared.foreign_since = HEIGHT - DEPTH + 2;
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_COIN_GONE);
  rig->shared.foreign_since = HEIGHT - DEPTH + 1;
  expect(rig, VD_JUDGE_HALT, VD_REASON_COIN_USED);
  rig->views[0].changes[0] = output_of(0); /* somebody waits for our own transaction */
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
  assert_int_equal(rig->verdict.shared.foreign_at, 0);

  rig = setup_final();
  for (size_t e = 0; e < ENDPOINTS; e++) rig->views[e].coins[0].presence = VD_JUDGE_ABSENT;
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_COIN_GONE);
  rig->shared.foreign_since = 1;
  expect(rig, VD_JUDGE_HALT, VD_REASON_COIN_USED);
}

static void test_a_final_block_that_is_another(void **state) {
  (void)state;
  struct rig *rig = setup_final();
  expect(rig, VD_JUDGE_BEGIN, VD_REASON_FINE);
  for (size_t e = 0; e < ENDPOINTS; e++) {
    rig->views[e].finals[0].hash[0] = 1;
    if (e + 1 < ENDPOINTS) expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_DISAGREE);
  }
  expect(rig, VD_JUDGE_HALT, VD_REASON_FINALITY);
  rig->views[1].height = 90 + DEPTH - 1; /* just as deep */
  expect(rig, VD_JUDGE_HALT, VD_REASON_FINALITY);
  rig->views[1].height = 90 + DEPTH - 2;
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_REWRITTEN);
  rig->views[1].height = 89;
  expect(rig, VD_JUDGE_UNREACHABLE, VD_REASON_BEHIND);
  rig = setup_final();
  rig->shared.newest.size = 4;
  expect(rig, VD_JUDGE_HALT, VD_REASON_LOG_WENT_BACK);
  rig = setup_final();
  rig->shared.newest.size = 1000;
  rig->shared.is_fork = true;
  expect(rig, VD_JUDGE_HALT, VD_REASON_LOG_WENT_BACK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_begins),
    cmocka_unit_test(test_coins_that_do_not_pay),
    cmocka_unit_test(test_any_endpoint_stops),
    cmocka_unit_test(test_waits_resends_and_replaces),
    cmocka_unit_test(test_finishes),
    cmocka_unit_test(test_mined_somewhere_is_left_alone),
    cmocka_unit_test(test_a_coin_that_is_gone),
    cmocka_unit_test(test_a_final_block_that_is_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
