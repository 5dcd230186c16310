/* What an EVM node says of a block. Real chains are followed in tests/chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "anchor/evm_following.h"

#define HASH "0x1111111111111111111111111111111111111111111111111111111111111111"

static const struct vd_rpc_value *read_text(const char *result, struct vd_rpc_answer **answer) {
  char text[2048];
  int len = snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}", result);
  assert_int_equal(vd_rpc_read(answer, 1, (const uint8_t *)text, (size_t)len), VD_RPC_RESULT);
  return vd_rpc_result(*answer);
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
      cmocka_unit_test(blocks_need_all_their_parts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
