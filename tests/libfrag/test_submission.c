#include "libfrag/cmocka_all.h"

#include <frag/submission.h>

#include "bytes.h"
#include "crypto.h"
#include "curve.h"
#include "libfrag/fixture.h"

static const uint8_t aux32[32];

static void sign(struct fixture *fixture, uint8_t sig64[static 64], const struct frag_key *key,
                 struct frag_slice bytes) {
  assert_int_equal(frag_submission_sign(fixture->context, sig64, key, bytes, aux32), FRAG_OK);
}

static frag_error check(struct fixture *fixture, const struct frag_key *claimed, struct frag_slice bytes,
                        const uint8_t sig64[static 64]) {
  return frag_submission_check(fixture->context, fixture->trust, frag_key_id(claimed), bytes, sig64);
}

/* The message is SHA256(SHA256(tag) ‖ SHA256(tag) ‖ bytes) with tag "frag1/submit", here from plain SHA-256. */
static void test_message(void **state) {
  struct fixture *fixture = *state;
  uint8_t tag[32], msg32[32], sig64[64];
  struct frag_point point;
  struct frag_slice name = slice_of("frag1/submit"), bytes = slice_of("what is handed in");
  assert_int_equal(frag_sha256(fixture->context, tag, &name, 1), FRAG_OK);
  struct frag_slice parts[] = {frag_bytes(tag, 32), frag_bytes(tag, 32), bytes};
  assert_int_equal(frag_sha256(fixture->context, msg32, parts, FRAG_COUNT(parts)), FRAG_OK);
  sign(fixture, sig64, fixture->issuer, bytes);
  assert_int_equal(frag_point_decode(fixture->context, &point, frag_key_public(fixture->issuer)), FRAG_OK);
  assert_true(frag_schnorr_verify(fixture->context, sig64, msg32, &point));
}

/* Key 00 01 … 1e 07, auxiliary randomness zero: computed with an independent implementation of BIP-340 in Python. */
static void test_known_answer(void **state) {
  struct fixture *fixture = *state;
  uint8_t sig64[64], expected[64];
  hex_decode(expected, 64,
             "b8b9e2dc65638aabde24fa9d30b754baed57cba6189fc4892b4af316033185bd"
             "c6c43d3ccf28565fd4ce531c962c8776ed4ae0b40f593c4e0b03d84de4cd3635");
  sign(fixture, sig64, fixture->issuer, slice_of("what is handed in"));
  assert_memory_equal(sig64, expected, 64);
}

static void test_signers(void **state) {
  struct fixture *fixture = *state;
  uint8_t sig64[64];
  struct frag_slice bytes = slice_of("what is handed in");
  sign(fixture, sig64, fixture->issuer, bytes);
  assert_int_equal(check(fixture, fixture->issuer, bytes, sig64), FRAG_OK);
  assert_int_equal(check(fixture, fixture->registrar, bytes, sig64), FRAG_ISSUER_SIGNATURE);
  assert_int_equal(check(fixture, fixture->stranger, bytes, sig64), FRAG_ISSUER_UNKNOWN);
  sign(fixture, sig64, fixture->registrar, bytes);
  assert_int_equal(check(fixture, fixture->registrar, bytes, sig64), FRAG_OK);
  assert_int_equal(check(fixture, fixture->issuer, bytes, sig64), FRAG_ISSUER_SIGNATURE);
  sign(fixture, sig64, fixture->stranger, bytes);
  assert_int_equal(check(fixture, fixture->stranger, bytes, sig64), FRAG_ISSUER_UNKNOWN);
  assert_int_equal(check(fixture, fixture->issuer, bytes, sig64), FRAG_ISSUER_SIGNATURE);
}

static void test_every_bit(void **state) {
  struct fixture *fixture = *state;
  uint8_t sig64[64], bytes[200];
  uint64_t random = 1;
  random_fill(&random, bytes, sizeof bytes);
  struct frag_slice slice = frag_bytes(bytes, sizeof bytes);
  sign(fixture, sig64, fixture->issuer, slice);
  for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(check(fixture, fixture->issuer, slice, sig64), FRAG_ISSUER_SIGNATURE);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  for (size_t bit = 0; bit < 8 * sizeof sig64; bit++) {
    sig64[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(check(fixture, fixture->issuer, slice, sig64), FRAG_ISSUER_SIGNATURE);
    sig64[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  for (size_t len = 0; len < sizeof bytes; len++)
    assert_int_equal(check(fixture, fixture->issuer, frag_bytes(bytes, len), sig64), FRAG_ISSUER_SIGNATURE);
  assert_int_equal(check(fixture, fixture->issuer, slice, sig64), FRAG_OK);
}

/* A signature of a trust list, a document or a statement by the same key is none of a submission. */
static void test_other_tags(void **state) {
  struct fixture *fixture = *state;
  struct frag_slice bytes = slice_of("what is handed in");
  for (int label = 0; label < FRAG_LABEL_COUNT; label++) {
    uint8_t msg32[32], sig64[64];
    assert_int_equal(frag_tagged_hash(fixture->context, (frag_label)label, msg32, &bytes, 1), FRAG_OK);
    assert_int_equal(frag_schnorr_sign(fixture->context, sig64, msg32, fixture->issuer, aux32), FRAG_OK);
    assert_int_equal(check(fixture, fixture->issuer, bytes, sig64),
                     label == FRAG_LABEL_SUBMIT ? FRAG_OK : FRAG_ISSUER_SIGNATURE);
  }
}

/* The key's times and role are left to the caller, as the header says. */
static void test_times_are_not_looked_at(void **state) {
  struct fixture *fixture = *state;
  struct frag_trust_key key = fixture_trust_key(fixture->issuer, FRAG_ROLE_ISSUER, "rupp.edu.kh");
  key.not_after_s = 1;
  key.has_compromised_since = true;
  struct frag_trust_list list = fixture_list(&key, 1);
  struct frag_trust *trust = fixture_trust(fixture, &list);
  uint8_t sig64[64];
  struct frag_slice bytes = frag_bytes(NULL, 0);
  sign(fixture, sig64, fixture->issuer, bytes);
  assert_int_equal(frag_submission_check(fixture->context, trust, frag_key_id(fixture->issuer), bytes, sig64), FRAG_OK);
  frag_trust_free(trust);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_message),   cmocka_unit_test(test_known_answer), cmocka_unit_test(test_signers),
      cmocka_unit_test(test_every_bit), cmocka_unit_test(test_other_tags),
      cmocka_unit_test(test_times_are_not_looked_at),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
