/* A portal whose operators do not all show a statement, or are long out of date: what it answers and what it tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hex.h"
#include "portal_rig.h"

#define SAID_S (FIXTURE_NOW_S + 10) /* long before the clock, at which the operators sign their checkpoints */
#define WITHHELD "operator_answers_total{operator=\"%u\",answer=\"withheld\"}"

static struct portal_rig rig;
static struct paper paper;
static struct loopback_answer answer;

static int begin(void **state) {
  (void)state;
  portal_rig_make(&rig);
  paper = issue(rig.realm, (struct plan){.serial = "BAC-1"});
  keep(rig.realm, &paper, ALL_OPERATORS, FIXTURE_NOW_S);
  return 0;
}

static int end(void **state) {
  (void)state;
  portal_rig_remove(&rig);
  return 0;
}

static void expect(const char *name) {
  char wanted[64];
  (void)snprintf(wanted, sizeof wanted, "\"name\":\"%s\"", name);
  portal_rig_verify(&rig, paper.qr, &answer);
  assert_int_equal(answer.status, 200);
  if (strstr(answer.body, wanted) == NULL) fail_msg("%s in place of %s", answer.body, wanted);
}

static size_t count_in(const char *text, const char *wanted) {
  size_t count = 0;
  for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++) count++;
  return count;
}

static unsigned long withheld(unsigned number) {
  char name[96];
  (void)snprintf(name, sizeof name, WITHHELD, number);
  return portal_rig_metric(&rig, name);
}

static void who_withholds_is_outvoted_and_noticed(void **state) {
  (void)state;
  portal_rig_start(&rig, 1, false);
  expect("OK");
  assert_int_equal(count_in(answer.body, "\"withholds\":true"), 0);
  assert_int_equal(withheld(1) + withheld(2) + withheld(3), 0);
  put_statement(rig.realm, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 5, SAID_S);
  expect("REVOKED");
  assert_int_equal(count_in(answer.body, "\"withholds\":true"), 1);
  assert_int_equal(withheld(2), 1);
  expect("REVOKED");
  assert_int_equal(withheld(2), 2);
  assert_int_equal(withheld(1) + withheld(3), 0);
}

/* Told once, not for each request, and without what would say which document it is about. */
static void the_log_names_the_operator_and_nothing_else(void **state) {
  char hex[2 * 16 + 1];
  uint8_t id[16];
  (void)state;
  portal_rig_start(&rig, 1, false);
  put_statement(rig.realm, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 5, SAID_S);
  for (int i = 0; i < 3; i++) expect("REVOKED");
  portal_rig_stop(&rig);
  const char *log = portal_rig_log(&rig);
  assert_int_equal(count_in(log, "event=statement_withheld operator=2\n"), 1);
  assert_int_equal(count_in(log, "statement_withheld"), 1);
  assert_int_equal(frag_status_id(rig.realm->context, id, LEDGER_REALM, paper.rid, 0), FRAG_OK);
  vd_hex_encode(hex, id, sizeof id);
  assert_null(strstr(log, hex));
}

static void an_answer_that_is_too_old_is_no_answer(void **state) {
  (void)state;
  rig.settings.status_max_age_s = 1;
  portal_rig_start(&rig, 1, false);
  (void)sleep(3); /* nobody signs a checkpoint meanwhile */
  expect("STATUS_STALE");
  assert_int_equal(count_in(answer.body, "{\"verdict\":\"INCONCLUSIVE\",\"code\":45,"), 1);
  assert_int_equal(count_in(answer.body, "\"status_as_of\":\"20"), 1);
  assert_int_equal(count_in(answer.body, "SOK"), 0);
  put_statement(rig.realm, &paper, 0, FRAG_STATUS_REVOKED, KEY_MINISTRY, 1, SAID_S);
  expect("REVOKED");
}

#define WITHHELD_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITHHELD_TEST(who_withholds_is_outvoted_and_noticed),
      WITHHELD_TEST(the_log_names_the_operator_and_nothing_else),
      WITHHELD_TEST(an_answer_that_is_too_old_is_no_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
