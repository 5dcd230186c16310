#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"

static void test_every_byte_round_trips(void **state) {
  (void)state;
  uint8_t bytes[256], back[256];
  char text[513];
  for (size_t i = 0; i < 256; i++) bytes[i] = (uint8_t)i;
  vd_hex_encode(text, bytes, 256);
  assert_int_equal(strlen(text), 512);
  assert_memory_equal(text, "000102030405060708090a0b0c0d0e0f10", 34);
  assert_memory_equal(text + 510, "ff", 3);
  assert_true(vd_hex_decode(back, 256, text, 512));
  assert_memory_equal(bytes, back, 256);
}

static void test_upper_case_is_read(void **state) {
  (void)state;
  uint8_t bytes[3];
  assert_true(vd_hex_decode(bytes, 3, "aBCdEF", 6));
  assert_memory_equal(bytes, "\xab\xcd\xef", 3);
}

/* Every character but the 22 digits is refused, in either half of a byte, and nothing is left of the rest. */
static void test_other_characters_are_refused(void **state) {
  (void)state;
  for (int c = 0; c < 256; c++) {
    char text[5] = "1a2b";
    int digit = c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL;
    for (size_t at = 0; at < 4; at++) {
      uint8_t bytes[2] = {0xaa, 0xaa};
      memcpy(text, "1a2b", 5);
      text[at] = (char)c;
      assert_int_equal(vd_hex_decode(bytes, 2, text, 4), digit);
      if (!digit) assert_memory_equal(bytes, "\0\0", 2);
    }
  }
}

static void test_wrong_lengths_are_refused(void **state) {
  (void)state;
  uint8_t bytes[4];
  assert_false(vd_hex_decode(bytes, 4, "0011223", 7));
  assert_false(vd_hex_decode(bytes, 4, "001122334", 9));
  assert_false(vd_hex_decode(bytes, 4, "", 0));
  assert_true(vd_hex_decode(bytes, 0, "", 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_byte_round_trips),
    cmocka_unit_test(test_upper_case_is_read),
    cmocka_unit_test(test_other_characters_are_refused),
    cmocka_unit_test(test_wrong_lengths_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
