#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static size_t encode(char out[4], uint32_t c) {
  if (c < 0x80) return out[0] = (char)c, 1;
  size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = length - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
  out[0] = (char)((0xf00 >> length) | c);
  return length;
}

static void test_every_character_round_trips(void **state) {
  (void)state;
  for (uint32_t c = 0; c <= 0x10ffff; c++) {
    char text[4];
    size_t position = 0, len = encode(text, c);
    uint32_t expected = c >= 0xd800 && c <= 0xdfff ? VD_TEXT_INVALID : c;
    if (vd_text_next(text, len, &position) != expected) fail_msg("U+%04X", c);
    if (expected == c && (position != len || vd_text_next(text, len, &position) != VD_TEXT_END)) fail_msg("U+%04X", c);
    position = 0;
    if (len > 1 && vd_text_next(text, len - 1, &position) != VD_TEXT_INVALID) fail_msg("truncated U+%04X", c);
  }
}

static void test_malformed_bytes_are_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
      "\x80",         "\xbf",         "\xc0\xaf",         "\xc1\xbf",         "\xe0\x9f\xbf",
      "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
      "\xff",         "\xfe",         "\xe1\x9e",         "\xe1\x9e\x41",     "\xc3"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    size_t position = 0;
    assert_int_equal(vd_text_next(bad[i], strlen(bad[i]), &position), VD_TEXT_INVALID);
    assert_int_equal(position, 1);
    assert_false(vd_text_is_plain(bad[i], strlen(bad[i])));
  }
}

static void test_what_is_plain(void **state) {
  (void)state;
  const char *khmer = "សុខ ដារ៉ា, Takéo 😀 \xe2\x80\x8b";
  assert_true(vd_text_is_plain(khmer, strlen(khmer)));
  assert_true(vd_text_is_plain("", 0));
  static const char *const bad[] = {"a\tb",         "a\nb",         "\r",           "\x7f",
                                    "\xc2\x80",     "\xc2\x9f",     "\xe2\x80\xaa", "\xe2\x80\xae",
                                    "\xe2\x81\xa6", "\xe2\x81\xa9", "\x1b[31m"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(vd_text_is_plain(bad[i], strlen(bad[i])));
  assert_false(vd_text_is_plain("a\0b", 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_character_round_trips),
    cmocka_unit_test(test_malformed_bytes_are_refused),
    cmocka_unit_test(test_what_is_plain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
