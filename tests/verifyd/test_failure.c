#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/failure.h"

static void test_text_and_code(void **state) {
  (void)state;
  struct vd_failure failure;
  assert_int_equal(vd_fail(&failure, VD_DATA, "row %d: %s", 7, "too long"), VD_DATA);
  assert_int_equal(failure.code, VD_DATA);
  assert_string_equal(failure.text, "row 7: too long");
  assert_int_equal(vd_fail(NULL, VD_IO, "unheard"), VD_IO);
}

static void test_long_text_is_cut_at_a_character(void **state) {
  (void)state;
  struct vd_failure failure;
  char text[2 * sizeof failure.text];
  for (size_t lead = 0; lead < 3; lead++) {
    memset(text, 'x', lead);
    for (size_t i = lead; i + 3 < sizeof text; i += 3) memcpy(text + i, "\xe1\x9e\x80", 4);
    assert_int_equal(vd_fail(&failure, VD_DATA, "%s", text), VD_DATA);
    size_t len = strlen(failure.text);
    assert_true(len > sizeof failure.text - 5);
    assert_int_equal((len - lead) % 3, 0);
  }
}

static void test_library_errors_are_grouped(void **state) {
  (void)state;
  struct vd_failure failure;
  assert_int_equal(vd_fail_frag(&failure, FRAG_TEXT_UTF8, "trust.list"), VD_DATA);
  assert_string_equal(failure.text, "trust.list: the text is not valid UTF-8");
  assert_int_equal(vd_fail_frag(&failure, FRAG_KEY_INVALID, "k"), VD_KEY);
  assert_int_equal(vd_fail_frag(&failure, FRAG_DOCUMENT_TOO_LARGE, "d"), VD_FULL);
  assert_int_equal(vd_fail_frag(&failure, FRAG_MEMORY, "m"), VD_MEMORY);
  assert_int_equal(vd_fail_frag(&failure, FRAG_CRYPTO, "c"), VD_INTERNAL);
  assert_int_equal(vd_fail_frag(&failure, FRAG_TRUST_SIGNATURES, "t"), VD_DATA);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_text_and_code),
    cmocka_unit_test(test_long_text_is_cut_at_a_character),
    cmocka_unit_test(test_library_errors_are_grouped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
