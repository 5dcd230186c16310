/* What is taken for an anchor among the transactions that an EVM node describes. Real chains are followed in
 * tests/chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "anchor/evm_following.h"

#define HASH "0x1111111111111111111111111111111111111111111111111111111111111111"
#define SENDER "0xacacacacacacacacacacacacacacacacacacacac"
/* "FRA1", origin id 0d…, size 5, root 22… */
#define PAYLOAD \
  "0x465241310d0d0d0d0d0d0d0d00000000000000052222222222222222222222222222222222222222222222222222222222222222"

static const struct vd_rpc_value *read_text(const char *result, struct vd_rpc_answer **answer) {
  char text[2048];
  int len = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}", result);
  assert_int_equal(vd_rpc_read(answer, 1, (const uint8_t *)text, (size_t)len), VD_RPC_RESULT);
  return vd_rpc_result(*answer);
}

static bool read_sent(const char *result, struct vd_evm_following_sent *sent) {
  uint8_t account[20], origin_id[FRAG_ANCHOR_ORIGIN_LEN];
  struct vd_rpc_answer *answer;
  memset(account, 0xac, sizeof account);
  memset(origin_id, 0x0d, sizeof origin_id);
  bool is_read = vd_evm_following_sent(read_text(result, &answer), account, origin_id, sent);
  vd_rpc_answer_free(answer);
  return is_read;
}

static bool is_ours(const char *from, const char *input) {
  struct vd_evm_following_sent sent;
  char text[1024];
  (void)snprintf(text, sizeof text, "{\"hash\":\"" HASH "\",\"from\":\"%s\",\"to\":null,\"input\":\"%s\"}", from,
                 input);
  assert_true(read_sent(text, &sent));
  return sent.is_ours;
}

static void the_accounts_anchor_is_ours(void **state) {
  (void)state;
  struct vd_evm_following_sent sent;
  uint8_t hash[32], root[32];
  assert_true(read_sent("{\"hash\":\"" HASH "\",\"from\":\"" SENDER "\",\"input\":\"" PAYLOAD "\"}", &sent));
  memset(hash, 0x11, 32);
  memset(root, 0x22, 32);
  assert_true(sent.is_ours);
  assert_int_equal(sent.anchor.size, 5);
  assert_memory_equal(sent.hash, hash, 32);
  assert_memory_equal(sent.anchor.root, root, 32);
  assert_true(is_ours("0xACacAcacacacacacacacacacacacacacacacacac", PAYLOAD)); /* the case of letters says nothing */
}

static void everything_else_is_not(void **state) {
  (void)state;
  char input[sizeof PAYLOAD + 4];
  assert_false(is_ours("0xacacacacacacacacacacacacacacacacacacacad", PAYLOAD));
  assert_false(is_ours(SENDER, "0x"));
  assert_false(is_ours(SENDER, PAYLOAD "00"));
  assert_false(is_ours(SENDER, PAYLOAD "0"));
  for (size_t len = 2; len < strlen(PAYLOAD); len++) {
    (void)snprintf(input, sizeof input, "%.*s", (int)len, PAYLOAD);
    assert_false(is_ours(SENDER, input));
  }
  for (size_t digit = 2; digit < 2 + 2 * (4 + 8); digit++) { /* another beginning, another log's */
    memcpy(input, PAYLOAD, sizeof PAYLOAD);
    input[digit] = input[digit] == '7' ? '6' : '7';
    assert_false(is_ours(SENDER, input));
  }
}

static void what_is_no_transaction_is_refused(void **state) {
  (void)state;
  struct vd_evm_following_sent sent;
  static const char *const texts[] = {
      "null", "7", "\"" HASH "\"", "[]", "{}",
      "{\"hash\":\"" HASH "\",\"input\":\"" PAYLOAD "\"}",
      "{\"from\":\"" SENDER "\",\"input\":\"" PAYLOAD "\"}",
      "{\"hash\":\"0x11\",\"from\":\"" SENDER "\",\"input\":\"" PAYLOAD "\"}",
      "{\"hash\":\"" HASH "\",\"from\":\"" SENDER "00\",\"input\":\"" PAYLOAD "\"}",
      "{\"hash\":\"" HASH "\",\"from\":null,\"input\":\"" PAYLOAD "\"}",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    assert_false(read_sent(texts[i], &sent));
    assert_false(sent.is_ours);
  }
}

static bool read_block(const char *number, const char *time, const char *hash, const char *parent,
                       struct vd_following_block *block) {
  char text[1024];
  struct vd_rpc_answer *answer;
  (void)snprintf(text, sizeof text, "{\"number\":%s,\"timestamp\":%s,\"hash\":%s,\"parentHash\":%s}", number, time,
                 hash, parent);
  bool is_read = vd_evm_following_block(read_text(text, &answer), block);
  vd_rpc_answer_free(answer);
  return is_read;
}

static void blocks_need_all_their_parts(void **state) {
  (void)state;
  struct vd_following_block block;
  assert_true(read_block("\"0x7\"", "\"0x684fd6f0\"", "\"" HASH "\"", "\"" HASH "\"", &block));
  assert_int_equal(block.number, 7);
  assert_int_equal(block.time_s, 0x684fd6f0);
  assert_false(read_block("7", "\"0x684fd6f0\"", "\"" HASH "\"", "\"" HASH "\"", &block));
  assert_false(read_block("\"0x07\"", "\"0x684fd6f0\"", "\"" HASH "\"", "\"" HASH "\"", &block));
  assert_false(read_block("\"0x7\"", "null", "\"" HASH "\"", "\"" HASH "\"", &block));
  assert_false(read_block("\"0x7\"", "\"0x684fd6f0\"", "null", "\"" HASH "\"", &block)); /* a pending one */
  assert_false(read_block("\"0x7\"", "\"0x684fd6f0\"", "\"" HASH "\"", "\"0x11\"", &block));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_accounts_anchor_is_ours), cmocka_unit_test(everything_else_is_not),
      cmocka_unit_test(what_is_no_transaction_is_refused), cmocka_unit_test(blocks_need_all_their_parts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
