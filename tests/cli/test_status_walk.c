#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "status_walk.h"

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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
