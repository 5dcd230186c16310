#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "table.h"

static struct ctl_table table;
static struct ctl_report report;

/* The table as one line: cells by |, rows by /, each row's number before it. */
static void render(char *out, size_t size) {
  size_t used = 0;
  out[0] = '\0';
  for (size_t row = 0; row <= table.rows; row++) {
    used += (size_t)snprintf(out + used, size - used, "%s%zu:", row == 0 ? "" : "/",
                             row == 0 ? 1 : table.row_numbers[row - 1]);
    for (size_t column = 0; column < table.columns; column++) {
      struct ctl_cell cell = table.cells[row * table.columns + column];
      used += (size_t)snprintf(out + used, size - used, "%s%.*s", column == 0 ? "" : "|", (int)cell.len, cell.text);
    }
  }
}

static void parse_bytes(const char *text, size_t len, char delimiter) {
  struct vd_failure failure;
  enum vd_error error = ctl_table_parse((const uint8_t *)text, len, delimiter, &table, &report, &failure);
  if (error != VD_OK) fail_msg("%s", failure.text);
}

static void assert_table(const char *text, const char *expected) {
  char rendered[1000];
  parse_bytes(text, strlen(text), 0);
  if (report.problems > 0) fail_msg("%s", report.lines[0]);
  render(rendered, sizeof rendered);
  assert_string_equal(rendered, expected);
  ctl_table_free(&table);
}

static void assert_problems(const char *text, size_t count, const char *const *expected) {
  parse_bytes(text, strlen(text), 0);
  for (size_t i = 0; i < report.kept && i < count; i++) assert_string_equal(report.lines[i], expected[i]);
  assert_int_equal(report.problems, count);
  ctl_table_free(&table);
  ctl_report_free(&report);
}

static void assert_refused(const char *text, size_t len, enum vd_error expected, const char *why) {
  struct vd_failure failure;
  assert_int_equal(ctl_table_parse((const uint8_t *)text, len, 0, &table, &report, &failure), expected);
  if (strstr(failure.text, why) == NULL) fail_msg("\"%s\" is not in \"%s\"", why, failure.text);
  assert_null(table.memory);
  ctl_report_free(&report);
}

static void test_line_ends(void **state) {
  (void)state;
  assert_table("a,b\n1,2\n3,4\n", "1:a|b/2:1|2/3:3|4");
  assert_table("a,b\r\n1,2\r\n3,4", "1:a|b/2:1|2/3:3|4");
  assert_table("a,b\r1,2\r3,4\r", "1:a|b/2:1|2/3:3|4");
  assert_table("\xef\xbb\xbf" "a,b\r\n1,\r\n", "1:a|b/2:1|");
  assert_table("a\r\n", "1:a");
}

static void test_quotes(void **state) {
  (void)state;
  assert_table("a,b\r\n\"x, y\",\"say \"\"hi\"\"\"\r\n", "1:a|b/2:x, y|say \"hi\"");
  assert_table("a,b\r\n\"\",\"\"\"\"\r\n", "1:a|b/2:|\"");
  assert_table("\"a\",\"b\"\n\"1\",\"2\"", "1:a|b/2:1|2");
}

static void test_breaks_become_one_space(void **state) {
  (void)state;
  const char *text = "a,b\r\n\"one\r\ntwo\",\"x\ty\"\r\n\"p\n\n\rq\",\"\xe2\x80\xa8r\xe2\x80\xa9s\t\n\"\r\n";
  parse_bytes(text, strlen(text), 0);
  assert_int_equal(report.problems, 0);
  char rendered[200];
  render(rendered, sizeof rendered);
  assert_string_equal(rendered, "1:a|b/2:one two|x y/3:p q|r s");
  assert_int_equal(table.counts.line_breaks, 3);
  assert_int_equal(table.counts.tabs, 2);
  ctl_table_free(&table);
}

static void test_delimiters(void **state) {
  (void)state;
  assert_table("a;b\n1;2,5\n", "1:a|b/2:1|2,5");
  assert_table("a\tb\n1\t2;5\n", "1:a|b/2:1|2;5");
  assert_table("a;b;\"c,d,e,f\"\n1;2;3\n", "1:a|b|c,d,e,f/2:1|2|3");
  assert_table("sep=;\r\na,1;b\r\n1;2\r\n", "1:a,1|b/2:1|2");
  assert_table("only\n1\n", "1:only/2:1");
  parse_bytes("a;b,c\n1;2,3\n", 12, ',');
  assert_int_equal(table.columns, 2);
  assert_int_equal(ctl_table_heading(&table, 0).len, 3);
  ctl_table_free(&table);
  assert_refused("a;b,c\n", 6, VD_DATA, "--delimiter");
}

/* Spreadsheets show a row with a line break inside as one row, and empty rows too. */
static void test_row_numbers(void **state) {
  (void)state;
  assert_table("a,b\r\n\r\n\"x\r\ny\",1\r\n , \r\n\r\n2,3\r\n,\r\n", "1:a|b/3:x y|1/6:2|3");
  parse_bytes("a\n\n1\n\n", 7, 0);
  assert_int_equal(table.counts.empty_rows, 2);
  ctl_table_free(&table);
}

static void test_spaces_and_trailing_cells(void **state) {
  (void)state;
  assert_table("a , b\n  1,\"  2 \"\n", "1:a|b/2:1|2");
  assert_table("a,b,,\n1,2,,\n3,4,,,,\n5,6\n", "1:a|b/2:1|2/3:3|4/4:5|6");
}

static void test_bad_rows_are_all_named(void **state) {
  (void)state;
  assert_problems(
      "a,b,c\n1,2\n1,2,3\n1,2,3,4\n\nx\n", 3,
      (const char *[]){"row 2: has 2 cells and the heading has 3; look for a missing or unquoted delimiter",
                       "row 4: has 4 cells and the heading has 3; look for a missing or unquoted delimiter",
                       "row 6: has 1 cells and the heading has 3; look for a missing or unquoted delimiter"});
}

static void test_bad_headings(void **state) {
  (void)state;
  assert_problems(
      "a,,b,a,\xff\n", 3,
      (const char *[]){"row 1, column B: has no heading; give the column one or remove it",
                       "row 1, column D: the heading \"a\" is also that of column A; rename or remove one",
                       "row 1, column E: the heading is not plain UTF-8 text; export the file as \"CSV UTF-8\""});
}

static void test_bad_quotes(void **state) {
  (void)state;
  assert_problems(
      "a,b\n1,2\n3,x\"y\n5,6\n", 1,
      (const char *[]){"row 3, column b: a quote stands inside or after this cell; write it twice (\"\") within a "
                       "quoted cell. The rows below were not looked at"});
  assert_problems(
      "a,b\n1,\"x\"y\n", 1,
      (const char *[]){"row 2, column b: a quote stands inside or after this cell; write it twice (\"\") within a "
                       "quoted cell. The rows below were not looked at"});
  assert_problems("a,b\n1\n\"open,2\n3,4\n", 2,
                  (const char *[]){"row 2: has 1 cells and the heading has 2; look for a missing or unquoted delimiter",
                                   "row 3, column a: the quote that begins this cell is never closed; close it"});
}

static void test_other_files_are_refused(void **state) {
  (void)state;
  assert_refused("", 0, VD_DATA, "empty");
  assert_refused("\xef\xbb\xbf", 3, VD_DATA, "empty");
  assert_refused("\r\n\r\n,,\n", 7, VD_DATA, "empty");
  assert_refused("\xff\xfe" "a\0", 4, VD_DATA, "UTF-16");
  assert_refused("\xfe\xff\0a", 4, VD_DATA, "UTF-16");
  assert_refused("PK\3\4zip", 7, VD_DATA, "workbook");
}

static void test_limits(void **state) {
  (void)state;
  char text[2000];
  memset(text, ',', sizeof text);
  for (size_t i = 0; i < 257; i++) text[2 * i] = 'x';
  assert_refused(text, 2 * 257, VD_FULL, "256 columns");
  memset(text, 'h', 300);
  text[300] = '\n';
  parse_bytes(text, 301, 0);
  assert_int_equal(report.problems, 1);
  assert_string_equal(report.lines[0], "row 1, column A: the heading is longer than 256 bytes; shorten it");
  ctl_table_free(&table);
  ctl_report_free(&report);
}

static void test_report_is_capped(void **state) {
  (void)state;
  char *text = malloc(20000), *out = NULL;
  size_t out_len = 0, len = (size_t)sprintf(text, "a,b\n");
  for (int i = 0; i < 1000; i++) len += (size_t)sprintf(text + len, "1\n");
  parse_bytes(text, len, 0);
  assert_int_equal(report.problems, 1000);
  FILE *stream = open_memstream(&out, &out_len);
  ctl_report_print(&report, "in.csv", stream);
  fclose(stream);
  assert_non_null(strstr(out, "in.csv: row 201: has 1 cells"));
  assert_null(strstr(out, "row 202"));
  assert_non_null(strstr(out, "in.csv: … and 800 more\n"));
  free(out);
  free(text);
  ctl_table_free(&table);
  ctl_report_free(&report);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_line_ends),
    cmocka_unit_test(test_quotes),
    cmocka_unit_test(test_breaks_become_one_space),
    cmocka_unit_test(test_delimiters),
    cmocka_unit_test(test_row_numbers),
    cmocka_unit_test(test_spaces_and_trailing_cells),
    cmocka_unit_test(test_bad_rows_are_all_named),
    cmocka_unit_test(test_bad_headings),
    cmocka_unit_test(test_bad_quotes),
    cmocka_unit_test(test_other_files_are_refused),
    cmocka_unit_test(test_limits),
    cmocka_unit_test(test_report_is_capped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
