#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../verifyd/temp_folder.h"
#include "base/context.h"
#include "status_documents.h"

static struct temp_folder folder;
static struct frag_context *context;
static struct ctl_status_documents documents;
static struct ctl_report report;

static int begin(void **state) {
  (void)state;
  temp_folder_make(&folder);
  return vd_context_new(&context, NULL) == VD_OK ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  ctl_status_documents_free(&documents);
  ctl_report_free(&report);
  frag_context_free(context);
  temp_folder_remove(&folder);
  return 0;
}

static const struct ctl_status_common revoked = {.kind = FRAG_STATUS_REVOKED};

static enum vd_error take(const char *text, const char *column, const struct ctl_status_common *common) {
  ctl_status_documents_free(&documents);
  ctl_report_free(&report);
  report = (struct ctl_report){0};
  temp_folder_put(&folder, "sheet.csv", text, strlen(text));
  return ctl_status_documents_sheet(&documents, context, temp_folder_at(&folder, "sheet.csv"), column, common, &report,
                                    NULL);
}

static void expect(size_t count, const char *text, const struct ctl_status_common *common) {
  assert_int_equal(take(text, "serial", common), VD_OK);
  if (report.problems > 0) fail_msg("%s", report.lines[0]);
  assert_int_equal(documents.count, count);
}

/* The sheet is refused; one line says that, and which row. */
static void expect_problem(const char *place, const char *word, const char *text,
                           const struct ctl_status_common *common) {
  assert_int_equal(take(text, "serial", common), VD_OK);
  assert_int_equal(report.problems, 1);
  if (strstr(report.lines[0], place) == NULL || strstr(report.lines[0], word) == NULL) fail_msg("%s", report.lines[0]);
}

static void test_issue_numbers_are_those_of_the_rows(void **state) {
  (void)state;
  expect(2, "row,serial,issue_no,png,svg\n2,A,2,A.png,A.svg\n3,B,1,B.png,B.svg\n", &revoked);
  assert_string_equal(documents.items[0].serial, "A");
  assert_int_equal(documents.items[0].issue_no, 2);
  assert_int_equal(documents.items[1].issue_no, 1);
  expect(2, "serial;Issue No\nA;4294967295\nB;1\n", &revoked);
  assert_int_equal(documents.items[0].issue_no, UINT32_MAX);
  expect(2, "serial,issue_no\nA,1\nA,2\n", &revoked); /* two papers */
}

static void test_without_a_column_all_have_the_number_given_or_are_originals(void **state) {
  const struct ctl_status_common second = {.kind = FRAG_STATUS_REVOKED, .issue_no = 2};
  (void)state;
  expect(2, "serial,why\nA,2\nB,3\n", &revoked);
  assert_int_equal(documents.items[1].issue_no, 1);
  expect(2, "serial,why\nA,2\nB,3\n", &second);
  assert_int_equal(documents.items[1].issue_no, 2);
  expect(2, "serial,issue_no\nA,2\nB,\n", &second);
  assert_int_equal(documents.items[1].issue_no, 2);
}

static void test_issue_numbers_that_are_wrong_are_told_by_row(void **state) {
  static const char *const cells[] = {"0",   "-1",         "+2",                   "2.0", "1 2",
                                      "two", "4294967296", "99999999999999999999", "0x2"};
  const struct ctl_status_common second = {.kind = FRAG_STATUS_REVOKED, .issue_no = 2};
  char text[128];
  (void)state;
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
    (void)snprintf(text, sizeof text, "serial,issue_no\nA,1\nB,%s\n", cells[i]);
    expect_problem("row 3, column issue_no", "is not an issue number", text, &revoked);
  }
  expect_problem("row 3, column issue_no", "is empty", "serial,issue_no\nA,1\nB,\n", &revoked);
  expect_problem("row 2, column issue_no", "--issue-no", "serial,issue_no\nA,1\nB,2\n", &second);
  expect_problem("row 1, column issue_no", "two such columns", "serial,issue_no,Issue-No\nA,1,2\n", &revoked);
  expect_problem("row 3, column serial", "row 2 already", "serial,issue_no\nA,2\nA,2\n", &revoked);
}

static void test_reasons_are_those_of_the_rows(void **state) {
  const struct ctl_status_common ceased = {.kind = FRAG_STATUS_REVOKED, .reason = 5};
  const struct ctl_status_common held = {.kind = FRAG_STATUS_SUSPENDED, .reason = 6};
  (void)state;
  expect(2, "serial,reason\nA,keyCompromise\nB,\n", &ceased);
  assert_int_equal(documents.items[0].reason, 1);
  assert_int_equal(documents.items[1].reason, 5);
  expect(1, "Reason,serial\nprivilegeWithdrawn,A\n", &revoked);
  assert_int_equal(documents.items[0].reason, 9);
  expect(1, "serial,why\nA,stolen\n", &ceased);
  assert_int_equal(documents.items[0].reason, 5);
  expect(1, "serial,reason\nA,certificateHold\n", &held);
}

static void test_reasons_that_are_wrong_are_told_by_row(void **state) {
  const struct ctl_status_common held = {.kind = FRAG_STATUS_SUSPENDED, .reason = 6};
  (void)state;
  expect_problem("row 3, column reason", "none of the words", "serial,reason\nA,\nB,stolen\n", &revoked);
  expect_problem("row 2, column reason", "none of the words", "serial,reason\nA,keycompromise\n", &revoked);
  expect_problem("row 2, column reason", "none of the words",
                 "serial,reason\nA,keyCompromisekeyCompromisekeyCompromise\n", &revoked);
  expect_problem("row 2, column reason", "verifyctl suspend", "serial,reason\nA,certificateHold\n", &revoked);
  expect_problem("row 2, column reason", "verifyctl reinstate", "serial,reason\nA,removeFromCRL\n", &held);
}

/* --column may be any. */
static void test_the_column_of_the_serials_is_nothing_else(void **state) {
  (void)state;
  assert_int_equal(take("reason,issue_no\nA,2\n", "reason", &revoked), VD_OK);
  assert_int_equal(report.problems, 0);
  assert_string_equal(documents.items[0].serial, "A");
  assert_int_equal(documents.items[0].issue_no, 2);
  assert_int_equal(take("reason,issue_no\n,2\n", "issue_no", &revoked), VD_OK);
  assert_int_equal(report.problems, 0);
  assert_string_equal(documents.items[0].serial, "2");
  assert_int_equal(documents.items[0].issue_no, 1);
}

static void test_one_serial_is_an_original_unless_said(void **state) {
  const struct ctl_status_common third = {.kind = FRAG_STATUS_REVOKED, .reason = 4, .issue_no = 3};
  (void)state;
  assert_int_equal(ctl_status_documents_one(&documents, context, "A", &revoked, NULL), VD_OK);
  assert_int_equal(ctl_status_documents_one(&documents, context, "A", &third, NULL), VD_OK);
  assert_int_equal(documents.items[0].issue_no, 1);
  assert_int_equal(documents.items[1].issue_no, 3);
  assert_int_equal(documents.items[1].reason, 4);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_issue_numbers_are_those_of_the_rows),
    TEST(test_without_a_column_all_have_the_number_given_or_are_originals),
    TEST(test_issue_numbers_that_are_wrong_are_told_by_row),
    TEST(test_reasons_are_those_of_the_rows),
    TEST(test_reasons_that_are_wrong_are_told_by_row),
    TEST(test_the_column_of_the_serials_is_nothing_else),
    TEST(test_one_serial_is_an_original_unless_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
