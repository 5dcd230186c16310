/* The text forms of signed notes: what is canonical, and nothing else. */
#include "libfrag/cmocka_all.h"

#include <stdio.h>

#include "bytes.h"
#include "libfrag/fixture.h"
#include "note.h"

static void test_lines(void **state) {
  (void)state;
  struct frag_slice rest = slice_of("first\n\nlast"), line;
  assert_true(frag_note_line(&rest, &line) && frag_slice_equal(line, slice_of("first")));
  assert_true(frag_note_line(&rest, &line) && line.len == 0);
  assert_false(frag_note_line(&rest, &line));
  assert_true(frag_slice_equal(rest, slice_of("last")));
  assert_false(frag_note_take(&rest, "lasting"));
  assert_true(frag_note_take(&rest, "la") && frag_slice_equal(rest, slice_of("st")));
  rest = frag_bytes(NULL, 0);
  assert_false(frag_note_line(&rest, &line));
}

static void test_decimal(void **state) {
  (void)state;
  static const uint64_t values[] = {0, 1, 9, 10, 99, 100, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};
  static const char *const wrong[] = {"",
                                      "00",
                                      "01",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "1e3",
                                      "0x1",
                                      "a",
                                      "1a",
                                      "18446744073709551616",
                                      "18446744073709551620",
                                      "28446744073709551615",
                                      "99999999999999999999",
                                      "100000000000000000000",
                                      "١"};
  uint64_t value;
  for (size_t i = 0; i < FRAG_COUNT(values); i++) {
    char text[FRAG_NOTE_DECIMAL_MAX + 1], expected[FRAG_NOTE_DECIMAL_MAX + 1];
    *frag_note_put_decimal(text, values[i]) = '\0';
    snprintf(expected, sizeof expected, "%llu", (unsigned long long)values[i]);
    assert_string_equal(text, expected);
    assert_true(frag_note_decimal(slice_of(text), &value) && value == values[i]);
  }
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++)
    if (frag_note_decimal(slice_of(wrong[i]), &value)) fail_msg("accepted %s", wrong[i]);
}

/* RFC 4648 section 10. */
static void test_base64_known(void **state) {
  (void)state;
  static const char *const encoded[] = {"Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (size_t i = 0; i < FRAG_COUNT(encoded); i++) {
    uint8_t out[8] = {0};
    size_t len;
    assert_true(frag_note_base64(slice_of(encoded[i]), out, sizeof out, &len));
    assert_int_equal(len, i + 1);
    assert_memory_equal(out, "foobar", len);
    assert_int_equal(out[len], 0);
    memset(out, 0xee, sizeof out);
    assert_true(frag_note_base64(slice_of(encoded[i]), out, i, &len)); /* counted, not kept */
    assert_true(len == i + 1 && out[i] == 0xee);
  }
}

/* Of all texts of four characters exactly one is read as each value. */
static void test_base64_unique(void **state) {
  (void)state;
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ \n";
  size_t accepted[4] = {0}, count = sizeof alphabet - 1;
  uint8_t out[3];
  for (size_t n = 0; n < count * count * count * count; n++) {
    char text[5] = {alphabet[n % count], alphabet[n / count % count], alphabet[n / count / count % count],
                    alphabet[n / count / count / count], '\0'};
    size_t len;
    if (frag_note_base64(slice_of(text), out, sizeof out, &len)) accepted[len]++;
  }
  assert_int_equal(accepted[0], 0);
  assert_int_equal(accepted[1], 1 << 8);
  assert_int_equal(accepted[2], 1 << 16);
  assert_int_equal(accepted[3], 1 << 24);
}

static void test_base64_refuses(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "",      "=",     "A",        "AA",    "AAA",    "AA=",    "A===", "====", "AA==AA==", "AAA=AAAA",
      "AAAAA", "AAAA=", "AAAA====", "AAA\n", "AAAA\n", "\nAAAA", "AA A", "AA-_", "AB==",     "AAB="};
  uint8_t out[16];
  size_t len;
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++)
    if (frag_note_base64(slice_of(wrong[i]), out, sizeof out, &len)) fail_msg("accepted %s", wrong[i]);
  for (unsigned c = 0; c < 256; c++) {
    const uint8_t text[4] = {'A', (uint8_t)c, 'A', 'A'};
    bool is_digit = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    assert_int_equal(frag_note_base64(frag_bytes(text, 4), out, sizeof out, &len), is_digit);
  }
}

static void test_hash(void **state) {
  (void)state;
  uint64_t random = 1;
  for (unsigned round = 0; round < 1000; round++) {
    uint8_t hash[32], read[32];
    char text[FRAG_NOTE_HASH_TEXT + 1];
    random_fill(&random, hash, sizeof hash);
    assert_ptr_equal(frag_note_put_hash(text, hash), text + sizeof text);
    assert_int_equal(text[FRAG_NOTE_HASH_TEXT], '\n');
    struct frag_slice line = frag_bytes((const uint8_t *)text, FRAG_NOTE_HASH_TEXT);
    assert_true(frag_note_hash(line, read));
    assert_memory_equal(read, hash, 32);
    for (line.len = 0; line.len < FRAG_NOTE_HASH_TEXT; line.len++) assert_false(frag_note_hash(line, read));
  }
  uint8_t read[32];
  assert_false(frag_note_hash(slice_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), read)); /* 33 bytes */
  assert_false(frag_note_hash(slice_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="), read)); /* 31 bytes */
}

/* RFC 3629 section 4, and no control characters but LF. */
static void test_text(void **state) {
  (void)state;
  static const char *const right[] = {"",
                                      "\n",
                                      "plain\ntext\n",
                                      "\xc2\x80",
                                      "\xdf\xbf",
                                      "\xe0\xa0\x80",
                                      "\xed\x9f\xbf",
                                      "\xee\x80\x80",
                                      "\xef\xbf\xbf",
                                      "\xf0\x90\x80\x80",
                                      "\xf4\x8f\xbf\xbf",
                                      "ឯកសារ"};
  static const char *const wrong[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2\x7f",
                                      "\xc2\xc0",
                                      "\xe0\x9f\xbf",
                                      "\xe0\x80\x80",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xe1\x80",
                                      "\xe1\x80\x7f",
                                      "\xe1\xc0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xf8\x88\x80\x80\x80",
                                      "\xf8\x90\x80\x80",
                                      "\xfe",
                                      "\xff",
                                      "\xf1\x80\x80",
                                      "\xf1\x80\x80\x7f",
                                      "a\r\n",
                                      "a\tb",
                                      "\x1f",
                                      "\x01",
                                      "a\x7f\x1b"};
  for (size_t i = 0; i < FRAG_COUNT(right); i++) assert_true(frag_note_is_text(slice_of(right[i])));
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++)
    if (frag_note_is_text(slice_of(wrong[i]))) fail_msg("accepted text %zu", i);
  assert_false(frag_note_is_text(frag_bytes((const uint8_t *)"a\0b", 3)));
  for (unsigned c = 0; c < 0x80; c++) {
    const uint8_t byte = (uint8_t)c;
    assert_int_equal(frag_note_is_text(frag_bytes(&byte, 1)), c >= ' ' || c == '\n');
  }
}

static void test_signature(void **state) {
  (void)state;
  struct frag_note_signature signature;
  assert_true(frag_note_signature(slice_of("— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
                                           "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM="),
                                  &signature));
  assert_true(frag_slice_equal(signature.name, slice_of("PeterNeumann")) && signature.len == 64);
  assert_memory_equal(signature.id, "\xc7\x4f\x20\xa3", 4);
  char again[200];
  size_t len = (size_t)(frag_note_put_signature(again, &signature) - again);
  assert_memory_equal(again,
                      "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
                      "Zb6KE6RyyBwJnAM=\n",
                      len);
  assert_true(frag_note_signature(slice_of("— ខ្មែរ.example AAAAAAA="), &signature));
  assert_true(signature.len == 1 && frag_slice_equal(signature.name, slice_of("ខ្មែរ.example")));
  assert_true(
      frag_note_signature(slice_of("— \xe1\xbf\xbf\xe2\x80\x8b\xe2\x80\xa7 AAAAAAA="), &signature)); /* no spaces */
}

static void test_signature_refuses(void **state) {
  (void)state;
  static const char *const wrong[] = {"",
                                      "—",
                                      "— ",
                                      "— a",
                                      "— a ",
                                      "—  AAAAAAA=",
                                      "— AAAAAAA=",
                                      "- a AAAAAAA=",
                                      "-- a AAAAAAA=",
                                      "– a AAAAAAA=",
                                      "—a AAAAAAA=",
                                      " — a AAAAAAA=",
                                      "—\xc2\xa0"
                                      "a AAAAAAA=",
                                      "— a  AAAAAAA=",
                                      "— a AAAAAAA= ",
                                      "— a b AAAAAAA=",
                                      "— a+b AAAAAAA=",
                                      "— a\tb AAAAAAA=",
                                      "— a\xc2\xa0"
                                      "b AAAAAAA=",
                                      "— a\xc2\x85"
                                      "b AAAAAAA=",
                                      "— a\xe2\x80\x89"
                                      "b AAAAAAA=",
                                      "— a\xe2\x80\x80 AAAAAAA=",
                                      "— a\xe2\x80\x8a AAAAAAA=",
                                      "— a\xe2\x80\xa8"
                                      "b AAAAAAA=",
                                      "— a\xe2\x80\xaf"
                                      "b AAAAAAA=",
                                      "— a\xe2\x81\x9f"
                                      "b AAAAAAA=",
                                      "— \xe3\x80\x80 AAAAAAA=",
                                      "— a\xe1\x9a\x80 AAAAAAA=",
                                      "— a AAAAAA==",
                                      "— a AAAA",
                                      "— a AAAAAAB=",
                                      "— a AAAAAAA",
                                      "— a AAAAAAA==",
                                      "— a AAA_AAA="};
  struct frag_note_signature signature;
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++)
    if (frag_note_signature(slice_of(wrong[i]), &signature)) fail_msg("accepted \"%s\"", wrong[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_decimal),
      cmocka_unit_test(test_base64_known),
      cmocka_unit_test(test_base64_unique),
      cmocka_unit_test(test_base64_refuses),
      cmocka_unit_test(test_hash),
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_signature),
      cmocka_unit_test(test_signature_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
