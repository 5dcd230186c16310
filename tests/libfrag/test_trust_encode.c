#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "crypto.h"
#include "libfrag/fixture.h"
#include "trust.h"

static frag_error encode(struct fixture *fixture, const struct frag_trust_list *list) {
  static uint8_t out[8192];
  size_t len = 77;
  frag_error error = frag_trust_encode(fixture->context, out, sizeof out, &len, list);
  if (error != FRAG_OK) assert_int_equal(len, 0);
  return error;
}

static frag_error encode_key(struct fixture *fixture, const struct frag_trust_key *key) {
  struct frag_trust_list list = fixture_list(key, 1);
  return encode(fixture, &list);
}

/* The bytes of a list of one key, written out from RFC 8949 and section 7 by hand. */
static void test_known_bytes(void **state) {
  struct fixture *fixture = *state;
  static const struct frag_issuer_name names[2] = {{{(const uint8_t *)"km", 2}, {(const uint8_t *)"x", 1}},
                                                   {{(const uint8_t *)"en", 2}, {(const uint8_t *)"RUPP", 4}}};
  const struct frag_slice types[1] = {slice_of("degree")};
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp");
  key.names = names;
  key.types = types;
  key.type_count = 1;
  key.not_before_s = 0x18;
  key.not_after_s = 0x100;
  key.has_compromised_since = true;
  key.compromised_since_s = 0x10000;
  struct frag_trust_list list = {.realm = 0xffff, .list_no = 2, .issued_s = 5, .next_update_s = 6, .key_count = 1,
                                 .keys = &key};
  memset(list.prev_hash, 0x11, 32);
  uint8_t expected[256], out[256];
  size_t at = 0, len = 0;
  hex_decode(expected, 9, "870119ffff02050658");
  expected[9] = 0x20;
  memset(expected + 10, 0x11, 32);
  at = 42;
  hex_decode(expected + at, 4, "81a90148");
  memcpy(expected + at + 4, key.kid, 8);
  at += 12;
  hex_decode(expected + at, 3, "025820");
  memcpy(expected + at + 3, key.pub32, 32);
  at += 35;
  static const char rest[] = "0301" "046472757070" "05a2" "62656e6452555050" "626b6d6178" "061818" "07190100"
                             "0881666465677265" "65" "091a00010000";
  hex_decode(expected + at, (sizeof rest - 1) / 2, rest);
  at += (sizeof rest - 1) / 2;
  assert_int_equal(frag_trust_encode(fixture->context, out, sizeof out, &len, &list), FRAG_OK);
  assert_int_equal(len, at);
  assert_memory_equal(out, expected, at);
}

static void test_list_rules(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  struct frag_trust_list list = fixture_list(&key, 1);
  assert_int_equal(encode(fixture, &list), FRAG_OK);
  list.list_no = 0;
  assert_int_equal(encode(fixture, &list), FRAG_FIELD_RANGE);
  list.list_no = 1;
  list.prev_hash[0] = 1; /* nothing is before the first */
  assert_int_equal(encode(fixture, &list), FRAG_FIELD_RANGE);
  list.list_no = 2;
  assert_int_equal(encode(fixture, &list), FRAG_OK);
  list.next_update_s = list.issued_s;
  assert_int_equal(encode(fixture, &list), FRAG_FIELD_RANGE);
  list.next_update_s = list.issued_s - 1;
  assert_int_equal(encode(fixture, &list), FRAG_FIELD_RANGE);
  list.next_update_s = list.issued_s + 1;
  assert_int_equal(encode(fixture, &list), FRAG_OK);
  const struct frag_trust_key twice[2] = {key, key};
  list.keys = twice;
  list.key_count = 2;
  assert_int_equal(encode(fixture, &list), FRAG_FIELD_DUPLICATE);
}

static void test_key_rules(void **state) {
  struct fixture *fixture = *state;
  const struct frag_trust_key right = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  struct frag_trust_key key = right;
  for (size_t at = 0; at < 8; at++) {
    key.kid[at] ^= 1;
    assert_int_equal(encode_key(fixture, &key), FRAG_TRUST_KEY_ID);
    key.kid[at] ^= 1;
  }
  memset(key.pub32, 0xff, 32); /* not below the field size */
  assert_int_equal(encode_key(fixture, &key), FRAG_KEY_INVALID);
  memset(key.pub32, 0, 32); /* x = 0 is on no point */
  assert_int_equal(encode_key(fixture, &key), FRAG_KEY_INVALID);
  key = right;
  for (uint64_t role = 0; role < 6; role++) {
    key.role = role;
    assert_int_equal(encode_key(fixture, &key), role == 1 || role == 2 ? FRAG_OK : FRAG_FIELD_RANGE);
  }
  key.role = UINT64_C(0x100000001); /* not taken for 1 */
  assert_int_equal(encode_key(fixture, &key), FRAG_FIELD_RANGE);
  key = right;
  key.issuer = slice_of("");
  assert_int_equal(encode_key(fixture, &key), FRAG_FIELD_LENGTH);
  key.issuer = slice_of("rupp/edu");
  assert_int_equal(encode_key(fixture, &key), FRAG_FIELD_CHARACTERS);
  key = right;
  key.not_before_s = key.not_after_s = 7;
  assert_int_equal(encode_key(fixture, &key), FRAG_OK);
  key.not_before_s = 8;
  assert_int_equal(encode_key(fixture, &key), FRAG_FIELD_RANGE);
}

static void test_name_rules(void **state) {
  struct fixture *fixture = *state;
  static uint8_t long_name[257];
  memset(long_name, 'n', sizeof long_name);
  static const char long_language[] = "abcdefghijklmnopqrstuvwxyz-01234567-";
  const struct {
    struct frag_slice language, name;
    frag_error error;
  } cases[] = {
      {slice_of("en"), slice_of("RUPP"), FRAG_OK},
      {slice_of("en"), frag_bytes(long_name, 256), FRAG_OK},
      {slice_of("en"), frag_bytes(long_name, 257), FRAG_FIELD_LENGTH},
      {slice_of("en"), slice_of(""), FRAG_FIELD_LENGTH},
      {slice_of("en"), slice_of("e\xcc\x81"), FRAG_TEXT_NFC},
      {slice_of("en"), slice_of("a\nb"), FRAG_TEXT_FORBIDDEN},
      {slice_of("en"), slice_of("\xff"), FRAG_TEXT_UTF8},
      {slice_of(""), slice_of("RUPP"), FRAG_FIELD_LENGTH},
      {slice_of("e_n"), slice_of("RUPP"), FRAG_FIELD_CHARACTERS},
      {frag_bytes((const uint8_t *)long_language, 35), slice_of("RUPP"), FRAG_OK},
      {frag_bytes((const uint8_t *)long_language, 36), slice_of("RUPP"), FRAG_FIELD_LENGTH},
      {slice_of("km"), slice_of("RUPP"), FRAG_FIELD_DUPLICATE},
  };
  for (size_t i = 0; i < FRAG_COUNT(cases); i++) {
    struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
    const struct frag_issuer_name names[2] = {{slice_of("km"), slice_of("ស")}, {cases[i].language, cases[i].name}};
    key.names = names;
    if (encode_key(fixture, &key) != cases[i].error) fail_msg("case %zu", i);
  }
}

static void test_type_rules(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  struct frag_slice types[2] = {slice_of("degree"), slice_of("degree/master")};
  key.types = types;
  key.type_count = 2;
  assert_int_equal(encode_key(fixture, &key), FRAG_OK);
  types[1] = slice_of("degree");
  assert_int_equal(encode_key(fixture, &key), FRAG_FIELD_DUPLICATE);
  types[1] = slice_of("");
  assert_int_equal(encode_key(fixture, &key), FRAG_FIELD_LENGTH);
  types[1] = slice_of("Degree");
  assert_int_equal(encode_key(fixture, &key), FRAG_FIELD_CHARACTERS);
}

/* Names in any order give the same bytes. */
static void test_name_order(void **state) {
  struct fixture *fixture = *state;
  struct frag_issuer_name names[4] = {{slice_of("fr"), slice_of("a")}, {slice_of("zh-Hant"), slice_of("b")},
                                      {slice_of("km"), slice_of("c")}, {slice_of("en"), slice_of("d")}};
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  struct frag_trust_list list = fixture_list(&key, 1);
  uint8_t first[1024], again[1024];
  size_t first_len = 0, len = 0;
  key.names = names;
  key.name_count = 4;
  assert_int_equal(frag_trust_encode(fixture->context, first, sizeof first, &first_len, &list), FRAG_OK);
  for (unsigned round = 0; round < 24; round++) {
    struct frag_issuer_name kept = names[round % 3];
    names[round % 3] = names[3];
    names[3] = kept;
    assert_int_equal(frag_trust_encode(fixture->context, again, sizeof again, &len, &list), FRAG_OK);
    assert_true(frag_slice_equal(frag_bytes(first, first_len), frag_bytes(again, len)));
  }
}

static void test_capacity(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_list list = *frag_trust_list(fixture->trust);
  struct frag_root_signature signature = {{0}, {0}};
  uint8_t out[2048];
  size_t needed = frag_trust_bytes(fixture->trust).len, len;
  for (size_t capacity = 0; capacity <= needed; capacity++) {
    memset(out, 0xee, sizeof out);
    assert_int_equal(frag_trust_encode(fixture->context, out, capacity, &len, &list),
                     capacity < needed ? FRAG_BUFFER_TOO_SMALL : FRAG_OK);
    assert_int_equal(len, capacity < needed ? 0 : needed);
    for (size_t i = capacity; i < sizeof out; i++) assert_int_equal(out[i], 0xee);
  }
  struct frag_slice bytes = frag_trust_bytes(fixture->trust);
  needed += 1 + 3 + 1 + 1 + 9 + 66;
  for (size_t capacity = 0; capacity <= needed; capacity++) {
    memset(out, 0xee, sizeof out);
    assert_int_equal(frag_trust_file_encode(out, capacity, &len, bytes, &signature, 1),
                     capacity < needed ? FRAG_BUFFER_TOO_SMALL : FRAG_OK);
    assert_int_equal(len, capacity < needed ? 0 : needed);
    for (size_t i = capacity; i < sizeof out; i++) assert_int_equal(out[i], 0xee);
  }
}

/* BIP-340 over TH("trust", list bytes), under the signer's kid. */
static void test_sign(void **state) {
  struct fixture *fixture = *state;
  struct frag_root_signature signature;
  struct frag_point point;
  uint8_t msg32[32], tag[64];
  const uint8_t aux32[32] = {4};
  struct frag_slice bytes = frag_trust_bytes(fixture->trust), name = slice_of("frag1/trust");
  struct frag_slice parts[2] = {frag_bytes(tag, 64), bytes};
  assert_int_equal(frag_trust_sign(fixture->context, &signature, bytes, fixture->root, aux32), FRAG_OK);
  assert_memory_equal(signature.kid, frag_key_id(fixture->root), 8);
  assert_int_equal(frag_sha256(fixture->context, tag, &name, 1), FRAG_OK);
  memcpy(tag + 32, tag, 32);
  assert_int_equal(frag_sha256(fixture->context, msg32, parts, 2), FRAG_OK);
  assert_int_equal(frag_point_decode(fixture->context, &point, frag_key_public(fixture->root)), FRAG_OK);
  assert_true(frag_schnorr_verify(fixture->context, signature.sig64, msg32, &point));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_bytes), cmocka_unit_test(test_list_rules), cmocka_unit_test(test_key_rules),
      cmocka_unit_test(test_name_rules),  cmocka_unit_test(test_type_rules), cmocka_unit_test(test_name_order),
      cmocka_unit_test(test_capacity),    cmocka_unit_test(test_sign),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
