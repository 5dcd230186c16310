/* A log that is not the one that was anchored, or that shows verifications another one than whoever compares. */
#include "anchored_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/tlog.h"

/* --- a log that is not the one that was anchored --- */

static void assert_refused(unsigned k, enum vd_anchors_state state) {
  assert_int_equal(verdict.operators[k].state, VD_OPERATOR_LOG_FAILED);
  assert_int_equal(verdict.operators[k].log_code,
                   state == VD_ANCHORS_CONTRADICTED ? FRAG_EQUIVOCATION : FRAG_LOG_INCONSISTENT);
  assert_int_equal(verdict.operators[k].anchor_count, 1);
  assert_int_equal(anchor_of(k, 0)->cover, VD_ANCHORS_REFUSED);
  assert_int_equal(anchor_of(k, 0)->item.state, state);
}

static void one_refused_log_is_named_and_the_others_are_enough(void **state) {
  static const enum vd_anchors_state refused[] = {VD_ANCHORS_DISPUTED, VD_ANCHORS_CONTRADICTED};
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}, {1, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S - 100);
  confirmed(2, PAPER_SIZE, BLOCK_S);
  uint64_t n = found_one(1, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  for (size_t at = 0; at < COUNT(refused); at++) {
    judge(1, n, refused[at]);
    assert_int_equal(check(&paper), FRAG_OK);
    assert_refused(0, refused[at]);
    assert_string_equal(anchor_of(0, 0)->chain, "bitcoin");
    assert_int_equal(verdict.checks[VD_STEP_LOG].state, VD_CHECK_WARNING);
    assert_int_equal(verdict.checks[VD_STEP_FRAGMENTS].state, VD_CHECK_WARNING);
    assert_step(VD_CHECK_PASSED, FRAG_OK);
    assert_tau(BLOCK_S, true); /* not by the anchor of the log that does not count */
  }
}

static void too_few_others_leave_the_verdict_open(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {2, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  (void)found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONTRADICTED);
  (void)found_one(1, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(check(&paper), FRAG_EQUIVOCATION);
  assert_int_equal(verdict.verdict, FRAG_INCONCLUSIVE);
  assert_int_equal(verdict.checks[VD_STEP_LOG].state, VD_CHECK_FAILED);
  assert_step(VD_CHECK_NOT_REACHED, FRAG_OK);
  assert_refused(0, VD_ANCHORS_CONTRADICTED);
  assert_refused(2, VD_ANCHORS_CONTRADICTED);
  assert_tau(0, false);
}

/* Also one whose answers were taken before, by a verifier that has been at work for long. */
static void a_verifier_learns_of_refusals_and_of_their_end(void **state) {
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(verdict.operators[0].state, VD_OPERATOR_GOOD);
  judge(0, n, VD_ANCHORS_DISPUTED);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_refused(0, VD_ANCHORS_DISPUTED);
  judge(0, n, VD_ANCHORS_CONFIRMED);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(verdict.operators[0].state, VD_OPERATOR_GOOD);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  vd_verifier_free(verifier);
}

static bool contradict_in_between(void *context, unsigned k, const struct vd_lookup_request *request,
                                  struct vd_lookup_answer *answer) {
  (void)context;
  (void)answer;
  if (request->kind == VD_STORE_STATUS && k == 0) judge(0, 0, VD_ANCHORS_CONTRADICTED);
  return true;
}

/* Its fragment was used; its word on the status does not count, and the reader is told. */
static void a_refusal_between_the_questions_counts(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE, BLOCK_S);
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S - 10);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, contradict_in_between), FRAG_REVOKED);
  assert_refused(0, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(verdict.checks[VD_STEP_LOG].state, VD_CHECK_WARNING);
  vd_verifier_free(verifier);
}

static void a_refusal_counts_in_every_order(void **state) {
  (void)state;
  follow_one(1);
  (void)found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONTRADICTED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_refused(1, VD_ANCHORS_CONTRADICTED);
  assert_int_equal(ask(verifier, &paper, backward, NULL), FRAG_OK);
  assert_refused(1, VD_ANCHORS_CONTRADICTED);
  vd_verifier_free(verifier);
}

/* --- what a verifier without a memory starts from --- */

static void a_log_is_proven_from_its_last_confirmed_anchor(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, 1, BLOCK_S);
  confirmed(1, PAPER_SIZE, BLOCK_S);
  (void)found_one(1, PAPER_SIZE + 1, BLOCK_S + 60, VD_ANCHORS_UNCHECKED); /* of a tree that nobody has */
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, PAPER_SIZE);
  assert_int_equal(vd_verifier_log(verifier, 1)->size, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  vd_verifier_free(verifier);
}

/* It showed whoever compared something else than it shows here. */
static void a_log_that_shows_another_tree_than_was_compared_is_found_out(void **state) {
  static const uint8_t other[FRAG_HASH_LEN] = {0x77};
  struct vd_failure failure;
  struct vd_seen *seen = NULL;
  (void)state;
  memcpy(roots[0][1], other, sizeof other);
  follow_one(0);
  confirmed(0, 1, BLOCK_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_int_equal(verdict.operators[0].log_code, FRAG_LOG_INCONSISTENT);
  assert_int_equal(vd_seen_open(temp_folder_at(&folder, "seen"), &seen, &failure), VD_OK);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, seen, 0);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, 0); /* what compares tells that memory */
  vd_verifier_free(verifier);
  vd_seen_close(seen);
}

/* Its operator chooses the order, and how many there are that nobody could compare yet. */
static void the_largest_confirmed_anchor_is_where_it_starts(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE, BLOCK_S);
  confirmed(0, 1, BLOCK_S + 60);
  for (uint64_t n = 0; n < 80; n++) (void)found_one(0, 1, BLOCK_S + 120, VD_ANCHORS_UNCHECKED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, PAPER_SIZE);
  vd_verifier_free(verifier);
}

static bool confirm_in_between(void *context, unsigned k, const struct vd_lookup_request *request,
                               struct vd_lookup_answer *answer) {
  (void)context;
  (void)answer;
  if (request->kind == VD_STORE_FRAGMENT && k == 0) judge(0, 0, VD_ANCHORS_CONFIRMED);
  return true;
}

/* An operator that was asked before may answer with another tree than was compared meanwhile. */
static void an_anchor_that_is_confirmed_while_an_answer_is_awaited_does_not_cover(void **state) {
  (void)state;
  follow_one(0);
  (void)found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, confirm_in_between), FRAG_OK);
  assert_step(VD_CHECK_WARNING, FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_PENDING);
  assert_int_equal(anchor_of(0, 0)->item.size, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_tau(BLOCK_S, true);
  vd_verifier_free(verifier);
}

static bool find_elsewhere(void *context, unsigned k, const struct vd_lookup_request *request,
                           struct vd_lookup_answer *answer) {
  (void)context;
  (void)answer;
  if (request->kind == VD_STORE_FRAGMENT && k == 0) confirmed(1, PAPER_SIZE, BLOCK_S + 60);
  return true;
}

static void what_becomes_of_other_logs_meanwhile_changes_nothing(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {2, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
  assert_int_equal(ask(verifier, &paper, forward, find_elsewhere), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S, true);
  vd_verifier_free(verifier);
}

/* Whether it is in an earlier block or in a later one. */
static void one_that_was_confirmed_before_still_covers(void **state) {
  static const struct {
    uint64_t old_size, old_s, new_size, new_s;
  } cases[] = {{PAPER_SIZE, BLOCK_S, PAPER_SIZE + 1, BLOCK_S + 60},
               {PAPER_SIZE + 1, BLOCK_S, PAPER_SIZE, BLOCK_S - 60}};
  (void)state;
  (void)keep_one((struct plan){.serial = "N"}, KEPT_S + 1);
  for (size_t at = 0; at < COUNT(cases); at++) {
    follow_one(0);
    (void)found_one(0, cases[at].new_size, cases[at].new_s, VD_ANCHORS_UNCHECKED);
    confirmed(0, cases[at].old_size, cases[at].old_s);
    struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, NULL, 0);
    assert_int_equal(ask(verifier, &paper, forward, confirm_in_between), FRAG_OK);
    assert_step(VD_CHECK_PASSED, FRAG_OK);
    assert_tau(BLOCK_S, true);
    assert_int_equal(anchor_of(0, 0)->item.size, cases[at].old_size);
    assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
    assert_tau(at == 0 ? BLOCK_S : BLOCK_S - 60, true);
    vd_verifier_free(verifier);
    vd_anchors_close(anchors);
    temp_folder_remove(&folder);
    temp_folder_make(&folder);
  }
  anchors = NULL;
}

/* What whoever compares has brought the memory up to: a tree that the log of the fixture is not. */
static void remember_another_tree(struct vd_seen *seen, unsigned k) {
  struct frag_checkpoint checkpoint;
  struct vd_failure failure;
  enum vd_seen_outcome outcome;
  const char *note = NULL;
  size_t len = 0;
  step_readers_begin(fixture);
  assert_int_equal(vd_tlog_checkpoint(fixture->readers[k], &note, &len, &failure), VD_OK);
  assert_int_equal(frag_checkpoint_decode(fixture->context, &checkpoint, note, len), FRAG_OK);
  checkpoint.size = PAPER_SIZE + 5;
  memset(checkpoint.root, 0x77, sizeof checkpoint.root);
  assert_int_equal(vd_seen_advance(seen, 0, checkpoint.root, &checkpoint, &outcome, &failure), VD_OK);
  assert_int_equal(outcome, VD_SEEN_ADVANCED);
  step_readers_end(fixture);
}

/* A verifier that has seen less of a log than whoever compared is not to be shown a tree that only continues that. */
static void a_verifier_that_fell_behind_the_memory_is_not_misled(void **state) {
  struct vd_failure failure;
  struct vd_seen *seen = NULL;
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  assert_int_equal(vd_seen_open(temp_folder_at(&folder, "seen"), &seen, &failure), VD_OK);
  struct vd_verifier *verifier = step_verifier_anchored(fixture, anchors, seen, 0);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(vd_verifier_log(verifier, 0)->size, PAPER_SIZE);
  remember_another_tree(seen, 0);
  judge(0, n, VD_ANCHORS_CONFIRMED);
  assert_int_equal(ask(verifier, &paper, forward, NULL), FRAG_OK);
  assert_int_equal(verdict.operators[0].log_code, FRAG_LOG_INCONSISTENT);
  assert_tau(KEPT_S, false);
  vd_verifier_free(verifier);
  vd_seen_close(seen);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, anchored_begin, anchored_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(one_refused_log_is_named_and_the_others_are_enough),
      TEST(too_few_others_leave_the_verdict_open),
      TEST(a_verifier_learns_of_refusals_and_of_their_end),
      TEST(a_refusal_between_the_questions_counts),
      TEST(a_refusal_counts_in_every_order),
      TEST(a_log_is_proven_from_its_last_confirmed_anchor),
      TEST(a_log_that_shows_another_tree_than_was_compared_is_found_out),
      TEST(the_largest_confirmed_anchor_is_where_it_starts),
      TEST(an_anchor_that_is_confirmed_while_an_answer_is_awaited_does_not_cover),
      TEST(what_becomes_of_other_logs_meanwhile_changes_nothing),
      TEST(one_that_was_confirmed_before_still_covers),
      TEST(a_verifier_that_fell_behind_the_memory_is_not_misled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
