#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/hex.h"

static void assert_hex(const uint8_t *bytes, size_t len, const char *expected) {
  char text[129];
  assert_true(2 * len < sizeof text);
  vd_hex_encode(text, bytes, len);
  assert_string_equal(text, expected);
}

/* FIPS 180-4 example, and RFC 4231 test case 1 with its key padded to 32 bytes, which HMAC does itself. */
static void test_digests(void **state) {
  (void)state;
  uint8_t out[32], key[32] = {0};
  assert_int_equal(vd_sha256(out, "abc", 3, NULL), VD_OK);
  assert_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  memset(key, 0x0b, 20);
  assert_int_equal(vd_hmac_sha256(out, key, "Hi There", 8, NULL), VD_OK);
  assert_hex(out, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

/* RFC 7914 section 12, third vector, its first 32 bytes. */
static void test_scrypt(void **state) {
  (void)state;
  uint8_t key[32], other[32];
  assert_int_equal(vd_scrypt(key, "pleaseletmein", 13, (const uint8_t *)"SodiumChloride", 14, 14, NULL), VD_OK);
  assert_hex(key, 32, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
  assert_int_equal(vd_scrypt(other, "pleaseletmeim", 13, (const uint8_t *)"SodiumChloride", 14, 14, NULL), VD_OK);
  assert_memory_not_equal(key, other, 32);
}

/* NIST GCM test case 16 (AES-256, with additional data), the tag of which covers everything. */
static void test_box_known_answer(void **state) {
  (void)state;
  uint8_t key[32], nonce[12], aad[20], plaintext[60], box[76], back[60];
  assert_true(vd_hex_decode(key, 32, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", 64));
  assert_true(vd_hex_decode(nonce, 12, "cafebabefacedbaddecaf888", 24));
  assert_true(vd_hex_decode(aad, 20, "feedfacedeadbeeffeedfacedeadbeefabaddad2", 40));
  assert_true(vd_hex_decode(plaintext, 60,
                            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                            120));
  assert_int_equal(vd_box_seal(box, key, nonce, aad, 20, plaintext, 60, NULL), VD_OK);
  assert_hex(box + 60, 16, "76fc6ece0f4e1768cddf8853bb2d551b");
  assert_int_equal(vd_box_open(back, key, nonce, aad, 20, box, 76, NULL), VD_OK);
  assert_memory_equal(back, plaintext, 60);
}

static void assert_closed(const uint8_t *key, const uint8_t *nonce, const uint8_t *aad, size_t aad_len,
                          const uint8_t *box, size_t box_len) {
  static const uint8_t zeroes[64];
  uint8_t out[64];
  struct vd_failure failure;
  memset(out, 0xee, sizeof out);
  assert_int_equal(vd_box_open(out, key, nonce, aad, aad_len, box, box_len, &failure), VD_KEY);
  if (box_len >= VD_BOX_TAG_LEN) assert_memory_equal(out, zeroes, box_len - VD_BOX_TAG_LEN);
}

static void test_box_refuses_every_change(void **state) {
  (void)state;
  uint8_t key[32] = {1}, nonce[12] = {2}, aad[5] = "head", plaintext[40] = "thirty-two bytes of secret and more";
  uint8_t box[56];
  assert_int_equal(vd_box_seal(box, key, nonce, aad, 5, plaintext, 40, NULL), VD_OK);
  for (size_t bit = 0; bit < 8 * sizeof box; bit++) {
    box[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    assert_closed(key, nonce, aad, 5, box, 56);
    box[bit / 8] ^= (uint8_t)(1u << (bit % 8));
  }
  for (size_t len = 0; len < 56; len++) assert_closed(key, nonce, aad, 5, box, len);
  assert_closed(key, nonce, aad, 4, box, 56);
  key[31] ^= 1;
  assert_closed(key, nonce, aad, 5, box, 56);
  key[31] ^= 1;
  nonce[0] ^= 1;
  assert_closed(key, nonce, aad, 5, box, 56);
}

static void test_random_differs(void **state) {
  (void)state;
  uint8_t a[32] = {0}, b[32] = {0};
  assert_int_equal(vd_random(a, 32, NULL), VD_OK);
  assert_int_equal(vd_random(b, 32, NULL), VD_OK);
  assert_false(vd_equal(a, b, 32));
  memcpy(b, a, 32);
  assert_true(vd_equal(a, b, 32));
  vd_wipe(a, 32);
  assert_int_equal(a[0] | a[31], 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_digests),          cmocka_unit_test(test_scrypt),
    cmocka_unit_test(test_box_known_answer), cmocka_unit_test(test_box_refuses_every_change),
    cmocka_unit_test(test_random_differs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
