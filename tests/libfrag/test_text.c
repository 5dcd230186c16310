#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "libfrag/fixture.h"
#include "state.h"

static size_t encode_utf8(uint8_t out[static 4], uint32_t c) {
  if (c < 0x80) return out[0] = (uint8_t)c, 1;
  if (c < 0x800) return out[0] = (uint8_t)(0xc0 | c >> 6), out[1] = (uint8_t)(0x80 | (c & 63)), 2;
  if (c < 0x10000) {
    out[0] = (uint8_t)(0xe0 | c >> 12), out[1] = (uint8_t)(0x80 | (c >> 6 & 63)), out[2] = (uint8_t)(0x80 | (c & 63));
    return 3;
  }
  out[0] = (uint8_t)(0xf0 | c >> 18), out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
  out[2] = (uint8_t)(0x80 | (c >> 6 & 63)), out[3] = (uint8_t)(0x80 | (c & 63));
  return 4;
}

static bool is_forbidden(uint32_t c) {
  static const uint32_t ranges[][2] = {{0, 0x1f}, {0x7f, 0x9f}, {0x202a, 0x202e}, {0x2066, 0x2069}};
  for (size_t i = 0; i < FRAG_COUNT(ranges); i++)
    if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
  return false;
}

/* Every code point alone: surrogates are no UTF-8, the forbidden ranges are exact, and a text is accepted
 * exactly when normalising changes nothing. */
static void test_every_code_point(void **state) {
  struct fixture *fixture = *state;
  for (uint32_t c = 0; c <= 0x10ffff; c++) {
    uint8_t text[4], normal[64];
    struct frag_slice slice = frag_bytes(text, encode_utf8(text, c));
    size_t len = 0;
    frag_error checked = frag_text_check(fixture->context, slice);
    frag_error normalized = frag_text_normalize(fixture->context, normal, sizeof normal, &len, slice);
    if (c >= 0xd800 && c <= 0xdfff) {
      assert_int_equal(checked, FRAG_TEXT_UTF8);
      assert_int_equal(normalized, FRAG_TEXT_UTF8);
    } else if (is_forbidden(c)) {
      assert_int_equal(checked, FRAG_TEXT_FORBIDDEN);
      assert_int_equal(normalized, FRAG_TEXT_FORBIDDEN);
    } else {
      assert_int_equal(normalized, FRAG_OK);
      bool unchanged = frag_slice_equal(slice, frag_bytes(normal, len));
      assert_int_equal(checked, unchanged ? FRAG_OK : FRAG_TEXT_NFC);
      assert_int_equal(frag_text_check(fixture->context, frag_bytes(normal, len)), FRAG_OK);
    }
  }
}

/* Two bytes of any kind, behind and before a letter. */
static void test_every_two_bytes(void **state) {
  struct fixture *fixture = *state;
  for (unsigned n = 0; n < 0x10000; n++) {
    const uint8_t text[4] = {'a', (uint8_t)(n >> 8), (uint8_t)n, 'z'};
    uint8_t first = text[1], second = text[2];
    bool ascii = first < 0x80 && second < 0x80;
    bool pair = first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf;
    frag_error error = frag_text_check(fixture->context, frag_bytes(text, sizeof text));
    if (!ascii && !pair && first >= 0x20 && first != 0x7f) assert_int_equal(error, FRAG_TEXT_UTF8);
    if (ascii) assert_int_equal(error, is_forbidden(first) || is_forbidden(second) ? FRAG_TEXT_FORBIDDEN : FRAG_OK);
  }
}

static const char *const not_utf8[] = {
    "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe1\x9e",
    "\xe1\x9e\x41", "\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb8\x80", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
    "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe",
    "\xff", "ok\xe1\x9e\x9fx\x80",
};

static void test_not_utf8(void **state) {
  struct fixture *fixture = *state;
  for (size_t i = 0; i < FRAG_COUNT(not_utf8); i++) {
    uint8_t out[64];
    size_t len = 9;
    assert_int_equal(frag_text_check(fixture->context, slice_of(not_utf8[i])), FRAG_TEXT_UTF8);
    assert_int_equal(frag_text_normalize(fixture->context, out, sizeof out, &len, slice_of(not_utf8[i])),
                     FRAG_TEXT_UTF8);
    assert_int_equal(len, 0);
  }
}

/* Pairs of a text and its NFC (Unicode 14); equal where the text is in NFC already. */
static const struct {
  const char *text, *nfc;
} forms[] = {
    {"", ""},
    {"Sok Dara", "Sok Dara"},
    {"សុខ ដារ៉ា", "សុខ ដារ៉ា"},
    {"ភ្នំពេញ", "ភ្នំពេញ"},
    {"e\xcc\x81t\x65\xcc\x81", "\xc3\xa9t\xc3\xa9"},                 /* é decomposed */
    {"o\xcc\xa3\xcc\x82", "\xe1\xbb\x99"},                           /* ộ from o, dot below, circumflex */
    {"o\xcc\x82\xcc\xa3", "\xe1\xbb\x99"},                           /* the same marks, other order */
    {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c"},        /* Hangul 한 from jamo */
    {"\xe2\x84\xab", "\xc3\x85"},                                    /* ANGSTROM SIGN, a singleton */
    {"\xe2\x84\xa6", "\xce\xa9"},                                    /* OHM SIGN */
    {"\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc"},                    /* DEVANAGARI QA, excluded from composition */
    {"\xef\xac\x81", "\xef\xac\x81"},                                /* fi ligature: compatibility only, stays */
    {"\xce\x90", "\xce\x90"},                                        /* decomposes to three, composes again */
    {"\xe1\x9f\x8f\xe1\x9e\xbb", "\xe1\x9f\x8f\xe1\x9e\xbb"},
    {"q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87"},                      /* marks put in canonical order */
    {"\xf0\x9d\x85\x9e", "\xf0\x9d\x85\x97\xf0\x9d\x85\xa5"},        /* MUSICAL SYMBOL HALF NOTE */
};

static void test_forms(void **state) {
  struct fixture *fixture = *state;
  for (size_t i = 0; i < FRAG_COUNT(forms); i++) {
    struct frag_slice text = slice_of(forms[i].text), nfc = slice_of(forms[i].nfc);
    uint8_t out[64];
    size_t len = 0;
    assert_int_equal(frag_text_normalize(fixture->context, out, sizeof out, &len, text), FRAG_OK);
    if (!frag_slice_equal(frag_bytes(out, len), nfc)) fail_msg("form %zu", i);
    assert_int_equal(frag_text_check(fixture->context, nfc), FRAG_OK);
    assert_int_equal(frag_text_check(fixture->context, text), frag_slice_equal(text, nfc) ? FRAG_OK : FRAG_TEXT_NFC);
  }
}

static void test_normalize_capacity(void **state) {
  struct fixture *fixture = *state;
  struct frag_slice text = slice_of("e\xcc\x81 សុខ");
  uint8_t out[32];
  size_t len = 0;
  assert_int_equal(frag_text_normalize(fixture->context, out, sizeof out, &len, text), FRAG_OK);
  size_t needed = len;
  assert_int_equal(needed, 2 + 1 + 9);
  for (size_t capacity = 0; capacity <= needed; capacity++) {
    memset(out, 0xee, sizeof out);
    frag_error error = frag_text_normalize(fixture->context, out, capacity, &len, text);
    assert_int_equal(error, capacity < needed ? FRAG_BUFFER_TOO_SMALL : FRAG_OK);
    assert_int_equal(len, capacity < needed ? 0 : needed);
    for (size_t i = capacity; i < sizeof out; i++) assert_int_equal(out[i], 0xee);
  }
  len = 9;
  assert_int_equal(frag_text_normalize(fixture->context, NULL, 0, &len, frag_bytes(NULL, 0)), FRAG_OK);
  assert_int_equal(len, 0);
  assert_int_equal(frag_text_check(fixture->context, frag_bytes(NULL, 0)), FRAG_OK);
}

/* The longest text allowed, of the characters that decompose to the most code points per byte. */
static void test_longest(void **state) {
  struct fixture *fixture = *state;
  static uint8_t text[FRAG_PLAINTEXT_MAX + 2], out[FRAG_PLAINTEXT_MAX];
  size_t len = 0;
  for (size_t i = 0; i < sizeof text; i += 2) memcpy(text + i, "\xce\x90", 2);
  struct frag_slice longest = frag_bytes(text, FRAG_PLAINTEXT_MAX);
  assert_int_equal(frag_text_check(fixture->context, longest), FRAG_OK);
  assert_int_equal(frag_text_normalize(fixture->context, out, sizeof out, &len, longest), FRAG_OK);
  assert_true(frag_slice_equal(frag_bytes(out, len), longest));
  assert_true(is_all_zero(fixture->context->codepoints, sizeof fixture->context->codepoints));
  longest.len++;
  assert_int_equal(frag_text_check(fixture->context, longest), FRAG_FIELD_LENGTH);
  assert_int_equal(frag_text_normalize(fixture->context, out, sizeof out, &len, longest), FRAG_FIELD_LENGTH);
}

/* A character that is refused anywhere is refused in every place of a text. */
static void test_forbidden_anywhere(void **state) {
  struct fixture *fixture = *state;
  static const char *const marks[] = {"\x01", "\n", "\t", "\x7f", "\xc2\x85", "\xe2\x80\xae", "\xe2\x80\xaa",
                                      "\xe2\x81\xa6", "\xe2\x81\xa9"};
  const char *words = "សុខ ab";
  for (size_t i = 0; i < FRAG_COUNT(marks); i++)
    for (size_t at = 0; at <= strlen(words); at++) {
      uint8_t text[64];
      if (at < 9 && at % 3 != 0) continue; /* between the bytes of a character it would not be UTF-8 */
      size_t mark_len = strlen(marks[i]);
      memcpy(text, words, at);
      memcpy(text + at, marks[i], mark_len);
      memcpy(text + at + mark_len, words + at, strlen(words) - at);
      assert_int_equal(frag_text_check(fixture->context, frag_bytes(text, strlen(words) + mark_len)),
                       FRAG_TEXT_FORBIDDEN);
    }
  assert_int_equal(frag_text_check(fixture->context, frag_bytes((const uint8_t *)"a\0b", 3)), FRAG_TEXT_FORBIDDEN);
  /* Neighbours of the forbidden ranges: no-break space, narrow no-break space, zero-width joiners of Khmer. */
  struct frag_slice neighbours = slice_of("\xc2\xa0\xe2\x80\xaf\xe2\x80\x8b\xe2\x80\x8d~ ");
  assert_int_equal(frag_text_check(fixture->context, neighbours), FRAG_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_code_point), cmocka_unit_test(test_every_two_bytes),
      cmocka_unit_test(test_not_utf8),         cmocka_unit_test(test_forms),
      cmocka_unit_test(test_normalize_capacity), cmocka_unit_test(test_longest),
      cmocka_unit_test(test_forbidden_anywhere),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
