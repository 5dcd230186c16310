/* Transactions of all types that wallets sign: known answers of ethers, and everything else refused.
 * tests/chain/evm_formats.test.mjs compares hundreds with ethers. */
#include "libfrag/cmocka_all.h"

#include <stdlib.h>

#include "base/hex.h"
#include "chain/digest.h"
#include "chain/evm_signed.h"
#include "chain/rlp.h"

static struct vd_ecdsa *ecdsa;
static const uint8_t secret32[32] = {[0] = 0x46, [31] = 7};

static int setup(void **state) {
  (void)state;
  return vd_ecdsa_new(&ecdsa, NULL) == VD_OK ? 0 : 1;
}

static int teardown(void **state) {
  (void)state;
  vd_ecdsa_free(ecdsa);
  return 0;
}

static void own_address(uint8_t address[static VD_EVM_ADDRESS_LEN]) {
  struct vd_ecdsa_public key;
  assert_int_equal(vd_ecdsa_public(ecdsa, &key, secret32, NULL), VD_OK);
  vd_evm_address(address, &key);
}

/* Known: the example of EIP-155, in every byte; the others are in test-vectors/chain/evm_signed.json. */
static void test_example_of_eip_155(void **state) {
  (void)state;
  static const char hex[] =
      "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195"
      "fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
  static const char digest_hex[] = "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53";
  struct vd_evm_signed read;
  uint8_t raw[VD_EVM_SIGNED_MAX], again[VD_EVM_SIGNED_MAX], digest[32], expected[32], sender[VD_EVM_ADDRESS_LEN];
  char address[VD_EVM_ADDRESS_TEXT_SIZE];
  size_t len = strlen(hex) / 2;
  assert_true(vd_hex_decode(raw, len, hex, strlen(hex)) && vd_hex_decode(expected, 32, digest_hex, 64));
  assert_int_equal(vd_evm_signed_read(&read, raw, len, NULL), VD_OK);
  assert_int_equal(read.type, 0);
  assert_int_equal(read.chain_id, 1);
  assert_int_equal(read.nonce, 9);
  assert_int_equal(read.gas, 21000);
  assert_true(read.has_to && read.to[0] == 0x35 && read.data_len == 0);
  vd_evm_signed_digest(digest, &read);
  assert_memory_equal(digest, expected, 32);
  assert_true(vd_evm_signed_sender(ecdsa, sender, &read));
  vd_evm_address_write(address, sender);
  assert_string_equal(address, "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F");
  assert_int_equal(vd_evm_signed_write(again, &read), len);
  assert_memory_equal(again, raw, len);
}

static void sign(struct vd_evm_signed *transaction) {
  uint8_t digest[32];
  vd_evm_signed_digest(digest, transaction);
  assert_int_equal(vd_ecdsa_sign(ecdsa, &transaction->signature, digest, secret32, NULL), VD_OK);
}

/* Every field has something in it. */
static struct vd_evm_signed full(unsigned type) {
  struct vd_evm_signed made = {.type = type, .chain_id = 11155111, .nonce = 300, .gas = 0x5208, .has_to = true,
                               .data_len = 52};
  memset(made.price + 20, 0x77, 12);
  if (type == 2) memset(made.tip + 29, 0x66, 3);
  memset(made.to, 0x35, sizeof made.to);
  made.value[24] = 0x0d;
  memset(made.data, 0xab, made.data_len);
  if (type > 0) {
    made.access_count = 3;
    made.key_count = 5;
    for (size_t i = 0; i < 3; i++) memset(made.accesses[i].address, (int)(0x90 + i), VD_EVM_ADDRESS_LEN);
    made.accesses[0].key_count = 2;
    made.accesses[2].key_count = 3;
    for (size_t k = 0; k < 5; k++) memset(made.keys[k], (int)k, 32);
  }
  sign(&made);
  return made;
}

static void read_back(const struct vd_evm_signed *made) {
  struct vd_evm_signed read;
  uint8_t raw[VD_EVM_SIGNED_MAX], again[VD_EVM_SIGNED_MAX], sender[VD_EVM_ADDRESS_LEN], own[VD_EVM_ADDRESS_LEN];
  size_t len = vd_evm_signed_write(raw, made);
  own_address(own);
  assert_int_equal(vd_evm_signed_read(&read, raw, len, NULL), VD_OK);
  assert_int_equal(vd_evm_signed_write(again, &read), len);
  assert_memory_equal(again, raw, len);
  assert_true(read.type == made->type && read.chain_id == made->chain_id && read.nonce == made->nonce);
  assert_true(read.gas == made->gas && read.has_to == made->has_to && read.key_count == made->key_count);
  assert_memory_equal(read.value, made->value, sizeof read.value);
  assert_memory_equal(read.price, made->price, sizeof read.price);
  assert_memory_equal(read.tip, made->tip, sizeof read.tip);
  assert_true(vd_evm_signed_sender(ecdsa, sender, &read));
  assert_memory_equal(sender, own, sizeof own);
}

static void test_what_is_written_is_read(void **state) {
  (void)state;
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made = full(type);
    read_back(&made);
    made.has_to = false;
    memset(made.to, 0, sizeof made.to);
    sign(&made);
    read_back(&made);
    memset(&made, 0, sizeof made); /* the shortest form of everything */
    made.type = type;
    sign(&made);
    read_back(&made);
  }
}

static void test_longest(void **state) {
  (void)state;
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made;
    memset(&made, 0, sizeof made);
    made.type = type;
    made.chain_id = type == 0 ? VD_EVM_LEGACY_CHAIN_ID_MAX : UINT64_MAX;
    made.nonce = made.gas = UINT64_MAX;
    made.has_to = true;
    made.data_len = VD_EVM_DATA_MAX;
    memset(made.data, 0xff, VD_EVM_DATA_MAX);
    memset(made.price, 0xff, 32);
    memset(made.value, 0xff, 32);
    if (type == 2) memset(made.tip, 0xff, 32);
    if (type > 0) {
      made.access_count = VD_EVM_ACCESSES_MAX;
      made.key_count = VD_EVM_KEYS_MAX;
      made.accesses[VD_EVM_ACCESSES_MAX - 1].key_count = VD_EVM_KEYS_MAX;
    }
    sign(&made);
    read_back(&made);
  }
}

/* Nothing is left of what is refused. */
static bool reads(struct vd_evm_signed *read, const uint8_t *raw, size_t len) {
  static const struct vd_evm_signed nothing;
  struct vd_failure failure = {.code = VD_OK};
  uint8_t again[VD_EVM_SIGNED_MAX];
  uint8_t *exact = malloc(len == 0 ? 1 : len); /* for the sanitizer to see the byte behind it */
  assert_non_null(exact);
  memcpy(exact, raw, len);
  enum vd_error error = vd_evm_signed_read(read, exact, len, &failure);
  if (error == VD_OK) {
    assert_int_equal(vd_evm_signed_write(again, read), len);
    assert_memory_equal(again, exact, len);
  } else {
    assert_int_equal(failure.code, VD_DATA);
    assert_memory_equal(read, &nothing, sizeof nothing);
  }
  free(exact);
  return error == VD_OK;
}

static void test_truncated_and_longer(void **state) {
  (void)state;
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made = full(type), read;
    uint8_t raw[VD_EVM_SIGNED_MAX + 1];
    size_t len = vd_evm_signed_write(raw, &made);
    for (size_t cut = 0; cut < len; cut++) assert_false(reads(&read, raw, cut));
    raw[len] = 0x80;
    assert_false(reads(&read, raw, len + 1));
    assert_true(reads(&read, raw, len));
  }
}

/* A changed bit is another transaction, of another sender or none. */
static void test_every_bit_counts(void **state) {
  (void)state;
  uint8_t own[VD_EVM_ADDRESS_LEN];
  own_address(own);
  for (unsigned type = 0; type <= 2; type++) {
    struct vd_evm_signed made = full(type), read;
    uint8_t raw[VD_EVM_SIGNED_MAX], sender[VD_EVM_ADDRESS_LEN];
    size_t len = vd_evm_signed_write(raw, &made), others = 0;
    for (size_t bit = 0; bit < 8 * len; bit++) {
      raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
      if (reads(&read, raw, len) && vd_evm_signed_sender(ecdsa, sender, &read)) {
        assert_memory_not_equal(sender, own, sizeof own);
        others++;
      }
      raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(others > 100);
  }
}

static void test_high_s(void **state) {
  (void)state;
  static const char order_hex[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  static const uint8_t nobody[VD_EVM_ADDRESS_LEN];
  struct vd_evm_signed made = full(0);
  uint8_t order[32], sender[VD_EVM_ADDRESS_LEN];
  unsigned borrow = 0;
  assert_true(vd_hex_decode(order, 32, order_hex, 64));
  for (size_t at = 32; at-- > 0;) {
    unsigned difference = 0x100u + order[at] - made.signature.s[at] - borrow;
    made.signature.s[at] = (uint8_t)difference;
    borrow = difference < 0x100;
  }
  made.signature.y_parity ^= 1;
  assert_false(vd_evm_signed_sender(ecdsa, sender, &made));
  assert_memory_equal(sender, nobody, sizeof nobody);
}

static void test_tip_over_the_fee(void **state) {
  (void)state;
  struct vd_evm_signed made = full(2), read;
  uint8_t raw[VD_EVM_SIGNED_MAX];
  memcpy(made.tip, made.price, sizeof made.tip);
  assert_true(reads(&read, raw, vd_evm_signed_write(raw, &made)));
  made.tip[31]++;
  assert_false(reads(&read, raw, vd_evm_signed_write(raw, &made)));
}

/* A transaction as RLP of strings; the access list as it is encoded. */
static size_t assemble(uint8_t *raw, unsigned type, const char *const *items, size_t count, size_t list_at) {
  struct vd_rlp_writer writer;
  uint8_t content[VD_EVM_SIGNED_MAX];
  vd_rlp_begin(&writer, raw, VD_EVM_SIGNED_MAX);
  for (size_t at = count; at-- > 0;) {
    size_t len = strlen(items[at]) / 2;
    assert_true(len == 0 || vd_hex_decode(content, len, items[at], 2 * len));
    if (at != list_at) {
      vd_rlp_bytes(&writer, content, len);
    } else {
      writer.at -= len;
      memcpy(raw + writer.at, content, len);
    }
  }
  vd_rlp_list(&writer, VD_EVM_SIGNED_MAX);
  if (type > 0) raw[--writer.at] = (uint8_t)type;
  size_t len = VD_EVM_SIGNED_MAX - writer.at;
  memmove(raw, raw + writer.at, len);
  return len;
}

struct wrong {
  const char *why;
  size_t at;
  const char *item;
};

#define R "4c2a3214ac6eaf90ce295831bc0605f6b615c86f2375e23d85fa5e26f51a2741"
#define TO "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"
#define LONG "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" /* 33 bytes */

static void refused(unsigned type, const char *const *right, size_t count, size_t list_at, const struct wrong *wrong,
                    size_t wrong_count) {
  struct vd_evm_signed read;
  uint8_t raw[VD_EVM_SIGNED_MAX];
  const char *items[16];
  assert_true(reads(&read, raw, assemble(raw, type, right, count, list_at)));
  for (size_t i = 0; i < wrong_count; i++) {
    memcpy(items, right, count * sizeof *items);
    items[wrong[i].at] = wrong[i].item;
    if (reads(&read, raw, assemble(raw, type, items, count, list_at))) fail_msg("accepted: %s", wrong[i].why);
  }
  items[count] = "";
  memcpy(items, right, count * sizeof *items);
  for (size_t fewer = 0; fewer < count; fewer++)
    assert_false(reads(&read, raw, assemble(raw, type, items, fewer, list_at)));
  assert_false(reads(&read, raw, assemble(raw, type, items, count + 1, list_at)));
}

static void test_other_forms_of_legacy(void **state) {
  (void)state;
  static const char *const right[] = {"09", "04a817c800", "5208", TO, "", "46524131", "25", R, R};
  static const struct wrong wrong[] = {
      {"a nonce with a leading zero", 0, "0009"},   {"a price over 256 bits", 1, LONG},
      {"a price with a leading zero", 1, "0004"},   {"gas over 64 bits", 2, "010000000000000000"},
      {"a receiver of 19 bytes", 3, "8a62f656a8d1615c1294fd71e9cfb3e4855a4f"},
      {"a receiver of 21 bytes", 3, "009d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"},
      {"a value that is the byte zero", 4, "00"},   {"a value over 256 bits", 4, LONG},
      {"no chain id, as before EIP-155", 6, "1b"},  {"the other parity of that", 6, "1c"},
      {"a v below all", 6, ""},                     {"a v between", 6, "22"},
      {"a v whose chain id is over the limit", 6, "ffffffffffffffff"},
      {"no r", 7, ""},                              {"an s over 256 bits", 8, LONG},
  };
  refused(0, right, 9, SIZE_MAX, wrong, sizeof wrong / sizeof *wrong);
}

static void test_other_forms_of_type_1(void **state) {
  (void)state;
  static const char *const right[] = {"aa36a7", "09", "59682f00", "5a28", TO, "0d", "46524131", "d7d694" TO "c0", "01",
                                      R, R};
  static const struct wrong wrong[] = {
      {"a string for the list", 7, "80"},
      {"an address of 19 bytes", 7, "d6d5938a62f656a8d1615c1294fd71e9cfb3e4855a4fc0"},
      {"no list of keys", 7, "d6d594" TO},
      {"a key of one byte", 7, "d8d794" TO "c101"},
      {"something behind the keys", 7, "d8d794" TO "c080"},
      {"an address without its keys' list", 7, "d594" TO},
      {"a parity of 2", 8, "02"},
      {"a parity as before EIP-2718", 8, "1b"},
      {"a chain id of nine bytes", 0, "01aa36a70000000000"},
  };
  refused(1, right, 11, 7, wrong, sizeof wrong / sizeof *wrong);
}

/* Over the limits of an access list. */
static void test_long_access_lists(void **state) {
  (void)state;
  for (size_t more = 0; more <= 1; more++) {
    struct vd_rlp_writer writer;
    struct vd_evm_signed read;
    uint8_t raw[2 * VD_EVM_SIGNED_MAX];
    static const uint8_t zero[32];
    for (unsigned by_key = 0; by_key <= 1; by_key++) {
      vd_rlp_begin(&writer, raw, sizeof raw);
      vd_rlp_bytes(&writer, (const uint8_t *)"s", 1);
      vd_rlp_bytes(&writer, (const uint8_t *)"r", 1);
      vd_rlp_number(&writer, 1);
      size_t end = writer.at;
      for (size_t i = 0; i < (by_key ? 1 : VD_EVM_ACCESSES_MAX + more); i++) {
        size_t item_end = writer.at;
        for (size_t k = 0; by_key && k < VD_EVM_KEYS_MAX + more; k++) vd_rlp_bytes(&writer, zero, 32);
        vd_rlp_list(&writer, item_end);
        vd_rlp_bytes(&writer, zero, VD_EVM_ADDRESS_LEN);
        vd_rlp_list(&writer, item_end);
      }
      vd_rlp_list(&writer, end);
      for (unsigned field = 0; field < 7; field++) vd_rlp_number(&writer, 0); /* data, value, to, gas, price, … */
      vd_rlp_number(&writer, 1);
      vd_rlp_list(&writer, sizeof raw);
      raw[--writer.at] = 2;
      assert_false(writer.has_failed);
      assert_int_equal(reads(&read, raw + writer.at, sizeof raw - writer.at), more == 0);
    }
  }
}

static void test_other_types(void **state) {
  (void)state;
  struct vd_evm_signed made = full(2), read;
  uint8_t raw[VD_EVM_SIGNED_MAX];
  size_t len = vd_evm_signed_write(raw, &made);
  for (unsigned type = 0; type < 256; type++) {
    raw[0] = (uint8_t)type;
    assert_int_equal(reads(&read, raw, len), type == 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_example_of_eip_155),    cmocka_unit_test(test_what_is_written_is_read),
      cmocka_unit_test(test_longest),               cmocka_unit_test(test_truncated_and_longer),
      cmocka_unit_test(test_every_bit_counts),      cmocka_unit_test(test_high_s),
      cmocka_unit_test(test_tip_over_the_fee),
      cmocka_unit_test(test_other_forms_of_legacy), cmocka_unit_test(test_other_forms_of_type_1),
      cmocka_unit_test(test_long_access_lists),     cmocka_unit_test(test_other_types),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
