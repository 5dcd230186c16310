/* The primitives against published values. */
#include "libfrag/cmocka_all.h"

#include "bytes.h"
#include "crypto.h"
#include "libfrag/fixture.h"

static void check_hex(const uint8_t *bytes, size_t len, const char *hex) {
  uint8_t expected[64];
  hex_decode(expected, len, hex);
  assert_memory_equal(bytes, expected, len);
}

/* FIPS 180-4, in one part and in many. */
static void test_sha256(void **state) {
  struct fixture *fixture = *state;
  struct frag_slice abc = slice_of("abc"), letters[] = {slice_of("a"), {NULL, 0}, slice_of("b"), slice_of("c")};
  uint8_t hash[32];
  assert_int_equal(frag_sha256(fixture->context, hash, &abc, 1), FRAG_OK);
  check_hex(hash, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_int_equal(frag_sha256(fixture->context, hash, letters, 4), FRAG_OK);
  check_hex(hash, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_int_equal(frag_sha256(fixture->context, hash, NULL, 0), FRAG_OK);
  check_hex(hash, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* TH(l, x) from plain SHA-256, for every label. */
static void test_tagged_hash(void **state) {
  struct fixture *fixture = *state;
  static const char *const names[FRAG_LABEL_COUNT] = {"frag1/kid", "frag1/doc",  "frag1/mask",   "frag1/chk",
                                                      "frag1/loc", "frag1/frag", "frag1/status", "frag1/status-key",
                                                      "frag1/stmt", "frag1/trust", "frag1/submit"};
  for (int label = 0; label < FRAG_LABEL_COUNT; label++) {
    uint8_t tag[64], expected[32], hash[32];
    struct frag_slice name = slice_of(names[label]), message = slice_of("message");
    struct frag_slice parts[2] = {frag_bytes(tag, 64), message};
    assert_int_equal(frag_sha256(fixture->context, tag, &name, 1), FRAG_OK);
    memcpy(tag + 32, tag, 32);
    assert_int_equal(frag_sha256(fixture->context, expected, parts, 2), FRAG_OK);
    assert_int_equal(frag_tagged_hash(fixture->context, (frag_label)label, hash, &message, 1), FRAG_OK);
    assert_memory_equal(hash, expected, 32);
  }
}

/* HMAC of RFC 2104 from plain SHA-256. */
static void test_prf(void **state) {
  struct fixture *fixture = *state;
  uint8_t key[32], inner_pad[64], outer_pad[64], inner[32], expected[32], out[32];
  uint64_t seed = 7;
  for (unsigned round = 0; round < 20; round++) {
    random_fill(&seed, key, sizeof key);
    for (size_t i = 0; i < 64; i++) {
      uint8_t byte = i < 32 ? key[i] : 0;
      inner_pad[i] = byte ^ 0x36;
      outer_pad[i] = byte ^ 0x5c;
    }
    struct frag_slice data = frag_bytes(inner_pad, round), zero = frag_bytes((const uint8_t *)"", 1);
    struct frag_slice inner_parts[] = {frag_bytes(inner_pad, 64), slice_of("frag1/label"), zero, data};
    struct frag_slice outer_parts[] = {frag_bytes(outer_pad, 64), frag_bytes(inner, 32)};
    assert_int_equal(frag_sha256(fixture->context, inner, inner_parts, 4), FRAG_OK);
    assert_int_equal(frag_sha256(fixture->context, expected, outer_parts, 2), FRAG_OK);
    assert_int_equal(frag_prf(fixture->context, out, key, "label", &data, 1), FRAG_OK);
    assert_memory_equal(out, expected, 32);
  }
}

/* Test cases 13 and 14 of the GCM specification (McGrew and Viega), whose key and nonce are zero as well. */
static void test_gcm_known(void **state) {
  struct fixture *fixture = *state;
  const uint8_t key[32] = {0}, zeroes[16] = {0};
  uint8_t out[32], back[16];
  struct frag_slice none = {NULL, 0};
  assert_int_equal(frag_gcm_seal(fixture->context, out, key, none, frag_bytes(zeroes, 16)), FRAG_OK);
  check_hex(out, 32, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  assert_int_equal(frag_gcm_open(fixture->context, back, key, none, frag_bytes(out, 32)), FRAG_OK);
  assert_true(is_all_zero(back, 16));
}

static void test_gcm_refuses(void **state) {
  struct fixture *fixture = *state;
  uint8_t key[32], aad[8], in[100], out[116], back[100];
  uint64_t seed = 8;
  random_fill(&seed, key, sizeof key);
  random_fill(&seed, aad, sizeof aad);
  random_fill(&seed, in, sizeof in);
  for (size_t len = 1; len <= sizeof in; len += 11) {
    struct frag_slice bound = frag_bytes(aad, sizeof aad);
    assert_int_equal(frag_gcm_seal(fixture->context, out, key, bound, frag_bytes(in, len)), FRAG_OK);
    assert_int_equal(frag_gcm_open(fixture->context, back, key, bound, frag_bytes(out, len + 16)), FRAG_OK);
    assert_memory_equal(back, in, len);
    for (size_t at = 0; at < len + 16; at++) {
      out[at] ^= 0x01;
      memset(back, 0xee, sizeof back);
      assert_int_equal(frag_gcm_open(fixture->context, back, key, bound, frag_bytes(out, len + 16)), FRAG_SPLICED);
      assert_true(is_all_zero(back, len));
      out[at] ^= 0x01;
    }
    aad[0] ^= 1;
    assert_int_equal(frag_gcm_open(fixture->context, back, key, bound, frag_bytes(out, len + 16)), FRAG_SPLICED);
    aad[0] ^= 1;
    key[0] ^= 1;
    assert_int_equal(frag_gcm_open(fixture->context, back, key, bound, frag_bytes(out, len + 16)), FRAG_SPLICED);
    key[0] ^= 1;
  }
}

/* AES-256 of the zero block under the zero key (FIPS 197 known answer) begins the stream, and a shorter stream
 * is the start of a longer one. */
static void test_ctr(void **state) {
  struct fixture *fixture = *state;
  const uint8_t key[32] = {0};
  static uint8_t stream[FRAG_STREAM_MAX], shorter[FRAG_STREAM_MAX];
  assert_int_equal(frag_ctr_stream(fixture->context, stream, sizeof stream, key), FRAG_OK);
  check_hex(stream, 16, "dc95c078a2408989ad48a21492842087");
  for (size_t len = 1; len < 200; len += 13) {
    memset(shorter, 0xee, 256);
    assert_int_equal(frag_ctr_stream(fixture->context, shorter, len, key), FRAG_OK);
    assert_memory_equal(shorter, stream, len);
    assert_int_equal(shorter[len], 0xee);
  }
}

/* RFC 8032 section 7.1, tests 1 to 3. */
static const struct {
  const char *seed, *pub, *message, *signature;
} ed25519_answers[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

static void test_ed25519(void **state) {
  struct fixture *fixture = *state;
  for (size_t i = 0; i < FRAG_COUNT(ed25519_answers); i++) {
    uint8_t seed32[32], pub32[32], message[2], sig64[64];
    size_t len = strlen(ed25519_answers[i].message) / 2;
    hex_decode(seed32, 32, ed25519_answers[i].seed);
    hex_decode(message, len, ed25519_answers[i].message);
    struct frag_slice text = frag_bytes(len == 0 ? NULL : message, len);
    assert_int_equal(frag_ed25519_public(fixture->context, pub32, seed32), FRAG_OK);
    check_hex(pub32, 32, ed25519_answers[i].pub);
    assert_int_equal(frag_ed25519_sign(fixture->context, sig64, seed32, text), FRAG_OK);
    check_hex(sig64, 64, ed25519_answers[i].signature);
    assert_int_equal(frag_ed25519_verify(fixture->context, pub32, sig64, text), FRAG_OK);
  }
}

/* Every bit of key, signature and message counts; and a wrong signature leaves nothing behind that would spoil the
 * next. */
static void test_ed25519_wrong(void **state) {
  struct fixture *fixture = *state;
  uint8_t pub32[32], sig64[64], message[2];
  struct {
    uint8_t *bytes;
    size_t len;
  } inputs[] = {{pub32, sizeof pub32}, {sig64, sizeof sig64}, {message, sizeof message}};
  hex_decode(pub32, 32, ed25519_answers[2].pub);
  hex_decode(sig64, 64, ed25519_answers[2].signature);
  hex_decode(message, 2, ed25519_answers[2].message);
  struct frag_slice text = frag_bytes(message, sizeof message);
  for (size_t i = 0; i < FRAG_COUNT(inputs); i++)
    for (size_t bit = 0; bit < 8 * inputs[i].len; bit++) {
      inputs[i].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
      assert_int_equal(frag_ed25519_verify(fixture->context, pub32, sig64, text), FRAG_CHECKPOINT_SIGNATURE);
      inputs[i].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
  assert_int_equal(frag_ed25519_verify(fixture->context, pub32, sig64, frag_bytes(message, 1)),
                   FRAG_CHECKPOINT_SIGNATURE);
  assert_int_equal(frag_ed25519_verify(fixture->context, pub32, sig64, text), FRAG_OK);
}

/* RFC 8032 section 5.1.7: S must be below the group order, or every signature would have a second form. */
static void test_ed25519_malleable(void **state) {
  struct fixture *fixture = *state;
  uint8_t pub32[32], sig64[64], order[32];
  unsigned carry = 0;
  hex_decode(pub32, 32, ed25519_answers[0].pub);
  hex_decode(sig64, 64, ed25519_answers[0].signature);
  hex_decode(order, 32, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  for (size_t i = 0; i < 32; i++) {
    carry += (unsigned)sig64[32 + i] + order[i];
    sig64[32 + i] = (uint8_t)carry;
    carry >>= 8;
  }
  assert_int_equal(carry, 0);
  assert_int_equal(frag_ed25519_verify(fixture->context, pub32, sig64, frag_bytes(NULL, 0)), FRAG_CHECKPOINT_SIGNATURE);
}

/* RFC 4648 section 10. */
static void test_base64(void **state) {
  (void)state;
  static const char *const encoded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (size_t len = 0; len < FRAG_COUNT(encoded); len++) {
    char out[16];
    frag_base64(out, (const uint8_t *)"foobar", len);
    assert_string_equal(out, encoded[len]);
  }
}

static void test_secret_equal(void **state) {
  (void)state;
  uint8_t a[32] = {0}, b[32] = {0};
  assert_true(frag_secret_equal(a, b, sizeof a));
  for (size_t bit = 0; bit < 256; bit++) {
    b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_false(frag_secret_equal(a, b, sizeof a));
    assert_true(frag_secret_equal(a, b, bit / 8));
    b[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  memset(a, 0xff, sizeof a);
  frag_wipe(a, 31);
  assert_true(is_all_zero(a, 31) && a[31] == 0xff);
}

/* One context serves a mixture of calls, each as if it were the first. */
static void test_calls_do_not_mix(void **state) {
  struct fixture *fixture = *state;
  uint8_t key[32] = {1}, first[3][64], again[3][64], scrap[64];
  struct frag_slice text = slice_of("0123456789abcdef");
  for (unsigned round = 0; round < 6; round++) {
    uint8_t(*out)[64] = round == 0 ? first : again;
    assert_int_equal(frag_prf(fixture->context, out[0], key, "key", &text, 1), FRAG_OK);
    assert_int_equal(frag_gcm_seal(fixture->context, out[1], key, text, text), FRAG_OK);
    assert_int_equal(frag_ctr_stream(fixture->context, out[2], 64, key), FRAG_OK);
    scrap[0] = (uint8_t)round;
    struct frag_slice wrong = frag_bytes(scrap, 40);
    assert_int_equal(frag_gcm_open(fixture->context, scrap, scrap, text, wrong), FRAG_SPLICED);
    assert_int_equal(frag_prf(fixture->context, scrap, scrap + 16, "other", &text, 1), FRAG_OK);
    if (round == 0) continue;
    assert_memory_equal(again[0], first[0], 32);
    assert_memory_equal(again[1], first[1], 32);
    assert_memory_equal(again[2], first[2], 64);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sha256),    cmocka_unit_test(test_tagged_hash), cmocka_unit_test(test_prf),
      cmocka_unit_test(test_gcm_known), cmocka_unit_test(test_gcm_refuses), cmocka_unit_test(test_ctr),
      cmocka_unit_test(test_ed25519),   cmocka_unit_test(test_ed25519_wrong), cmocka_unit_test(test_ed25519_malleable),
      cmocka_unit_test(test_base64),    cmocka_unit_test(test_secret_equal), cmocka_unit_test(test_calls_do_not_mix),
  };
  return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
