/* Known answers: of the algorithms' authors where there are some, of ethers around the length of a block. */
#include "libfrag/cmocka_all.h"

#include "base/hex.h"
#include "chain/digest.h"

static void assert_hex(const uint8_t *bytes, size_t len, const char *expected) {
  char digits[65];
  assert_true(len <= 32);
  vd_hex_encode(digits, bytes, len);
  assert_string_equal(digits, expected);
}

static void test_keccak_of_text(void **state) {
  (void)state;
  static const struct { const char *text, *digest; } known[] = {
      {"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
      {"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
      {"transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint8_t digest[32];
    vd_keccak256(digest, known[i].text, strlen(known[i].text));
    assert_hex(digest, 32, known[i].digest);
  }
}

/* Bytes 00 01 02 …; a block has 136. */
static void test_keccak_around_a_block(void **state) {
  (void)state;
  static const struct { size_t len; const char *digest; } known[] = {
      {1, "bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a"},
      {31, "3e50547cf72e8583ee91462f9d99fe624f53282f78e1a5ec2347b1d0123d0d9b"},
      {32, "8ae1aa597fa146ebd3aa2ceddf360668dea5e526567e92b0321816a4e895bd2d"},
      {135, "cbdfd9dee5faad3818d6b06f95a219fd290b0e1706f6a82e5a595b9ce9faca62"},
      {136, "7ce759f1ab7f9ce437719970c26b0a66ff11fe3e38e17df89cf5d29c7d7f807e"},
      {137, "ac73d4fae68b8453f764007c1a20ce95994187861f0c3227a3a8e99a73a3b1db"},
      {271, "7c974895b2a88303ff2dc6b58f438ceb0b298cac91099ac0539cc0f477506191"},
      {272, "fdf2ec49e749960d3c8521a0219af8d03e30e2b3bf19bd16150ee0eaf133d66e"},
      {273, "4f707289a9c3ccd0c4a51f2f17339f5dd171d371c04ff7783b735b5b22682eaf"},
      {1000, "aca79e4146e30eb1c733f6d6060d72471c36ea4e01ebf45d7f4916249c2bbd82"},
  };
  uint8_t bytes[1001], digest[32];
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    /* Once at an even address, once at an odd one. */
    for (size_t shift = 0; shift < 2; shift++) {
      for (size_t at = 0; at < known[i].len; at++) bytes[shift + at] = (uint8_t)at;
      vd_keccak256(digest, bytes + shift, known[i].len);
      assert_hex(digest, 32, known[i].digest);
    }
  }
}

/* No two lengths of zeros, and no two places of a single bit, have one digest. */
static void test_keccak_tells_inputs_apart(void **state) {
  (void)state;
  static uint8_t zeros[300], digests[700][32];
  size_t count = 0;
  for (size_t len = 0; len < 300; len++) vd_keccak256(digests[count++], zeros, len);
  for (size_t at = 0; at < 273; at++) {
    zeros[at] = 0x80;
    vd_keccak256(digests[count++], zeros, 273);
    zeros[at] = 0;
  }
  for (size_t a = 0; a < count; a++) {
    for (size_t b = a + 1; b < count; b++) assert_memory_not_equal(digests[a], digests[b], 32);
  }
}

/* The digest may take the place of its input. */
static void test_in_place(void **state) {
  (void)state;
  uint8_t bytes[32] = "in place", apart[32];
  vd_keccak256(apart, bytes, sizeof bytes);
  vd_keccak256(bytes, bytes, sizeof bytes);
  assert_memory_equal(bytes, apart, 32);
  vd_sha256d(apart, bytes, sizeof bytes);
  vd_sha256d(bytes, bytes, sizeof bytes);
  assert_memory_equal(bytes, apart, 32);
}

static void test_bitcoin(void **state) {
  (void)state;
  /* The generator's compressed key; its hash160 is BIP 173's example. The genesis block is named by its header. */
  static const char key[] = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
  static const char header[] =
      "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3"
      "888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
  uint8_t bytes[80], digest[32];
  assert_true(vd_hex_decode(bytes, 33, key, strlen(key)));
  vd_hash160(digest, bytes, 33);
  assert_hex(digest, 20, "751e76e8199196d454941c45d1b3a323f1433bd6");
  assert_true(vd_hex_decode(bytes, 80, header, strlen(header)));
  vd_sha256d(digest, bytes, 80);
  assert_hex(digest, 32, "6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000");
  vd_sha256d(digest, "hello", 5);
  assert_hex(digest, 32, "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
  vd_hash160(digest, "", 0);
  assert_hex(digest, 20, "b472a266d0bd89c13706a4132ccfb16f7c3b9fcb");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_keccak_of_text),         cmocka_unit_test(test_keccak_around_a_block),
      cmocka_unit_test(test_keccak_tells_inputs_apart), cmocka_unit_test(test_in_place),
      cmocka_unit_test(test_bitcoin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
