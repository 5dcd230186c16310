/* The outbox of Bitcoin's anchors: which coins can be spent, over a restart after each step. test_evm_record has what
 * all kinds of chains have in common. */
#include "anchor/bitcoin_record.h"

#include <stdio.h>
#include <string.h>

#include "libfrag/cmocka_all.h"
#include "temp_folder.h"

enum { COIN_SAT = 100000, FEE_SAT = 500 };

static struct temp_folder folder;
static struct vd_chain_settings chain = {.name = "test", .network = "regtest"};
static struct vd_anchor_settings anchor;
static uint8_t secret[32] = {[31] = 1};
static struct vd_record record;
static struct vd_bitcoin_coins coins;

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  return 0;
}

static int end(void **state) {
  (void)state;
  temp_folder_remove(&folder);
  return 0;
}

/* Configured coins are named by one digit. */
static void configure(const char *digits) {
  anchor.coins_count = strlen(digits);
  for (size_t i = 0; i < anchor.coins_count; i++) {
    memset(anchor.coins[i], digits[i], 64);
    (void)snprintf(anchor.coins[i] + 64, sizeof anchor.coins[i] - 64, ":3");
  }
}

static enum vd_error try_open(const char *outbox) {
  struct vd_anchoring_options options = {
      .chain = &chain, .anchor = &anchor, .origin = "ledger.example/log/1", .secret32 = secret};
  (void)snprintf(anchor.outbox, sizeof anchor.outbox, "%s", temp_folder_at(&folder, outbox));
  return vd_bitcoin_record_open(&record, vd_bitcoin_network_find("regtest"), &options, &coins, NULL);
}

/* It finds on the disk what it had in memory. */
static void restart(const char *outbox) {
  static struct vd_bitcoin_coins before;
  before = coins;
  vd_record_close(&record);
  memset(&coins, 0xff, sizeof coins);
  assert_int_equal(try_open(outbox), VD_OK);
  assert_int_equal(coins.count, before.count);
  assert_int_equal(coins.has_change, before.has_change);
  for (size_t c = 0; c < coins.count; c++) {
    assert_memory_equal(coins.items[c].transaction, before.items[c].transaction, 32);
    assert_int_equal(coins.items[c].output, before.items[c].output);
  }
}

/* Spends the first `count` coins that there are. */
static void attempt(enum vd_judge_action action, size_t count, uint64_t size, struct vd_outbox_attempt *made) {
  struct vd_bitcoin_verdict verdict = {.shared.action = action, .coin_count = count, .fee_sat = FEE_SAT + size};
  struct vd_anchoring_checkpoint checkpoint = {.size = size};
  for (size_t c = 0; c < count; c++) {
    verdict.coins[c] = coins.items[c];
    verdict.coins[c].value_sat = COIN_SAT;
  }
  assert_int_equal(vd_bitcoin_record_attempt(&record, &verdict, &checkpoint, 1000, made, &coins, NULL), VD_OK);
  assert_int_equal(made->fee, FEE_SAT + size);
  assert_int_equal(made->change_sat, count * COIN_SAT - FEE_SAT - size);
}

static void finish(size_t which) {
  static const struct vd_bitcoin_proof proof = {.header = {.time_s = 7000, .hash = {5}}, .branch = {.count = 1}};
  struct vd_bitcoin_verdict verdict = {.shared.action = VD_JUDGE_FINISH, .shared.attempt = which, .number = 90};
  struct vd_outbox_slot slot;
  bool is_there;
  uint64_t fee = record.state.attempts[which].fee;
  assert_int_equal(vd_bitcoin_record_finish(&record, &verdict, &proof, &coins, NULL), VD_OK);
  assert_int_equal(vd_outbox_last(record.outbox, &slot, &is_there, NULL), VD_OK);
  assert_true(is_there && slot.is_final && slot.final.gas_used == 1 && slot.final.gas_price == fee);
  assert_int_equal(slot.final.evidence_len, VD_BITCOIN_HEADER_LEN + 4 + 32);
  assert_int_equal(record.state.finals[0].number, 90);
  assert_int_equal(record.state.finals[0].hash[0], 5);
  assert_int_equal(record.final_time_s, 7000);
}

static void coins_follow_the_outbox(void **state) {
  struct vd_outbox_attempt made, replaced;
  (void)state;
  configure("1213");
  assert_int_equal(try_open("life"), VD_OK);
  assert_int_equal(coins.count, 3); /* one is named twice */
  assert_false(coins.has_change);
  for (uint64_t slot = 0; slot < 3; slot++) {
    attempt(VD_JUDGE_BEGIN, 2, 10 * slot + 1, &made);
    assert_int_equal(record.state.number, slot);
    assert_int_equal(coins.count, 2); /* those that are spent, and no others */
    assert_false(coins.has_change);
    restart("life");
    attempt(VD_JUDGE_REPLACE, 2, 10 * slot + 2, &replaced);
    assert_int_equal(record.state.number, slot);
    assert_int_equal(record.state.attempt_count, 2);
    assert_int_equal(coins.count, 2);
    restart("life");
    finish(slot % 2); /* either of the two is mined */
    assert_true(coins.has_change);
    assert_int_equal(coins.count, 4); /* its change, then the configured ones */
    assert_memory_equal(coins.items[0].transaction, slot % 2 == 0 ? made.id : replaced.id, 32);
    assert_int_equal(coins.items[0].output, 1);
    assert_int_equal(coins.items[1].transaction[0], 0x11);
    assert_int_equal(coins.items[1].output, 3);
    restart("life");
  }
  vd_record_close(&record);
}

static void what_is_no_coin_is_refused(void **state) {
  (void)state;
  configure("12");
  anchor.coins[1][64] = '-';
  assert_int_equal(try_open("refused"), VD_CONFIG);
  configure("12");
  assert_int_equal(try_open("refused"), VD_OK); /* nothing was left open */
  vd_record_close(&record);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(coins_follow_the_outbox),
      cmocka_unit_test(what_is_no_coin_is_refused),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
