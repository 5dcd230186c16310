#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "libfrag/fixture.h"
#include "record.h"

static void test_known_answer(void **state) {
  struct fixture *fixture = *state;
  uint8_t expected[32];
  const uint8_t *record = fixture->records;
  hex_decode(expected, 8, "0100012301400000");
  assert_memory_equal(record, expected, 8);
  hex_decode(expected, 16, "ea873d292ceb14eb4ad45c9645643040");
  assert_memory_equal(record + 8, expected, 16);
  hex_decode(expected, 32, "7ae11e078b85e9afccd0b0cd3219f5c5046bb8ad3b5beae3a05d4a248dee24d5");
  assert_memory_equal(record + 24, expected, 32);
}

static void test_header_range(void **state) {
  (void)state;
  uint8_t header[FRAG_HEADER_LEN];
  for (unsigned t = 0; t <= 20; t++)
    for (unsigned m = 0; m <= 20; m++) {
      struct frag_batch batch = {.realm = 0xabcd, .threshold = t, .fragment_count = m, .plaintext_len = 192};
      frag_error error = frag_header_encode(header, &batch);
      assert_int_equal(error, t >= 1 && t <= m && m <= 15 ? FRAG_OK : FRAG_FIELD_RANGE);
      const uint8_t expected[8] = {1, 0xab, 0xcd, (uint8_t)(t << 4 | m), 0, 192, 0, 0};
      if (error == FRAG_OK) assert_memory_equal(header, expected, 8);
    }
  for (size_t len = 0; len <= 66000; len++) {
    struct frag_batch batch = {.realm = 1, .threshold = 2, .fragment_count = 3, .plaintext_len = len};
    bool right = len >= 128 && len <= 32768 && len % 64 == 0;
    assert_int_equal(frag_header_encode(header, &batch), right ? FRAG_OK : FRAG_FIELD_RANGE);
    if (right) assert_int_equal(frag_get_u16(header + 4), len);
  }
  struct frag_batch huge = {.realm = 1, .threshold = 17, .fragment_count = 3 + 16, .plaintext_len = 128};
  assert_int_equal(frag_header_encode(header, &huge), FRAG_FIELD_RANGE);
}

static void test_views(void **state) {
  struct fixture *fixture = *state;
  size_t len = fixture_record_len(fixture);
  for (unsigned i = 1; i <= 3; i++) {
    const uint8_t *bytes = fixture_record(fixture, i);
    struct frag_record record;
    struct frag_leaf leaf;
    assert_int_equal(frag_record_decode(&record, bytes, len), FRAG_OK);
    assert_int_equal(record.index, i);
    assert_int_equal(record.leaf.realm, 1);
    assert_int_equal(record.leaf.threshold, 2);
    assert_int_equal(record.leaf.fragment_count, 3);
    assert_int_equal(record.leaf.plaintext_len, FIXTURE_PLAINTEXT_LEN);
    assert_true(record.leaf.bytes.data == bytes && record.leaf.bytes.len == 24 + 32 * 3);
    assert_true(record.leaf.locator == bytes + 8 && record.leaf.hashes == bytes + 24);
    assert_true(record.share.data == bytes + 121 && record.share.len == FIXTURE_PLAINTEXT_LEN);
    assert_int_equal(frag_record_check(fixture->context, bytes, len), FRAG_OK);
    assert_int_equal(frag_leaf_decode(&leaf, bytes, record.leaf.bytes.len), FRAG_OK);
    assert_true(leaf.bytes.data == bytes && leaf.bytes.len == record.leaf.bytes.len);
  }
}

/* No other length is a leaf or a record; what is handed back then is empty. */
static void test_lengths(void **state) {
  struct fixture *fixture = *state;
  static uint8_t bytes[4096];
  size_t right = fixture_record_len(fixture);
  memcpy(bytes, fixture_record(fixture, 2), right);
  for (size_t len = 0; len <= sizeof bytes; len++) {
    struct frag_record record;
    struct frag_leaf leaf;
    memset(&record, 0xee, sizeof record);
    memset(&leaf, 0xee, sizeof leaf);
    assert_int_equal(frag_record_decode(&record, bytes, len), len == right ? FRAG_OK : FRAG_RECORD_MALFORMED);
    assert_int_equal(frag_leaf_decode(&leaf, bytes, len), len == FRAG_LEAF_LEN(3) ? FRAG_OK : FRAG_RECORD_MALFORMED);
    assert_int_equal(is_all_zero(&record, sizeof record), len != right);
    assert_int_equal(is_all_zero(&leaf, sizeof leaf), len != FRAG_LEAF_LEN(3));
    if (len != right) assert_int_equal(frag_record_check(fixture->context, bytes, len), FRAG_RECORD_MALFORMED);
  }
}

/* Every value of every header byte, against the rules of section 3. */
static void test_header_bytes(void **state) {
  struct fixture *fixture = *state;
  uint8_t bytes[2048];
  size_t len = fixture_record_len(fixture);
  for (size_t at = 0; at < FRAG_HEADER_LEN; at++)
    for (unsigned value = 0; value < 256; value++) {
      struct frag_record record;
      memcpy(bytes, fixture_record(fixture, 2), len);
      bytes[at] = (uint8_t)value;
      unsigned t = bytes[3] >> 4, m = bytes[3] & 15u, n = frag_get_u16(bytes + 4);
      bool formed = bytes[0] == 1 && t >= 1 && t <= m && m >= 2 && n >= 128 && n <= 32768 && n % 64 == 0 &&
                    bytes[6] == 0 && bytes[7] == 0 && len == FRAG_RECORD_LEN(m, n);
      assert_int_equal(frag_record_decode(&record, bytes, len), formed ? FRAG_OK : FRAG_RECORD_MALFORMED);
      bool same = memcmp(bytes, fixture_record(fixture, 2), len) == 0;
      if (formed)
        assert_int_equal(frag_record_check(fixture->context, bytes, len), same ? FRAG_OK : FRAG_FRAGMENT_TAMPERED);
    }
}

static void test_index(void **state) {
  struct fixture *fixture = *state;
  uint8_t bytes[2048];
  size_t len = fixture_record_len(fixture);
  memcpy(bytes, fixture_record(fixture, 2), len);
  for (unsigned index = 0; index < 256; index++) {
    struct frag_record record;
    bytes[FRAG_LEAF_LEN(3)] = (uint8_t)index;
    bool formed = index >= 1 && index <= 3;
    assert_int_equal(frag_record_decode(&record, bytes, len), formed ? FRAG_OK : FRAG_RECORD_MALFORMED);
    frag_error error = frag_record_check(fixture->context, bytes, len);
    assert_int_equal(error, !formed ? FRAG_RECORD_MALFORMED : index == 2 ? FRAG_OK : FRAG_FRAGMENT_TAMPERED);
  }
}

/* A record's own hash covers all of it but the hashes of the others. */
static void test_every_bit(void **state) {
  struct fixture *fixture = *state;
  uint8_t bytes[2048];
  size_t len = fixture_record_len(fixture);
  memcpy(bytes, fixture_record(fixture, 2), len);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    frag_error error = frag_record_check(fixture->context, bytes, len);
    bool other_hash = (bit / 8 >= 24 && bit / 8 < 56) || (bit / 8 >= 88 && bit / 8 < 120);
    if (other_hash) assert_int_equal(error, FRAG_OK);
    else assert_true(error == FRAG_FRAGMENT_TAMPERED || error == FRAG_RECORD_MALFORMED);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_answer), cmocka_unit_test(test_header_range), cmocka_unit_test(test_views),
      cmocka_unit_test(test_lengths),      cmocka_unit_test(test_header_bytes), cmocka_unit_test(test_index),
      cmocka_unit_test(test_every_bit),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
