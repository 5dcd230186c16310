#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "serve/issuers_fold.h"

static void expect(const char *text, const char *folded) {
  char out[200];
  size_t len = vd_issuers_fold(out, text, strlen(text));
  assert_int_equal(len, strlen(folded));
  assert_memory_equal(out, folded, len);
  (void)memcpy(out, text, strlen(text)); /* in place */
  assert_int_equal(vd_issuers_fold(out, out, strlen(text)), len);
  assert_memory_equal(out, folded, len);
  assert_int_equal(vd_issuers_fold(out, out, len), len); /* once more changes nothing */
  assert_memory_equal(out, folded, len);
}

static void case_and_accents_do_not_count(void **state) {
  (void)state;
  expect("University of PHNOM PENH", "university of phnom penh");
  expect("École Supérieure d’Ingénieurs", "ecole superieure d'ingenieurs");
  expect("E\u0301cole", "ecole"); /* not normalised, as some devices type it */
  expect("ŒUVRE Ægir Straße", "oeuvre aegir strasse");
  expect("Đại học Quốc gia Hà Nội ƯƠ", "dai hoc quoc gia ha noi uo");
  expect("ĄčĎżŸſ", "acdzys");
}

static void spaces_hyphens_and_what_has_no_width(void **state) {
  (void)state;
  expect("a\u00a0b\u202fc", "a b c");
  expect("Poly\u2011technique \u2013 x", "poly-technique - x");
  expect("សាកល\u200bវិទ្យា\u200bល័យ", "សាកលវិទ្យាល័យ");
  expect("\u200b\u00ad\ufeff\u2060", "");
  expect("", "");
}

static void other_scripts_stay_as_they_are(void **state) {
  (void)state;
  expect("ក្រសួងអប់រំ យុវជន និងកីឡា", "ក្រសួងអប់រំ យុវជន និងកីឡា");
  expect("大学 Ω 😀", "大学 Ω 😀");
}

static void bytes_that_are_not_utf8_stay(void **state) {
  (void)state;
  expect("A\xff\xc3", "a\xff\xc3");
  expect("\xe1\x9e", "\xe1\x9e");
  expect("\xc3\x28", "\xc3\x28");
}

/* Whatever comes out is no longer than what went in. */
static void every_character_shrinks_or_stays(void **state) {
  (void)state;
  for (uint32_t c = 0x80; c < 0x10000; c++) {
    char text[3], out[3];
    size_t len = c < 0x800 ? 2 : 3;
    if (len == 2) text[0] = (char)(0xc0 | c >> 6);
    else text[0] = (char)(0xe0 | c >> 12), text[1] = (char)(0x80 | (c >> 6 & 0x3f));
    text[len - 1] = (char)(0x80 | (c & 0x3f));
    assert_true(vd_issuers_fold(out, text, len) <= len);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(case_and_accents_do_not_count),        cmocka_unit_test(spaces_hyphens_and_what_has_no_width),
      cmocka_unit_test(other_scripts_stay_as_they_are),       cmocka_unit_test(bytes_that_are_not_utf8_stay),
      cmocka_unit_test(every_character_shrinks_or_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
