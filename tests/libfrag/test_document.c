#include "libfrag/cmocka_all.h"

#include <frag/document.h>

#include "bytes.h"
#include "cbor.h"
#include "libfrag/fixture.h"

#define ENCODED_MAX 4096

static frag_error encode(struct fixture *fixture, const struct frag_document *document) {
  static uint8_t bytes[FRAG_DOCUMENT_MAX + 4096];
  size_t len = 77;
  frag_error error = frag_document_encode(fixture->context, bytes, sizeof bytes, &len, document);
  if (error != FRAG_OK) assert_int_equal(len, 0);
  return error;
}

static struct frag_document full_document(const struct fixture *fixture) {
  struct frag_document document = fixture->document;
  document.has_expires = true;
  document.expires_s = document.issued_s + 1;
  document.has_file_seal = true;
  document.file_seal = (struct frag_file_seal){1000, 10, 20, {1, 2, 3}};
  return document;
}

/* The bytes of the known answer's document, from RFC 8949's rules by hand. */
static void test_known_bytes(void **state) {
  struct fixture *fixture = *state;
  uint8_t out[ENCODED_MAX], expected[ENCODED_MAX];
  size_t len = 0, at = 0;
  assert_int_equal(frag_document_encode(fixture->context, out, sizeof out, &len, &fixture->document), FRAG_OK);
  assert_int_equal(len, 170);
  hex_decode(expected, 15, "a8016b727570702e6564752e6b6802");
  at = 15;
  expected[at++] = 0x48;
  memcpy(expected + at, frag_key_id(fixture->issuer), 8);
  at += 8;
  hex_decode(expected + at, 17, "036f6465677265652f62616368656c6f72");
  at += 17;
  hex_decode(expected + at, 18, "0470525550502d323032362d303030313233");
  at += 18;
  hex_decode(expected + at, 8, "0501061a692cda80");
  at += 8;
  expected[at++] = 0x08;
  expected[at++] = 0x50;
  memcpy(expected + at, fixture->document.rid, 16);
  at += 16;
  hex_decode(expected + at, 7, "09838264" "6e616d");
  at += 7;
  assert_memory_equal(out, expected, at);
}

static void check_round_trip(struct fixture *fixture, const struct frag_document *document) {
  static uint8_t out[FRAG_DOCUMENT_MAX], again[FRAG_DOCUMENT_MAX];
  struct frag_document decoded;
  size_t len = 0, again_len = 0;
  assert_int_equal(frag_document_encode(fixture->context, out, sizeof out, &len, document), FRAG_OK);
  assert_int_equal(frag_document_decode(fixture->context, &decoded, out, len), FRAG_OK);
  assert_true(frag_slice_equal(decoded.issuer, document->issuer));
  assert_true(frag_slice_equal(decoded.type, document->type));
  assert_true(frag_slice_equal(decoded.serial, document->serial));
  assert_memory_equal(decoded.kid, document->kid, 8);
  assert_memory_equal(decoded.rid, document->rid, 16);
  assert_true(decoded.issue_no == document->issue_no && decoded.issued_s == document->issued_s);
  assert_true(decoded.has_expires == document->has_expires && decoded.expires_s == document->expires_s);
  assert_true(decoded.has_file_seal == document->has_file_seal);
  assert_memory_equal(&decoded.file_seal, &document->file_seal, sizeof decoded.file_seal);
  assert_int_equal(decoded.attribute_count, document->attribute_count);
  for (size_t i = 0; i < decoded.attribute_count; i++) {
    assert_true(frag_slice_equal(decoded.attributes[i].name, document->attributes[i].name));
    assert_true(frag_slice_equal(decoded.attributes[i].value, document->attributes[i].value));
  }
  assert_int_equal(frag_document_encode(fixture->context, again, sizeof again, &again_len, &decoded), FRAG_OK);
  assert_true(frag_slice_equal(frag_bytes(out, len), frag_bytes(again, again_len)));
}

static void test_round_trip(void **state) {
  struct fixture *fixture = *state;
  struct frag_document document = fixture->document;
  check_round_trip(fixture, &document);
  document.attributes[1].value = slice_of("");
  document.issue_no = UINT64_MAX;
  document.issued_s = 0;
  check_round_trip(fixture, &document);
  document.issued_s = UINT64_MAX;
  check_round_trip(fixture, &document);
  document = full_document(fixture);
  check_round_trip(fixture, &document);
  document.has_expires = false;
  document.expires_s = 0;
  document.file_seal = (struct frag_file_seal){UINT64_MAX, UINT64_MAX, UINT64_MAX, {0}};
  check_round_trip(fixture, &document);
  document.file_seal = (struct frag_file_seal){0, 0, 0, {0}};
  check_round_trip(fixture, &document);
}

/* Each name-like field with 0, 1, 64 and 65 bytes. */
static void test_field_lengths(void **state) {
  struct fixture *fixture = *state;
  uint8_t text[65];
  memset(text, 'a', sizeof text);
  for (unsigned field = 0; field < 4; field++)
    for (size_t len = 0; len <= sizeof text; len++) {
      struct frag_document document = fixture->document;
      struct frag_slice *const fields[] = {&document.issuer, &document.type, &document.serial,
                                           &document.attributes[0].name};
      *fields[field] = frag_bytes(text, len);
      assert_int_equal(encode(fixture, &document), len >= 1 && len <= 64 ? FRAG_OK : FRAG_FIELD_LENGTH);
    }
}

static void test_field_text(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    const char *text;
    frag_error error;
  } texts[] = {{"e\xcc\x81", FRAG_TEXT_NFC}, {"\xff", FRAG_TEXT_UTF8}, {"\xe2\x80\xae", FRAG_TEXT_FORBIDDEN},
               {"\x07", FRAG_TEXT_FORBIDDEN}, {"សុខ", FRAG_OK}};
  for (size_t i = 0; i < FRAG_COUNT(texts); i++)
    for (unsigned field = 0; field < 5; field++) {
      struct frag_document document = fixture->document;
      struct frag_slice *const fields[] = {&document.serial, &document.attributes[2].name,
                                           &document.attributes[2].value, &document.issuer, &document.type};
      *fields[field] = slice_of(texts[i].text);
      assert_int_equal(encode(fixture, &document), field < 3 ? texts[i].error : FRAG_FIELD_CHARACTERS);
    }
  struct frag_document document = fixture->document;
  document.issuer = slice_of("rupp/kh");
  assert_int_equal(encode(fixture, &document), FRAG_FIELD_CHARACTERS);
  document.issuer = slice_of("RUPP");
  assert_int_equal(encode(fixture, &document), FRAG_FIELD_CHARACTERS);
}

static void test_numbers(void **state) {
  struct fixture *fixture = *state;
  struct frag_document document = fixture->document;
  document.issue_no = 0;
  assert_int_equal(encode(fixture, &document), FRAG_FIELD_RANGE);
  document.issue_no = 1;
  document.has_expires = true;
  static const struct {
    uint64_t issued, expires;
    frag_error error;
  } times[] = {{5, 6, FRAG_OK}, {5, 5, FRAG_FIELD_RANGE}, {5, 4, FRAG_FIELD_RANGE}, {0, 0, FRAG_FIELD_RANGE},
               {0, 1, FRAG_OK}, {UINT64_MAX, UINT64_MAX, FRAG_FIELD_RANGE}, {UINT64_MAX, 0, FRAG_FIELD_RANGE}};
  for (size_t i = 0; i < FRAG_COUNT(times); i++) {
    document.issued_s = times[i].issued;
    document.expires_s = times[i].expires;
    assert_int_equal(encode(fixture, &document), times[i].error);
  }
  document = full_document(fixture);
  static const struct {
    uint64_t length, begin, end;
    frag_error error;
  } seals[] = {{10, 0, 10, FRAG_OK}, {10, 10, 10, FRAG_OK}, {10, 0, 0, FRAG_OK}, {10, 5, 4, FRAG_FIELD_RANGE},
               {10, 0, 11, FRAG_FIELD_RANGE}, {10, 11, 11, FRAG_FIELD_RANGE}, {0, 0, 1, FRAG_FIELD_RANGE},
               {10, UINT64_MAX, 3, FRAG_FIELD_RANGE}, {10, 3, UINT64_MAX, FRAG_FIELD_RANGE}};
  for (size_t i = 0; i < FRAG_COUNT(seals); i++) {
    document.file_seal = (struct frag_file_seal){seals[i].length, seals[i].begin, seals[i].end, {0}};
    assert_int_equal(encode(fixture, &document), seals[i].error);
  }
}

static void test_attributes(void **state) {
  struct fixture *fixture = *state;
  static char names[FRAG_ATTRIBUTES_MAX][8];
  struct frag_document document = fixture->document;
  for (size_t i = 0; i < FRAG_ATTRIBUTES_MAX; i++) {
    names[i][0] = (char)('a' + i / 26);
    names[i][1] = (char)('a' + i % 26);
    document.attributes[i].name = slice_of(names[i]);
    document.attributes[i].value = slice_of("same");
  }
  for (size_t count = 0; count <= FRAG_ATTRIBUTES_MAX; count++) {
    document.attribute_count = count;
    assert_int_equal(encode(fixture, &document), count == 0 ? FRAG_FIELD_LENGTH : FRAG_OK);
  }
  check_round_trip(fixture, &document);
  document.attribute_count = FRAG_ATTRIBUTES_MAX + 1;
  assert_int_equal(encode(fixture, &document), FRAG_FIELD_LENGTH);
  document.attribute_count = FRAG_ATTRIBUTES_MAX;
  for (size_t i = 0; i < FRAG_ATTRIBUTES_MAX; i++)
    for (size_t k = 0; k < i; k += 7) {
      struct frag_slice kept = document.attributes[i].name;
      document.attributes[i].name = document.attributes[k].name;
      assert_int_equal(encode(fixture, &document), FRAG_FIELD_DUPLICATE);
      document.attributes[i].name = kept;
    }
  static uint8_t value[FRAG_PLAINTEXT_MAX + 1];
  memset(value, 'v', sizeof value);
  document.attribute_count = 1;
  document.attributes[0].value = frag_bytes(value, FRAG_DOCUMENT_MAX);
  assert_int_equal(encode(fixture, &document), FRAG_OK);
  document.attributes[0].value.len++;
  assert_int_equal(encode(fixture, &document), FRAG_FIELD_LENGTH);
}

/* Too small a buffer is never overrun and never half an answer. */
static void test_capacity(void **state) {
  struct fixture *fixture = *state;
  struct frag_document document = full_document(fixture);
  uint8_t out[ENCODED_MAX];
  size_t needed = 0, len;
  assert_int_equal(frag_document_encode(fixture->context, out, sizeof out, &needed, &document), FRAG_OK);
  for (size_t capacity = 0; capacity <= needed; capacity++) {
    memset(out, 0xee, sizeof out);
    frag_error error = frag_document_encode(fixture->context, out, capacity, &len, &document);
    assert_int_equal(error, capacity < needed ? FRAG_BUFFER_TOO_SMALL : FRAG_OK);
    assert_int_equal(len, capacity < needed ? 0 : needed);
    for (size_t i = capacity; i < needed + 16; i++) assert_int_equal(out[i], 0xee);
  }
}

static void check_strict(struct fixture *fixture, const uint8_t *bytes, size_t len) {
  struct frag_document decoded;
  uint8_t again[ENCODED_MAX];
  size_t again_len = 0;
  if (frag_document_decode(fixture->context, &decoded, bytes, len) != FRAG_OK) {
    assert_true(is_all_zero(&decoded, sizeof decoded));
    return;
  }
  assert_int_equal(frag_document_encode(fixture->context, again, sizeof again, &again_len, &decoded), FRAG_OK);
  assert_true(frag_slice_equal(frag_bytes(bytes, len), frag_bytes(again, again_len)));
}

static void test_bit_flips_and_truncation(void **state) {
  struct fixture *fixture = *state;
  struct frag_document document = full_document(fixture), decoded;
  uint8_t bytes[ENCODED_MAX];
  size_t len = 0;
  assert_int_equal(frag_document_encode(fixture->context, bytes, sizeof bytes, &len, &document), FRAG_OK);
  for (size_t cut = 0; cut < len; cut++)
    assert_int_not_equal(frag_document_decode(fixture->context, &decoded, bytes, cut), FRAG_OK);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    check_strict(fixture, bytes, len);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  for (unsigned more = 0; more < 256; more++) {
    bytes[len] = (uint8_t)more;
    assert_int_equal(frag_document_decode(fixture->context, &decoded, bytes, len + 1), FRAG_CBOR_TRAILING);
    assert_true(is_all_zero(&decoded, sizeof decoded));
  }
}

/* Writes the known document's pairs in a chosen order, by hand. Keys above 10 get a number as their value. */
static size_t write_pairs(const struct fixture *fixture, uint8_t *out, const uint8_t *keys, size_t count,
                          size_t announced) {
  const struct frag_document document = full_document(fixture);
  struct frag_cbor_writer writer = {out, ENCODED_MAX, 0, FRAG_OK};
  frag_cbor_write_map(&writer, announced);
  for (size_t i = 0; i < count; i++) {
    frag_cbor_write_uint(&writer, keys[i]);
    switch (keys[i]) {
      case 1: frag_cbor_write_text(&writer, document.issuer); break;
      case 2: frag_cbor_write_bytes(&writer, frag_bytes(document.kid, 8)); break;
      case 3: frag_cbor_write_text(&writer, document.type); break;
      case 4: frag_cbor_write_text(&writer, document.serial); break;
      case 8: frag_cbor_write_bytes(&writer, frag_bytes(document.rid, 16)); break;
      case 9:
        frag_cbor_write_array(&writer, 1);
        frag_cbor_write_array(&writer, 2);
        frag_cbor_write_text(&writer, document.attributes[0].name);
        frag_cbor_write_text(&writer, document.attributes[0].value);
        break;
      case 10:
        frag_cbor_write_array(&writer, 4);
        for (uint64_t n = 0; n < 3; n++) frag_cbor_write_uint(&writer, 10 * (n == 0));
        frag_cbor_write_bytes(&writer, frag_bytes(document.file_seal.sha256, 32));
        break;
      default: frag_cbor_write_uint(&writer, document.issued_s + keys[i]); break;
    }
  }
  return writer.len;
}

static frag_error decode_pairs(struct fixture *fixture, const uint8_t *keys, size_t count, size_t announced) {
  uint8_t bytes[ENCODED_MAX];
  struct frag_document decoded;
  size_t len = write_pairs(fixture, bytes, keys, count, announced);
  return frag_document_decode(fixture->context, &decoded, bytes, len);
}

static void test_keys(void **state) {
  struct fixture *fixture = *state;
  static const uint8_t all[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  uint8_t keys[12];
  assert_int_equal(decode_pairs(fixture, all, 10, 10), FRAG_OK);
  for (size_t missing = 0; missing < 10; missing++) {
    size_t count = 0;
    for (size_t i = 0; i < 10; i++)
      if (i != missing) keys[count++] = all[i];
    bool optional = all[missing] == 7 || all[missing] == 10;
    frag_error error = decode_pairs(fixture, keys, 9, 9);
    if (optional != (error == FRAG_OK)) fail_msg("without key %u: %d", all[missing], error);
  }
  for (size_t i = 0; i + 1 < 10; i++) { /* out of order */
    memcpy(keys, all, 10);
    keys[i] = all[i + 1];
    keys[i + 1] = all[i];
    assert_int_equal(decode_pairs(fixture, keys, 10, 10), FRAG_CBOR_KEY);
  }
  for (size_t i = 0; i < 10; i++) { /* twice */
    memcpy(keys, all, i + 1);
    memcpy(keys + i + 1, all + i, 10 - i);
    assert_int_not_equal(decode_pairs(fixture, keys, 11, 11), FRAG_OK);
  }
  for (unsigned unknown = 0; unknown < 256; unknown++) { /* a key that section 2 does not have */
    if (unknown >= 1 && unknown <= 10) continue;
    memcpy(keys, all, 10);
    keys[10] = (uint8_t)unknown;
    assert_int_not_equal(decode_pairs(fixture, keys, 11, 11), FRAG_OK);
    keys[0] = (uint8_t)unknown;
    memcpy(keys + 1, all, 10);
    assert_int_not_equal(decode_pairs(fixture, keys, 11, 11), FRAG_OK);
  }
  for (size_t announced = 0; announced < 24; announced++) /* a map that says another number of pairs */
    if (announced != 10) assert_int_not_equal(decode_pairs(fixture, all, 10, announced), FRAG_OK);
}

static void test_file_seal(void **state) {
  struct fixture *fixture = *state;
  uint8_t file[100];
  uint64_t seed = 5;
  struct frag_file_seal seal;
  random_fill(&seed, file, sizeof file);
  struct frag_slice whole = frag_bytes(file, sizeof file);
  assert_int_equal(frag_file_seal_make(fixture->context, &seal, whole, 40, 60), FRAG_OK);
  assert_true(seal.length == 100 && seal.excluded_begin == 40 && seal.excluded_end == 60);
  assert_int_equal(frag_file_seal_check(fixture->context, &seal, whole), FRAG_OK);
  for (size_t i = 0; i < sizeof file; i++) {
    file[i] ^= 1;
    assert_int_equal(frag_file_seal_check(fixture->context, &seal, whole),
                     i >= 40 && i < 60 ? FRAG_OK : FRAG_FILE_MISMATCH);
    file[i] ^= 1;
  }
  for (size_t len = 0; len < sizeof file; len++)
    assert_int_equal(frag_file_seal_check(fixture->context, &seal, frag_bytes(file, len)), FRAG_FILE_MISMATCH);
  uint8_t longer[101] = {0};
  memcpy(longer, file, sizeof file);
  assert_int_equal(frag_file_seal_check(fixture->context, &seal, frag_bytes(longer, 101)), FRAG_FILE_MISMATCH);
  for (uint64_t begin = 0; begin <= 101; begin++) { /* moving the range is noticed; a senseless one too */
    struct frag_file_seal moved = seal;
    moved.excluded_begin = begin;
    if (begin != 40)
      assert_int_equal(frag_file_seal_check(fixture->context, &moved, whole), FRAG_FILE_MISMATCH);
  }
  seal.excluded_end = UINT64_MAX;
  assert_int_equal(frag_file_seal_check(fixture->context, &seal, whole), FRAG_FILE_MISMATCH);
}

static void test_file_seal_ranges(void **state) {
  struct fixture *fixture = *state;
  struct frag_file_seal seal;
  uint8_t file[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (uint64_t begin = 0; begin <= 9; begin++)
    for (uint64_t end = 0; end <= 9; end++) {
      frag_error error = frag_file_seal_make(fixture->context, &seal, frag_bytes(file, 8), begin, end);
      assert_int_equal(error, begin <= end && end <= 8 ? FRAG_OK : FRAG_FIELD_RANGE);
      if (error != FRAG_OK) assert_true(is_all_zero(&seal, sizeof seal));
      else assert_int_equal(frag_file_seal_check(fixture->context, &seal, frag_bytes(file, 8)), FRAG_OK);
    }
  assert_int_equal(frag_file_seal_make(fixture->context, &seal, frag_bytes(NULL, 0), 0, 0), FRAG_OK);
  uint8_t empty_sha256[32];
  hex_decode(empty_sha256, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert_memory_equal(seal.sha256, empty_sha256, 32);
  assert_int_equal(frag_file_seal_check(fixture->context, &seal, frag_bytes(NULL, 0)), FRAG_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_bytes),   cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_field_lengths), cmocka_unit_test(test_field_text),
      cmocka_unit_test(test_numbers),       cmocka_unit_test(test_attributes),
      cmocka_unit_test(test_capacity),      cmocka_unit_test(test_bit_flips_and_truncation),
      cmocka_unit_test(test_keys),          cmocka_unit_test(test_file_seal),
      cmocka_unit_test(test_file_seal_ranges),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
