/* What anchors on public chains mean for a verdict: what covers an entry, since when the document existed, and which key
 * rule follows from that. Over the network and with local ledgers alike. */
#include "anchored_fixture.h"

#include <string.h>

/* --- what covers --- */

static void without_tracks_nothing_is_checked(void **state) {
  (void)state;
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_NOT_CHECKED, FRAG_OK);
  assert_tau(KEPT_S, false);
  follow(NULL, 0);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_NOT_CHECKED, FRAG_OK);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) assert_int_equal(verdict.operators[k].anchor_count, 0);
}

static void one_anchor_covers(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE, BLOCK_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S, true);
  const struct vd_operator_anchor *anchor = anchor_of(0, 0);
  assert_string_equal(anchor->chain, "sepolia");
  assert_int_equal(anchor->cover, VD_ANCHORS_COVERED);
  assert_int_equal(anchor->item.size, PAPER_SIZE);
  assert_int_equal(anchor->item.block_number, 901);
  assert_int_equal(verdict.operators[1].anchor_count, 0);
}

/* The entry's index has to be below the anchor's size. */
static void an_anchor_of_what_came_before_does_not_cover(void **state) {
  (void)state;
  follow_one(0);
  confirmed(0, PAPER_SIZE - 1, BLOCK_S);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_PENDING);
  confirmed(0, PAPER_SIZE, BLOCK_S + 60);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S + 60, true);
}

static void an_anchor_that_was_not_compared_does_not_cover(void **state) {
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_UNCHECKED);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
  judge(0, n, VD_ANCHORS_CONFIRMED);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_tau(BLOCK_S, true);
}

static void an_anchor_that_has_left_the_chain_does_not_cover(void **state) {
  struct vd_failure failure;
  (void)state;
  follow_one(0);
  uint64_t n = found_one(0, PAPER_SIZE, BLOCK_S, VD_ANCHORS_CONFIRMED);
  assert_int_equal(vd_anchors_withdraw(anchors, 0, n, &failure), VD_OK);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(KEPT_S, false);
}

static void the_earliest_of_all_chains_and_operators_counts(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}, {1, "sepolia"}, {2, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S + 300);
  confirmed(1, PAPER_SIZE, BLOCK_S + 200);
  confirmed(2, PAPER_SIZE, BLOCK_S + 400);
  confirmed(3, PAPER_SIZE, BLOCK_S); /* of an operator that is not needed */
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S + 200, true);
  assert_int_equal(verdict.operators[0].anchor_count, 2);
  assert_string_equal(anchor_of(0, 1)->chain, "bitcoin");
  assert_int_equal(verdict.operators[2].anchor_count, 0);
  confirmed(2, PAPER_SIZE, BLOCK_S + 100);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_tau(BLOCK_S + 100, true);
}

static void an_operator_that_is_not_needed_changes_nothing(void **state) {
  (void)state;
  follow_one(2);
  see(0, KEPT_S + 10 * DUE_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_NOT_CHECKED, FRAG_OK);
  assert_tau(KEPT_S, false);
}

static void each_operator_with_chains_needs_an_anchor(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {1, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_tau(BLOCK_S, true); /* it proves it for all of them */
}

static void one_chain_of_a_log_is_enough(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_int_equal(anchor_of(0, 1)->cover, VD_ANCHORS_PENDING);
}

/* --- overdue --- */

static void an_anchor_is_overdue_by_what_was_seen_of_the_chain(void **state) {
  (void)state;
  follow_one(0);
  assert_warned(FRAG_ANCHOR_PENDING);
  see(0, KEPT_S + DUE_S - 1);
  assert_warned(FRAG_ANCHOR_PENDING);
  see(0, KEPT_S + DUE_S);
  assert_warned(FRAG_ANCHOR_MISSING);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_OVERDUE);
  assert_tau(KEPT_S, false);
}

/* The clock has gone on for 50000 s since the entry, but nobody has looked at the chain. */
static void a_chain_that_cannot_be_seen_makes_nothing_overdue(void **state) {
  (void)state;
  assert_true(FIXTURE_NOW_S - KEPT_S > 5 * DUE_S);
  follow_one(0);
  see(0, KEPT_S + 5);
  assert_warned(FRAG_ANCHOR_PENDING);
}

static void one_overdue_chain_is_told_although_another_covers(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {1, "bitcoin"}, {1, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  confirmed(0, PAPER_SIZE, BLOCK_S);
  confirmed(1, PAPER_SIZE, BLOCK_S);
  see(2, KEPT_S + DUE_S);
  assert_warned(FRAG_ANCHOR_MISSING);
  assert_tau(BLOCK_S, true);
}

/* --- a chain that is followed by two accounts --- */

static const struct place two_accounts[] = {{0, "sepolia"}, {0, "sepolia-2"}};

static void an_account_that_is_used_no_more_is_not_overdue(void **state) {
  (void)state;
  follow(two_accounts, COUNT(two_accounts));
  confirmed(0, PAPER_SIZE - 1, KEPT_S - 100); /* before the account was changed */
  see(0, KEPT_S + 10 * DUE_S);
  confirmed(1, PAPER_SIZE, BLOCK_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(BLOCK_S, true);
  assert_int_equal(verdict.operators[0].anchor_count, 1);
  assert_string_equal(anchor_of(0, 0)->chain, "sepolia-2");
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_COVERED);
}

static void nor_is_one_that_is_not_used_yet(void **state) {
  (void)state;
  follow(two_accounts, COUNT(two_accounts));
  confirmed(0, PAPER_SIZE, BLOCK_S + 60);
  see(1, KEPT_S + 10 * DUE_S);
  assert_int_equal(check(&paper), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_int_equal(verdict.operators[0].anchor_count, 1);
  assert_string_equal(anchor_of(0, 0)->chain, "sepolia");
  confirmed(1, PAPER_SIZE, BLOCK_S); /* either proves it; the earlier one is shown */
  assert_int_equal(check(&paper), FRAG_OK);
  assert_tau(BLOCK_S, true);
  assert_string_equal(anchor_of(0, 0)->chain, "sepolia-2");
}

static void an_anchor_by_the_other_account_may_still_come_in_time(void **state) {
  (void)state;
  follow(two_accounts, COUNT(two_accounts));
  see(0, KEPT_S + 10 * DUE_S);
  see(1, KEPT_S + DUE_S - 1);
  assert_warned(FRAG_ANCHOR_PENDING);
  assert_int_equal(verdict.operators[0].anchor_count, 1);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_PENDING);
  see(1, KEPT_S + DUE_S);
  assert_warned(FRAG_ANCHOR_MISSING);
  assert_int_equal(verdict.operators[0].anchor_count, 1);
  assert_int_equal(anchor_of(0, 0)->cover, VD_ANCHORS_OVERDUE);
}

static void another_chain_or_operator_does_not_stand_in(void **state) {
  static const struct place all[] = {{0, "sepolia"}, {0, "bitcoin"}, {1, "sepolia"}};
  (void)state;
  follow(all, COUNT(all));
  see(0, KEPT_S + DUE_S);
  confirmed(1, PAPER_SIZE, BLOCK_S);
  confirmed(2, PAPER_SIZE, BLOCK_S);
  assert_warned(FRAG_ANCHOR_MISSING);
  assert_int_equal(verdict.operators[0].anchor_count, 2);
}

/* --- the key rule --- */

static void anchored_before_the_theft_stays_valid(void **state) {
  (void)state;
  struct paper early = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "E"}, FIXTURE_COMPROMISED_S - 500);
  follow_one(1);
  confirmed(0, 3, FIXTURE_COMPROMISED_S - 1);
  assert_int_equal(check(&early), FRAG_OK);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(FIXTURE_COMPROMISED_S - 1, true);
}

/* What the thief says of the time counts for nothing. */
static void anchored_after_the_theft_is_not_valid(void **state) {
  (void)state;
  struct paper late = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "L"}, FIXTURE_COMPROMISED_S - 500);
  follow_one(1);
  confirmed(0, 3, FIXTURE_COMPROMISED_S);
  assert_int_equal(check(&late), FRAG_ISSUER_KEY_TIME);
  assert_int_equal(verdict.verdict, FRAG_NOT_VALID);
  assert_step(VD_CHECK_PASSED, FRAG_OK);
  assert_tau(FIXTURE_COMPROMISED_S, true);
}

static void without_an_anchor_the_entry_decides(void **state) {
  (void)state;
  struct paper early = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "E"}, FIXTURE_COMPROMISED_S - 1);
  follow_one(1);
  assert_int_equal(check(&early), FRAG_OK);
  assert_step(VD_CHECK_WARNING, FRAG_ANCHOR_PENDING);
  assert_tau(FIXTURE_COMPROMISED_S - 1, false);
}

static void without_an_anchor_an_entry_after_the_theft_is_not_valid(void **state) {
  (void)state;
  struct paper late = keep_one((struct plan){.key = KEY_COMPROMISED, .serial = "L"}, FIXTURE_COMPROMISED_S);
  follow_one(1);
  assert_int_equal(check(&late), FRAG_ISSUER_KEY_TIME);
  assert_step(VD_CHECK_WARNING, FRAG_ANCHOR_PENDING);
}

static void the_end_and_the_beginning_of_a_key_are_judged_alike(void **state) {
  static const struct {
    uint64_t time_s;
    frag_error code;
  } cases[] = {{FIXTURE_NOT_AFTER_S, FRAG_OK},
               {FIXTURE_NOT_AFTER_S + 1, FRAG_ISSUER_KEY_TIME},
               {FIXTURE_NOT_BEFORE_S, FRAG_OK},
               {FIXTURE_NOT_BEFORE_S - 1, FRAG_ISSUER_KEY_TIME}};
  (void)state;
  for (size_t at = 0; at < COUNT(cases); at++) {
    follow_one(0);
    confirmed(0, PAPER_SIZE, cases[at].time_s);
    assert_int_equal(check(&paper), cases[at].code);
    assert_tau(cases[at].time_s, true);
    vd_anchors_close(anchors);
    temp_folder_remove(&folder);
    temp_folder_make(&folder);
  }
  anchors = NULL;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, anchored_begin, anchored_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(without_tracks_nothing_is_checked),
      TEST(one_anchor_covers),
      TEST(an_anchor_of_what_came_before_does_not_cover),
      TEST(an_anchor_that_was_not_compared_does_not_cover),
      TEST(an_anchor_that_has_left_the_chain_does_not_cover),
      TEST(the_earliest_of_all_chains_and_operators_counts),
      TEST(an_operator_that_is_not_needed_changes_nothing),
      TEST(each_operator_with_chains_needs_an_anchor),
      TEST(one_chain_of_a_log_is_enough),
      TEST(an_anchor_is_overdue_by_what_was_seen_of_the_chain),
      TEST(a_chain_that_cannot_be_seen_makes_nothing_overdue),
      TEST(one_overdue_chain_is_told_although_another_covers),
      TEST(an_account_that_is_used_no_more_is_not_overdue),
      TEST(nor_is_one_that_is_not_used_yet),
      TEST(an_anchor_by_the_other_account_may_still_come_in_time),
      TEST(another_chain_or_operator_does_not_stand_in),
      TEST(anchored_before_the_theft_stays_valid),
      TEST(anchored_after_the_theft_is_not_valid),
      TEST(without_an_anchor_the_entry_decides),
      TEST(without_an_anchor_an_entry_after_the_theft_is_not_valid),
      TEST(the_end_and_the_beginning_of_a_key_are_judged_alike),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
