/* EVM transactions: known answers of ethers, EIP-55's own examples, and everything that is not such a transaction
 * refused. tests/chain/evm_formats.test.mjs compares hundreds with ethers. */
#include "libfrag/cmocka_all.h"

#include <stdlib.h>

#include "base/hex.h"
#include "chain/digest.h"
#include "chain/evm.h"
#include "chain/rlp.h"

static struct vd_ecdsa *ecdsa;
static uint8_t secret[32]; /* of EIP-155's example: 46 46 … */

static int setup(void **state) {
  (void)state;
  memset(secret, 0x46, sizeof secret);
  return vd_ecdsa_new(&ecdsa, NULL) == VD_OK ? 0 : 1;
}

static int teardown(void **state) {
  (void)state;
  vd_ecdsa_free(ecdsa);
  return 0;
}

static size_t from_hex(uint8_t *out, size_t size, const char *hex) {
  size_t len = strlen(hex) / 2;
  assert_true(len <= size && vd_hex_decode(out, len, hex, strlen(hex)));
  return len;
}

static void own_address(uint8_t address[static VD_EVM_ADDRESS_LEN]) {
  struct vd_ecdsa_public key;
  assert_int_equal(vd_ecdsa_public(ecdsa, &key, secret, NULL), VD_OK);
  vd_evm_address(address, &key);
}

static struct vd_evm_transaction an_anchor(void) {
  struct vd_evm_transaction transaction = {
      .chain_id = 11155111, .nonce = 9, .tip = UINT64_C(1500000000), .fee = UINT64_C(30000000000), .gas = 22540};
  own_address(transaction.to);
  transaction.data_len = from_hex(transaction.data, VD_EVM_DATA_MAX,
                                  "4652413101020304050607080000000000000100"
                                  "abababababababababababababababababababababababababababababababab");
  return transaction;
}

static void test_known_anchor(void **state) {
  (void)state;
  struct vd_evm_transaction transaction = an_anchor(), back;
  uint8_t raw[VD_EVM_TRANSACTION_MAX], expected[VD_EVM_TRANSACTION_MAX], hash[32], sender[VD_EVM_ADDRESS_LEN];
  size_t raw_len = 0;
  transaction.gas = 23080;
  size_t len = from_hex(expected, sizeof expected,
                        "02f8a283aa36a7098459682f008506fc23ac00825a28949d8a62f656a8d1615c1294fd71e9cfb3e4855a4f80b4"
                        "46524131"
                        "01020304050607080000000000000100ababababababababababababababababababababababababababababab"
                        "ababab"
                        "c001a04c2a3214ac6eaf90ce295831bc0605f6b615c86f2375e23d85fa5e26f51a2741a06dc9d655174459970a"
                        "7d9dd8e6"
                        "98879901e432c4c054d97b5ccb602d7115ba8e");
  assert_int_equal(vd_evm_sign(ecdsa, &transaction, secret, raw, &raw_len, hash, NULL), VD_OK);
  assert_int_equal(raw_len, len);
  assert_memory_equal(raw, expected, len);
  (void)from_hex(expected, 32, "92ecfbc90f383e87714e1e477cc8469feaaa725ab4375e2130fa2136815b0c7d");
  assert_memory_equal(hash, expected, 32);
  assert_int_equal(vd_evm_decode(ecdsa, &back, sender, raw, raw_len, NULL), VD_OK);
  assert_memory_equal(&back, &transaction, sizeof back);
  assert_memory_equal(sender, transaction.to, sizeof sender);
}

/* All numbers zero, no data: the shortest form of everything. */
static void test_known_empty(void **state) {
  (void)state;
  struct vd_evm_transaction transaction = {.chain_id = 1};
  uint8_t raw[VD_EVM_TRANSACTION_MAX], expected[VD_EVM_TRANSACTION_MAX], hash[32];
  size_t raw_len = 0;
  own_address(transaction.to);
  size_t len = from_hex(expected, sizeof expected,
                        "02f8600180808080949d8a62f656a8d1615c1294fd71e9cfb3e4855a4f8080c080a0eaa532267c861673082721"
                        "21fe432e"
                        "4bbec20e9ce149a2c78d578e0ace394b7aa042b62480bfc638be69eae220bf7bd05aeb3b6d02d55aacbb139425"
                        "b7cfc31a"
                        "c2");
  assert_int_equal(vd_evm_sign(ecdsa, &transaction, secret, raw, &raw_len, hash, NULL), VD_OK);
  assert_int_equal(raw_len, len);
  assert_memory_equal(raw, expected, len);
}

static void test_longest(void **state) {
  (void)state;
  struct vd_evm_transaction transaction = {.chain_id = UINT64_MAX, .nonce = UINT64_MAX - 1, .tip = UINT64_MAX,
                                           .fee = UINT64_MAX, .gas = UINT64_MAX, .data_len = VD_EVM_DATA_MAX};
  struct vd_evm_transaction back;
  uint8_t raw[VD_EVM_TRANSACTION_MAX], hash[32], sender[VD_EVM_ADDRESS_LEN];
  size_t raw_len = 0;
  memset(transaction.data, 0xff, VD_EVM_DATA_MAX);
  assert_int_equal(vd_evm_sign(ecdsa, &transaction, secret, raw, &raw_len, hash, NULL), VD_OK);
  assert_int_equal(vd_evm_decode(ecdsa, &back, sender, raw, raw_len, NULL), VD_OK);
  assert_memory_equal(&back, &transaction, sizeof back);
}

static void test_not_a_key(void **state) {
  (void)state;
  static const uint8_t zero[32];
  struct vd_evm_transaction transaction = an_anchor();
  struct vd_failure failure;
  uint8_t raw[VD_EVM_TRANSACTION_MAX], hash[32];
  size_t raw_len = 99;
  assert_int_equal(vd_evm_sign(ecdsa, &transaction, zero, raw, &raw_len, hash, &failure), VD_KEY);
  assert_int_equal(raw_len, 0);
}

/* Nothing is left of what is refused. */
static enum vd_error decode(const uint8_t *raw, size_t len, uint8_t sender[static VD_EVM_ADDRESS_LEN]) {
  static const struct vd_evm_transaction nothing;
  static const uint8_t nobody[VD_EVM_ADDRESS_LEN];
  struct vd_evm_transaction transaction;
  struct vd_failure failure = {.code = VD_OK};
  uint8_t *exact = malloc(len == 0 ? 1 : len); /* for the sanitizer to see the byte behind it */
  assert_non_null(exact);
  memcpy(exact, raw, len);
  enum vd_error error = vd_evm_decode(ecdsa, &transaction, sender, exact, len, &failure);
  free(exact);
  if (error == VD_OK) return VD_OK;
  assert_int_equal(error, VD_DATA);
  assert_int_equal(failure.code, VD_DATA);
  assert_memory_equal(&transaction, &nothing, sizeof nothing);
  assert_memory_equal(sender, nobody, sizeof nobody);
  return error;
}

static void test_truncated_and_longer(void **state) {
  (void)state;
  struct vd_evm_transaction transaction = an_anchor();
  uint8_t raw[VD_EVM_TRANSACTION_MAX], hash[32], sender[VD_EVM_ADDRESS_LEN];
  size_t len = 0;
  assert_int_equal(vd_evm_sign(ecdsa, &transaction, secret, raw, &len, hash, NULL), VD_OK);
  for (size_t cut = 0; cut < len; cut++) assert_int_equal(decode(raw, cut, sender), VD_DATA);
  raw[len] = 0;
  assert_int_equal(decode(raw, len + 1, sender), VD_DATA);
  raw[len] = 0x80;
  assert_int_equal(decode(raw, len + 1, sender), VD_DATA);
  assert_int_equal(decode(raw, len, sender), VD_OK);
}

/* A changed bit is another transaction: another sender or none. */
static void test_every_bit_counts(void **state) {
  (void)state;
  struct vd_evm_transaction transaction = an_anchor();
  uint8_t raw[VD_EVM_TRANSACTION_MAX], hash[32], sender[VD_EVM_ADDRESS_LEN];
  size_t len = 0, refused = 0;
  assert_int_equal(vd_evm_sign(ecdsa, &transaction, secret, raw, &len, hash, NULL), VD_OK);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (decode(raw, len, sender) != VD_OK) refused++;
    else assert_memory_not_equal(sender, transaction.to, sizeof sender);
    raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  assert_true(refused > 100 && refused < 8 * len);
}

/* The parts of a transaction in RLP, so that each can be made wrong. Empty strings are written as such. */
struct parts {
  const char *items[13]; /* hex of each item's content; the access list as encoded */
  size_t count;
  uint8_t type;
};

static size_t assemble(uint8_t raw[static VD_EVM_TRANSACTION_MAX], const struct parts *parts) {
  struct vd_rlp_writer writer;
  uint8_t content[VD_EVM_TRANSACTION_MAX];
  vd_rlp_begin(&writer, raw, VD_EVM_TRANSACTION_MAX);
  for (size_t at = parts->count; at > 0; at--) {
    const char *item = parts->items[at - 1];
    size_t len = from_hex(content, sizeof content, item);
    if (at - 1 != 8) {
      vd_rlp_bytes(&writer, content, len);
    } else {
      writer.at -= len;
      memcpy(raw + writer.at, content, len);
    }
  }
  vd_rlp_list(&writer, VD_EVM_TRANSACTION_MAX);
  raw[--writer.at] = parts->type;
  memmove(raw, raw + writer.at, VD_EVM_TRANSACTION_MAX - writer.at);
  return VD_EVM_TRANSACTION_MAX - writer.at;
}

static const struct parts right = {
    {"aa36a7", "09", "59682f00", "06fc23ac00", "5a28", "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", "", "46524131", "c0",
     "01", "4c2a3214ac6eaf90ce295831bc0605f6b615c86f2375e23d85fa5e26f51a2741",
     "6dc9d655174459970a7d9dd8e698879901e432c4c054d97b5ccb602d7115ba8e"},
    12,
    2};

static void test_other_forms(void **state) {
  (void)state;
  static const struct { const char *why; size_t at; const char *item; } wrong[] = {
      {"a chain id of nine bytes", 0, "01aa36a70000000000"},
      {"a chain id with a leading zero", 0, "00aa36a7"},
      {"a nonce with a leading zero", 1, "0009"},
      {"a nonce that is the byte zero", 1, "00"},
      {"the nonce that EIP-2681 forbids", 1, "ffffffffffffffff"},
      {"a tip over the fee", 2, "06fc23ac01"},
      {"a fee over 64 bits", 3, "010000000000000000"},
      {"a gas limit with a leading zero", 4, "005a28"},
      {"no receiver: the creation of a contract", 5, ""},
      {"a receiver of 19 bytes", 5, "8a62f656a8d1615c1294fd71e9cfb3e4855a4f"},
      {"a receiver of 21 bytes", 5, "009d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"},
      {"a value", 6, "01"},
      {"a value that is the byte zero", 6, "00"},
      {"a large value", 6, "010000000000000000"},
      {"an access list", 8, "c1c0"},
      {"a string for the access list", 8, "80"},
      {"an access list in long form", 8, "f800"},
      {"a parity of 2", 9, "02"},
      {"a parity as before EIP-2718", 9, "1b"},
      {"a parity that is the byte zero", 9, "00"},
      {"a parity of 2^8", 9, "0100"},
      {"no r", 10, ""},
      {"an r with a leading zero", 10, "002a3214ac6eaf90ce295831bc0605f6b615c86f2375e23d85fa5e26f51a2741"},
      {"an r of 33 bytes", 10, "004c2a3214ac6eaf90ce295831bc0605f6b615c86f2375e23d85fa5e26f51a2741"},
      {"an r over the group's order", 10, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
      {"no s", 11, ""},
      {"a high s", 11, "923629aae8bba668f5826227196778655ecaaa21eef3c6c0630dfe5f5f2086b3"},
      {"an s with a leading zero", 11, "00c9d655174459970a7d9dd8e698879901e432c4c054d97b5ccb602d7115ba8e"},
      {"an s over the group's order", 11, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
  };
  uint8_t raw[VD_EVM_TRANSACTION_MAX], sender[VD_EVM_ADDRESS_LEN];
  assert_int_equal(decode(raw, assemble(raw, &right), sender), VD_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct parts parts = right;
    parts.items[wrong[i].at] = wrong[i].item;
    if (decode(raw, assemble(raw, &parts), sender) == VD_OK) fail_msg("accepted: %s", wrong[i].why);
  }
}

static void test_other_shapes(void **state) {
  (void)state;
  uint8_t raw[VD_EVM_TRANSACTION_MAX], sender[VD_EVM_ADDRESS_LEN];
  for (unsigned type = 0; type < 256; type++) {
    struct parts parts = right;
    parts.type = (uint8_t)type;
    assert_int_equal(decode(raw, assemble(raw, &parts), sender), type == 2 ? VD_OK : VD_DATA);
  }
  struct parts parts = right;
  parts.items[12] = "01";
  for (parts.count = 0; parts.count <= 13; parts.count++) {
    assert_int_equal(decode(raw, assemble(raw, &parts), sender), parts.count == 12 ? VD_OK : VD_DATA);
  }
  /* Data over the limit: 257 bytes. */
  char data[2 * 257 + 1];
  memset(data, 'a', sizeof data - 1);
  data[sizeof data - 1] = '\0';
  parts = right;
  parts.items[7] = data + 2;
  assert_int_equal(decode(raw, assemble(raw, &parts), sender), VD_OK);
  parts.items[7] = data;
  assert_int_equal(decode(raw, assemble(raw, &parts), sender), VD_DATA);
}

/* EIP-55's examples, and keys of known addresses. */
static const char *const addresses[] = {
    "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
};

static void test_addresses(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    uint8_t address[VD_EVM_ADDRESS_LEN], again[VD_EVM_ADDRESS_LEN];
    char text[VD_EVM_ADDRESS_TEXT_SIZE];
    assert_true(vd_evm_address_read(address, addresses[i]));
    vd_evm_address_write(text, address);
    assert_string_equal(text, addresses[i]);
    for (int upper = 0; upper < 2; upper++) {
      for (size_t at = 2; text[at] != '\0'; at++) {
        if (addresses[i][at] > '9') text[at] = (char)(upper != 0 ? addresses[i][at] & ~0x20 : addresses[i][at] | 0x20);
      }
      assert_true(vd_evm_address_read(again, text));
      assert_memory_equal(again, address, sizeof again);
    }
  }
  uint8_t own[VD_EVM_ADDRESS_LEN];
  char text[VD_EVM_ADDRESS_TEXT_SIZE];
  own_address(own);
  vd_evm_address_write(text, own);
  assert_string_equal(text, "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F");
}

/* Every single digit's case is part of the checksum of a mixed address; EIP-55 lets one in 4096 pass by chance. */
static void test_wrong_checksums(void **state) {
  (void)state;
  for (size_t i = 4; i < sizeof addresses / sizeof *addresses; i++) {
    char text[VD_EVM_ADDRESS_TEXT_SIZE];
    uint8_t address[VD_EVM_ADDRESS_LEN] = {1};
    strcpy(text, addresses[i]);
    for (size_t at = 2; text[at] != '\0'; at++) {
      if (text[at] <= '9') continue;
      text[at] ^= 0x20;
      assert_false(vd_evm_address_read(address, text));
      assert_int_equal(address[0], 0);
      text[at] ^= 0x20;
    }
    assert_true(vd_evm_address_read(address, text));
  }
}

static void test_not_addresses(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "", "0x", "0", "x", "52908400098527886E0F7030069857D2E4169EE7", "0X52908400098527886E0F7030069857D2E4169EE7",
      "0x52908400098527886E0F7030069857D2E4169EE", "0x52908400098527886E0F7030069857D2E4169EE70",
      "0x52908400098527886E0F7030069857D2E4169EE7 ", " 0x52908400098527886E0F7030069857D2E4169EE7",
      "0x52908400098527886G0F7030069857D2E4169EE7", "0x52908400098527886E0F7030069857D2E4169EE\n",
      "0x0x908400098527886E0F7030069857D2E4169EE7", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    uint8_t address[VD_EVM_ADDRESS_LEN];
    if (vd_evm_address_read(address, wrong[i])) fail_msg("accepted: %s", wrong[i]);
  }
}

static void test_gas(void **state) {
  (void)state;
  static const uint8_t data[] = {0, 1, 0, 0xff};
  struct vd_evm_transaction anchor = an_anchor();
  assert_true(vd_evm_intrinsic_gas(NULL, 0) == 21000);
  assert_true(vd_evm_intrinsic_gas(data, 4) == 21100);
  /* 52 bytes, 7 of them zero. */
  assert_true(vd_evm_intrinsic_gas(anchor.data, anchor.data_len) == 21000 + 70 + 1800);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_anchor),    cmocka_unit_test(test_known_empty),
      cmocka_unit_test(test_longest),         cmocka_unit_test(test_not_a_key),
      cmocka_unit_test(test_truncated_and_longer), cmocka_unit_test(test_every_bit_counts),
      cmocka_unit_test(test_other_forms),     cmocka_unit_test(test_other_shapes),
      cmocka_unit_test(test_addresses),       cmocka_unit_test(test_wrong_checksums),
      cmocka_unit_test(test_not_addresses),   cmocka_unit_test(test_gas),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
