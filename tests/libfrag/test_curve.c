#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "curve.h"
#include "libfrag/fixture.h"

static const char group_order[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

static frag_error make_key(struct fixture *fixture, struct frag_key **key, const char *hex) {
  uint8_t secret32[32];
  hex_decode(secret32, 32, hex);
  return frag_key_new(fixture->context, key, secret32);
}

static void test_key_range(void **state) {
  struct fixture *fixture = *state;
  static const char *const wrong[] = {"0000000000000000000000000000000000000000000000000000000000000000", group_order,
                                      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364142",
                                      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
  struct frag_key *key = fixture->issuer;
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    assert_int_equal(make_key(fixture, &key, wrong[i]), FRAG_KEY_INVALID);
    assert_null(key);
  }
  assert_int_equal(make_key(fixture, &key, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"),
                   FRAG_OK);
  frag_key_free(key);
  frag_key_free(NULL);
}

/* BIP-340 test vector 0, and its public key. */
static void test_known_signature(void **state) {
  struct fixture *fixture = *state;
  const uint8_t zeroes[32] = {0};
  uint8_t pub32[32], expected[64], sig64[64];
  struct frag_key *key = NULL;
  struct frag_point point;
  assert_int_equal(make_key(fixture, &key, "0000000000000000000000000000000000000000000000000000000000000003"),
                   FRAG_OK);
  hex_decode(pub32, 32, "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9");
  assert_memory_equal(frag_key_public(key), pub32, 32);
  hex_decode(expected, 64, "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
                           "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0");
  assert_int_equal(frag_schnorr_sign(fixture->context, sig64, zeroes, key, zeroes), FRAG_OK);
  assert_memory_equal(sig64, expected, 64);
  assert_int_equal(frag_point_decode(fixture->context, &point, pub32), FRAG_OK);
  assert_true(frag_schnorr_verify(fixture->context, sig64, zeroes, &point));
  frag_key_free(key);
}

static void test_every_bit_of_a_signature(void **state) {
  struct fixture *fixture = *state;
  uint8_t sig64[64], msg32[32] = {5}, aux32[32] = {6};
  struct frag_point point, other;
  assert_int_equal(frag_schnorr_sign(fixture->context, sig64, msg32, fixture->issuer, aux32), FRAG_OK);
  assert_int_equal(frag_point_decode(fixture->context, &point, frag_key_public(fixture->issuer)), FRAG_OK);
  assert_int_equal(frag_point_decode(fixture->context, &other, frag_key_public(fixture->root)), FRAG_OK);
  assert_true(frag_schnorr_verify(fixture->context, sig64, msg32, &point));
  assert_false(frag_schnorr_verify(fixture->context, sig64, msg32, &other));
  for (size_t bit = 0; bit < 8 * (sizeof sig64 + sizeof msg32); bit++) {
    uint8_t *byte = bit < 512 ? &sig64[bit / 8] : &msg32[bit / 8 - 64];
    *byte ^= (uint8_t)(1u << bit % 8);
    assert_false(frag_schnorr_verify(fixture->context, sig64, msg32, &point));
    *byte ^= (uint8_t)(1u << bit % 8);
  }
}

/* About half of all x are on the curve; the others, and those not below the field size, are no keys. */
static void test_points(void **state) {
  struct fixture *fixture = *state;
  static const char *const wrong[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34", /* BIP-340 vector 5: not on the curve */
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", /* the field size */
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30", /* BIP-340 vector 14 */
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  };
  uint8_t pub32[32], kid[8];
  struct frag_point point;
  for (size_t i = 0; i < FRAG_COUNT(wrong); i++) {
    hex_decode(pub32, 32, wrong[i]);
    assert_int_equal(frag_point_decode(fixture->context, &point, pub32), FRAG_KEY_INVALID);
    assert_int_equal(frag_key_id_of(fixture->context, kid, pub32), FRAG_KEY_INVALID);
  }
  assert_int_equal(frag_key_id_of(fixture->context, kid, frag_key_public(fixture->issuer)), FRAG_OK);
  assert_memory_equal(kid, frag_key_id(fixture->issuer), 8);
  assert_memory_not_equal(kid, frag_key_id(fixture->root), 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_key_range),
      cmocka_unit_test(test_known_signature),
      cmocka_unit_test(test_every_bit_of_a_signature),
      cmocka_unit_test(test_points),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
