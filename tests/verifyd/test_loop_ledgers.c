#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/loop_ledgers.h"

static bool reads(const char *path, unsigned expected_number, const char *expected_rest) {
  unsigned number;
  struct vd_span rest;
  if (!vd_loop_ledgers_path((struct vd_span){path, strlen(path)}, &number, &rest)) return false;
  assert_int_equal(number, expected_number);
  assert_true(vd_span_equal(rest, (struct vd_span){expected_rest, strlen(expected_rest)}));
  return true;
}

static void paths(void **state) {
  (void)state;
  assert_true(reads("/log/1/checkpoint", 1, "checkpoint"));
  assert_true(reads("/log/15/tile/0/x001/234.p/7", 15, "tile/0/x001/234.p/7"));
  assert_true(reads("/log/3/", 3, ""));
  static const char *const bad[] = {
      "",          "/",         "/log",     "/log/",      "/log//x",         "/log/x/y",
      "/log/1",    "/log/01/x", "/log/0/x", "/log/-1/x",  "/log/+1/x",       "/log/ 1/x",
      "/log/1x/y", "log/1/x",   "/Log/1/x", "/log/1%2fx", "/log/4294967297", "/log/99999999999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(reads(bad[i], 0, ""));
}

/* Whatever number it is, it is never taken for another. */
static void large_numbers_do_not_wrap(void **state) {
  unsigned number;
  struct vd_span rest;
  (void)state;
  if (vd_loop_ledgers_path(VD_SPAN("/log/4294967297/x"), &number, &rest)) assert_true(number > VD_OPERATORS_MAX);
  if (vd_loop_ledgers_path(VD_SPAN("/log/160/x"), &number, &rest)) assert_true(number > VD_OPERATORS_MAX);
}

static void only_those_that_are_there_are_found(void **state) {
  static struct vd_loop_ledgers ledgers = {.count = 2, .items = {{.number = 3}, {.number = 1}}};
  (void)state;
  assert_ptr_equal(vd_loop_ledgers_find(&ledgers, 3), &ledgers.items[0]);
  assert_ptr_equal(vd_loop_ledgers_find(&ledgers, 1), &ledgers.items[1]);
  assert_null(vd_loop_ledgers_find(&ledgers, 2));
  assert_null(vd_loop_ledgers_find(&ledgers, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths),
      cmocka_unit_test(large_numbers_do_not_wrap),
      cmocka_unit_test(only_those_that_are_there_are_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
