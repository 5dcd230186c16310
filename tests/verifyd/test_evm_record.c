/* The outbox of an EVM chain's anchors: what is signed, what is remembered over a restart, and what is refused. */
#include "anchor/evm_record.h"
#include "anchor/payload.h"

#include <stdio.h>
#include <string.h>

#include "chain/digest.h"
#include "chain/evm.h"
#include "libfrag/cmocka_all.h"
#include "temp_folder.h"

#define GWEI UINT64_C(1000000000)

enum { CHAIN_ID = 31337 };

static const char origin[] = "ledger.example/log/1";
static struct temp_folder folder;
static struct vd_chain_settings chain = {.name = "test", .id = CHAIN_ID};
static struct vd_anchor_settings anchor;
static uint8_t secret[32] = {[31] = 1};

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

static enum vd_error try_open(struct vd_record *record, const char *name, struct vd_failure *failure) {
  struct vd_anchoring_options options = {.chain = &chain, .anchor = &anchor, .origin = name, .secret32 = secret};
  return vd_evm_record_open(record, &options, failure);
}

static void open_record(struct vd_record *record, const char *outbox) {
  struct vd_failure failure = {.text = ""};
  (void)snprintf(anchor.outbox, sizeof anchor.outbox, "%s", temp_folder_at(&folder, outbox));
  if (try_open(record, origin, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static struct vd_anchoring_checkpoint checkpoint_of(uint64_t size) {
  struct vd_anchoring_checkpoint checkpoint = {.size = size};
  memset(checkpoint.root, (int)size, sizeof checkpoint.root);
  return checkpoint;
}

static void attempt(struct vd_record *record, enum vd_judge_action action, uint64_t nonce, uint64_t size,
                    uint64_t now_s, struct vd_outbox_attempt *made) {
  struct vd_evm_verdict verdict = {
      .shared.action = action, .nonce = nonce, .tip = GWEI, .fee = size * GWEI, .gas = 23000};
  struct vd_anchoring_checkpoint checkpoint = checkpoint_of(size);
  struct vd_failure failure = {.text = ""};
  if (vd_evm_record_attempt(record, &verdict, &checkpoint, now_s, made, &failure) != VD_OK)
    fail_msg("%s", failure.text);
}

static void what_is_sent_is_what_was_decided(void **state) {
  struct vd_record record;
  struct vd_outbox_attempt made, again;
  struct vd_evm_transaction transaction;
  struct frag_anchor payload;
  uint8_t sender[VD_EVM_ADDRESS_LEN], hash[32];
  char account[VD_EVM_ADDRESS_TEXT_SIZE];
  (void)state;
  open_record(&record, "sent");
  vd_evm_address_write(account, record.account); /* of secret key 1 */
  assert_string_equal(account, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
  attempt(&record, VD_JUDGE_BEGIN, 9, 50, 1000, &made);
  assert_int_equal(vd_evm_decode(record.ecdsa, &transaction, sender, made.raw, made.raw_len, NULL), VD_OK);
  assert_memory_equal(sender, record.account, sizeof sender);
  assert_memory_equal(transaction.to, record.account, sizeof sender);
  assert_int_equal(transaction.chain_id, CHAIN_ID);
  assert_int_equal(transaction.nonce, 9);
  assert_int_equal(transaction.gas, 23000);
  assert_true(transaction.tip == GWEI && transaction.fee == 50 * GWEI);
  assert_int_equal(frag_anchor_decode(&payload, transaction.data, transaction.data_len), FRAG_OK);
  assert_int_equal(payload.size, 50);
  assert_memory_equal(payload.root, made.root, sizeof payload.root);
  vd_keccak256(hash, made.raw, made.raw_len);
  assert_memory_equal(hash, made.id, sizeof hash);
  vd_record_close(&record);
  open_record(&record, "sent"); /* and it is on the disk */
  assert_int_equal(vd_record_get(&record, 0, &again, NULL), VD_OK);
  assert_memory_equal(again.id, made.id, sizeof again.id);
  assert_int_equal(again.raw_len, made.raw_len);
  assert_memory_equal(again.raw, made.raw, made.raw_len);
  assert_int_equal(vd_record_get(&record, 1, &again, NULL), VD_NOT_FOUND);
  vd_record_close(&record);
}

static void check_life(const struct vd_record *record, uint64_t slots) {
  const struct vd_judge_outbox *state = &record->state;
  assert_true(state->last.is_there);
  assert_int_equal(state->number, 3 + slots - 1);
  assert_int_equal(record->final_count, slots - !state->last.is_final);
}

static void finish(struct vd_record *record, size_t which, uint64_t number) {
  struct vd_evm_verdict verdict = {.shared.action = VD_JUDGE_FINISH,
                                   .shared.attempt = which,
                                   .block = {.number = number, .hash = {(uint8_t)number}},
                                   .block_time_s = 7000 + number,
                                   .gas_used = 22870,
                                   .gas_price = GWEI};
  assert_int_equal(vd_evm_record_finish(record, &verdict, NULL), VD_OK);
}

/* The same whether it was never closed or closed after each step. */
static void a_life_is_remembered(void **state) {
  struct vd_outbox_attempt made;
  struct vd_record record;
  (void)state;
  for (unsigned closes = 0; closes < 2; closes++) {
    const char *outbox = closes == 0 ? "life" : "closed life";
#define RESTART if (closes == 1) (vd_record_close(&record), open_record(&record, outbox))
    open_record(&record, outbox);
    assert_false(record.state.last.is_there);
    for (uint64_t slot = 0; slot < 5; slot++) {
      attempt(&record, VD_JUDGE_BEGIN, 3 + slot, 10 * slot + 10, 1000 + slot, &made);
      RESTART;
      attempt(&record, VD_JUDGE_REPLACE, 3 + slot, 10 * slot + 12, 1100 + slot, &made);
      RESTART;
      check_life(&record, slot + 1);
      assert_false(record.state.last.is_final);
      assert_int_equal(record.state.attempt_count, 2);
      assert_int_equal(record.state.last.begun_s, 1000 + slot);
      assert_int_equal(record.state.last.made_s, 1100 + slot);
      assert_int_equal(record.state.last.size, 10 * slot + 12);
      assert_memory_equal(record.state.attempts[1].id, made.id, sizeof made.id);
      assert_true(record.state.attempts[0].fee == (10 * slot + 10) * GWEI);
      finish(&record, 0, 100 + slot); /* the first of the two was mined */
      RESTART;
      check_life(&record, slot + 1);
      assert_true(record.state.last.is_final);
      assert_int_equal(record.state.attempt_count, 0);
      assert_int_equal(record.state.last.size, 10 * slot + 10);
      assert_int_equal(record.state.last.newest.size, 10 * slot + 12);
      assert_int_equal(record.final_size, 10 * slot + 10);
      assert_int_equal(record.final_time_s, 7100 + slot);
      assert_int_equal(record.state.final_count, slot + 1 < VD_JUDGE_FINALS_MAX ? slot + 1 : VD_JUDGE_FINALS_MAX);
      for (size_t i = 0; i < record.state.final_count; i++) {
        assert_int_equal(record.state.finals[i].number, 100 + slot - i); /* newest first */
        assert_int_equal(record.state.finals[i].hash[0], 100 + slot - i);
      }
    }
    vd_record_close(&record);
#undef RESTART
  }
}

static void a_halt_is_remembered(void **state) {
  struct vd_record record;
  (void)state;
  open_record(&record, "halted");
  assert_string_equal(record.halted, "");
  assert_int_equal(vd_record_halt(&record, 4242, "somebody has the key", NULL), VD_OK);
  assert_string_equal(record.halted, "somebody has the key");
  vd_record_close(&record);
  open_record(&record, "halted");
  assert_string_equal(record.halted, "somebody has the key");
  assert_int_equal(record.halted_s, 4242);
  vd_record_close(&record);
}

static void an_empty_log_has_no_payload(void **state) {
  struct vd_record record;
  struct vd_anchoring_checkpoint empty = checkpoint_of(0);
  uint8_t payload[FRAG_ANCHOR_LEN];
  (void)state;
  open_record(&record, "empty");
  assert_false(vd_payload_write(payload, record.origin_id, &empty));
  vd_record_close(&record);
}

static void what_does_not_belong_is_refused(void **state) {
  struct vd_record record, second;
  struct vd_outbox_attempt made;
  (void)state;
  chain.id++;
  open_record(&record, "mine");
  vd_record_close(&record);
  chain.id--; /* nothing was sent: the settings may be corrected */
  open_record(&record, "mine");
  assert_int_equal(try_open(&second, origin, NULL), VD_CONFLICT);
  attempt(&record, VD_JUDGE_BEGIN, 9, 50, 1000, &made);
  vd_record_close(&record);
  assert_int_equal(try_open(&second, "ledger.example/log/2", NULL), VD_CONFIG);
  chain.id++;
  assert_int_equal(try_open(&second, origin, NULL), VD_CONFIG);
  chain.id--;
  secret[31]++;
  assert_int_equal(try_open(&second, origin, NULL), VD_CONFIG);
  secret[31] = 0; /* no key at all */
  assert_int_equal(try_open(&second, origin, NULL), VD_KEY);
  secret[31] = 1;
  assert_int_equal(try_open(&second, origin, NULL), VD_OK);
  vd_record_close(&second);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_sent_is_what_was_decided), cmocka_unit_test(a_life_is_remembered),
      cmocka_unit_test(a_halt_is_remembered),             cmocka_unit_test(an_empty_log_has_no_payload),
      cmocka_unit_test(what_does_not_belong_is_refused),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
