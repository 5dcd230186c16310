#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status_judge.h"

static enum ctl_status_plan plan(bool revoked, bool suspended, bool superseded, uint8_t kind, const char *word) {
  struct ctl_status_document document = {
      .outcome = {.revoked = revoked, .suspended = suspended, .superseded = superseded}, .why = "of before"};
  ctl_status_judge(&document, kind);
  assert_true((document.plan == CTL_STATUS_SEND) == (document.why == NULL));
  if (word != NULL) assert_non_null(strstr(document.why, word));
  return document.plan;
}

static void test_a_new_document_may_have_all_but_a_reinstatement(void **state) {
  (void)state;
  assert_int_equal(plan(false, false, false, FRAG_STATUS_REVOKED, NULL), CTL_STATUS_SEND);
  assert_int_equal(plan(false, false, false, FRAG_STATUS_SUSPENDED, NULL), CTL_STATUS_SEND);
  assert_int_equal(plan(false, false, false, FRAG_STATUS_SUPERSEDED, NULL), CTL_STATUS_SEND);
  assert_int_equal(plan(false, false, false, FRAG_STATUS_REINSTATED, "not suspended"), CTL_STATUS_REFUSED);
}

static void test_a_suspension_may_be_ended_and_overtaken(void **state) {
  (void)state;
  assert_int_equal(plan(false, true, false, FRAG_STATUS_REINSTATED, NULL), CTL_STATUS_SEND);
  assert_int_equal(plan(false, true, false, FRAG_STATUS_REVOKED, NULL), CTL_STATUS_SEND);
  assert_int_equal(plan(false, true, false, FRAG_STATUS_SUPERSEDED, NULL), CTL_STATUS_SEND);
  assert_int_equal(plan(false, true, false, FRAG_STATUS_SUSPENDED, "suspended already"), CTL_STATUS_NOTHING);
}

static void test_a_reinstatement_may_be_repeated(void **state) {
  struct ctl_status_document document = {.last = FRAG_STATUS_REINSTATED, .next = 2};
  (void)state;
  ctl_status_judge(&document, FRAG_STATUS_REINSTATED);
  assert_int_equal(document.plan, CTL_STATUS_NOTHING);
  assert_non_null(strstr(document.why, "reinstated already"));
  ctl_status_judge(&document, FRAG_STATUS_SUSPENDED);
  assert_int_equal(document.plan, CTL_STATUS_SEND);
}

/* From each number, whatever is begun can be ended: what is suspended reinstated, then revoked or superseded. */
static void test_the_last_numbers_are_kept(void **state) {
  static const uint8_t for_good[] = {FRAG_STATUS_REVOKED, FRAG_STATUS_SUPERSEDED};
  (void)state;
  for (uint32_t next = 0; next < VD_WALK_STATEMENTS_MAX; next++) {
    struct ctl_status_document document = {.next = next};
    ctl_status_judge(&document, FRAG_STATUS_SUSPENDED);
    assert_int_equal(document.plan, next < VD_WALK_STATEMENTS_MAX - CTL_STATUS_RESERVED ? CTL_STATUS_SEND
                                                                                        : CTL_STATUS_REFUSED);
    document.outcome.suspended = true;
    ctl_status_judge(&document, FRAG_STATUS_REINSTATED);
    assert_int_equal(document.plan, next < VD_WALK_STATEMENTS_MAX - 1 ? CTL_STATUS_SEND : CTL_STATUS_REFUSED);
    for (int suspended = 0; suspended < 2; suspended++) {
      document.outcome.suspended = suspended != 0;
      for (size_t i = 0; i < sizeof for_good; i++) {
        ctl_status_judge(&document, for_good[i]);
        assert_int_equal(document.plan, CTL_STATUS_SEND);
      }
    }
  }
}

static void test_a_full_document_is_refused_and_need_not_be_superseded(void **state) {
  (void)state;
  for (int suspended = 0; suspended < 2; suspended++) {
    struct ctl_status_document document = {.next = VD_WALK_STATEMENTS_MAX, .outcome.suspended = suspended != 0};
    ctl_status_judge(&document, FRAG_STATUS_REVOKED);
    assert_int_equal(document.plan, CTL_STATUS_REFUSED);
    assert_non_null(strstr(document.why, "never be VALID again"));
    ctl_status_judge(&document, FRAG_STATUS_SUPERSEDED);
    assert_int_equal(document.plan, CTL_STATUS_NOTHING);
    ctl_status_judge(&document, suspended ? FRAG_STATUS_REINSTATED : FRAG_STATUS_SUSPENDED);
    assert_int_equal(document.plan, CTL_STATUS_REFUSED);
    document.outcome.superseded = true;
    ctl_status_judge(&document, FRAG_STATUS_SUPERSEDED);
    assert_non_null(strstr(document.why, "superseded already"));
  }
}

static void test_nothing_follows_what_is_for_good(void **state) {
  (void)state;
  for (int suspended = 0; suspended < 2; suspended++) {
    for (int superseded = 0; superseded < 2; superseded++) {
      bool s = suspended != 0, p = superseded != 0;
      assert_int_equal(plan(true, s, p, FRAG_STATUS_REVOKED, "revoked already"), CTL_STATUS_NOTHING);
      assert_int_equal(plan(true, s, p, FRAG_STATUS_SUSPENDED, "for good"), CTL_STATUS_REFUSED);
      assert_int_equal(plan(true, s, p, FRAG_STATUS_REINSTATED, "for good"), CTL_STATUS_REFUSED);
      assert_int_equal(plan(true, s, p, FRAG_STATUS_SUPERSEDED, "for good"), CTL_STATUS_REFUSED);
    }
    assert_int_equal(plan(false, suspended != 0, true, FRAG_STATUS_SUPERSEDED, "already"), CTL_STATUS_NOTHING);
    assert_int_equal(plan(false, suspended != 0, true, FRAG_STATUS_REVOKED, "--issue-no"), CTL_STATUS_REFUSED);
    assert_int_equal(plan(false, suspended != 0, true, FRAG_STATUS_REINSTATED, "--issue-no"), CTL_STATUS_REFUSED);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_new_document_may_have_all_but_a_reinstatement),
    cmocka_unit_test(test_a_suspension_may_be_ended_and_overtaken),
    cmocka_unit_test(test_nothing_follows_what_is_for_good),
    cmocka_unit_test(test_a_reinstatement_may_be_repeated),
    cmocka_unit_test(test_the_last_numbers_are_kept),
    cmocka_unit_test(test_a_full_document_is_refused_and_need_not_be_superseded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
