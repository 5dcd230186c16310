#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "field.h"
#include "libfrag/fixture.h"

/* Which single bytes a field takes. */
static void check_alphabet(frag_error (*check)(struct frag_slice), const char *allowed) {
  for (unsigned c = 0; c < 256; c++) {
    const uint8_t text[3] = {'a', (uint8_t)c, '0'};
    bool expected = c != 0 && strchr(allowed, (int)c) != NULL;
    frag_error error = check(frag_bytes(text, sizeof text));
    if (error != (expected ? FRAG_OK : FRAG_FIELD_CHARACTERS)) fail_msg("byte %02x", c);
  }
}

static void check_lengths(frag_error (*check)(struct frag_slice), size_t most) {
  uint8_t text[80];
  memset(text, 'a', sizeof text);
  for (size_t len = 0; len <= sizeof text; len++)
    assert_int_equal(check(frag_bytes(text, len)), len >= 1 && len <= most ? FRAG_OK : FRAG_FIELD_LENGTH);
  assert_int_equal(check(frag_bytes(NULL, 0)), FRAG_FIELD_LENGTH);
}

static void test_issuer(void **state) {
  (void)state;
  check_alphabet(frag_field_issuer, "abcdefghijklmnopqrstuvwxyz0123456789.-");
  check_lengths(frag_field_issuer, 64);
}

static void test_type(void **state) {
  (void)state;
  check_alphabet(frag_field_type, "abcdefghijklmnopqrstuvwxyz0123456789.-/");
  check_lengths(frag_field_type, 64);
}

static void test_language(void **state) {
  (void)state;
  check_alphabet(frag_field_language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
  check_lengths(frag_field_language, 35);
}

static void test_text(void **state) {
  struct fixture *fixture = *state;
  struct frag_slice khmer = slice_of("សុខ"); /* 9 bytes */
  assert_int_equal(frag_field_text(fixture->context, khmer, 9, 9), FRAG_OK);
  assert_int_equal(frag_field_text(fixture->context, khmer, 10, 64), FRAG_FIELD_LENGTH);
  assert_int_equal(frag_field_text(fixture->context, khmer, 0, 8), FRAG_FIELD_LENGTH);
  assert_int_equal(frag_field_text(fixture->context, slice_of(""), 0, 8), FRAG_OK);
  assert_int_equal(frag_field_text(fixture->context, slice_of("e\xcc\x81"), 0, 8), FRAG_TEXT_NFC);
  assert_int_equal(frag_field_text(fixture->context, slice_of("\x1b"), 0, 8), FRAG_TEXT_FORBIDDEN);
  assert_int_equal(frag_field_text(fixture->context, slice_of("\xff"), 0, 8), FRAG_TEXT_UTF8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_issuer),
      cmocka_unit_test(test_type),
      cmocka_unit_test(test_language),
      cmocka_unit_test(test_text),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
