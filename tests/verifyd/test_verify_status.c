/* Statements about a document and its period, over real ledgers: FRAG-1 section 8 step 7. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "verify_fixture.h"

#define KEPT_S (FIXTURE_NOW_S - 50000)
#define SAID_S (FIXTURE_NOW_S - 40000)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct paper issue_and_keep(struct verify_fixture *fixture, struct plan plan) {
  struct paper paper = issue(fixture, plan);
  keep(fixture, &paper, ALL_OPERATORS, KEPT_S);
  return paper;
}

static enum vd_check_state status_check(const struct verify_fixture *fixture) {
  return fixture->verdict.checks[VD_STEP_STATUS].state;
}

/* --- what statements do --- */

struct said {
  frag_status_kind kind;
  enum fixture_key key;
};

static void statements_count_in_their_order(void **in) {
  struct verify_fixture *fixture = *in;
  static const struct {
    const char *serial;
    struct said said[4];
    frag_error code;
  } cases[] = {
      {"a", {{FRAG_STATUS_REVOKED, KEY_MINISTRY}}, FRAG_REVOKED},
      {"b", {{FRAG_STATUS_SUSPENDED, KEY_MINISTRY}}, FRAG_SUSPENDED},
      {"c", {{FRAG_STATUS_SUPERSEDED, KEY_MINISTRY}}, FRAG_SUPERSEDED},
      {"d", {{FRAG_STATUS_REINSTATED, KEY_MINISTRY}}, FRAG_OK},
      {"e", {{FRAG_STATUS_SUSPENDED, KEY_MINISTRY}, {FRAG_STATUS_REINSTATED, KEY_MINISTRY}}, FRAG_OK},
      {"f", {{FRAG_STATUS_REINSTATED, KEY_MINISTRY}, {FRAG_STATUS_SUSPENDED, KEY_MINISTRY}}, FRAG_SUSPENDED},
      {"g", {{FRAG_STATUS_REVOKED, KEY_MINISTRY}, {FRAG_STATUS_REINSTATED, KEY_MINISTRY}}, FRAG_REVOKED},
      {"h", {{FRAG_STATUS_SUPERSEDED, KEY_MINISTRY}, {FRAG_STATUS_REINSTATED, KEY_MINISTRY}}, FRAG_SUPERSEDED},
      {"i",
       {{FRAG_STATUS_SUSPENDED, KEY_MINISTRY},
        {FRAG_STATUS_REINSTATED, KEY_MINISTRY},
        {FRAG_STATUS_SUSPENDED, KEY_MINISTRY}},
       FRAG_SUSPENDED},
      {"j", {{FRAG_STATUS_REVOKED, KEY_REGISTRAR}}, FRAG_REVOKED},
      {"k", {{FRAG_STATUS_SUSPENDED, KEY_REGISTRAR}, {FRAG_STATUS_REINSTATED, KEY_MINISTRY}}, FRAG_OK},
      /* Not theirs to say: */
      {"l", {{FRAG_STATUS_REVOKED, KEY_SCHOOL}}, FRAG_OK},
      {"m", {{FRAG_STATUS_REVOKED, KEY_STRANGER}}, FRAG_OK},
      {"n", {{FRAG_STATUS_SUSPENDED, KEY_MINISTRY}, {FRAG_STATUS_REINSTATED, KEY_SCHOOL}}, FRAG_SUSPENDED},
      {"o", {{FRAG_STATUS_REVOKED, KEY_STRANGER}, {FRAG_STATUS_REVOKED, KEY_MINISTRY}}, FRAG_REVOKED},
  };
  for (size_t at = 0; at < COUNT(cases); at++) {
    struct paper paper = issue(fixture, (struct plan){.serial = cases[at].serial});
    keep(fixture, &paper, ALL_OPERATORS, SAID_S);
    assert_int_equal(verify(fixture, &paper), FRAG_OK);
    for (uint32_t n = 0; n < 4 && cases[at].said[n].kind != 0; n++)
      put_statement(fixture, &paper, n, cases[at].said[n].kind, cases[at].said[n].key, ALL_OPERATORS, SAID_S);
    assert_int_equal(verify(fixture, &paper), cases[at].code);
    assert_int_equal(status_check(fixture), cases[at].code == FRAG_OK ? VD_CHECK_PASSED : VD_CHECK_FAILED);
  }
}

static void one_operator_that_holds_a_statement_is_enough(void **in) {
  struct verify_fixture *fixture = *in;
  static const char *const serials[] = {"1", "2", "3"};
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) {
    struct paper paper = issue(fixture, (struct plan){.serial = serials[k]});
    keep(fixture, &paper, ALL_OPERATORS, SAID_S);
    put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1u << k, SAID_S);
    assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
  }
}

static void statements_may_lie_at_different_operators(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  put_statement(fixture, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, 1, SAID_S);
  put_statement(fixture, &paper, 1, FRAG_STATUS_REINSTATED, KEY_MINISTRY, 2, SAID_S);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  put_statement(fixture, &paper, 2, FRAG_STATUS_REVOKED, KEY_MINISTRY, 4, SAID_S);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

static void an_operator_that_cannot_be_asked_is_told(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 4, SAID_S);
  use_operators(fixture, 3, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  assert_int_equal(status_check(fixture), VD_CHECK_WARNING);
  assert_int_equal(fixture->verdict.operators[2].state, VD_OPERATOR_UNREACHABLE);
  use_operators(fixture, 5, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

static void rivals_of_one_number_are_judged_alike_in_any_order(void **in) {
  struct verify_fixture *fixture = *in;
  static const unsigned at_operators[][2] = {{1, 2}, {2, 1}, {4, 1}};
  static const char *const serials[] = {"1", "2", "3"};
  for (size_t at = 0; at < COUNT(at_operators); at++) {
    struct paper paper = issue(fixture, (struct plan){.serial = serials[at]});
    keep(fixture, &paper, ALL_OPERATORS, SAID_S);
    put_statement(fixture, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, at_operators[at][0], SAID_S);
    put_statement(fixture, &paper, 0, FRAG_STATUS_REINSTATED, KEY_MINISTRY, at_operators[at][1], SAID_S);
    assert_int_equal(verify(fixture, &paper), FRAG_SUSPENDED);
  }
}

/* --- what junk does not do --- */

static void junk_neither_revokes_nor_hides(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  put_junk(fixture, &paper, 0, ALL_OPERATORS);
  put_junk(fixture, &paper, 1, 2);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  assert_int_equal(status_check(fixture), VD_CHECK_PASSED);
  put_statement(fixture, &paper, 2, FRAG_STATUS_REVOKED, KEY_MINISTRY, 4, FIXTURE_NOW_S);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

static void junk_at_one_operator_does_not_hide_a_statement_at_another(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  put_junk(fixture, &paper, 0, 3);
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 4, FIXTURE_NOW_S);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

/* Ledgers that are read directly are asked for one statement first, and then, as others, for four at a time. */
static void a_gap_ends_the_walk(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  put_junk(fixture, &paper, 0, 1);
  for (uint32_t n = 2; n < 8; n++) put_junk(fixture, &paper, n, ALL_OPERATORS);
  put_statement(fixture, &paper, 8, FRAG_STATUS_REVOKED, KEY_MINISTRY, ALL_OPERATORS, FIXTURE_NOW_S);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  put_junk(fixture, &paper, 1, 1);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

static void a_gap_hides_nothing_that_was_asked_for(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  put_junk(fixture, &paper, 0, 1);
  put_statement(fixture, &paper, 2, FRAG_STATUS_REVOKED, KEY_MINISTRY, 4, FIXTURE_NOW_S);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

static void more_statements_than_are_read_are_never_good_news(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  for (uint32_t n = 0; n < VD_STATUS_WALK_MAX - 1; n++) put_junk(fixture, &paper, n, 1u << n % 3);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  put_junk(fixture, &paper, VD_STATUS_WALK_MAX - 1, 1);
  assert_int_equal(verify(fixture, &paper), FRAG_STATUS_STALE);
  assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
}

static void an_altered_statement_changes_nothing(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  uint8_t record[FRAG_STATUS_RECORD_LEN];
  make_statement(fixture, record, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY);
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, SAID_S);
  struct places places = find_in_ledger(fixture, 1, record, sizeof record);
  for (long at = 0; at < FRAG_STATUS_RECORD_LEN; at++) {
    flip_in_ledger(&places, at);
    assert_int_equal(verify(fixture, &paper), FRAG_OK);
    assert_int_equal(fixture->verdict.operators[0].log_code, FRAG_NOT_IN_LOG); /* whose ledger it is */
    flip_in_ledger(&places, at);
  }
  (void)close(places.fd);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

static void a_statement_by_a_stolen_key_changes_nothing(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, ALL_OPERATORS, FIXTURE_COMPROMISED_S);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
}

static void a_statement_from_before_the_theft_counts(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  const uint64_t said_s = FIXTURE_COMPROMISED_S - 1;
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, 4, said_s);
  /* The same came to the others too late to count alone. */
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_COMPROMISED, 3, FIXTURE_COMPROMISED_S);
  use_operators(fixture, 3, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_OK);
  use_operators(fixture, ALL_OPERATORS, FIXTURE_THRESHOLD);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

/* --- the period --- */

static void a_document_expires_at_its_second(void **in) {
  struct verify_fixture *fixture = *in;
  const uint64_t expires_s = FIXTURE_NOW_S + 100;
  struct paper paper = issue_and_keep(fixture, (struct plan){.expires_s = expires_s});
  const size_t len = strlen(paper.qr);
  assert_int_equal(verify_text(fixture, paper.qr, len, expires_s - 1), FRAG_OK);
  assert_int_equal(verify_text(fixture, paper.qr, len, expires_s), FRAG_EXPIRED);
  assert_int_equal(verify_text(fixture, paper.qr, len, UINT64_MAX), FRAG_EXPIRED);
}

static void a_document_is_not_valid_before_its_date(void **in) {
  struct verify_fixture *fixture = *in;
  const uint64_t issued_s = FIXTURE_NOW_S + 100;
  struct paper paper = issue_and_keep(fixture, (struct plan){.issued_s = issued_s});
  const size_t len = strlen(paper.qr);
  assert_int_equal(verify_text(fixture, paper.qr, len, issued_s - 1), FRAG_NOT_YET_VALID);
  assert_int_equal(verify_text(fixture, paper.qr, len, 0), FRAG_NOT_YET_VALID);
  assert_int_equal(verify_text(fixture, paper.qr, len, issued_s), FRAG_OK);
}

static void revoked_goes_before_expired(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){.expires_s = FIXTURE_NOW_S});
  assert_int_equal(verify(fixture, &paper), FRAG_EXPIRED);
  put_statement(fixture, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 2, SAID_S);
  assert_int_equal(verify(fixture, &paper), FRAG_REVOKED);
}

/* --- threads --- */

struct reader_thread {
  pthread_t thread;
  struct vd_verifier *verifier;
  const char *qr;
  bool has_failed;
};

static void *verify_many_times(void *in) {
  struct reader_thread *own = in;
  struct vd_verdict *verdict = calloc(1, sizeof *verdict);
  for (int round = 0; round < 300 && verdict != NULL; round++) {
    vd_verify(own->verifier, own->qr, strlen(own->qr), FIXTURE_NOW_S, verdict);
    own->has_failed = own->has_failed || verdict->code != FRAG_OK;
    vd_verdict_wipe(verdict);
  }
  own->has_failed = own->has_failed || verdict == NULL;
  free(verdict);
  return NULL;
}

static void threads_verify_while_records_are_added(void **in) {
  struct verify_fixture *fixture = *in;
  struct paper paper = issue_and_keep(fixture, (struct plan){0});
  struct reader_thread threads[4] = {{0}};
  for (size_t at = 0; at < COUNT(threads); at++) {
    threads[at].qr = paper.qr;
    threads[at].verifier = fixture->verifier;
    fixture->verifier = NULL;
    use_operators(fixture, ALL_OPERATORS, FIXTURE_THRESHOLD);
    assert_int_equal(pthread_create(&threads[at].thread, NULL, verify_many_times, &threads[at]), 0);
  }
  for (uint32_t n = 0; n < 20; n++) {
    char serial[2] = {(char)('a' + (int)n), '\0'};
    struct paper more = issue(fixture, (struct plan){.serial = serial});
    keep(fixture, &more, ALL_OPERATORS, SAID_S);
  }
  for (size_t at = 0; at < COUNT(threads); at++) {
    assert_int_equal(pthread_join(threads[at].thread, NULL), 0);
    assert_false(threads[at].has_failed);
    vd_verifier_free(threads[at].verifier);
  }
}

#define STATUS_TEST(test) cmocka_unit_test_setup_teardown(test, verify_fixture_begin, verify_fixture_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      STATUS_TEST(statements_count_in_their_order),
      STATUS_TEST(one_operator_that_holds_a_statement_is_enough),
      STATUS_TEST(statements_may_lie_at_different_operators),
      STATUS_TEST(an_operator_that_cannot_be_asked_is_told),
      STATUS_TEST(rivals_of_one_number_are_judged_alike_in_any_order),
      STATUS_TEST(junk_neither_revokes_nor_hides),
      STATUS_TEST(junk_at_one_operator_does_not_hide_a_statement_at_another),
      STATUS_TEST(a_gap_ends_the_walk),
      STATUS_TEST(a_gap_hides_nothing_that_was_asked_for),
      STATUS_TEST(more_statements_than_are_read_are_never_good_news),
      STATUS_TEST(an_altered_statement_changes_nothing),
      STATUS_TEST(a_statement_by_a_stolen_key_changes_nothing),
      STATUS_TEST(a_statement_from_before_the_theft_counts),
      STATUS_TEST(a_document_expires_at_its_second),
      STATUS_TEST(a_document_is_not_valid_before_its_date),
      STATUS_TEST(revoked_goes_before_expired),
      STATUS_TEST(threads_verify_while_records_are_added),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
