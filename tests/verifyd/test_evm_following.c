/* What an EVM node says of a block. Real chains are followed in tests/chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anchor/evm_following.h"
#include "http_peer.h"
#include "poll_loop.h"
#include "temp_folder.h"

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

/* --- a chain with one block that is long --- */

enum { FINAL = 6, LONG = 3, PATIENCE_MS = 60000 };

struct chain {
  size_t len;    /* bytes in hexadecimal of what somebody sent in block LONG */
  bool is_known; /* how often accounts have sent; else blocks are read one after the other */
};

static size_t write_block(char *text, size_t size, uint64_t id, unsigned number) {
  return (size_t)snprintf(text, size,
                          "{\"id\":%" PRIu64 ",\"result\":{\"number\":\"0x%x\",\"timestamp\":\"0x%x\",\"hash\":"
                          "\"0x%064x\",\"parentHash\":\"0x%064x\",\"transactions\":[{\"hash\":\"0x%064x\",\"from\":\"0x%040x\",\"input\":\"0x",
                          id, number, 1000 + number, number, number - 1, number, 7u);
}

static void say_block(const struct chain *chain, uint64_t id, unsigned number, bool is_whole,
                      struct http_peer_answer *answer) {
  size_t len = is_whole && number == LONG ? chain->len : 0;
  char *text = malloc(len + 1024);
  if (text == NULL) abort();
  size_t at = write_block(text, 1024, id, number);
  memset(text + at, '0', len);
  memcpy(text + at + len, "\"}]}}", 5);
  http_peer_say(answer, text, at + len + 5);
  free(text);
}

static void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  const struct chain *chain = context;
  char body[512], text[100];
  size_t len = request->body_len < sizeof body ? request->body_len : sizeof body - 1;
  memcpy(body, request->body, len);
  body[len] = '\0';
  uint64_t id = strtoull(strstr(body, "\"id\":") + 5, NULL, 10);
  const char *params = strstr(body, "\"params\":[");
  const char *comma = strchr(params, ',');
  if (strstr(body, "eth_getBlockByNumber") != NULL) {
    unsigned number = strstr(params, "finalized") != NULL ? FINAL : (unsigned)strtoul(params + 11, NULL, 16);
    say_block(chain, id, number, strstr(params, "true") != NULL, answer);
    return;
  }
  int said = snprintf(text, sizeof text, "{\"id\":%" PRIu64 ",\"result\":\"0x1\"}", id);
  if (strstr(body, "eth_getTransactionCount") != NULL)
    said = snprintf(text, sizeof text,
                    chain->is_known ? "{\"id\":%" PRIu64 ",\"result\":\"0x%x\"}"
                                    : "{\"id\":%" PRIu64 ",\"error\":{\"code\":%d}}",
                    id, strtoul(comma + 2, NULL, 16) >= LONG);
  http_peer_say(answer, text, (size_t)said);
}

static void tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  (void)context, (void)grade, (void)event, (void)detail;
}

/* One round, to its end. Out: why it is stuck; "" when it saw everything. */
static void follow(struct chain *chain, char why[static 256]) {
  static const size_t tracks[] = {0};
  struct vd_chain_settings settings = {
      .name = "testing", .kind = VD_CHAIN_EVM, .id = 1, .endpoints_count = 1, .first_block = 1, .poll_s = 3600,
      .timeout_ms = PATIENCE_MS};
  struct vd_anchors_track_options track = {.origin = "one.example/log", .chain = "testing", .account = {1}, .due_s = 9};
  struct vd_failure failure = {.text = ""};
  struct temp_folder folder;
  struct poll_loop loop;
  struct vd_client *client;
  struct vd_anchors *anchors;
  struct vd_anchors_view view;
  struct vd_following *following;
  bool is_stuck = false, is_done = false;
  unsigned never = 0;
  struct http_peer *peer = http_peer_start(0, handle, chain);
  (void)http_peer_url(settings.endpoints[0], peer, "/");
  vd_following_chain_id(&settings, track.chain_id);
  temp_folder_make(&folder);
  temp_folder_make_inner(&folder, "anchors");
  poll_loop_init(&loop);
  struct vd_client_options client_options = {.hooks = poll_loop_hooks(&loop), .connections_per_host = 4};
  assert_int_equal(vd_client_new(&client_options, &client, &failure), VD_OK);
  if (vd_anchors_open(temp_folder_at(&folder, "anchors"), &track, 1, &anchors, &failure) != VD_OK)
    fail_msg("%s", failure.text);
  struct vd_following_options options = {.chain = &settings, .client = client, .anchors = anchors, .track_count = 1,
                                         .tracks = tracks, .tell = tell};
  assert_int_equal(vd_following_new(&options, &following, &failure), VD_OK);
  vd_following_look(following, 0, vd_client_now_ms());
  for (uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS; !is_done && !is_stuck && vd_client_now_ms() < end_ms;) {
    (void)poll_loop_run(&loop, client, &never, 1, 5);
    is_done = vd_following_is_done(following, &is_stuck, why);
  }
  assert_true(is_done || is_stuck);
  vd_anchors_look(anchors, 0, &view);
  if (is_done) assert_int_equal(view.seen_number, FINAL);
  vd_following_free(following);
  vd_anchors_close(anchors);
  vd_client_free(client);
  http_peer_stop(peer);
  temp_folder_remove(&folder);
}

/* Anybody can fill a block with zeros. */
static void a_long_block_holds_nothing_up(void **state) {
  (void)state;
  char why[256];
  follow(&(struct chain){.len = (size_t)12 << 20}, why);
  assert_string_equal(why, "");
  follow(&(struct chain){.len = (size_t)12 << 20, .is_known = true}, why);
  assert_string_equal(why, "");
}

static void a_block_that_is_too_long_is_named(void **state) {
  (void)state;
  char why[256];
  follow(&(struct chain){.len = VD_RPC_BLOCK_MAX}, why);
  assert_string_equal(why, "block 3 is too long to be read: endpoint 1 answered too much");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_need_all_their_parts),
      cmocka_unit_test(a_long_block_holds_nothing_up),
      cmocka_unit_test(a_block_that_is_too_long_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
