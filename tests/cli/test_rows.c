#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "rows.h"

static struct frag_context *context;
static struct vd_profile *profile;
static struct ctl_table table;
static struct ctl_report report;
static struct ctl_rows rows;

static int begin(void **state) {
  (void)state;
  uint8_t seed[32] = {1};
  profile = calloc(1, sizeof *profile);
  return profile == NULL || frag_context_new(&context, seed) != FRAG_OK;
}

static int end(void **state) {
  (void)state;
  frag_context_free(context);
  free(profile);
  return 0;
}

#define HEAD "type = \"t\"; serial = { column = \"no\"; };\n"
#define TWO "attributes = ( { name = \"b\"; column = \"B\"; }, { name = \"a\"; column = \"A\"; required = true; } );"

static enum vd_error prepare(const char *profile_text, const char *sheet) {
  struct vd_failure failure;
  struct ctl_rows_common common = {.issuer = "x.example", .kid = {9}, .issue_no = 3, .issued_s = 1764547200};
  if (vd_profile_parse(profile_text, strlen(profile_text), "p", profile, &failure) != VD_OK) {
    fail_msg("%s", failure.text);
  }
  if (ctl_table_parse((const uint8_t *)sheet, strlen(sheet), ',', &table, &report, &failure) != VD_OK) {
    fail_msg("%s", failure.text);
  }
  return ctl_rows_prepare(context, &table, profile, &common, &rows, &report, &failure);
}

static void finish(void) {
  ctl_rows_free(&rows);
  ctl_table_free(&table);
  ctl_report_free(&report);
}

static void assert_slice(struct frag_slice slice, const char *expected) {
  assert_int_equal(slice.len, strlen(expected));
  assert_memory_equal(slice.data, expected, slice.len);
}

static void test_document(void **state) {
  (void)state;
  struct frag_document document;
  assert_int_equal(prepare(HEAD TWO "ignored_columns = [ \"skip\" ];", "A,skip,no,B\ne\xcc\x81,x,1,two\nf,\xff,2,\n"),
                   VD_OK);
  assert_int_equal(report.problems, 0);
  assert_int_equal(rows.normalized, 1);
  ctl_rows_document(&rows, 0, &document);
  assert_slice(document.issuer, "x.example");
  assert_slice(document.type, "t");
  assert_slice(document.serial, "1");
  assert_int_equal(document.issue_no, 3);
  assert_int_equal(document.issued_s, 1764547200);
  assert_int_equal(document.kid[0], 9);
  assert_false(document.has_expires);
  assert_int_equal(document.attribute_count, 2);
  assert_slice(document.attributes[0].name, "b");
  assert_slice(document.attributes[0].value, "two");
  assert_slice(document.attributes[1].value, "\xc3\xa9");
  ctl_rows_document(&rows, 1, &document);
  assert_int_equal(document.attribute_count, 1);
  assert_slice(document.attributes[0].name, "a");
  assert_int_equal(ctl_rows_number(&rows, 1), 3);
  finish();
}

/* N is the least multiple of 64 for the longest row, whatever the order of the rows. */
static void test_plaintext_length(void **state) {
  (void)state;
  size_t lengths[2];
  for (int order = 0; order < 2; order++) {
    assert_int_equal(
        prepare(HEAD TWO, order == 0
                              ? "no,A,B\n1,a,\n2,123456789012345678901234567890123456789012345678901234567890,\n"
                              : "no,A,B\n2,123456789012345678901234567890123456789012345678901234567890,\n1,a,\n"),
        VD_OK);
    lengths[order] = rows.plaintext_len;
    finish();
  }
  assert_int_equal(lengths[0], lengths[1]);
  assert_int_equal(lengths[0], 192);
  assert_int_equal(prepare(HEAD TWO "plaintext_bytes = 1024;", "no,A,B\n1,a,\n"), VD_OK);
  assert_int_equal(rows.plaintext_len, 1024);
  finish();
}

static void test_expiry(void **state) {
  (void)state;
  struct frag_document document;
  assert_int_equal(prepare(HEAD TWO "validity = { years = 2; };", "no,A,B\n1,a,\n"), VD_OK);
  ctl_rows_document(&rows, 0, &document);
  assert_true(document.has_expires);
  assert_int_equal(document.expires_s, 1764547200 + 730 * 86400);
  finish();
  assert_int_equal(
      prepare(HEAD TWO "validity = { expires_column = \"until\"; };", "no,A,B,until\n1,a,,2026-01-01\n2,a,,\n"), VD_OK);
  ctl_rows_document(&rows, 0, &document);
  assert_int_equal(document.expires_s, 1767225600);
  ctl_rows_document(&rows, 1, &document);
  assert_false(document.has_expires);
  finish();
}

/* A heading may be decomposed in one of the two files. */
static void test_headings_in_other_forms(void **state) {
  (void)state;
  assert_int_equal(
      prepare(
          "type = \"t\"; serial = { column = \"no\"; }; attributes = ( { name = \"a\"; column = \"Pre\xcc\x81nom\"; } );",
          "no,Pr\xc3\xa9nom\n1,x\n"),
      VD_OK);
  assert_int_equal(report.problems, 0);
  finish();
}

/* Serials that are the same but for their form are the same document. */
static void test_duplicates_after_normalization(void **state) {
  (void)state;
  assert_int_equal(prepare(HEAD TWO, "no,A,B\n\xc3\xa9,x,\nx,x,\ne\xcc\x81,x,\n"), VD_OK);
  assert_int_equal(report.problems, 1);
  assert_string_equal(report.lines[0], "row 4, column no: is the same as in row 2; a serial names one document only");
  finish();
}

static void test_many_serials(void **state) {
  (void)state;
  char *sheet = malloc(200000);
  size_t len = (size_t)sprintf(sheet, "no,A,B\n");
  for (int i = 0; i < 10000; i++) len += (size_t)sprintf(sheet + len, "S%d,x,\n", i % 9999);
  assert_int_equal(prepare(HEAD TWO, sheet), VD_OK);
  assert_int_equal(report.problems, 1);
  assert_string_equal(report.lines[0],
                      "row 10001, column no: is the same as in row 2; a serial names one document only");
  finish();
  free(sheet);
}

static void test_refusals(void **state) {
  (void)state;
  assert_int_equal(prepare(HEAD TWO, "no,A,B\n"), VD_DATA);
  finish();
  assert_int_equal(prepare(HEAD "attributes = ( { name = \"a\"; column = \"A\"; } );", "no,A\n1,\n"), VD_OK);
  assert_string_equal(report.lines[0], "row 2: has no attribute; remove the row, or fill it in");
  finish();
  assert_int_equal(prepare(HEAD TWO, "no,A,B,B2\n1,a,b,c\n"), VD_OK);
  assert_int_equal(report.problems, 1);
  finish();
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_document),
    cmocka_unit_test(test_plaintext_length),
    cmocka_unit_test(test_expiry),
    cmocka_unit_test(test_headings_in_other_forms),
    cmocka_unit_test(test_duplicates_after_normalization),
    cmocka_unit_test(test_many_serials),
    cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
