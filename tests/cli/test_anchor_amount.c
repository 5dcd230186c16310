#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "anchor_amount.h"

#define ETHER ((ctl_anchor_amount)1000000000 * 1000000000)

static char text[CTL_ANCHOR_AMOUNT_SIZE];

static void test_whole(void **state) {
  (void)state;
  ctl_anchor_amount_whole(text, 0);
  assert_string_equal(text, "0");
  ctl_anchor_amount_whole(text, 1200);
  assert_string_equal(text, "1200");
  ctl_anchor_amount_whole(text, (ctl_anchor_amount)UINT64_MAX + 1);
  assert_string_equal(text, "18446744073709551616");
  ctl_anchor_amount_whole(text, ~(ctl_anchor_amount)0);
  assert_string_equal(text, "340282366920938463463374607431768211455");
}

static void test_coin(void **state) {
  (void)state;
  static const struct {
    uint64_t amount;
    const char *ether, *bitcoin;
  } right[] = {
      {0, "0", "0"},
      {1, "0.000000000000000001", "0.00000001"},
      {10, "0.00000000000000001", "0.0000001"},
      {100000000, "0.0000000001", "1"},
      {100000001, "0.000000000100000001", "1.00000001"},
      {1000000000000000000u, "1", "10000000000"},
      {12345678901234567890u, "12.34567890123456789", "123456789012.3456789"},
      {UINT64_MAX, "18.446744073709551615", "184467440737.09551615"},
  };
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    ctl_anchor_amount_coin(text, VD_CHAIN_EVM, right[i].amount);
    assert_string_equal(text, right[i].ether);
    ctl_anchor_amount_coin(text, VD_CHAIN_BITCOIN, right[i].amount);
    assert_string_equal(text, right[i].bitcoin);
  }
  ctl_anchor_amount_coin(text, VD_CHAIN_EVM, ~(ctl_anchor_amount)0);
  assert_string_equal(text, "340282366920938463463.374607431768211455");
}

static void test_gwei(void **state) {
  (void)state;
  ctl_anchor_amount_gwei(text, 1);
  assert_string_equal(text, "0.000000001");
  ctl_anchor_amount_gwei(text, 1500000000);
  assert_string_equal(text, "1.5");
  ctl_anchor_amount_gwei(text, 200000000000);
  assert_string_equal(text, "200");
}

static void each(const char *expected, enum vd_chain_kind kind, ctl_anchor_amount amount, uint64_t count) {
  ctl_anchor_amount_each(text, kind, amount, count);
  assert_string_equal(text, expected);
}

static void test_each(void **state) {
  (void)state;
  each("1", VD_CHAIN_EVM, ETHER, 1);
  each("0.5", VD_CHAIN_EVM, ETHER, 2);
  each("0.333333", VD_CHAIN_EVM, ETHER, 3);
  each("0.666667", VD_CHAIN_EVM, 2 * ETHER, 3);
  each("666667", VD_CHAIN_EVM, 2000000 * ETHER, 3);
  each("6666670", VD_CHAIN_EVM, 20000000 * ETHER, 3); /* six digits are what is said, however large */
  each("1", VD_CHAIN_EVM, ETHER - 1, 1);
  each("0.00000000001", VD_CHAIN_BITCOIN, 1, 1000); /* less than a satoshi */
  each("0.000000428571", VD_CHAIN_BITCOIN, 300, 7);
  each("0", VD_CHAIN_BITCOIN, 0, 7);
  each("0", VD_CHAIN_BITCOIN, 1, UINT64_MAX);
  each("0.000000000000000000000000001", VD_CHAIN_EVM, 1, 1000000000);
}

static void test_names(void **state) {
  (void)state;
  assert_string_equal(ctl_anchor_amount_name(VD_CHAIN_EVM), "ether");
  assert_string_equal(ctl_anchor_amount_name(VD_CHAIN_BITCOIN), "bitcoin");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole), cmocka_unit_test(test_coin),  cmocka_unit_test(test_gwei),
      cmocka_unit_test(test_each),  cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
