/* ECDSA: known answers of RFC 6979 on secp256k1; what is signed is recovered, what was altered is not. */
#include "libfrag/cmocka_all.h"

#include "base/crypto.h"
#include "base/hex.h"
#include "chain/ecdsa.h"

static struct vd_ecdsa *ecdsa;

/* The group's order. */
static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                                  0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};

static int setup(void **state) {
  (void)state;
  return vd_ecdsa_new(&ecdsa, NULL) == VD_OK ? 0 : 1;
}

static int teardown(void **state) {
  (void)state;
  vd_ecdsa_free(ecdsa);
  vd_ecdsa_free(NULL);
  return 0;
}

static void from_hex(uint8_t *out, size_t len, const char *hex) {
  assert_true(vd_hex_decode(out, len, hex, strlen(hex)));
}

static const struct { const char *secret, *message, *r, *s, *key; uint8_t y_parity; } known[] = {
    {"0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
     "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8",
     "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
     "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 1},
    {"0000000000000000000000000000000000000000000000000000000000000001",
     "All those moments will be lost in time, like tears in rain. Time to die...",
     "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b",
     "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
     "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 0},
    {"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
     "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0",
     "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
     "0379be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", 0},
    {"f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
     "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c",
     "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
     "0292df7b245b81aa637ab4e867c8d511008f79161a97d64f2ac709600352f7acbc", 0},
};

static void sign_known(size_t i, struct vd_ecdsa_signature *signature, uint8_t digest[static 32]) {
  uint8_t secret[32];
  from_hex(secret, 32, known[i].secret);
  assert_int_equal(vd_sha256(digest, known[i].message, strlen(known[i].message), NULL), VD_OK);
  assert_int_equal(vd_ecdsa_sign(ecdsa, signature, digest, secret, NULL), VD_OK);
}

static void test_known_answers(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    struct vd_ecdsa_signature signature;
    struct vd_ecdsa_public recovered, key;
    struct vd_ecdsa_key both;
    uint8_t digest[32], expected[33], secret[32];
    sign_known(i, &signature, digest);
    from_hex(expected, 32, known[i].r);
    assert_memory_equal(signature.r, expected, 32);
    from_hex(expected, 32, known[i].s);
    assert_memory_equal(signature.s, expected, 32);
    assert_int_equal(signature.y_parity, known[i].y_parity);
    from_hex(secret, 32, known[i].secret);
    from_hex(expected, 33, known[i].key);
    assert_int_equal(vd_ecdsa_public(ecdsa, &key, secret, NULL), VD_OK);
    assert_memory_equal(key.compressed, expected, 33);
    assert_int_equal(vd_ecdsa_key_make(ecdsa, &both, secret, NULL), VD_OK);
    assert_memory_equal(both.secret32, secret, 32);
    assert_memory_equal(&both.public_key, &key, sizeof key);
    assert_int_equal(key.uncompressed[0], 4);
    assert_memory_equal(key.uncompressed + 1, expected + 1, 32);
    assert_true(vd_ecdsa_recover(ecdsa, &recovered, digest, &signature));
    assert_memory_equal(&recovered, &key, sizeof key);
  }
}

/* Another bit in digest, r, s or parity gives another key or none, and never the signer's. */
static void test_every_bit_counts(void **state) {
  (void)state;
  struct vd_ecdsa_signature signature;
  struct vd_ecdsa_public right, found;
  uint8_t digest[32];
  sign_known(0, &signature, digest);
  assert_true(vd_ecdsa_recover(ecdsa, &right, digest, &signature));
  for (size_t bit = 0; bit < 256; bit++) {
    uint8_t *const parts[] = {digest, signature.r, signature.s};
    for (size_t part = 0; part < 3; part++) {
      parts[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
      bool is_found = vd_ecdsa_recover(ecdsa, &found, digest, &signature);
      assert_memory_not_equal(found.compressed, right.compressed, 33);
      if (!is_found) assert_int_equal(found.compressed[0], 0);
      parts[part][bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
  }
  for (unsigned parity = 0; parity < 256; parity++) {
    if (parity == signature.y_parity) continue;
    struct vd_ecdsa_signature other = signature;
    other.y_parity = (uint8_t)parity;
    bool is_found = vd_ecdsa_recover(ecdsa, &found, digest, &other);
    assert_true(parity > 1 ? !is_found : memcmp(found.compressed, right.compressed, 33) != 0);
  }
}

/* order − s with the other parity belongs to the same key, and is what EIP-2 and BIP 146 forbid. */
static void test_a_high_s_is_refused(void **state) {
  (void)state;
  struct vd_ecdsa_signature signature;
  struct vd_ecdsa_public found;
  uint8_t digest[32];
  sign_known(0, &signature, digest);
  unsigned borrow = 0;
  for (size_t at = 32; at > 0; at--) {
    unsigned difference = 0x100u + order[at - 1] - signature.s[at - 1] - borrow;
    signature.s[at - 1] = (uint8_t)difference;
    borrow = difference < 0x100u ? 1 : 0;
  }
  assert_int_equal(borrow, 0);
  signature.y_parity ^= 1;
  assert_false(vd_ecdsa_recover(ecdsa, &found, digest, &signature));
}

static void test_numbers_out_of_range(void **state) {
  (void)state;
  static const uint8_t zero[32];
  static const struct vd_ecdsa_key none;
  struct vd_ecdsa_signature right, wrong;
  struct vd_ecdsa_public found;
  struct vd_ecdsa_key both;
  struct vd_failure failure;
  uint8_t digest[32];
  sign_known(0, &right, digest);
  const uint8_t *const values[] = {zero, order};
  for (size_t i = 0; i < 2; i++) {
    wrong = right;
    memcpy(wrong.r, values[i], 32);
    assert_false(vd_ecdsa_recover(ecdsa, &found, digest, &wrong));
    wrong = right;
    memcpy(wrong.s, values[i], 32);
    assert_false(vd_ecdsa_recover(ecdsa, &found, digest, &wrong));
    memset(&found, 1, sizeof found);
    assert_int_equal(vd_ecdsa_public(ecdsa, &found, values[i], &failure), VD_KEY);
    assert_non_null(strstr(failure.text, "no key of secp256k1"));
    assert_int_equal(found.compressed[0], 0);
    memset(&both, 1, sizeof both);
    assert_int_equal(vd_ecdsa_key_make(ecdsa, &both, values[i], &failure), VD_KEY);
    assert_memory_equal(&both, &none, sizeof both);
    memset(&wrong, 1, sizeof wrong);
    assert_int_equal(vd_ecdsa_sign(ecdsa, &wrong, digest, values[i], &failure), VD_KEY);
    assert_memory_equal(wrong.r, zero, 32);
  }
}

/* For a small r there is a second pair of points, whose x was over the group's order: no chain can name them. */
static void test_parities_over_one(void **state) {
  (void)state;
  struct vd_ecdsa_signature signature = {.s = {[31] = 1}};
  struct vd_ecdsa_public found;
  uint8_t digest[32] = {1};
  unsigned points = 0;
  for (uint8_t r = 1; r < 50; r++) {
    signature.r[31] = r;
    for (signature.y_parity = 0; signature.y_parity < 8; signature.y_parity++) {
      bool is_found = vd_ecdsa_recover(ecdsa, &found, digest, &signature);
      if (is_found) points++;
      assert_true(!is_found || signature.y_parity <= 1);
    }
  }
  assert_true(points > 20);
}

/* The digest, too, may be any 32 bytes. */
static void test_any_digest(void **state) {
  (void)state;
  uint8_t digest[32], secret[32];
  struct vd_ecdsa_public key, found;
  struct vd_ecdsa_signature signature;
  memset(secret, 0x46, sizeof secret);
  assert_int_equal(vd_ecdsa_public(ecdsa, &key, secret, NULL), VD_OK);
  for (unsigned fill = 0; fill < 256; fill++) {
    memset(digest, (int)fill, sizeof digest);
    assert_int_equal(vd_ecdsa_sign(ecdsa, &signature, digest, secret, NULL), VD_OK);
    assert_true(signature.y_parity <= 1 && signature.s[0] < 0x80);
    assert_true(vd_ecdsa_recover(ecdsa, &found, digest, &signature));
    assert_memory_equal(&found, &key, sizeof key);
  }
}

static void put_integer(uint8_t *der, size_t *len, const uint8_t number[static 32]) {
  size_t skip = 0;
  while (skip < 31 && number[skip] == 0) skip++;
  bool padded = number[skip] >= 0x80;
  der[(*len)++] = 0x02;
  der[(*len)++] = (uint8_t)(32 - skip + (padded ? 1 : 0));
  if (padded) der[(*len)++] = 0;
  memcpy(der + *len, number + skip, 32 - skip);
  *len += 32 - skip;
}

/* Against a second writer, over numbers with and without leading zeros and a first bit. */
static void test_der(void **state) {
  (void)state;
  for (unsigned i = 0; i < 256; i++) {
    struct vd_ecdsa_signature signature = {.y_parity = 0};
    uint8_t der[VD_ECDSA_DER_MAX], expected[VD_ECDSA_DER_MAX] = {0x30};
    size_t len = 2;
    memset(signature.r + i % 32, (int)(i | 1), 32 - i % 32);
    memset(signature.s + i / 8 % 32, (int)(i % 128 | 1), 32 - i / 8 % 32);
    put_integer(expected, &len, signature.r);
    put_integer(expected, &len, signature.s);
    expected[1] = (uint8_t)(len - 2);
    assert_int_equal(vd_ecdsa_der(ecdsa, der, &signature), len);
    assert_memory_equal(der, expected, len);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_answers),       cmocka_unit_test(test_every_bit_counts),
      cmocka_unit_test(test_a_high_s_is_refused), cmocka_unit_test(test_numbers_out_of_range),
      cmocka_unit_test(test_parities_over_one),   cmocka_unit_test(test_any_digest),
      cmocka_unit_test(test_der),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
