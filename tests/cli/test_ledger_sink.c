#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger_sink.h"

static void a_position_in_an_operators_words(void **state) {
  size_t position = 99;
  (void)state;
  assert_true(ctl_ledger_sink_position("item 17 is not a right fragment record", &position));
  assert_int_equal(position, 16);
  assert_true(ctl_ledger_sink_position("this is not a submission: item 1 is cut short", &position));
  assert_int_equal(position, 0);
  assert_true(ctl_ledger_sink_position("an item is bad: item 8192 of the batch", &position));
  assert_int_equal(position, VD_SUBMISSION_ITEMS_MAX - 1);
}

static void words_without_a_position(void **state) {
  static const char *const words[] = {"",        "item",   "item ",    "item x",      "item 0 is bad",
                                      "item -1", "items 3", "item 8193", "item 99999999999999999999"};
  size_t position = 0;
  (void)state;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    assert_false(ctl_ledger_sink_position(words[i], &position));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_position_in_an_operators_words),
                                     cmocka_unit_test(words_without_a_position)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
