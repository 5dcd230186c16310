/* What is taken of problems that others write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "json/problem.h"
#include "json/problem_read.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void our_own_problems_are_read(void **in) {
  (void)in;
  char text[VD_PROBLEM_SIZE];
  char detail[VD_PROBLEM_DETAIL_SIZE];
  size_t len = vd_problem_write(VD_PROBLEM_NOT_FOUND, "nothing \"here\" \\ ខ្មែរ", text);
  assert_true(vd_problem_detail(text, len, detail));
  assert_string_equal(detail, "nothing \"here\" \\ ខ្មែរ");
  len = vd_problem_write(VD_PROBLEM_NOT_FOUND, NULL, text);
  assert_true(vd_problem_detail(text, len, detail));
  assert_string_equal(detail, vd_problem_title(VD_PROBLEM_NOT_FOUND));
  for (size_t cut = 0; cut < len; cut++) assert_false(vd_problem_detail(text, cut, detail));
}

static void others_are_not(void **in) {
  (void)in;
  static const char *const texts[] = {"",
                                      "not json",
                                      "null",
                                      "[\"detail\"]",
                                      "{}",
                                      "{\"detail\":7}",
                                      "{\"detail\":{\"detail\":\"x\"}}",
                                      "{\"detail\":\"\"}",
                                      "{\"detail\":\"x\",\"detail\":\"y\"}",
                                      "{\"detail\":\"x\"} and more",
                                      "{\"detail\":\"\\u0000\"}",
                                      "{\"detail\":\"a\\nb\"}",
                                      "{\"detail\":\"\\u001b[2J\"}",
                                      "{\"detail\":\"\\u202eevil\"}",
                                      "{\"detail\":\"\xff\"}"};
  for (size_t at = 0; at < COUNT(texts); at++) {
    char detail[VD_PROBLEM_DETAIL_SIZE] = "x";
    if (vd_problem_detail(texts[at], strlen(texts[at]), detail)) fail_msg("%s", texts[at]);
    assert_string_equal(detail, "");
  }
}

/* Cut between characters, however the cut falls. */
static void long_ones_are_cut(void **in) {
  (void)in;
  for (size_t shift = 0; shift < 4; shift++) {
    char text[2000] = "{\"detail\":\"";
    char detail[VD_PROBLEM_DETAIL_SIZE];
    for (size_t at = 0; at < shift; at++) strcat(text, "a");
    for (size_t at = 0; at < 400; at++) strcat(text, "ខ");
    strcat(text, "\"}");
    assert_true(vd_problem_detail(text, strlen(text), detail));
    assert_in_range(strlen(detail), VD_PROBLEM_DETAIL_SIZE - 4, VD_PROBLEM_DETAIL_SIZE - 1);
    assert_true(vd_text_is_plain(detail, strlen(detail)));
  }
  static char endless[20000];
  int len = snprintf(endless, sizeof endless, "{\"detail\":\"x\",\"more\":\"%*s\"}", 17000, "");
  char detail[VD_PROBLEM_DETAIL_SIZE];
  assert_false(vd_problem_detail(endless, (size_t)len, detail));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(our_own_problems_are_read),
      cmocka_unit_test(others_are_not),
      cmocka_unit_test(long_ones_are_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
