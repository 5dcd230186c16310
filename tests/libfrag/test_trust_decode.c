#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "cbor.h"
#include "libfrag/fixture.h"
#include "trust.h"

static const uint8_t aux32[32];

struct file {
  uint8_t bytes[4096];
  size_t len;
};

/* A file of the fixture's list with any signatures. */
static void write_file(struct fixture *fixture, struct file *file, const struct frag_root_signature *signatures,
                       size_t count) {
  assert_int_equal(frag_trust_file_encode(file->bytes, sizeof file->bytes, &file->len, frag_trust_bytes(fixture->trust),
                                          signatures, count),
                   FRAG_OK);
}

static struct frag_root_signature sign(struct fixture *fixture, const struct frag_key *root) {
  struct frag_root_signature signature;
  assert_int_equal(frag_trust_sign(fixture->context, &signature, frag_trust_bytes(fixture->trust), root, aux32),
                   FRAG_OK);
  return signature;
}

static frag_error open_pins(struct fixture *fixture, const struct file *file, const struct frag_pins *pins) {
  struct frag_trust *trust = NULL;
  frag_error error = frag_trust_open(fixture->context, &trust, frag_bytes(file->bytes, file->len), pins);
  assert_int_equal(error == FRAG_OK, trust != NULL);
  frag_trust_free(trust);
  return error;
}

/* Opens with both roots pinned. */
static frag_error open_both(struct fixture *fixture, const struct file *file, size_t threshold) {
  uint8_t roots[2][32];
  memcpy(roots[0], frag_key_public(fixture->root), 32);
  memcpy(roots[1], frag_key_public(fixture->other_root), 32);
  struct frag_pins pins = {1, threshold, 2, (const uint8_t(*)[32])roots};
  return open_pins(fixture, file, &pins);
}

static void test_threshold(void **state) {
  struct fixture *fixture = *state;
  struct frag_root_signature all[3] = {sign(fixture, fixture->root), sign(fixture, fixture->other_root),
                                       sign(fixture, fixture->stranger)};
  for (unsigned set = 0; set < 8; set++) {
    struct frag_root_signature used[3];
    struct file file;
    size_t count = 0;
    for (unsigned i = 0; i < 3; i++)
      if ((set >> i & 1) != 0) used[count++] = all[i];
    write_file(fixture, &file, used, count);
    unsigned pinned = (set & 1) + (set >> 1 & 1); /* the stranger's signature counts for nothing */
    assert_int_equal(open_both(fixture, &file, 1), pinned >= 1 ? FRAG_OK : FRAG_TRUST_SIGNATURES);
    assert_int_equal(open_both(fixture, &file, 2), pinned >= 2 ? FRAG_OK : FRAG_TRUST_SIGNATURES);
  }
}

static void test_duplicate_root(void **state) {
  struct fixture *fixture = *state;
  struct frag_root_signature twice[3] = {sign(fixture, fixture->root), sign(fixture, fixture->root),
                                         sign(fixture, fixture->other_root)};
  const uint8_t other_aux32[32] = {9};
  struct file file;
  write_file(fixture, &file, twice, 2);
  assert_int_equal(open_both(fixture, &file, 1), FRAG_OK);
  assert_int_equal(open_both(fixture, &file, 2), FRAG_TRUST_SIGNATURES);
  write_file(fixture, &file, twice, 3);
  assert_int_equal(open_both(fixture, &file, 2), FRAG_OK);
  /* A different signature by the same root is the same root. */
  assert_int_equal(frag_trust_sign(fixture->context, &twice[1], frag_trust_bytes(fixture->trust), fixture->root,
                                   other_aux32),
                   FRAG_OK);
  write_file(fixture, &file, twice, 2);
  assert_int_equal(open_both(fixture, &file, 2), FRAG_TRUST_SIGNATURES);
  /* So is one root pinned twice. */
  uint8_t roots[2][32];
  memcpy(roots[0], frag_key_public(fixture->root), 32);
  memcpy(roots[1], frag_key_public(fixture->root), 32);
  struct frag_pins pins = {1, 2, 2, (const uint8_t(*)[32])roots};
  assert_int_equal(open_pins(fixture, &file, &pins), FRAG_TRUST_SIGNATURES);
  write_file(fixture, &file, twice, 1);
  assert_int_equal(open_pins(fixture, &file, &pins), FRAG_TRUST_SIGNATURES);
}

/* A wrong signature by a pinned root counts for nothing, and does not hold up a list that enough others signed. */
static void test_wrong_signature(void **state) {
  struct fixture *fixture = *state;
  struct frag_root_signature signatures[2] = {sign(fixture, fixture->root), sign(fixture, fixture->other_root)};
  struct file file;
  for (size_t at = 0; at < 64; at++) {
    signatures[1].sig64[at] ^= 1;
    write_file(fixture, &file, signatures, 2);
    assert_int_equal(open_both(fixture, &file, 2), FRAG_TRUST_SIGNATURES);
    assert_int_equal(open_both(fixture, &file, 1), FRAG_OK);
    write_file(fixture, &file, signatures + 1, 1);
    assert_int_equal(open_both(fixture, &file, 1), FRAG_TRUST_SIGNATURES);
    signatures[1].sig64[at] ^= 1;
  }
  memcpy(signatures[1].sig64, signatures[0].sig64, 64);
  write_file(fixture, &file, signatures, 2);
  assert_int_equal(open_both(fixture, &file, 2), FRAG_TRUST_SIGNATURES);
  memcpy(signatures[1].kid, frag_key_id(fixture->stranger), 8); /* an unknown signer's is not looked at */
  write_file(fixture, &file, signatures, 2);
  assert_int_equal(open_both(fixture, &file, 1), FRAG_OK);
}

static void test_pins(void **state) {
  struct fixture *fixture = *state;
  struct frag_root_signature signature = sign(fixture, fixture->root);
  struct file file;
  uint8_t roots[FRAG_ROOTS_MAX + 1][32];
  write_file(fixture, &file, &signature, 1);
  for (size_t i = 0; i < FRAG_COUNT(roots); i++) memcpy(roots[i], frag_key_public(fixture->root), 32);
  static const struct {
    uint16_t realm;
    size_t threshold, count;
    frag_error error;
  } cases[] = {{1, 1, 1, FRAG_OK},
               {1, 1, FRAG_ROOTS_MAX, FRAG_OK},
               {1, 0, 1, FRAG_FIELD_RANGE},
               {1, 2, 1, FRAG_FIELD_RANGE},
               {1, 0, 0, FRAG_FIELD_RANGE},
               {1, 1, 0, FRAG_FIELD_RANGE},
               {1, 1, FRAG_ROOTS_MAX + 1, FRAG_FIELD_RANGE},
               {2, 1, 1, FRAG_TRUST_REALM}};
  for (size_t i = 0; i < FRAG_COUNT(cases); i++) {
    struct frag_pins pins = {cases[i].realm, cases[i].threshold, cases[i].count, (const uint8_t(*)[32])roots};
    if (open_pins(fixture, &file, &pins) != cases[i].error) fail_msg("case %zu", i);
  }
  memset(roots[0], 0xff, 32); /* a pin that is no key */
  struct frag_pins pins = {1, 1, 1, (const uint8_t(*)[32])roots};
  assert_int_equal(open_pins(fixture, &file, &pins), FRAG_KEY_INVALID);
}

/* The whole file under every flip of one bit: refused, or passed over because it touched what nobody signed
 * and nobody reads; never another list. */
static void test_every_bit_of_the_file(void **state) {
  struct fixture *fixture = *state;
  struct frag_root_signature signatures[2] = {sign(fixture, fixture->root), sign(fixture, fixture->stranger)};
  uint8_t roots[1][32];
  struct file file;
  memcpy(roots[0], frag_key_public(fixture->root), 32);
  struct frag_pins pins = {1, 1, 1, (const uint8_t(*)[32])roots};
  write_file(fixture, &file, signatures, 2);
  size_t strangers_part = file.len - 64 - 2 - 8 - 1;
  for (size_t bit = 0; bit < 8 * file.len; bit++) {
    struct frag_trust *trust = NULL;
    file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    frag_error error = frag_trust_open(fixture->context, &trust, frag_bytes(file.bytes, file.len), &pins);
    if (error == FRAG_OK) {
      assert_true(bit / 8 >= strangers_part);
      assert_true(frag_slice_equal(frag_trust_bytes(trust), frag_trust_bytes(fixture->trust)));
    }
    frag_trust_free(trust);
    file.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  for (size_t len = 0; len < file.len; len++) {
    struct frag_trust *trust = NULL;
    assert_int_not_equal(frag_trust_open(fixture->context, &trust, frag_bytes(file.bytes, len), &pins), FRAG_OK);
    assert_null(trust);
  }
  file.bytes[file.len++] = 0;
  assert_int_equal(open_pins(fixture, &file, &pins), FRAG_CBOR_TRAILING);
}

/* What decodes encodes to the same bytes: so no two encodings of one list exist. */
static bool decodes_strictly(struct fixture *fixture, struct frag_slice bytes) {
  static uint8_t again[8192];
  struct frag_trust *trust = NULL;
  size_t len = 0;
  if (frag_trust_decode(fixture->context, &trust, bytes) != FRAG_OK) {
    assert_null(trust);
    return false;
  }
  assert_int_equal(frag_trust_encode(fixture->context, again, sizeof again, &len, frag_trust_list(trust)), FRAG_OK);
  assert_true(frag_slice_equal(frag_bytes(again, len), bytes));
  assert_true(frag_slice_equal(frag_trust_bytes(trust), bytes));
  frag_trust_free(trust);
  return true;
}

static void test_list_is_strict(void **state) {
  struct fixture *fixture = *state;
  uint8_t bytes[2048];
  struct frag_slice list = frag_trust_bytes(fixture->trust);
  memcpy(bytes, list.data, list.len);
  assert_true(decodes_strictly(fixture, list));
  for (size_t bit = 0; bit < 8 * list.len; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    (void)decodes_strictly(fixture, frag_bytes(bytes, list.len));
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  for (size_t len = 0; len < list.len; len++) assert_false(decodes_strictly(fixture, frag_bytes(bytes, len)));
  for (unsigned more = 0; more < 256; more++) {
    bytes[list.len] = (uint8_t)more;
    assert_false(decodes_strictly(fixture, frag_bytes(bytes, list.len + 1)));
  }
}

/* A key's map written by hand: `keys` in this order, with `pairs` announced. */
static frag_error decode_key_map(struct fixture *fixture, const uint8_t *keys, size_t count, size_t pairs,
                                 const char *const *languages) {
  uint8_t bytes[1024];
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  struct frag_cbor_writer writer = {bytes, sizeof bytes, 0, FRAG_OK};
  const uint8_t none[32] = {0};
  frag_cbor_write_array(&writer, 7);
  for (uint64_t i = 0; i < 5; i++) frag_cbor_write_uint(&writer, i < 3 ? 1 : i); /* version, realm, no, issued, next */
  frag_cbor_write_bytes(&writer, frag_bytes(none, 32));
  frag_cbor_write_array(&writer, 1);
  frag_cbor_write_map(&writer, pairs);
  for (size_t i = 0; i < count; i++) {
    frag_cbor_write_uint(&writer, keys[i]);
    if (keys[i] == 1) frag_cbor_write_bytes(&writer, frag_bytes(key.kid, 8));
    else if (keys[i] == 2) frag_cbor_write_bytes(&writer, frag_bytes(key.pub32, 32));
    else if (keys[i] == 4) frag_cbor_write_text(&writer, key.issuer);
    else if (keys[i] == 8) frag_cbor_write_array(&writer, 0);
    else if (keys[i] == 5) {
      frag_cbor_write_map(&writer, 2);
      for (size_t k = 0; k < 2; k++) {
        frag_cbor_write_text(&writer, slice_of(languages[k]));
        frag_cbor_write_text(&writer, slice_of("RUPP"));
      }
    } else frag_cbor_write_uint(&writer, keys[i] == 3 ? 1 : 100);
  }
  struct frag_trust *trust = NULL;
  frag_error error = frag_trust_decode(fixture->context, &trust, frag_bytes(bytes, writer.len));
  frag_trust_free(trust);
  return error;
}

static void test_key_map(void **state) {
  struct fixture *fixture = *state;
  static const uint8_t all[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  static const char *const in_order[2] = {"en", "km"}, *const reversed[2] = {"km", "en"};
  static const char *const by_length[2] = {"zh", "a-b"}, *const against_length[2] = {"a-b", "zh"};
  static const char *const twice[2] = {"en", "en"};
  uint8_t keys[10];
  assert_int_equal(decode_key_map(fixture, all, 9, 9, in_order), FRAG_OK);
  assert_int_equal(decode_key_map(fixture, all, 8, 8, in_order), FRAG_OK);
  assert_int_equal(decode_key_map(fixture, all, 9, 8, in_order), FRAG_CBOR_KEY);
  assert_int_equal(decode_key_map(fixture, all, 8, 9, in_order), FRAG_CBOR_KEY);
  assert_int_equal(decode_key_map(fixture, all, 9, 9, by_length), FRAG_OK);
  assert_int_equal(decode_key_map(fixture, all, 9, 9, reversed), FRAG_CBOR_KEY);
  assert_int_equal(decode_key_map(fixture, all, 9, 9, twice), FRAG_CBOR_KEY);
  assert_int_equal(decode_key_map(fixture, all, 9, 9, against_length), FRAG_CBOR_KEY);
  for (size_t i = 0; i + 1 < 9; i++) {
    memcpy(keys, all, 9);
    keys[i] = all[i + 1];
    keys[i + 1] = all[i];
    assert_int_equal(decode_key_map(fixture, keys, 9, 9, in_order), FRAG_CBOR_KEY);
    memcpy(keys, all, i);
    memcpy(keys + i, all + i + 1, 8 - i);
    assert_int_not_equal(decode_key_map(fixture, keys, 8, 8, in_order), FRAG_OK);
  }
  for (uint8_t unknown = 10; unknown < 30; unknown++) {
    memcpy(keys, all, 9);
    keys[9] = unknown;
    assert_int_not_equal(decode_key_map(fixture, keys, 10, 10, in_order), FRAG_OK);
    keys[8] = unknown;
    assert_int_not_equal(decode_key_map(fixture, keys, 9, 9, in_order), FRAG_OK);
  }
}

/* A kid that occurs twice, next to itself or not: one key's entry copied over another's of the same length. */
static void test_duplicate_kid(void **state) {
  struct fixture *fixture = *state;
  const struct frag_key *const signers[3] = {fixture->issuer, fixture->registrar, fixture->stranger};
  struct frag_trust_key keys[3];
  uint8_t bytes[2048];
  size_t len = 0, head_len = 1 + 1 + 1 + 1 + 5 + 5 + 34 + 1;
  for (size_t i = 0; i < 3; i++) keys[i] = fixture_trust_key(signers[i], FRAG_ROLE_ISSUER, "rupp.edu.kh");
  struct frag_trust_list list = fixture_list(keys, 3);
  for (size_t from = 0; from < 3; from++)
    for (size_t to = 0; to < 3; to++) {
      struct frag_trust *trust = NULL;
      assert_int_equal(frag_trust_encode(fixture->context, bytes, sizeof bytes, &len, &list), FRAG_OK);
      size_t key_len = (len - head_len) / 3;
      memmove(bytes + head_len + to * key_len, bytes + head_len + from * key_len, key_len);
      assert_int_equal(frag_trust_decode(fixture->context, &trust, frag_bytes(bytes, len)),
                       from == to ? FRAG_OK : FRAG_FIELD_DUPLICATE);
      frag_trust_free(trust);
    }
}

/* Counts that the bytes cannot hold are refused before memory is taken for them. */
static void test_lying_counts(void **state) {
  struct fixture *fixture = *state;
  static const char *const lists[] = {
      "87010101030458200000000000000000000000000000000000000000000000000000000000000000" "9bffffffffffffffff",
      "87010101030458200000000000000000000000000000000000000000000000000000000000000000" "9a00ffffff",
      "87010101030458200000000000000000000000000000000000000000000000000000000000000000" "81bbffffffffffffffff",
      "87020101030458200000000000000000000000000000000000000000000000000000000000000000" "80", /* version 2 */
      "87011a00010000010304" "58200000000000000000000000000000000000000000000000000000000000000000" "80", /* realm */
      "870101010304581f00000000000000000000000000000000000000000000000000000000000000" "80", /* 31 bytes */
      "86010101030480", "8701010103045820", "80", "", "00",
  };
  for (size_t i = 0; i < FRAG_COUNT(lists); i++) {
    uint8_t bytes[64];
    struct frag_trust *trust = NULL;
    hex_decode(bytes, strlen(lists[i]) / 2, lists[i]);
    assert_int_not_equal(frag_trust_decode(fixture->context, &trust, frag_bytes(bytes, strlen(lists[i]) / 2)), FRAG_OK);
    assert_null(trust);
  }
  struct frag_trust *trust = NULL;
  assert_int_not_equal(frag_trust_decode(fixture->context, &trust, frag_bytes(NULL, 0)), FRAG_OK);
}

static void test_file_decode(void **state) {
  struct fixture *fixture = *state;
  struct frag_root_signature signatures[2] = {sign(fixture, fixture->root), sign(fixture, fixture->other_root)};
  struct frag_root_signature found[3];
  struct frag_slice list;
  struct file file;
  size_t count = 7;
  write_file(fixture, &file, signatures, 2);
  struct frag_slice whole = frag_bytes(file.bytes, file.len);
  assert_int_equal(frag_trust_file_decode(&list, found, 3, &count, whole), FRAG_OK);
  assert_int_equal(count, 2);
  assert_true(frag_slice_equal(list, frag_trust_bytes(fixture->trust)));
  assert_memory_equal(found, signatures, sizeof signatures);
  assert_int_equal(frag_trust_file_decode(&list, found, 2, &count, whole), FRAG_OK);
  assert_int_equal(frag_trust_file_decode(&list, found, 1, &count, whole), FRAG_BUFFER_TOO_SMALL);
  assert_int_equal(count, 0);
  for (size_t len = 0; len < file.len; len++) {
    assert_int_not_equal(frag_trust_file_decode(&list, found, 3, &count, frag_bytes(file.bytes, len)), FRAG_OK);
    assert_int_equal(count, 0);
  }
  write_file(fixture, &file, NULL, 0);
  assert_int_equal(frag_trust_file_decode(&list, NULL, 0, &count, frag_bytes(file.bytes, file.len)), FRAG_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_threshold),       cmocka_unit_test(test_duplicate_root),
      cmocka_unit_test(test_wrong_signature), cmocka_unit_test(test_pins),
      cmocka_unit_test(test_every_bit_of_the_file), cmocka_unit_test(test_list_is_strict),
      cmocka_unit_test(test_key_map),         cmocka_unit_test(test_duplicate_kid),
      cmocka_unit_test(test_lying_counts),
      cmocka_unit_test(test_file_decode),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
