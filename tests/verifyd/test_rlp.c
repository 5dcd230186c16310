/* RLP: Ethereum's own examples and bounds in both directions; every other spelling refused. */
#include "libfrag/cmocka_all.h"

#include <stdlib.h>

#include "base/hex.h"
#include "chain/rlp.h"

static void assert_written(const struct vd_rlp_writer *writer, const char *hex) {
  uint8_t expected[64];
  size_t len = strlen(hex) / 2;
  assert_true(len <= sizeof expected && vd_hex_decode(expected, len, hex, strlen(hex)));
  assert_false(writer->has_failed);
  assert_int_equal(writer->size - writer->at, len);
  assert_memory_equal(writer->bytes + writer->at, expected, len);
}

static const struct { const char *text, *encoding; } strings[] = {
    {"", "80"},
    {"a", "61"},
    {"dog", "83646f67"},
    {"\x7f", "7f"},
    {"\x80", "8180"},
    {"Lorem ipsum dolor sit amet, consectetur adipisicing eli",
     "b74c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e672065"
     "6c69"},
    {"Lorem ipsum dolor sit amet, consectetur adipisicing elit",
     "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720"
     "656c69"
     "74"},
};

static void test_strings(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
    uint8_t bytes[64], encoding[64];
    size_t len = strlen(strings[i].text), encoding_len = strlen(strings[i].encoding) / 2;
    struct vd_rlp_writer writer;
    struct vd_rlp_reader reader;
    vd_rlp_begin(&writer, bytes, sizeof bytes);
    vd_rlp_bytes(&writer, (const uint8_t *)strings[i].text, len);
    assert_written(&writer, strings[i].encoding);
    assert_true(vd_hex_decode(encoding, encoding_len, strings[i].encoding, 2 * encoding_len));
    vd_rlp_read(&reader, encoding, encoding_len);
    size_t got = 99;
    const uint8_t *content = vd_rlp_read_bytes(&reader, &got);
    assert_int_equal(got, len);
    assert_memory_equal(content, strings[i].text, len);
    assert_true(vd_rlp_is_at_end(&reader));
  }
}

static const struct { uint64_t number; const char *encoding; } numbers[] = {
    {0, "80"}, {1, "01"}, {15, "0f"}, {127, "7f"}, {128, "8180"}, {255, "81ff"}, {256, "820100"}, {1000, "8203e8"},
    {1024, "820400"}, {100000, "830186a0"}, {UINT32_MAX, "84ffffffff"}, {UINT64_C(1) << 32, "850100000000"},
    {UINT64_C(1) << 56, "880100000000000000"}, {UINT64_MAX, "88ffffffffffffffff"},
};

static void test_numbers(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    uint8_t bytes[16], padded[32] = {0};
    struct vd_rlp_writer writer;
    struct vd_rlp_reader reader;
    vd_rlp_begin(&writer, bytes, sizeof bytes);
    vd_rlp_number(&writer, numbers[i].number);
    assert_written(&writer, numbers[i].encoding);
    vd_rlp_read(&reader, bytes + writer.at, sizeof bytes - writer.at);
    assert_true(vd_rlp_read_number(&reader) == numbers[i].number);
    assert_true(vd_rlp_is_at_end(&reader));
    for (size_t at = 0; at < 8; at++) padded[31 - at] = (uint8_t)(numbers[i].number >> 8 * at);
    vd_rlp_begin(&writer, bytes, sizeof bytes);
    vd_rlp_scalar(&writer, padded, sizeof padded);
    assert_written(&writer, numbers[i].encoding);
  }
}

/* [ [], [[]], [ [], [[]] ] ], the set-theoretical three; written from its end. */
static void test_lists(void **state) {
  (void)state;
  uint8_t bytes[64];
  struct vd_rlp_writer writer;
  struct vd_rlp_reader reader, three, two, one;
  vd_rlp_begin(&writer, bytes, sizeof bytes);
  vd_rlp_list(&writer, writer.at);
  vd_rlp_list(&writer, sizeof bytes);
  vd_rlp_list(&writer, writer.at);
  vd_rlp_list(&writer, sizeof bytes);
  size_t end = writer.at;
  vd_rlp_list(&writer, writer.at);
  vd_rlp_list(&writer, end);
  vd_rlp_list(&writer, writer.at);
  vd_rlp_list(&writer, sizeof bytes);
  assert_written(&writer, "c7c0c1c0c3c0c1c0");
  vd_rlp_read(&reader, bytes + writer.at, sizeof bytes - writer.at);
  vd_rlp_read_list(&reader, &three);
  assert_true(vd_rlp_is_at_end(&reader) && !vd_rlp_is_at_end(&three));
  vd_rlp_read_list(&three, &one);
  assert_true(vd_rlp_is_at_end(&one));
  vd_rlp_read_list(&three, &one);
  assert_int_equal(one.len, 1);
  vd_rlp_read_list(&three, &two);
  assert_true(vd_rlp_is_at_end(&three));
  assert_int_equal(two.len, 3);
}

static void test_cat_and_dog(void **state) {
  (void)state;
  uint8_t bytes[64];
  struct vd_rlp_writer writer;
  vd_rlp_begin(&writer, bytes, sizeof bytes);
  vd_rlp_bytes(&writer, (const uint8_t *)"dog", 3);
  vd_rlp_bytes(&writer, (const uint8_t *)"cat", 3);
  vd_rlp_list(&writer, sizeof bytes);
  assert_written(&writer, "c88363617483646f67");
}

/* Round trip at every length at which heads change. */
static void test_lengths(void **state) {
  (void)state;
  static const size_t lengths[] = {0, 1, 2, 54, 55, 56, 57, 255, 256, 257, 65535, 65536, 70000};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    size_t len = lengths[i], size = len + 16, got = 0;
    uint8_t *content = malloc(len + 1), *bytes = malloc(size);
    struct vd_rlp_writer writer;
    struct vd_rlp_reader reader, inside;
    assert_true(content != NULL && bytes != NULL);
    memset(content, 0x80, len + 1);
    vd_rlp_begin(&writer, bytes, size);
    vd_rlp_bytes(&writer, content, len);
    vd_rlp_list(&writer, size);
    assert_false(writer.has_failed);
    vd_rlp_read(&reader, bytes + writer.at, size - writer.at);
    vd_rlp_read_list(&reader, &inside);
    const uint8_t *back = vd_rlp_read_bytes(&inside, &got);
    assert_true(vd_rlp_is_at_end(&inside) && vd_rlp_is_at_end(&reader));
    assert_int_equal(got, len);
    assert_memory_equal(back, content, len);
    /* One byte short, and nothing is read. */
    vd_rlp_read(&reader, bytes + writer.at, size - writer.at - 1);
    vd_rlp_read_list(&reader, &inside);
    assert_true(reader.has_failed && inside.has_failed && inside.len == 0);
    free(content);
    free(bytes);
  }
}

static void test_a_small_buffer_fails(void **state) {
  (void)state;
  uint8_t bytes[8] = {0x55, 0x55, 0x55, 0x55};
  struct vd_rlp_writer writer;
  for (size_t size = 0; size < 4; size++) {
    vd_rlp_begin(&writer, bytes + 4, size);
    vd_rlp_bytes(&writer, (const uint8_t *)"dog", 3);
    vd_rlp_number(&writer, 0);
    vd_rlp_list(&writer, size);
    assert_true(writer.has_failed);
  }
  assert_memory_equal(bytes, "\x55\x55\x55\x55", 4);
  vd_rlp_begin(&writer, bytes + 4, 4);
  vd_rlp_bytes(&writer, (const uint8_t *)"dog", 3);
  assert_false(writer.has_failed);
  assert_int_equal(writer.at, 0);
}

enum wanted { STRING, NUMBER, LIST };

static bool is_read(const char *hex, enum wanted wanted) {
  uint8_t bytes[80];
  size_t len = strlen(hex) / 2, got = 0;
  struct vd_rlp_reader reader, inside;
  uint8_t *exact = malloc(len == 0 ? 1 : len); /* for the sanitizer to see the byte behind it */
  assert_true(exact != NULL && len <= sizeof bytes && vd_hex_decode(bytes, len, hex, strlen(hex)));
  memcpy(exact, bytes, len);
  vd_rlp_read(&reader, exact, len);
  switch (wanted) {
    case STRING: (void)vd_rlp_read_bytes(&reader, &got); break;
    case NUMBER: (void)vd_rlp_read_number(&reader); break;
    case LIST: vd_rlp_read_list(&reader, &inside); break;
  }
  bool good = vd_rlp_is_at_end(&reader);
  if (reader.has_failed && wanted == STRING) assert_int_equal(got, 0);
  free(exact);
  return good;
}

static void test_refusals(void **state) {
  (void)state;
  static const struct { enum wanted wanted; const char *why, *hex; } wrong[] = {
      {STRING, "nothing", ""},
      {STRING, "a byte that stands for itself, with a head", "8100"},
      {STRING, "the same, the last of them", "817f"},
      {STRING, "a short string in long form", "b800"},
      {STRING, "a string of 55 bytes in long form",
       "b837000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
       "00000000"},
      {STRING, "a length with a leading zero",
       "b900380000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
       "0000000000"
       "00"},
      {STRING, "truncated", "83646f"},
      {STRING, "head alone", "83"},
      {STRING, "the length truncated", "b9ff"},
      {STRING, "no length", "b8"},
      {STRING, "longer than any memory", "bfffffffffffffffff"},
      {STRING, "longer than what is left", "bf7fffffffffffffff"},
      {STRING, "a list in place of a string", "c0"},
      {STRING, "a longer list", "c180"},
      {STRING, "a list, with what could be a length of nine bytes behind it",
       "c0010000000000000038"
       "00000000000000000000000000000000000000000000000000000000"
       "00000000000000000000000000000000000000000000000000000000"},
      {STRING, "a list in long form", "f800"},
      {STRING, "bytes behind it", "8000"},
      {NUMBER, "zero as a byte", "00"},
      {NUMBER, "a leading zero", "820001"},
      {NUMBER, "nine bytes", "89010000000000000000"},
      {NUMBER, "nine bytes, the first of them zero", "8900ffffffffffffffff"},
      {NUMBER, "a small number with a head", "8101"},
      {NUMBER, "a list", "c101"},
      {LIST, "nothing", ""},
      {LIST, "a string", "80"},
      {LIST, "a byte", "01"},
      {LIST, "the longest head of a string", "bf"},
      {LIST, "truncated", "c1"},
      {LIST, "long form of a short list", "f800"},
      {LIST, "a length with a leading zero", "f90000"},
      {LIST, "longer than any memory", "ffffffffffffffffff"},
      {LIST, "no length", "ff"},
      {LIST, "bytes behind it", "c080"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    if (is_read(wrong[i].hex, wrong[i].wanted)) fail_msg("accepted: %s (%s)", wrong[i].why, wrong[i].hex);
  }
  assert_true(is_read("80", STRING) && is_read("80", NUMBER) && is_read("c0", LIST) && is_read("c101", LIST));
}

/* After a failure nothing more is read, even where what follows would be good. */
static void test_a_failure_stays(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0x81, 0x01, 0x05, 0xc0};
  struct vd_rlp_reader reader, inside;
  size_t len = 99;
  vd_rlp_read(&reader, bytes, sizeof bytes);
  assert_true(vd_rlp_read_number(&reader) == 0);
  assert_true(vd_rlp_read_number(&reader) == 0);
  (void)vd_rlp_read_bytes(&reader, &len);
  assert_int_equal(len, 0);
  vd_rlp_read_list(&reader, &inside);
  assert_true(inside.has_failed && inside.len == 0);
  assert_false(vd_rlp_is_at_end(&reader));
}

/* Of all texts of up to three bytes that are read as a string, each is what would be written for it. */
static void test_one_encoding_only(void **state) {
  (void)state;
  unsigned accepted = 0;
  for (uint32_t value = 0; value < UINT32_C(1) << 24; value++) {
    uint8_t bytes[3] = {(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value}, again[8];
    struct vd_rlp_reader reader;
    struct vd_rlp_writer writer;
    size_t len = 0;
    vd_rlp_read(&reader, bytes, sizeof bytes);
    const uint8_t *content = vd_rlp_read_bytes(&reader, &len);
    if (reader.has_failed) continue;
    accepted++;
    vd_rlp_begin(&writer, again, sizeof again);
    vd_rlp_bytes(&writer, content, len);
    assert_int_equal(sizeof again - writer.at, sizeof bytes - reader.len);
    assert_memory_equal(again + writer.at, bytes, sizeof again - writer.at);
  }
  /* 0x00..0x80, each before 2^16 others; 81 with 128 bytes, each before 2^8; 82 with two. */
  assert_int_equal(accepted, 129 * 65536 + 128 * 256 + 65536);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_strings),          cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_lists),            cmocka_unit_test(test_cat_and_dog),
      cmocka_unit_test(test_lengths),          cmocka_unit_test(test_a_small_buffer_fails),
      cmocka_unit_test(test_refusals),         cmocka_unit_test(test_a_failure_stays),
      cmocka_unit_test(test_one_encoding_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
