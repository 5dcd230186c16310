/* As of when a verdict's status is, what is too old, and who withholds a statement; operators as if over the network.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "step_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KEPT_S (FIXTURE_NOW_S - 50000)
enum { WITHHELD_S = 300 };

static struct verify_fixture *fixture;
static struct vd_verdict verdict;
static struct paper paper;
static uint64_t now_s, said_s; /* later than the clock: opening a ledger has signed its checkpoint by that */

static int begin(void **state) {
  assert_int_equal(verify_fixture_begin(state), 0);
  fixture = *state;
  now_s = (uint64_t)time(NULL) + 1000000;
  said_s = now_s - 40000;
  paper = issue(fixture, (struct plan){.serial = "FRESH"});
  keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
  return 0;
}

static int end(void **state) {
  vd_verdict_wipe(&verdict);
  return verify_fixture_end(state);
}

/* The checkpoint of operator k is signed again at that time. */
static void sign_at(unsigned k, uint64_t time_s) {
  struct vd_failure failure;
  if (vd_store_renew(fixture->stores[k], time_s, &failure) != VD_OK) fail_msg("%s", failure.text);
}

static void sign_all_at(uint64_t first_s, uint64_t second_s, uint64_t third_s) {
  sign_at(0, first_s);
  sign_at(1, second_s);
  sign_at(2, third_s);
}

static frag_error run_with(unsigned threshold, uint64_t max_age_s, unsigned local, unsigned answering, uint64_t at_s) {
  struct vd_verifier *verifier = step_verifier_aged(fixture, threshold, max_age_s, local);
  struct step_run run = {.verifier = verifier,
                         .qr = paper.qr,
                         .qr_len = strlen(paper.qr),
                         .now_s = at_s,
                         .operators = answering,
                         .order = {2, 0, 1}};
  frag_error code = step_verify(fixture, &run, &verdict);
  assert_verdict_fits(fixture, &verdict);
  vd_verifier_free(verifier);
  return code;
}

static frag_error run_aged(uint64_t max_age_s, unsigned answering) {
  return run_with(FIXTURE_THRESHOLD, max_age_s, 0, answering, now_s);
}

static enum vd_check_state status_check(void) { return verdict.checks[VD_STEP_STATUS].state; }

/* A third operator that is silent when it is asked for statements costs the t-th newest time, not the verdict. */
static bool is_silent_about_status(void *context, unsigned k, const struct vd_lookup_request *request,
                                   struct vd_lookup_answer *answer) {
  (void)answer;
  return request->kind != VD_STORE_STATUS || (*(const unsigned *)context >> k & 1u) != 0;
}

static frag_error run_half_silent(uint64_t max_age_s, unsigned answering) {
  struct vd_verifier *verifier = step_verifier_aged(fixture, FIXTURE_THRESHOLD, max_age_s, 0);
  struct step_run run = {.verifier = verifier,
                         .qr = paper.qr,
                         .qr_len = strlen(paper.qr),
                         .now_s = now_s,
                         .operators = ALL_OPERATORS,
                         .order = {0, 1, 2},
                         .change = is_silent_about_status,
                         .context = &answering};
  frag_error code = step_verify(fixture, &run, &verdict);
  vd_verifier_free(verifier);
  return code;
}

/* --- as of when --- */

static void the_tth_newest_counts(void **state) {
  (void)state;
  sign_all_at(now_s - 100, now_s - 10, now_s - 1000);
  assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s - 100);
  assert_int_equal(run_with(1, 0, 0, ALL_OPERATORS, now_s), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s - 10);
}

/* One operator of two that are needed may say what it wants. */
static void fewer_than_t_cannot_make_it_newer(void **state) {
  (void)state;
  sign_all_at(now_s - 5000, now_s + 100000, now_s - 6000);
  assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s - 5000);
  assert_int_equal(run_aged(4999, ALL_OPERATORS), FRAG_STATUS_STALE);
  assert_int_equal(run_aged(5000, ALL_OPERATORS), FRAG_OK);
}

static void it_is_never_later_than_now(void **state) {
  (void)state;
  sign_all_at(now_s + 10, now_s + 20, now_s + 30);
  assert_int_equal(run_aged(1, ALL_OPERATORS), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s);
}

static void a_ledger_that_is_read_here_is_of_now(void **state) {
  (void)state;
  sign_all_at(now_s - 100, now_s - 200, now_s - 300);
  assert_int_equal(run_with(FIXTURE_THRESHOLD, 0, 4, ALL_OPERATORS, now_s), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s - 100);
  assert_int_equal(run_with(FIXTURE_THRESHOLD, 0, 6, ALL_OPERATORS, now_s), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s);
}

/* --- verdicts that no status is part of --- */

static void what_the_ledgers_do_not_have_is_as_of_their_checkpoints(void **state) {
  (void)state;
  struct paper nowhere = issue(fixture, (struct plan){.serial = "NOWHERE"});
  paper = nowhere;
  sign_all_at(now_s - 100, now_s - 10, now_s - 100);
  assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_NOT_FOUND);
  assert_int_equal(verdict.as_of_s, now_s - 100);
  assert_int_equal(verdict.status_as_of_s, 0);
  assert_int_equal(run_with(FIXTURE_THRESHOLD, 0, ALL_OPERATORS, ALL_OPERATORS, now_s), FRAG_NOT_FOUND);
  assert_int_equal(verdict.as_of_s, now_s); /* read here */
}

static void too_few_are_as_of_those_who_answered(void **state) {
  (void)state;
  sign_all_at(now_s - 100, now_s - 10, now_s + 50);
  static const struct {
    unsigned answering;
    uint64_t age_s;
  } cases[] = {{1, 100}, {2, 10}, {4, 0}};
  for (size_t at = 0; at < COUNT(cases); at++) {
    assert_int_equal(run_aged(0, cases[at].answering), FRAG_TOO_FEW_FRAGMENTS);
    assert_int_equal(verdict.as_of_s, now_s - cases[at].age_s);
    assert_int_equal(verdict.status_as_of_s, 0);
  }
  assert_int_equal(run_aged(0, 0), FRAG_TOO_FEW_FRAGMENTS);
  assert_int_equal(verdict.as_of_s, 0);
  assert_int_equal(verdict.checked_s, now_s);
}

static void a_document_that_is_none_is_as_of_the_ledgers_that_held_it(void **state) {
  (void)state;
  paper = issue(fixture, (struct plan){.serial = "SCOPE", .key = KEY_SCHOOL, .issuer = "school.example"});
  keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
  sign_all_at(now_s - 100, now_s - 10, now_s - 100);
  assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_ISSUER_SCOPE);
  assert_int_equal(verdict.as_of_s, now_s - 100);
  assert_int_equal(verdict.status_as_of_s, 0);
}

static void a_code_that_is_none_is_of_the_time_of_the_check(void **state) {
  (void)state;
  paper.qr[strlen(paper.qr) - 1] ^= 1;
  assert_int_equal(frag_error_verdict(run_aged(0, ALL_OPERATORS)), FRAG_NOT_VALID);
  assert_true(verdict.code == FRAG_QR_CHECKSUM || verdict.code == FRAG_QR_MALFORMED);
  assert_int_equal(verdict.as_of_s, 0);
  assert_int_equal(verdict.checked_s, now_s);
}

/* What is said of the status is as old as that, whatever came with the fragments. */
static void with_a_status_it_is_that_of_the_status(void **state) {
  (void)state;
  sign_all_at(now_s - 10, now_s - 20, now_s - 30);
  assert_int_equal(run_half_silent(0, 2), FRAG_OK);
  assert_int_equal(verdict.as_of_s, now_s - 20);
  assert_int_equal(run_half_silent(0, 0), FRAG_STATUS_STALE);
  assert_int_equal(verdict.status_as_of_s, 0);
  assert_in_range(verdict.as_of_s, now_s - 30, now_s - 10);
}

/* --- too old --- */

static void the_limit_is_to_the_second(void **state) {
  (void)state;
  sign_all_at(now_s - 60, now_s - 60, now_s - 60);
  assert_int_equal(run_aged(60, ALL_OPERATORS), FRAG_OK);
  assert_int_equal(status_check(), VD_CHECK_PASSED);
  assert_int_equal(run_aged(59, ALL_OPERATORS), FRAG_STATUS_STALE);
  assert_int_equal(verdict.verdict, FRAG_INCONCLUSIVE);
  assert_int_equal(verdict.status_as_of_s, now_s - 60);
  assert_int_equal(status_check(), VD_CHECK_FAILED);
}

static void without_a_limit_nothing_is_too_old(void **state) {
  (void)state;
  assert_int_equal(run_with(FIXTURE_THRESHOLD, 0, 0, ALL_OPERATORS, UINT64_MAX), FRAG_OK);
  assert_in_range(verdict.status_as_of_s, KEPT_S, now_s - 1);
}

static void fewer_than_t_are_told_without_a_limit_and_too_few_with_one(void **state) {
  (void)state;
  sign_all_at(now_s - 10, now_s - 20, now_s - 30);
  assert_int_equal(run_half_silent(0, 6), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s - 30);
  assert_int_equal(run_half_silent(0, 2), FRAG_OK);
  assert_int_equal(verdict.status_as_of_s, now_s - 20);
  assert_int_equal(status_check(), VD_CHECK_WARNING);
  assert_int_equal(run_half_silent(1000, 6), FRAG_OK);
  assert_int_equal(run_half_silent(1000, 2), FRAG_STATUS_STALE);
  assert_int_equal(verdict.status_as_of_s, now_s - 20);
  assert_int_equal(run_half_silent(0, 0), FRAG_STATUS_STALE);
  assert_int_equal(verdict.status_as_of_s, 0);
}

static void a_statement_for_ever_goes_before_age(void **state) {
  static const struct {
    frag_status_kind kind;
    frag_error code;
  } cases[] = {{FRAG_STATUS_REVOKED, FRAG_REVOKED},
               {FRAG_STATUS_SUPERSEDED, FRAG_SUPERSEDED},
               {FRAG_STATUS_SUSPENDED, FRAG_STATUS_STALE}, /* it may have been lifted since */
               {FRAG_STATUS_REINSTATED, FRAG_STATUS_STALE}};
  (void)state;
  for (size_t at = 0; at < COUNT(cases); at++) {
    char serial[2] = {(char)('a' + (int)at), '\0'};
    paper = issue(fixture, (struct plan){.serial = serial});
    keep(fixture, &paper, ALL_OPERATORS, said_s);
    put_statement(fixture, &paper, 0, cases[at].kind, KEY_MINISTRY, ALL_OPERATORS, said_s);
    assert_int_equal(run_aged(1, ALL_OPERATORS), cases[at].code);
  }
}

/* --- withheld --- */

static unsigned withholding(void) {
  unsigned found = 0;
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    if (verdict.operators[k].withholds) found |= 1u << k;
  return found;
}

static void who_withholds_is_outvoted_and_told(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 5, said_s);
  sign_all_at(now_s, now_s, now_s);
  assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_REVOKED);
  assert_int_equal(withholding(), 2);
}

static void two_that_withhold_are_told_too(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, said_s);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REINSTATED, KEY_MINISTRY, 1, said_s);
  sign_all_at(now_s, now_s, now_s);
  assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_OK);
  assert_int_equal(withholding(), 6);
  assert_int_equal(status_check(), VD_CHECK_WARNING);
}

/* The operator's own time decides, so that who is only slow is not blamed. */
static void who_may_not_have_it_yet_is_not_blamed(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, said_s);
  sign_at(1, said_s + WITHHELD_S);
  sign_at(2, said_s + WITHHELD_S + 1);
  assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_REVOKED);
  assert_int_equal(withholding(), 4);
}

static void nobody_is_blamed_for_what_is_no_statement(void **state) {
  (void)state;
  put_junk(fixture, &paper, 0, 1);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REVOKED, KEY_STRANGER, 1, now_s);
  sign_all_at(now_s + 1000, now_s + 1000, now_s + 1000);
  assert_int_equal(run_with(FIXTURE_THRESHOLD, 0, 0, ALL_OPERATORS, now_s + 1000), FRAG_OK);
  assert_int_equal(withholding(), 0);
  assert_int_equal(status_check(), VD_CHECK_PASSED);
}

/* With junk at its place an operator cannot take the statement. */
static void who_was_given_junk_is_not_blamed(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 5, said_s);
  put_junk(fixture, &paper, 0, 2);
  assert_int_equal(run_with(FIXTURE_THRESHOLD, 0, 0, ALL_OPERATORS, now_s + 1000), FRAG_REVOKED);
  assert_int_equal(withholding(), 0);
}

static void who_does_not_answer_is_not_blamed(void **state) {
  (void)state;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, said_s);
  sign_all_at(now_s, now_s, now_s);
  assert_int_equal(run_half_silent(0, 3), FRAG_REVOKED);
  assert_int_equal(withholding(), 2);
}

/* --- junk --- */

/* Random bytes under the right id at each operator, whoever handed them in: the walk goes on to the next number. */
static void junk_neither_revokes_nor_hides_wherever_it_lies(void **state) {
  (void)state;
  for (unsigned junk = 1; junk <= ALL_OPERATORS; junk++) {
    char serial[8] = {'j', (char)('0' + (int)junk), '\0'};
    paper = issue(fixture, (struct plan){.serial = serial});
    keep(fixture, &paper, ALL_OPERATORS, FIXTURE_NOW_S);
    put_junk(fixture, &paper, 0, junk);
    assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_OK);
    put_statement(fixture, &paper, 1, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS & ~junk, FIXTURE_NOW_S);
    if (junk == ALL_OPERATORS)
      put_statement(fixture, &paper, 1, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
    assert_int_equal(run_aged(0, ALL_OPERATORS), FRAG_REVOKED);
  }
}

/* --- a stolen key --- */

static void what_was_entered_before_the_theft_stays_valid(void **state) {
  static const struct {
    const char *serial;
    uint64_t kept_s;
    frag_error code;
  } cases[] = {{"before", FIXTURE_COMPROMISED_S - 1, FRAG_OK},
               {"at", FIXTURE_COMPROMISED_S, FRAG_ISSUER_KEY_TIME},
               {"after", FIXTURE_COMPROMISED_S + 1, FRAG_ISSUER_KEY_TIME}};
  (void)state;
  for (size_t at = 0; at < COUNT(cases); at++) {
    paper = issue(fixture, (struct plan){.serial = cases[at].serial,
                                         .key = KEY_COMPROMISED,
                                         .issued_s = FIXTURE_COMPROMISED_S - 5000}); /* a thief may date it back */
    keep(fixture, &paper, ALL_OPERATORS, cases[at].kept_s);
    assert_int_equal(run_aged(0, ALL_OPERATORS), cases[at].code);
  }
}

/* The latest of the t entry times counts: one operator that dates an entry back does not help the thief. */
static void one_operator_cannot_date_it_back(void **state) {
  (void)state;
  paper = issue(fixture, (struct plan){.serial = "back", .key = KEY_COMPROMISED, .issued_s = KEPT_S});
  keep(fixture, &paper, 1, KEPT_S);
  keep(fixture, &paper, 6, FIXTURE_COMPROMISED_S + 1);
  static const unsigned answering[] = {3, 5, 6};
  for (size_t at = 0; at < COUNT(answering); at++)
    assert_int_equal(run_aged(0, answering[at]), FRAG_ISSUER_KEY_TIME);
}

#define FRESHNESS_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      FRESHNESS_TEST(the_tth_newest_counts),
      FRESHNESS_TEST(fewer_than_t_cannot_make_it_newer),
      FRESHNESS_TEST(it_is_never_later_than_now),
      FRESHNESS_TEST(a_ledger_that_is_read_here_is_of_now),
      FRESHNESS_TEST(what_the_ledgers_do_not_have_is_as_of_their_checkpoints),
      FRESHNESS_TEST(too_few_are_as_of_those_who_answered),
      FRESHNESS_TEST(a_document_that_is_none_is_as_of_the_ledgers_that_held_it),
      FRESHNESS_TEST(a_code_that_is_none_is_of_the_time_of_the_check),
      FRESHNESS_TEST(with_a_status_it_is_that_of_the_status),
      FRESHNESS_TEST(the_limit_is_to_the_second),
      FRESHNESS_TEST(without_a_limit_nothing_is_too_old),
      FRESHNESS_TEST(fewer_than_t_are_told_without_a_limit_and_too_few_with_one),
      FRESHNESS_TEST(a_statement_for_ever_goes_before_age),
      FRESHNESS_TEST(who_withholds_is_outvoted_and_told),
      FRESHNESS_TEST(two_that_withhold_are_told_too),
      FRESHNESS_TEST(who_may_not_have_it_yet_is_not_blamed),
      FRESHNESS_TEST(nobody_is_blamed_for_what_is_no_statement),
      FRESHNESS_TEST(who_was_given_junk_is_not_blamed),
      FRESHNESS_TEST(who_does_not_answer_is_not_blamed),
      FRESHNESS_TEST(junk_neither_revokes_nor_hides_wherever_it_lies),
      FRESHNESS_TEST(what_was_entered_before_the_theft_stays_valid),
      FRESHNESS_TEST(one_operator_cannot_date_it_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
