#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <locale.h>

#include "verify_print.h"

static void test_width(void **state) {
  (void)state;
  assert_int_equal(ctl_text_width("abc", 3), 3);
  assert_int_equal(ctl_text_width("é", 2), 1);
  assert_int_equal(ctl_text_width("e\xcc\x81", 3), 1);
  assert_int_equal(ctl_text_width("漢字", 6), 4);
  assert_int_equal(ctl_text_width("\xe1\x9e\x80\xe1\x9f\x86", 6), 1); /* a Khmer letter with a sign above */
  assert_int_equal(ctl_text_width("", 0), 0);
}

int main(void) {
  (void)setlocale(LC_CTYPE, "C.UTF-8");
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_width)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
