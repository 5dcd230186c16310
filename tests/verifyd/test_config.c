#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

static struct vd_config *parse(const char *text) {
  struct vd_config *config = NULL;
  struct vd_failure failure;
  if (vd_config_parse(text, strlen(text), "test.conf", &config, &failure) != VD_OK) fail_msg("%s", failure.text);
  return config;
}

static void assert_refused(struct vd_config *config, const char *expected) {
  struct vd_failure failure;
  assert_int_equal(vd_config_result(config, &failure), VD_CONFIG);
  assert_string_equal(failure.text, expected);
  vd_config_free(config);
}

static void test_reads_every_kind(void **state) {
  (void)state;
  struct vd_config *config = parse(
      "\xef\xbb\xbf# comment\nname = \"ភ្នំពេញ\"; # more\ncount = 0x10; large = 4294967295L;\n"
      "on = true;\ninner = { deep = { text = \"a\\tb\"; }; };\n"
      "words = [ \"one\", \"two\" ];\ngroups = ( { n = 1; }, { n = 2; } );\n");
  struct vd_section root = vd_config_root(config);
  char text[32] = "";
  unsigned number = 0;
  bool flag = false;
  vd_config_text(root, "name", VD_REQUIRED, text, sizeof text);
  assert_string_equal(text, "ភ្នំពេញ");
  vd_config_number(root, "count", VD_REQUIRED, 0, 16, &number);
  assert_int_equal(number, 16);
  vd_config_number(root, "large", VD_REQUIRED, 0, UINT32_MAX, &number);
  assert_int_equal(number, UINT32_MAX);
  vd_config_flag(root, "on", VD_REQUIRED, &flag);
  assert_true(flag);
  struct vd_section words = vd_config_list(root, "words", VD_REQUIRED, 2);
  assert_int_equal(vd_config_count(words), 2);
  vd_config_element_text(words, 1, text, sizeof text);
  assert_string_equal(text, "two");
  struct vd_section groups = vd_config_list(root, "groups", VD_REQUIRED, 5);
  vd_config_number(vd_config_element(groups, 1), "n", VD_REQUIRED, 0, 9, &number);
  assert_int_equal(number, 2);
  assert_string_equal(vd_config_key_at(root, 0), "name");
  assert_int_equal(vd_config_result(config, NULL), VD_OK);
  vd_config_free(config);
}

static void test_absent_optional_values_stay(void **state) {
  (void)state;
  struct vd_config *config = parse("");
  struct vd_section root = vd_config_root(config);
  char text[8] = "before";
  unsigned number = 7;
  vd_config_text(root, "a", VD_OPTIONAL, text, sizeof text);
  vd_config_number(root, "b", VD_OPTIONAL, 1, 2, &number);
  assert_string_equal(text, "before");
  assert_int_equal(number, 7);
  assert_int_equal(vd_config_count(vd_config_group(root, "c", VD_OPTIONAL)), 0);
  assert_int_equal(vd_config_count(vd_config_list(root, "d", VD_OPTIONAL, 1)), 0);
  assert_int_equal(vd_config_result(config, NULL), VD_OK);
  vd_config_text(root, "a", VD_REQUIRED, text, sizeof text);
  assert_refused(config, "test.conf: a: is missing; add it");
}

static void test_first_error_is_kept(void **state) {
  (void)state;
  struct vd_config *config = parse("a = 1;\nb = 2;\n");
  struct vd_section root = vd_config_root(config);
  char text[8];
  unsigned number = 5;
  vd_config_text(root, "a", VD_REQUIRED, text, sizeof text);
  vd_config_number(root, "b", VD_REQUIRED, 0, 1, &number);
  vd_config_number(root, "b", VD_REQUIRED, 0, 2, &number);
  assert_int_equal(number, 5);
  assert_false(vd_config_has(root, "a"));
  assert_refused(config, "test.conf:1: a: must be text in double quotes");
}

static void refuse_number(const char *text) {
  struct vd_config *config = parse(text);
  unsigned number = 0;
  vd_config_number(vd_config_root(config), "n", VD_REQUIRED, 1, 10, &number);
  assert_refused(config, "test.conf:2: n: must be a whole number from 1 to 10, without quotes");
}

static void test_numbers_out_of_range(void **state) {
  (void)state;
  refuse_number("\nn = 0;");
  refuse_number("\nn = 11;");
  refuse_number("\nn = -1;");
  refuse_number("\nn = 4294967297L;");
  refuse_number("\nn = 1.5;");
  refuse_number("\nn = \"5\";");
  refuse_number("\nn = true;");
  refuse_number("\nn = { x = 5; };");
}

static void refuse_text(const char *text, const char *expected) {
  struct vd_config *config = parse(text);
  char out[5] = "old";
  vd_config_text(vd_config_root(config), "t", VD_REQUIRED, out, sizeof out);
  assert_string_equal(out, "old");
  assert_refused(config, expected);
}

static void test_text_limits(void **state) {
  (void)state;
  refuse_text("t = \"\";", "test.conf:1: t: must be 1 to 4 bytes of text, and has 0");
  refuse_text("t = \"12345\";", "test.conf:1: t: must be 1 to 4 bytes of text, and has 5");
  refuse_text("t = \"\xff\";", "test.conf:1: t: must be UTF-8 text without control characters; save the file as UTF-8");
  refuse_text("t = \"a\\nb\";",
              "test.conf:1: t: must be UTF-8 text without control characters; save the file as UTF-8");
  refuse_text("t = [ \"a\" ];", "test.conf:1: t: must be text in double quotes");
}

static void test_unknown_keys(void **state) {
  (void)state;
  static const char *const keys[] = {"realm", "listen", NULL};
  struct vd_config *config = parse("realm = 1;\nlsten = \"x\";\n");
  vd_config_keys(vd_config_root(config), keys);
  assert_refused(config, "test.conf:2: lsten: unknown here; the keys are: realm, listen");
}

static void test_wrong_shapes(void **state) {
  (void)state;
  struct vd_config *config = parse("g = 1;");
  (void)vd_config_group(vd_config_root(config), "g", VD_REQUIRED);
  assert_refused(config, "test.conf:1: g: must be a group: g = { … };");
  config = parse("l = { };");
  (void)vd_config_list(vd_config_root(config), "l", VD_REQUIRED, 3);
  assert_refused(config, "test.conf:1: l: must be a list: ( { … }, { … } ) of groups or [ \"…\", \"…\" ] of text");
  config = parse("l = [ 1, 2, 3 ];");
  (void)vd_config_list(vd_config_root(config), "l", VD_REQUIRED, 2);
  assert_refused(config, "test.conf:1: l: has 3 elements, more than the 2 that are allowed");
  config = parse("l = [ \"a\" ];");
  (void)vd_config_element(vd_config_list(vd_config_root(config), "l", VD_REQUIRED, 2), 0);
  assert_refused(config, "test.conf:1: l: every element must be a group: { … }");
}

static void refuse_file(const char *text, size_t len, const char *expected) {
  struct vd_config *config = NULL;
  struct vd_failure failure;
  assert_int_equal(vd_config_parse(text, len, "test.conf", &config, &failure), VD_CONFIG);
  assert_null(config);
  if (strstr(failure.text, expected) == NULL) fail_msg("\"%s\" is not in \"%s\"", expected, failure.text);
}

/* libconfig would take the first ones as other numbers. */
static void test_long_numbers(void **state) {
  (void)state;
  refuse_file("a = 1; # 5000000000\nb = 5000000000;\n", 34, "test.conf:2: 5000000000: a whole number over 2147483647");
  refuse_file("/* \n\" */ a = [ 1, 2147483648 ];", 31, "test.conf:2: 2147483648: a whole number over 2147483647 needs");
  refuse_file("a = \"\\\"\"; b = 0x100000000;", 26, "0x100000000: a whole number");
  refuse_file("a = 99999999999999999999;", 25, "a whole number over");
  struct vd_config *config = parse("a = 5000000000L; b = \"5000000000\"; // 5000000000\n"
                                   "c = 5000000000.0; d = 2147483647;\n"
                                   "a5000000000 = -5; /* 5000000000 */ e5-000 = 9223372036854775807L;");
  uint64_t number = 0, billionths = 0;
  vd_config_number_wide(vd_config_root(config), "a", VD_REQUIRED, 0, INT64_MAX, &number);
  assert_true(number == 5000000000u);
  vd_config_number_wide(vd_config_root(config), "d", VD_REQUIRED, 0, INT64_MAX, &number);
  assert_true(number == 2147483647u);
  vd_config_number_wide(vd_config_root(config), "e5-000", VD_REQUIRED, 0, INT64_MAX, &number);
  assert_true(number == INT64_MAX);
  vd_config_billionths(vd_config_root(config), "none", VD_OPTIONAL, "gwei", 0, 1, &billionths);
  assert_int_equal(vd_config_result(config, NULL), VD_OK);
  vd_config_number_wide(vd_config_root(config), "a5000000000", VD_REQUIRED, 0, INT64_MAX, &number);
  assert_refused(config,
                 "test.conf:3: a5000000000: must be a whole number from 0 to 9223372036854775807, without quotes");
}

static void test_files_that_are_not_configurations(void **state) {
  (void)state;
  refuse_file("a = 1;\nb = ;\n", 13, "test.conf:2: syntax error");
  refuse_file("a = 1;\na = 2;\n", 14, "test.conf:2: duplicate setting name");
  refuse_file("a = \"unclosed\n", 14, "test.conf:");
  refuse_file("a = 1;\0b = 2;", 13, "zero byte");
  refuse_file("@include \"/etc/passwd\"\n", 23, "@include is not allowed");
  refuse_file("a = { b = 1;", 12, "syntax error");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_reads_every_kind),       cmocka_unit_test(test_absent_optional_values_stay),
    cmocka_unit_test(test_first_error_is_kept),    cmocka_unit_test(test_numbers_out_of_range),
    cmocka_unit_test(test_text_limits),            cmocka_unit_test(test_unknown_keys),
    cmocka_unit_test(test_wrong_shapes),           cmocka_unit_test(test_files_that_are_not_configurations),
    cmocka_unit_test(test_long_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
