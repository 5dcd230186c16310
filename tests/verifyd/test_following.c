/* Where following a chain stands, as it is kept; and what a following does when its nodes cannot be asked at all. Real
 * chains are followed in tests/chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anchor/following_state.h"
#include "http_peer.h"
#include "poll_loop.h"
#include "temp_folder.h"

enum { PATIENCE_MS = 20000, TURN_MS = 5, TIMEOUT_MS = 200 };
#define ORIGIN "ledger.example/log/1"

/* --- the cursor --- */

static struct vd_following_track example(size_t coins) {
  struct vd_following_track track = {
      .is_begun = true, .next = 880001, .time_s = 1750000000, .known_to = 7, .has_nonce = coins == 0, .nonce = 17};
  memset(track.hash, 0x5a, sizeof track.hash);
  track.coin_count = coins;
  for (size_t i = 0; i < coins; i++) {
    track.coins[i] = (struct vd_following_coin){
        .output = (uint32_t)i, .value_sat = UINT64_C(2100000000000000) - i, .is_change = i % 3 == 0};
    memset(track.coins[i].transaction, (int)i, sizeof track.coins[i].transaction);
  }
  return track;
}

static void assert_same(const struct vd_following_track *one, const struct vd_following_track *other) {
  assert_int_equal(one->is_begun, other->is_begun);
  assert_int_equal(one->next, other->next);
  assert_memory_equal(one->hash, other->hash, sizeof one->hash);
  assert_int_equal(one->time_s, other->time_s);
  assert_int_equal(one->known_to, other->known_to);
  assert_int_equal(one->has_nonce, other->has_nonce);
  assert_int_equal(one->nonce, other->nonce);
  assert_int_equal(one->coin_count, other->coin_count);
  for (size_t i = 0; i < one->coin_count; i++) {
    const struct vd_following_coin *a = &one->coins[i], *b = &other->coins[i];
    assert_memory_equal(a->transaction, b->transaction, sizeof a->transaction);
    assert_true(a->output == b->output && a->value_sat == b->value_sat && a->is_change == b->is_change);
  }
}

static void a_cursor_is_read_as_it_was_written(void **state) {
  (void)state;
  uint8_t bytes[VD_ANCHORS_CURSOR_MAX];
  for (size_t coins = 0; coins <= VD_FOLLOWING_COINS_MAX; coins++) {
    struct vd_following_track track = example(coins), read = {0};
    size_t len = vd_following_cursor_write(bytes, &track);
    assert_true(vd_following_cursor_read(&read, bytes, len));
    assert_same(&track, &read);
  }
}

static void a_cursor_of_another_length_is_refused(void **state) {
  (void)state;
  uint8_t bytes[VD_ANCHORS_CURSOR_MAX + 1] = {0};
  struct vd_following_track track = example(3), read = {0};
  size_t len = vd_following_cursor_write(bytes, &track);
  for (size_t cut = 0; cut <= sizeof bytes; cut++)
    if (cut != len) assert_false(vd_following_cursor_read(&read, bytes, cut));
}

/* Every bit either makes it unreadable or is another state: nothing is lost silently. */
static void no_bit_of_a_cursor_is_ignored(void **state) {
  (void)state;
  uint8_t bytes[VD_ANCHORS_CURSOR_MAX], again[VD_ANCHORS_CURSOR_MAX];
  struct vd_following_track track = example(3);
  size_t len = vd_following_cursor_write(bytes, &track);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    struct vd_following_track read = {0};
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (vd_following_cursor_read(&read, bytes, len)) {
      assert_int_equal(vd_following_cursor_write(again, &read), len);
      assert_memory_equal(again, bytes, len);
    }
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void chains_are_told_apart(void **state) {
  (void)state;
  uint8_t one[32], other[32];
  struct vd_chain_settings chain = {.kind = VD_CHAIN_EVM, .id = 0x0102030405060708};
  vd_following_chain_id(&chain, one);
  for (size_t i = 0; i < 32; i++) assert_int_equal(one[i], i < 24 ? 0 : i - 23);
  chain = (struct vd_chain_settings){.kind = VD_CHAIN_BITCOIN, .network = "regtest"};
  vd_following_chain_id(&chain, one);
  memcpy(chain.network, "main", 5);
  vd_following_chain_id(&chain, other);
  assert_memory_not_equal(one, other, 32);
  assert_int_equal(other[31], 0); /* wire order: the zeros come last */
  assert_int_equal(other[0], 0x6f);
}

/* --- a node that answers whatever it is told --- */

struct rig {
  struct temp_folder folder;
  struct vd_anchors *anchors;
  struct poll_loop loop;
  struct vd_client *client;
  struct http_peer *peer;
  struct vd_chain_settings chain;
  struct vd_following *following;
  const char *says;
  unsigned told;
  char last[1024];
};

static void handle(void *context, const struct http_peer_request *request, struct http_peer_answer *answer) {
  const struct rig *rig = context;
  (void)request;
  if (rig->says == NULL) answer->manner = HTTP_PEER_SILENT;
  else http_peer_say(answer, rig->says, strlen(rig->says));
}

static void tell(void *context, enum vd_anchoring_grade grade, const char *event, const char *detail) {
  struct rig *rig = context;
  rig->told++;
  (void)snprintf(rig->last, sizeof rig->last, "%d %s %s", (int)grade, event, detail);
}

static struct rig *rig_begin(enum vd_chain_kind kind) {
  static const size_t tracks[] = {0};
  struct rig *rig = calloc(1, sizeof *rig);
  assert_non_null(rig);
  rig->says = "garbage";
  rig->peer = http_peer_start(0, handle, rig);
  rig->chain = (struct vd_chain_settings){
      .name = "devnet", .kind = kind, .id = 31337, .network = "regtest", .endpoints_count = 1, .confirmations = 3,
      .timeout_ms = TIMEOUT_MS};
  (void)snprintf(rig->chain.endpoints[0], sizeof rig->chain.endpoints[0], "http://127.0.0.1:%u",
                 http_peer_port(rig->peer));
  struct vd_anchors_track_options track = {.origin = ORIGIN, .chain = "devnet", .due_s = 60};
  temp_folder_make(&rig->folder);
  assert_int_equal(vd_anchors_open(temp_folder_at(&rig->folder, "anchors"), &track, 1, &rig->anchors, NULL), VD_OK);
  poll_loop_init(&rig->loop);
  struct vd_client_options client = {.hooks = poll_loop_hooks(&rig->loop), .connections_per_host = 2};
  assert_int_equal(vd_client_new(&client, &rig->client, NULL), VD_OK);
  struct vd_following_options options = {.chain = &rig->chain, .client = rig->client, .anchors = rig->anchors,
                                         .track_count = 1, .tracks = tracks, .tell = tell, .context = rig};
  assert_int_equal(vd_following_new(&options, &rig->following, NULL), VD_OK);
  return rig;
}

static void rig_end(struct rig *rig) {
  vd_following_free(rig->following);
  vd_client_free(rig->client);
  http_peer_stop(rig->peer);
  vd_anchors_close(rig->anchors);
  temp_folder_remove(&rig->folder);
  free(rig);
}

static void look(struct rig *rig) {
  unsigned never = 0;
  vd_following_look(rig->following, 0, vd_client_now_ms());
  (void)poll_loop_run(&rig->loop, rig->client, &never, 1, TURN_MS);
}

static void nodes_without_sense_are_told_once(void **state) {
  (void)state;
  static const char *const texts[] = {"garbage", "", "[]", "{\"id\":1,\"result\":null}", NULL};
  for (unsigned kind = VD_CHAIN_EVM; kind <= VD_CHAIN_BITCOIN; kind++)
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
      struct rig *rig = rig_begin((enum vd_chain_kind)kind);
      struct vd_anchors_view view;
      uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
      bool is_stuck = false;
      char why[256];
      rig->says = texts[i];
      while (http_peer_requests(rig->peer) < 6 && vd_client_now_ms() < end_ms) look(rig);
      assert_false(vd_following_is_done(rig->following, &is_stuck, why));
      assert_true(is_stuck && why[0] != '\0');
      assert_int_equal(rig->told, 1);
      assert_non_null(strstr(rig->last, "1 chain_stuck chain=devnet reason=\"endpoint 1 "));
      vd_anchors_look(rig->anchors, 0, &view);
      assert_true(view.count == 0 && view.seen_number == 0);
      rig_end(rig);
    }
}

static void stay(struct vd_following *following) { (void)following; }

static void a_first_block_that_is_not_there_yet_is_told_once(void **state) {
  static const struct {
    uint64_t first_block, last;
    unsigned told; /* by then */
  } heads[] = {{7, 9, 0}, {8, 9, 1}, {8, 9, 1}, {7, 9, 1}, {8, 9, 2}, {8, 10, 2}, {9, 10, 3}};
  static const struct vd_following_kind idle = {.walk = stay};
  (void)state;
  for (unsigned kind = VD_CHAIN_EVM; kind <= VD_CHAIN_BITCOIN; kind++) {
    struct rig *rig = rig_begin((enum vd_chain_kind)kind);
    rig->following->kind = &idle;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
      rig->chain.first_block = heads[i].first_block;
      vd_following_head(rig->following, heads[i].last); /* three confirmations: 2 less are final */
      assert_int_equal(rig->told, heads[i].told);
    }
    assert_non_null(strstr(rig->last, "1 first_block_ahead chain=devnet log=" ORIGIN " first_block=9 final=8 reason="));
    rig_end(rig);
  }
}

static void it_may_be_freed_while_it_waits(void **state) {
  (void)state;
  struct rig *rig = rig_begin(VD_CHAIN_EVM);
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  rig->says = NULL;
  while (http_peer_requests(rig->peer) == 0 && vd_client_now_ms() < end_ms) look(rig);
  assert_int_equal(rig->told, 0);
  rig_end(rig);
}

static void a_cursor_that_cannot_be_read_stops_it(void **state) {
  (void)state;
  struct rig *rig = rig_begin(VD_CHAIN_EVM);
  struct vd_anchors_progress progress = {.cursor = (const uint8_t *)"rubbish", .cursor_len = 7, .seen_number = 5};
  assert_int_equal(vd_anchors_advance(rig->anchors, 0, NULL, 0, &progress, NULL), VD_OK);
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  rig->following->final = 9; /* as if a node had said so */
  vd_following_head(rig->following, 9);
  while (rig->told == 0 && vd_client_now_ms() < end_ms) look(rig);
  assert_non_null(strstr(rig->last, "what was kept of " ORIGIN " cannot be read"));
  rig_end(rig);
}

/* As earlier versions did on EVM chains: it is looked at, and followed on, as any other. */
static void anchors_that_were_kept_without_their_transaction(void **state) {
  (void)state;
  struct rig *rig = rig_begin(VD_CHAIN_EVM);
  uint8_t cursor[VD_ANCHORS_CURSOR_MAX];
  static uint8_t raw[VD_ANCHORS_RAW_MAX];
  struct vd_following_track track = example(0);
  struct vd_anchors_found found = {.item = {.size = 3, .block_number = 7, .block_time_s = 1750000000}};
  struct vd_anchors_progress progress = {.cursor = cursor, .cursor_len = vd_following_cursor_write(cursor, &track),
                                         .seen_number = 880000, .seen_time_s = 1750000000};
  struct vd_anchors_item item;
  size_t raw_len = 1;
  bool is_stuck = false;
  char why[256];
  assert_int_equal(vd_anchors_advance(rig->anchors, 0, &found, 1, &progress, NULL), VD_OK);
  assert_int_equal(vd_anchors_get(rig->anchors, 0, 0, &item, raw, &raw_len, NULL, NULL, NULL), VD_OK);
  assert_true(item.size == 3 && raw_len == 0);
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  vd_following_head(rig->following, 880003); /* as if a node had said so */
  while (rig->told == 0 && vd_client_now_ms() < end_ms) look(rig);
  assert_false(vd_following_is_done(rig->following, &is_stuck, why));
  assert_non_null(strstr(rig->last, "endpoint 1 ")); /* only the node is at fault */
  assert_true(rig->following->tracks[0].is_loaded && rig->following->tracks[0].next == track.next);
  rig_end(rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cursor_is_read_as_it_was_written), cmocka_unit_test(a_cursor_of_another_length_is_refused),
      cmocka_unit_test(no_bit_of_a_cursor_is_ignored),      cmocka_unit_test(chains_are_told_apart),
      cmocka_unit_test(nodes_without_sense_are_told_once),  cmocka_unit_test(it_may_be_freed_while_it_waits),
      cmocka_unit_test(a_first_block_that_is_not_there_yet_is_told_once),
      cmocka_unit_test(a_cursor_that_cannot_be_read_stops_it),
      cmocka_unit_test(anchors_that_were_kept_without_their_transaction),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
