/* A log that was begun anew under its old key, asked over HTTP by who has seen the old one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "comparing_rig.h"

/* The log that was seen up to `seen`, and anchored at these sizes, shows another one of `size` entries now. */
static void begin_anew(struct state *state, uint64_t seen, unsigned size, const uint64_t *confirmed, size_t count) {
  remember(state, seen);
  add_anchors(state, confirmed, count);
  for (uint64_t n = 0; n < count; n++)
    assert_int_equal(vd_anchors_judge(state->anchors, 0, n, VD_ANCHORS_CONFIRMED, NULL, 0, NULL), VD_OK);
  state->log.fork_at = state->shown.fork_at = 4;
  state->log.branch = state->shown.branch = 0xbb;
  atomic_store(&state->size, size);
}

static void wait_accused(struct state *state) {
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  while (vd_seen_equivocations(state->seen) == 0) {
    look(state);
    assert_true(vd_client_now_ms() < end_ms);
  }
}

static void wait_requests(struct state *state, unsigned count) {
  uint64_t end_ms = vd_client_now_ms() + PATIENCE_MS;
  unsigned before = http_peer_requests(state->peer);
  while (http_peer_requests(state->peer) < before + count) {
    look(state);
    assert_true(vd_client_now_ms() < end_ms);
  }
  for (unsigned i = 0; i < 20; i++) look(state); /* and the answer to the last one */
}

/* By its new anchors, which it continues: only the tie with what was seen fails. */
static void a_log_begun_anew_contradicts_what_was_seen(void **in) {
  static const uint64_t seen[] = {20, 16 /* whose root the proof does not tell: a tile does */}, anew[] = {4, 30};
  struct state *state = *in;
  for (size_t i = 0; i < 2; i++) {
    begin_anew(state, seen[i], SIZE, NULL, 0);
    add_anchors(state, anew, 2);
    compare_with(state, NULL, &state->log.key);
    wait_accused(state);
    assert_int_equal(atomic_load(&state->tiles), i);
    assert_int_equal(state_of(state, 2 * i), VD_ANCHORS_UNCHECKED);
    assert_int_equal(state_of(state, 2 * i + 1), VD_ANCHORS_UNCHECKED);
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
    vd_seen_close(state->seen);
    state->seen = NULL;
    state->log.fork_at = LOG_LEAVES_MAX;
  }
}

/* It anchors nothing any more, and somebody else came across it. */
static void a_doubt_is_looked_into_without_new_anchors(void **in) {
  static const uint64_t seen[] = {20, 16};
  struct state *state = *in;
  for (size_t i = 0; i < 2; i++) {
    begin_anew(state, seen[i], SIZE, NULL, 0);
    compare_with(state, NULL, &state->log.key);
    for (unsigned turn = 0; turn < 20; turn++) look(state);
    assert_int_equal(vd_seen_equivocations(state->seen), 0);
    vd_comparing_doubt(state->comparing);
    wait_accused(state);
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
    vd_seen_close(state->seen);
    state->seen = NULL;
    state->log.fork_at = LOG_LEAVES_MAX;
  }
}

/* It shows less than was seen, and so proves nothing about that; but about what was anchored before. */
static void a_shorter_log_contradicts_what_was_confirmed(void **in) {
  static const uint64_t confirmed[] = {3, 10, 40}, anew = 25;
  struct state *state = *in;
  begin_anew(state, 50, 30, confirmed, 3);
  add_anchors(state, &anew, 1);
  compare_with(state, NULL, &state->log.key);
  wait_for_state(state, 1, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(count_told(state, "2 equivocation chain=testchain log=" ORIGIN " size=10"), 1);
  assert_int_equal(count_told(state, "equivocation"), 1);
  assert_true(vd_comparing_is_doubtful(state->comparing));
  assert_int_equal(vd_seen_equivocations(state->seen), 0);
  assert_int_equal(state_of(state, 3), VD_ANCHORS_UNCHECKED);
  char *text = read_evidence(state, 1);
  assert_non_null(strstr(text, "anchored size: 10\n"));
  assert_non_null(strstr(text, "\n\n" ORIGIN "\n30\n"));
  free(text);
}

static void and_without_new_anchors(void **in) {
  static const uint64_t confirmed[] = {8, 40};
  struct state *state = *in;
  begin_anew(state, 50, 30, confirmed, 2);
  compare_with(state, NULL, &state->log.key);
  vd_comparing_doubt(state->comparing);
  wait_for_state(state, 0, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(atomic_load(&state->tiles), 1);
}

/* It has less than was seen, and all that is right. */
static void an_old_copy_is_not_accused(void **in) {
  static const uint64_t confirmed[] = {10, 16, 40};
  struct state *state = *in;
  begin_anew(state, 50, 30, confirmed, 3);
  state->shown.fork_at = LOG_LEAVES_MAX;
  compare_with(state, NULL, &state->log.key);
  vd_comparing_doubt(state->comparing);
  wait_requests(state, 2);
  assert_true(vd_comparing_is_doubtful(state->comparing));
  assert_false(vd_comparing_is_doubtful(state->comparing));
  assert_int_equal(vd_seen_equivocations(state->seen), 0);
  for (uint64_t n = 0; n < 3; n++) assert_int_equal(state_of(state, n), VD_ANCHORS_CONFIRMED);
  assert_string_equal(state->told, "");
}

/* What leads nowhere is no proof. */
static void a_wrong_answer_does_not_accuse(void **in) {
  static const enum manner manners[] = {BAD_PROOF, SHORT_PROOF, LYING_TILE, NO_TILE, BAD_SIGNATURE, OTHER_KEY};
  static const uint64_t confirmed[] = {10, 16};
  struct state *state = *in;
  begin_anew(state, 32, SIZE, confirmed, 2);
  for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
    bool is_tile = manners[i] == LYING_TILE || manners[i] == NO_TILE; /* which the right log need not be asked for */
    state->shown.fork_at = is_tile ? 12 : LOG_LEAVES_MAX;
    atomic_store(&state->manner, manners[i]);
    compare_with(state, NULL, &state->log.key);
    vd_comparing_doubt(state->comparing);
    wait_requests(state, manners[i] == BAD_SIGNATURE || manners[i] == OTHER_KEY ? 1 : 2);
    assert_int_equal(vd_seen_equivocations(state->seen), 0);
    for (uint64_t n = 0; n < 2; n++) assert_int_equal(state_of(state, n), VD_ANCHORS_CONFIRMED);
    assert_string_equal(state->told, "");
    vd_comparing_free(state->comparing);
    state->comparing = NULL;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_log_begun_anew_contradicts_what_was_seen, begin, end),
      cmocka_unit_test_setup_teardown(a_doubt_is_looked_into_without_new_anchors, begin, end),
      cmocka_unit_test_setup_teardown(a_shorter_log_contradicts_what_was_confirmed, begin, end),
      cmocka_unit_test_setup_teardown(and_without_new_anchors, begin, end),
      cmocka_unit_test_setup_teardown(an_old_copy_is_not_accused, begin, end),
      cmocka_unit_test_setup_teardown(a_wrong_answer_does_not_accuse, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
