/* Whether a log continues what was anchored of it: asked over HTTP of a log that is honest, forked, rolled back, silent
 * or lies, and read from a ledger on this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "comparing_rig.h"
#include "tlog_fixture.h"

/* --- over the network --- */

static void an_honest_log_confirms_all(void **in) {
  struct state *state = *in;
  struct vd_anchors_item item;
  uint64_t sizes[40], n_left;
  for (uint64_t i = 0; i < 40; i++) sizes[i] = i + 1;
  add_anchors(state, sizes, 40);
  compare_with(state, NULL, &state->log.key);
  for (uint64_t n = 0; n < 40; n++) wait_for_state(state, n, VD_ANCHORS_CONFIRMED);
  assert_false(vd_anchors_next_unchecked(state->anchors, 0, &n_left, &item));
  assert_int_equal(count_told(state, "anchor_confirmed chain=testchain log=" ORIGIN " size="), 40);
  assert_int_equal(atomic_load(&state->tiles), 0);
  unsigned requests = http_peer_requests(state->peer);
  for (unsigned i = 0; i < 20; i++) look(state);
  assert_int_equal(http_peer_requests(state->peer), requests); /* nothing is asked twice */
}

/* From the first look on, without a pause. */
static void a_backlog_is_compared_in_one_go(void **in) {
  enum { COUNT = 200 };
  struct state *state = *in;
  uint64_t sizes[COUNT], end_ms = vd_client_now_ms() + PATIENCE_MS;
  unsigned never = 0;
  for (uint64_t i = 0; i < COUNT; i++) sizes[i] = 1 + i % SIZE;
  add_anchors(state, sizes, COUNT);
  compare_with(state, NULL, &state->log.key);
  look(state);
  while (state_of(state, COUNT - 1) != VD_ANCHORS_CONFIRMED) {
    assert_true(vd_client_now_ms() < end_ms);
    (void)poll_loop_run(&state->loop, state->client, &never, 1, TURN_MS);
  }
  for (uint64_t n = 0; n < COUNT; n++) assert_int_equal(state_of(state, n), VD_ANCHORS_CONFIRMED);
  assert_int_equal(count_told(state, "0 anchor_confirmed "), COUNT);
}

static void a_forked_log_is_contradicted_with_evidence(void **in) {
  struct state *state = *in;
  static const uint64_t sizes[] = {3, 4, 5, 8, 60, 33, 32};
  state->shown.fork_at = 4;
  state->shown.branch = 0xbb;
  add_anchors(state, sizes, 7);
  compare_with(state, NULL, &state->log.key);
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
  wait_for_state(state, 1, VD_ANCHORS_CONFIRMED); /* of size 4: before the fork */
  for (uint64_t n = 2; n < 7; n++) wait_for_state(state, n, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(count_told(state, "2 equivocation chain=testchain log=" ORIGIN " size="), 5);
  assert_int_equal(atomic_load(&state->tiles), 2);
  for (uint64_t n = 2; n < 7; n++) {
    char *text = read_evidence(state, n), wanted[64];
    (void)snprintf(wanted, sizeof wanted, "anchored size: %u\n", (unsigned)sizes[n]);
    assert_non_null(strstr(text, wanted));
    assert_non_null(strstr(text, "chain: testchain\n"));
    assert_non_null(strstr(text, "\n\n" ORIGIN "\n60\n"));
    assert_true((strstr(text, "proof: ") == NULL) == (sizes[n] == 60));
    free(text);
  }
  struct vd_anchors_item item;
  assert_int_equal(vd_anchors_find(state->anchors, 0, 0, LOG_NOW_S, &item), VD_ANCHORS_REFUSED);
  state->shown.fork_at = LOG_LEAVES_MAX; /* it takes it back: in vain */
  state->later_ms = 2 * DISPUTED_MS;
  for (unsigned i = 0; i < 20; i++) look(state);
  assert_int_equal(state_of(state, 2), VD_ANCHORS_CONTRADICTED);
}

static void a_log_that_was_rolled_back_is_disputed(void **in) {
  struct state *state = *in;
  static const uint64_t sizes[] = {10, 20, 30};
  atomic_store(&state->size, 19);
  add_anchors(state, sizes, 3);
  compare_with(state, NULL, &state->log.key);
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
  wait_for_state(state, 1, VD_ANCHORS_DISPUTED);
  wait_for_state(state, 2, VD_ANCHORS_DISPUTED);
  assert_int_equal(count_told(state, "1 anchor_disputed "), 2);
  unsigned requests = http_peer_requests(state->peer);
  for (unsigned i = 0; i < 20; i++) look(state);
  assert_int_equal(http_peer_requests(state->peer), requests); /* not at once */
  atomic_store(&state->size, 40); /* it was only behind */
  state->later_ms = DISPUTED_MS + 5000;
  wait_for_state(state, 1, VD_ANCHORS_CONFIRMED);
  state->later_ms += DISPUTED_MS;
  wait_for_state(state, 2, VD_ANCHORS_CONFIRMED);
  assert_int_equal(count_told(state, "anchor_disputed "), 2); /* told when it begins */
}

static void without_an_answer_nothing_changes(void **in) {
  struct state *state = *in;
  static const enum manner manners[] = {SILENT, GARBAGE, NOT_FOUND, BAD_SIGNATURE, OTHER_KEY, OTHER_ORIGIN};
  static const uint64_t sizes[] = {10, 16};
  add_anchors(state, sizes, 2);
  for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++) {
    atomic_store(&state->manner, manners[i]);
    state->timeout_ms = manners[i] == SILENT ? SILENCE_MS : TIMEOUT_MS;
    compare_with(state, NULL, &state->log.key);
    wait_silent(state);
    assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
    assert_int_equal(state_of(state, 1), VD_ANCHORS_UNCHECKED);
    assert_string_equal(state->told, "");
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
  }
  atomic_store(&state->manner, HONEST);
  compare_with(state, NULL, &state->log.key);
  wait_for_state(state, 1, VD_ANCHORS_CONFIRMED);
}

static void what_cannot_be_decided_is_disputed(void **in) {
  struct state *state = *in;
  static const struct {
    enum manner manner;
    uint64_t size;
  } cases[] = {{BAD_PROOF, 10}, {BAD_PROOF, 16}, {SHORT_PROOF, 10}, {SHORT_PROOF, 16},
               {NO_TILE, 16},   {LYING_TILE, 16}, {SHORT_TILE, 16}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bool is_forked = cases[i].manner >= NO_TILE;
    state->shown.fork_at = is_forked ? 4 : LOG_LEAVES_MAX;
    state->shown.branch = 0xbb;
    atomic_store(&state->manner, cases[i].manner);
    add_anchors(state, &cases[i].size, 1);
    compare_with(state, NULL, &state->log.key);
    wait_for_state(state, i, VD_ANCHORS_DISPUTED);
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
  }
  state->shown.fork_at = LOG_LEAVES_MAX;
  atomic_store(&state->manner, HONEST); /* then it shows what it is asked for */
  compare_with(state, NULL, &state->log.key);
  state->later_ms = DISPUTED_MS;
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
}

static void it_may_be_freed_while_it_waits(void **in) {
  struct state *state = *in;
  static const uint64_t size = 16;
  add_anchors(state, &size, 1);
  atomic_store(&state->manner, SILENT);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; http_peer_requests(state->peer) == 0 && i < 1000; i++) look(state);
  assert_int_equal(http_peer_requests(state->peer), 1);
}

/* --- what was seen before --- */

static void what_confirms_becomes_the_last_one_seen(void **in) {
  struct state *state = *in;
  static const uint64_t remembered[] = {0, 5, 20, SIZE}, sizes[] = {10, 16, 17};
  struct vd_seen_state last;
  for (size_t i = 0; i < 4; i++) {
    remember(state, remembered[i]);
    add_anchors(state, sizes, 3);
    compare_with(state, NULL, &state->log.key);
    for (uint64_t n = 3 * i; n < 3 * i + 3; n++) wait_for_state(state, n, VD_ANCHORS_CONFIRMED);
    vd_seen_get(state->seen, ORIGIN, &last);
    assert_int_equal(last.size, SIZE);
    assert_false(last.has_equivocated);
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
    vd_seen_close(state->seen);
    state->seen = NULL;
  }
}

/* One tree for those who ask about anchors, another for those who know the last checkpoint. */
static void a_log_with_two_trees_confirms_nothing(void **in) {
  struct state *state = *in;
  static const uint64_t size = 16;
  struct vd_seen_state last;
  remember(state, 10); /* before they part */
  state->shown.branch = 0xbb;
  atomic_store(&state->split_at, 10);
  add_anchors(state, &size, 1);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; http_peer_requests(state->peer) < 6 && i < 2000; i++) look(state);
  assert_true(http_peer_requests(state->peer) >= 6);
  assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
  vd_seen_get(state->seen, ORIGIN, &last);
  assert_int_equal(last.size, 10);
  atomic_store(&state->split_at, 99);
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
}

static void two_checkpoints_of_one_size_are_kept_as_proof(void **in) {
  struct state *state = *in;
  static const uint64_t size = 5;
  add_anchors(state, &size, 1);
  state->log.fork_at = 20; /* what was seen of it */
  state->log.branch = 0xbb;
  remember(state, SIZE);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; vd_seen_equivocations(state->seen) == 0 && i < 2000; i++) look(state);
  assert_int_equal(vd_seen_equivocations(state->seen), 1);
  assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
}

/* It shows less than it showed to others. */
static void a_log_behind_what_was_seen_confirms_nothing(void **in) {
  struct state *state = *in;
  static const uint64_t size = 16;
  remember(state, 40);
  atomic_store(&state->size, 30);
  add_anchors(state, &size, 1);
  compare_with(state, NULL, &state->log.key);
  for (unsigned i = 0; http_peer_requests(state->peer) < 1 || i < 20; i++) look(state);
  assert_int_equal(state_of(state, 0), VD_ANCHORS_UNCHECKED);
  atomic_store(&state->size, 41);
  state->later_ms = DISPUTED_MS;
  wait_for_state(state, 0, VD_ANCHORS_CONFIRMED);
}

/* --- a ledger on this machine --- */

static void append(struct vd_store *store, uint32_t first, size_t count) {
  struct ledger_batch batch = ledger_batch(first, count);
  struct vd_store_appended appended;
  assert_int_equal(vd_store_append(store, batch.items, count, LOG_NOW_S, NULL, &appended, NULL), VD_OK);
  ledger_batch_free(&batch);
}

static void a_local_ledger_is_read(void **in) {
  struct state *state = *in;
  struct ledger_fixture ledger;
  struct frag_log_key key;
  uint8_t roots[3][FRAG_HASH_LEN];
  static const uint64_t sizes[] = {10, 300, 1024};
  ledger_fixture_begin(&ledger);
  struct vd_store *store = ledger_open(&ledger, VD_STORE_CREATE);
  for (size_t i = 0, size = 0; i < 3; size = sizes[i++]) {
    append(store, (uint32_t)size, sizes[i] - size);
    struct vd_store_reader *reader = tlog_reader(store);
    memcpy(roots[i], tlog_checkpoint(reader, state->context, NULL).root, FRAG_HASH_LEN);
    assert_int_equal(vd_tlog_key(reader, &key, NULL), VD_OK);
    vd_store_reader_free(reader);
  }
  append(store, 1024, 500);
  vd_anchors_close(state->anchors);
  temp_folder_remove(&state->folder);
  temp_folder_make(&state->folder);
  open_anchors(state, key.name);
  for (uint8_t i = 0; i < 7; i++) { /* right ones, wrong ones, and one of a size that is not reached yet */
    struct vd_anchors_found found = {.item = {.size = i < 6 ? sizes[i % 3] : 5000, .block_number = i}};
    struct vd_anchors_progress progress = {.cursor = &i, .cursor_len = 1, .seen_number = i};
    memcpy(found.item.root, roots[i % 3], FRAG_HASH_LEN);
    if (i >= 3) found.item.root[0] ^= 1;
    found.item.transaction[0] = i;
    assert_int_equal(vd_anchors_advance(state->anchors, 0, &found, 1, &progress, NULL), VD_OK);
  }
  compare_with(state, store, &key);
  for (uint64_t n = 0; n < 3; n++) wait_for_state(state, n, VD_ANCHORS_CONFIRMED);
  for (uint64_t n = 3; n < 6; n++) wait_for_state(state, n, VD_ANCHORS_CONTRADICTED);
  wait_for_state(state, 6, VD_ANCHORS_DISPUTED);
  vd_comparing_free(state->comparing);
  state->comparing = NULL;
  vd_store_close(store);
  ledger_fixture_end(&ledger);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_honest_log_confirms_all, begin, end),
      cmocka_unit_test_setup_teardown(a_backlog_is_compared_in_one_go, begin, end),
      cmocka_unit_test_setup_teardown(a_forked_log_is_contradicted_with_evidence, begin, end),
      cmocka_unit_test_setup_teardown(a_log_that_was_rolled_back_is_disputed, begin, end),
      cmocka_unit_test_setup_teardown(without_an_answer_nothing_changes, begin, end),
      cmocka_unit_test_setup_teardown(what_cannot_be_decided_is_disputed, begin, end),
      cmocka_unit_test_setup_teardown(it_may_be_freed_while_it_waits, begin, end),
      cmocka_unit_test_setup_teardown(what_confirms_becomes_the_last_one_seen, begin, end),
      cmocka_unit_test_setup_teardown(a_log_with_two_trees_confirms_nothing, begin, end),
      cmocka_unit_test_setup_teardown(two_checkpoints_of_one_size_are_kept_as_proof, begin, end),
      cmocka_unit_test_setup_teardown(a_log_behind_what_was_seen_confirms_nothing, begin, end),
      cmocka_unit_test_setup_teardown(a_local_ledger_is_read, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
