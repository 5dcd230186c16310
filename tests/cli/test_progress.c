#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "progress.h"

static void assert_line(size_t done, uint64_t now_ms, unsigned width, const char *expected) {
  struct ctl_progress progress = {.what = "issuing", .total = 1000, .begun_ms = 5000};
  char text[200];
  ctl_progress_format(text, sizeof text, &progress, done, now_ms, width);
  assert_string_equal(text, expected);
}

static void test_lines(void **state) {
  (void)state;
  assert_line(0, 5000, 0, "issuing 0 of 1000 (0%), 0 a second, – left");
  assert_line(250, 6000, 0, "issuing 250 of 1000 (25%), 250 a second, 0:03 left");
  assert_line(1, 15000, 0, "issuing 1 of 1000 (0%), 0 a second, 2:46:30 left");
  assert_line(1000, 9000, 10, "issuing [##########] 1000 of 1000 (100%), 250 a second, 0:00 left");
  assert_line(555, 6000, 10, "issuing [#####.....] 555 of 1000 (55%), 555 a second, 0:00 left");
}

static void test_nothing_to_do(void **state) {
  (void)state;
  struct ctl_progress progress = {.what = "issuing"};
  char text[200];
  ctl_progress_format(text, sizeof text, &progress, 0, 0, 4);
  assert_string_equal(text, "issuing [####] 0 of 0 (100%), 0 a second, – left");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_nothing_to_do)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
