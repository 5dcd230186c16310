/* Operators over the network that lie about the statements they hold, and about nothing else: they are named, the
 * others are not, and no verdict changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "remote_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const enum lie lies[] = {BAD_TIME, BAD_INDEX, BAD_PROOF, SHORT_PROOF, NO_PROOF};

/* An answer without a proof cannot be read at all. */
static enum vd_operator_state state_of(enum lie lie) {
  return lie == NO_PROOF ? VD_OPERATOR_UNREACHABLE : VD_OPERATOR_LOG_FAILED;
}

static void lie_about_statements(struct fixture *fixture, unsigned k, enum lie lie) {
  become(fixture, k, lie);
  fixture->places[k].lies_about_statements = true;
}

static void be_honest(struct fixture *fixture) {
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) become(fixture, k, HONEST);
  remake(fixture, 0, TIMEOUT_MS, MANY);
}

static struct paper with_statements(struct fixture *fixture, const char *serial, frag_status_kind last) {
  struct paper paper = keep_paper(fixture, serial);
  put_statement(fixture->realm, &paper, 0, FRAG_STATUS_SUSPENDED, KEY_MINISTRY, ALL_OPERATORS, ++fixture->clock_s);
  put_statement(fixture->realm, &paper, 1, last, KEY_MINISTRY, ALL_OPERATORS, ++fixture->clock_s);
  return paper;
}

/* Operator k is named for its lie, and nobody else for anything. */
static void assert_only_named(struct fixture *fixture, unsigned k, enum lie lie) {
  for (unsigned at = 0; at < FIXTURE_OPERATORS; at++) {
    const struct vd_operator_answer *answer = &fixture->verdict.operators[at];
    bool is_well = answer->state == VD_OPERATOR_GOOD || answer->state == VD_OPERATOR_NOT_ASKED;
    assert_false(answer->withholds);
    if (at == k) assert_int_equal(answer->state, state_of(lie));
    else assert_true(is_well);
    bool is_doubted = at == k && state_of(lie) == VD_OPERATOR_LOG_FAILED;
    assert_int_equal(answer->log_code, is_doubted ? FRAG_NOT_IN_LOG : FRAG_OK);
  }
}

static void one_that_lies_about_statements_is_named(void **state) {
  struct fixture *fixture = *state;
  fill_logs(fixture, 0);
  struct paper good = with_statements(fixture, "GOOD", FRAG_STATUS_REINSTATED);
  struct paper revoked = with_statements(fixture, "REVOKED", FRAG_STATUS_REVOKED);
  struct paper bare = keep_paper(fixture, "BARE");
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
    for (size_t at = 0; at < COUNT(lies); at++) {
      be_honest(fixture);
      lie_about_statements(fixture, k, lies[at]);
      assert_int_equal(run(fixture, good.qr), FRAG_OK);
      assert_only_named(fixture, k, lies[at]);
      assert_int_equal(fixture->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_WARNING);
      assert_int_equal(run(fixture, revoked.qr), FRAG_REVOKED);
      assert_only_named(fixture, k, lies[at]);
      assert_int_equal(run(fixture, bare.qr), FRAG_OK); /* of which there is nothing to be said */
      assert_int_equal(fixture->verdict.checks[VD_STEP_STATUS].state, VD_CHECK_PASSED);
    }
}

/* It alone has the statement, and got it just now. */
static void one_that_dates_back_accuses_nobody(void **state) {
  struct fixture *fixture = *state;
  fill_logs(fixture, 0);
  struct paper paper = keep_paper(fixture, "REVOKED");
  put_statement(fixture->realm, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 2, FIXTURE_NOW_S - 10);
  assert_int_equal(run(fixture, paper.qr), FRAG_REVOKED);
  for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) assert_false(fixture->verdict.operators[k].withholds);
  lie_about_statements(fixture, 1, BAD_TIME);
  assert_int_equal(run(fixture, paper.qr), FRAG_REVOKED);
  assert_only_named(fixture, 1, BAD_TIME);
}

/* Each in another way: what was revoked stays so, and what is good is known from nobody. */
static void three_that_lie_are_believed_by_nobody(void **state) {
  struct fixture *fixture = *state;
  fill_logs(fixture, 0);
  struct paper good = with_statements(fixture, "GOOD", FRAG_STATUS_REINSTATED);
  struct paper revoked = with_statements(fixture, "REVOKED", FRAG_STATUS_REVOKED);
  for (size_t first = 0; first < 4; first++) {
    be_honest(fixture);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++) lie_about_statements(fixture, k, lies[(first + k) % 4]);
    assert_int_equal(run(fixture, revoked.qr), FRAG_REVOKED);
    assert_int_equal(fixture->verdict.status_as_of_s, 0);
    for (unsigned k = 0; k < FIXTURE_OPERATORS; k++)
      assert_int_equal(fixture->verdict.operators[k].log_code, FRAG_NOT_IN_LOG);
    assert_int_equal(run(fixture, good.qr), FRAG_STATUS_STALE);
    assert_int_equal(fixture->verdict.verdict, FRAG_INCONCLUSIVE);
  }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_remote, end_remote)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(one_that_lies_about_statements_is_named),
      TEST(one_that_dates_back_accuses_nobody),
      TEST(three_that_lie_are_believed_by_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
