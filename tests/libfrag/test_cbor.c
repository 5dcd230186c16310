#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "libfrag/cbor_copy.h"
#include "libfrag/fixture.h"

/* An oracle written from RFC 8949 and FRAG-1 section 1, without the library. Consumes one item. */
static bool oracle_item(const uint8_t **at, const uint8_t *end);

static bool oracle_head(const uint8_t **at, const uint8_t *end, unsigned *major, uint64_t *value) {
  if (*at == end) return false;
  uint8_t first = *(*at)++;
  *major = first >> 5;
  *value = first & 31;
  if (*value < 24) return true;
  if (*value > 27) return false;
  static const size_t widths[4] = {1, 2, 4, 8};
  static const uint64_t least[4] = {24, 256, 65536, UINT64_C(4294967296)};
  size_t form = *value - 24;
  if ((size_t)(end - *at) < widths[form]) return false;
  *value = 0;
  for (size_t i = 0; i < widths[form]; i++) *value = *value * 256 + *(*at)++;
  return *value >= least[form];
}

static bool oracle_item(const uint8_t **at, const uint8_t *end) {
  unsigned major;
  uint64_t value;
  if (!oracle_head(at, end, &major, &value)) return false;
  if (major == 0) return true;
  if (major == 2 || major == 3) {
    if ((uint64_t)(end - *at) < value) return false;
    *at += value;
    return true;
  }
  if (major != 4 && major != 5) return false;
  for (uint64_t i = 0; i < (major == 4 ? value : 2 * value); i++)
    if (!oracle_item(at, end)) return false;
  return true;
}

static bool oracle_accepts(const uint8_t *bytes, size_t len) {
  const uint8_t *at = bytes, *end = bytes + len;
  do {
    if (!oracle_item(&at, end)) return false;
  } while (at < end);
  return true;
}

static void check_against_oracle(const uint8_t *bytes, size_t len) {
  uint8_t copy[64];
  size_t copied = 0;
  bool accepted = cbor_copy(copy, sizeof copy, &copied, frag_bytes(bytes, len)) == FRAG_OK;
  if (accepted != oracle_accepts(bytes, len)) fail_msg("%02x%02x%02x len %zu", bytes[0], bytes[1], bytes[2], len);
  if (accepted && (copied != len || memcmp(copy, bytes, len) != 0))
    fail_msg("%02x%02x%02x is not what is written for it", bytes[0], bytes[1], bytes[2]);
}

/* Every input of up to three bytes. */
static void test_short_inputs(void **state) {
  (void)state;
  for (uint32_t n = 0; n < UINT32_C(1) << 24; n++) {
    const uint8_t bytes[3] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    check_against_oracle(bytes, 3);
    if ((n & 0xff) == 0) check_against_oracle(bytes, 2);
    if ((n & 0xffff) == 0) check_against_oracle(bytes, 1);
  }
}

/* Heads of every width with values around every limit, in all eight major types. */
static void test_head_widths(void **state) {
  (void)state;
  static const uint64_t values[] = {0, 1, 22, 23, 24, 25, 254, 255, 256, 257, 65534, 65535, 65536, 65537,
                                    UINT32_MAX - UINT64_C(1), UINT32_MAX, UINT64_C(4294967296), INT64_MAX, UINT64_MAX};
  for (unsigned major = 0; major < 8; major++)
    for (size_t v = 0; v < FRAG_COUNT(values); v++)
      for (unsigned form = 0; form < 4; form++) {
        uint8_t head[16] = {(uint8_t)(major << 5 | (24 + form))};
        size_t width = (size_t)1 << form;
        if (width < 8 && values[v] >> (8 * width) != 0) continue;
        for (size_t i = 0; i < width; i++) head[1 + i] = (uint8_t)(values[v] >> (8 * (width - 1 - i)));
        check_against_oracle(head, 1 + width);
        uint64_t shortest = form == 0 ? 24 : UINT64_C(1) << (4 * width);
        struct frag_cbor_reader reader = frag_cbor_reader_of(frag_bytes(head, 1 + width));
        uint64_t value = frag_cbor_read_uint(&reader);
        frag_error expected = major != 0 ? FRAG_CBOR_TYPE : values[v] < shortest ? FRAG_CBOR_NOT_CANONICAL : FRAG_OK;
        assert_int_equal(reader.error, expected);
        assert_true(value == (expected == FRAG_OK ? values[v] : 0));
      }
}

static const struct {
  const char *hex;
  frag_error error;
} refused[] = {
    {"1800", FRAG_CBOR_NOT_CANONICAL},   {"1817", FRAG_CBOR_NOT_CANONICAL},
    {"190000", FRAG_CBOR_NOT_CANONICAL}, {"1900ff", FRAG_CBOR_NOT_CANONICAL},
    {"1a0000ffff", FRAG_CBOR_NOT_CANONICAL}, {"1b00000000ffffffff", FRAG_CBOR_NOT_CANONICAL},
    {"1c", FRAG_CBOR_NOT_CANONICAL},     {"1d", FRAG_CBOR_NOT_CANONICAL},
    {"1e", FRAG_CBOR_NOT_CANONICAL},     {"1f", FRAG_CBOR_NOT_CANONICAL},
    {"580161", FRAG_CBOR_NOT_CANONICAL}, {"5900016161", FRAG_CBOR_NOT_CANONICAL},
    {"780161", FRAG_CBOR_NOT_CANONICAL}, {"7a0000000161", FRAG_CBOR_NOT_CANONICAL},
    {"980100", FRAG_CBOR_NOT_CANONICAL}, {"b8010000", FRAG_CBOR_NOT_CANONICAL},
    {"5f4161ff", FRAG_CBOR_NOT_CANONICAL}, {"7f6161ff", FRAG_CBOR_NOT_CANONICAL},
    {"9f00ff", FRAG_CBOR_NOT_CANONICAL}, {"bf0000ff", FRAG_CBOR_NOT_CANONICAL},
    {"20", FRAG_CBOR_TYPE},   /* -1 */
    {"3863", FRAG_CBOR_TYPE}, /* -100 */
    {"c000", FRAG_CBOR_TYPE}, /* tag */
    {"c11a00000000", FRAG_CBOR_TYPE},
    {"d9d9f700", FRAG_CBOR_TYPE}, /* self-described CBOR */
    {"e0", FRAG_CBOR_TYPE},   /* simple values */
    {"f4", FRAG_CBOR_TYPE},   /* false */
    {"f5", FRAG_CBOR_TYPE},   /* true */
    {"f6", FRAG_CBOR_TYPE},   /* null */
    {"f7", FRAG_CBOR_TYPE},   /* undefined */
    {"f8ff", FRAG_CBOR_TYPE},
    {"f90000", FRAG_CBOR_TYPE}, /* floats */
    {"fa00000000", FRAG_CBOR_TYPE},
    {"fb3ff0000000000000", FRAG_CBOR_TYPE},
    {"ff", FRAG_CBOR_TYPE}, /* break */
    {"18", FRAG_CBOR_TRUNCATED},     {"19ff", FRAG_CBOR_TRUNCATED},       {"41", FRAG_CBOR_TRUNCATED},
    {"62c3", FRAG_CBOR_TRUNCATED},   {"81", FRAG_CBOR_TRUNCATED},         {"a100", FRAG_CBOR_TRUNCATED},
    {"5bffffffffffffffff", FRAG_CBOR_TRUNCATED}, {"9bffffffffffffffff", FRAG_CBOR_TRUNCATED},
    {"bbffffffffffffffff", FRAG_CBOR_TRUNCATED}, {"bb8000000000000000", FRAG_CBOR_TRUNCATED},
    {"", FRAG_CBOR_TRUNCATED},
};

static void test_refused_forms(void **state) {
  (void)state;
  for (size_t i = 0; i < FRAG_COUNT(refused); i++) {
    uint8_t bytes[16], copy[64];
    size_t len = strlen(refused[i].hex) / 2, copied;
    hex_decode(bytes, len, refused[i].hex);
    frag_error error = cbor_copy(copy, sizeof copy, &copied, frag_bytes(bytes, len));
    if (error != refused[i].error) fail_msg("%s gives %d", refused[i].hex, error);
  }
}

static void write_sample(struct frag_cbor_writer *writer) {
  frag_cbor_write_map(writer, 3);
  frag_cbor_write_uint(writer, 1);
  frag_cbor_write_array(writer, 5);
  frag_cbor_write_uint(writer, 23);
  frag_cbor_write_uint(writer, 24);
  frag_cbor_write_uint(writer, 256);
  frag_cbor_write_uint(writer, 65536);
  frag_cbor_write_uint(writer, UINT64_MAX);
  frag_cbor_write_uint(writer, 2);
  frag_cbor_write_bytes(writer, slice_of("0123456789012345678901234567"));
  frag_cbor_write_text(writer, slice_of("k"));
  frag_cbor_write_text(writer, slice_of("សុខ"));
}

static const char sample_hex[] =
    "a30185171818190100" "1a00010000" "1bffffffffffffffff" "02581c"
    "30313233343536373839303132333435363738393031323334353637" "616b69e19e9fe19ebbe19e81";

static void test_writer(void **state) {
  (void)state;
  uint8_t expected[sizeof sample_hex / 2], out[sizeof expected + 1];
  hex_decode(expected, sizeof expected, sample_hex);
  for (size_t capacity = 0; capacity <= sizeof expected; capacity++) {
    struct frag_cbor_writer writer = {out, capacity, 0, FRAG_OK};
    memset(out, 0xee, sizeof out);
    write_sample(&writer);
    assert_int_equal(writer.error, capacity < sizeof expected ? FRAG_BUFFER_TOO_SMALL : FRAG_OK);
    assert_true(writer.len <= capacity);
    assert_memory_equal(out, expected, writer.len);
    for (size_t i = capacity; i < sizeof out; i++) assert_int_equal(out[i], 0xee);
  }
  assert_memory_equal(out, expected, sizeof expected);
}

static void test_truncation(void **state) {
  (void)state;
  uint8_t bytes[sizeof sample_hex / 2], copy[sizeof bytes];
  size_t copied;
  hex_decode(bytes, sizeof bytes, sample_hex);
  assert_int_equal(cbor_copy(copy, sizeof copy, &copied, frag_bytes(bytes, sizeof bytes)), FRAG_OK);
  assert_int_equal(copied, sizeof bytes);
  for (size_t len = 0; len < sizeof bytes; len++)
    assert_int_equal(cbor_copy(copy, sizeof copy, &copied, frag_bytes(bytes, len)), FRAG_CBOR_TRUNCATED);
}

static void test_bit_flips(void **state) {
  (void)state;
  uint8_t bytes[sizeof sample_hex / 2], copy[sizeof bytes + 16];
  size_t copied;
  hex_decode(bytes, sizeof bytes, sample_hex);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (cbor_copy(copy, sizeof copy, &copied, frag_bytes(bytes, sizeof bytes)) == FRAG_OK) {
      assert_int_equal(copied, sizeof bytes);
      assert_memory_equal(copy, bytes, sizeof bytes);
    }
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void test_first_error_is_kept(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0x20, 0x01, 0x41, 0x61, 0x61, 0x61, 0x80, 0xa0};
  struct frag_cbor_reader reader = frag_cbor_reader_of(frag_bytes(bytes, sizeof bytes));
  uint8_t fixed[2] = {7, 7};
  assert_true(frag_cbor_read_uint(&reader) == 0);
  assert_int_equal(reader.error, FRAG_CBOR_TYPE);
  assert_int_equal(reader.left, 0);
  assert_true(frag_cbor_read_uint(&reader) == 0);
  assert_int_equal(frag_cbor_read_bytes(&reader).len, 0);
  assert_int_equal(frag_cbor_read_text(&reader).len, 0);
  assert_int_equal(frag_cbor_read_array(&reader), 0);
  assert_int_equal(frag_cbor_read_map(&reader), 0);
  frag_cbor_read_fixed(&reader, fixed, sizeof fixed);
  assert_int_equal(fixed[0], 7);
  assert_false(frag_cbor_take_key(&reader, 1));
  frag_cbor_expect_key(&reader, 1);
  frag_cbor_expect_array(&reader, 1);
  frag_cbor_fail(&reader, FRAG_MEMORY);
  assert_int_equal(frag_cbor_end(&reader), FRAG_CBOR_TYPE);
}

static void test_keys_and_fixed(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0x01, 0x42, 0xaa, 0xbb, 0x82, 0x03, 0x04};
  uint8_t fixed[2] = {0};
  struct frag_cbor_reader reader = frag_cbor_reader_of(frag_bytes(bytes, sizeof bytes));
  assert_false(frag_cbor_take_key(&reader, 2));
  assert_true(frag_cbor_take_key(&reader, 1));
  frag_cbor_read_fixed(&reader, fixed, 2);
  assert_int_equal(fixed[1], 0xbb);
  frag_cbor_expect_array(&reader, 2);
  frag_cbor_expect_key(&reader, 3);
  assert_int_equal(frag_cbor_end(&reader), FRAG_CBOR_TRAILING);
  frag_cbor_expect_key(&reader, 4);
  assert_int_equal(frag_cbor_end(&reader), FRAG_OK);
  frag_cbor_expect_key(&reader, 5);
  assert_int_equal(frag_cbor_end(&reader), FRAG_CBOR_TRUNCATED);

  reader = frag_cbor_reader_of(frag_bytes(bytes, sizeof bytes));
  frag_cbor_expect_key(&reader, 2);
  assert_int_equal(frag_cbor_end(&reader), FRAG_CBOR_KEY);
  for (size_t len = 0; len < 4; len++) {
    if (len == 2) continue;
    uint8_t wrong[4] = {9, 9, 9, 9};
    reader = frag_cbor_reader_of(frag_bytes(bytes + 1, 3));
    frag_cbor_read_fixed(&reader, wrong, len);
    assert_int_equal(frag_cbor_end(&reader), FRAG_FIELD_LENGTH);
    assert_int_equal(wrong[0], 9);
  }
  reader = frag_cbor_reader_of(frag_bytes(bytes + 4, 3));
  frag_cbor_expect_array(&reader, 3);
  assert_int_equal(frag_cbor_end(&reader), FRAG_FIELD_LENGTH);
}

/* A count above what the bytes left could hold is refused before anyone allocates by it. */
static void test_counts_are_bounded(void **state) {
  (void)state;
  static const uint8_t map_of_two[] = {0xa2, 0, 0, 0};
  struct frag_cbor_reader reader = frag_cbor_reader_of(frag_bytes(map_of_two, sizeof map_of_two));
  assert_int_equal(frag_cbor_read_map(&reader), 0);
  assert_int_equal(reader.error, FRAG_CBOR_TRUNCATED);
  static const uint8_t array_of_three[] = {0x83, 0, 0};
  reader = frag_cbor_reader_of(frag_bytes(array_of_three, sizeof array_of_three));
  assert_int_equal(frag_cbor_read_array(&reader), 0);
  assert_int_equal(reader.error, FRAG_CBOR_TRUNCATED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_short_inputs),        cmocka_unit_test(test_head_widths),
      cmocka_unit_test(test_refused_forms),       cmocka_unit_test(test_writer),
      cmocka_unit_test(test_truncation),          cmocka_unit_test(test_bit_flips),
      cmocka_unit_test(test_first_error_is_kept), cmocka_unit_test(test_keys_and_fixed),
      cmocka_unit_test(test_counts_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
