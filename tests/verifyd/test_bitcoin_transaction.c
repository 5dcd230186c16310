#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bitcoin_fixture.h"
#include "chain/digest.h"

/* The signed transaction of BIP 143, native P2WPKH. */
static const char published[] =
    "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc26ba6a9cb"
    "62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed"
    "01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb20600000000"
    "1976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa8159"
    "88ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f"
    "3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000";
static const char published_id[] = "e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609";

static size_t read_published(uint8_t bytes[static 1024]) {
  return bitcoin_fixture_bytes(bytes, 1024, published, false);
}

static void test_published_transaction(void **state) {
  (void)state;
  uint8_t bytes[1024], id[32], stripped[1024];
  struct vd_bitcoin_transaction transaction;
  size_t len = read_published(bytes);
  bitcoin_fixture_bytes(id, sizeof id, published_id, true);
  assert_int_equal(vd_bitcoin_transaction_read(&transaction, bytes, len, NULL), VD_OK);
  assert_int_equal(transaction.len, len);
  assert_int_equal(transaction.input_count, 2);
  assert_int_equal(transaction.output_count, 2);
  assert_memory_equal(transaction.id, id, 32);

  const uint8_t *at = transaction.inputs, *script;
  uint8_t spent[32];
  uint32_t output;
  vd_bitcoin_input_next(&at, spent, &output);
  assert_int_equal(output, 0);
  vd_bitcoin_input_next(&at, spent, &output);
  assert_int_equal(output, 1);
  assert_int_equal(spent[0], 0xef);
  at = transaction.outputs;
  uint64_t value;
  size_t script_len;
  vd_bitcoin_output_next(&at, &value, &script, &script_len);
  assert_int_equal(value, 112340000);
  vd_bitcoin_output_next(&at, &value, &script, &script_len);
  assert_int_equal(value, 223450000);
  assert_int_equal(script_len, 25);
  assert_int_equal(script[0], 0x76);

  /* Without the witnesses it is a transaction of the same name. */
  size_t stripped_len = vd_bitcoin_strip(&transaction, stripped);
  assert_true(stripped_len < len);
  assert_int_equal(vd_bitcoin_transaction_read(&transaction, stripped, stripped_len, NULL), VD_OK);
  assert_memory_equal(transaction.id, id, 32);
  assert_int_equal(transaction.len, stripped_len);
  assert_int_equal(vd_bitcoin_strip(&transaction, bytes), stripped_len);
}

/* Exactly its own bytes are taken; every shorter piece is refused. */
static void test_cut_transactions_are_refused(void **state) {
  (void)state;
  uint8_t bytes[1024];
  struct vd_failure failure;
  struct vd_bitcoin_transaction transaction;
  size_t len = read_published(bytes);
  for (size_t cut = 0; cut < len; cut++) {
    assert_int_equal(vd_bitcoin_transaction_read(&transaction, bytes, cut, &failure), VD_DATA);
    assert_string_equal(failure.text, "this is not a Bitcoin transaction");
  }
  memset(bytes + len, 0xff, 9);
  assert_int_equal(vd_bitcoin_transaction_read(&transaction, bytes, len + 9, NULL), VD_OK);
  assert_int_equal(transaction.len, len);
}

static void test_malformed_transactions_are_refused(void **state) {
  (void)state;
  static const char *const rows[] = {
    "",
    "01000000",
    "010000000000000000",                                                                       /* no inputs */
    "01000000000101",                                                                           /* and cut */
    "0200000001" "1111111111111111111111111111111111111111111111111111111111111111" "00000000" "00" "ffffffff"
    "00" "00000000",                                                                            /* no outputs */
    "02000000fd0100" "1111111111111111111111111111111111111111111111111111111111111111" "00000000" "00" "ffffffff"
    "01" "0000000000000000" "00" "00000000",                                                    /* a long form of 1 */
    "02000000ffffffffffffffffff" "1111111111111111111111111111111111111111111111111111111111111111" "00000000",
    "020000000001" "01" "1111111111111111111111111111111111111111111111111111111111111111" "00000000" "00" "ffffffff"
    "01" "0000000000000000" "00" "00" "00000000",                                               /* empty witnesses */
    "020000000001" "01" "1111111111111111111111111111111111111111111111111111111111111111" "00000000" "00" "ffffffff"
    "01" "0000000000000000" "00" "feffffffff" "00000000",                                       /* too many items */
    "0200000001" "1111111111111111111111111111111111111111111111111111111111111111" "00000000" "00" "ffffffff"
    "01" "0000000000000000" "ffffffffffffffffff" "00000000",                                    /* a script too long */
  };
  static const char right[] =
      "0200000001" "1111111111111111111111111111111111111111111111111111111111111111" "00000000" "00" "ffffffff"
      "01" "0000000000000000" "00" "00000000";
  struct vd_bitcoin_transaction transaction;
  uint8_t bytes[256];
  size_t len = bitcoin_fixture_bytes(bytes, sizeof bytes, right, false);
  assert_int_equal(vd_bitcoin_transaction_read(&transaction, bytes, len, NULL), VD_OK);
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    len = bitcoin_fixture_bytes(bytes, sizeof bytes, rows[row], false);
    assert_int_equal(vd_bitcoin_transaction_read(&transaction, bytes, len, NULL), VD_DATA);
  }
}

static void test_op_return(void **state) {
  (void)state;
  static const struct {
    const char *hex;
    int data; /* its length; −1: it is none */
  } rows[] = {
    {"6a0401020304", 4},
    {"6a4c0401020304", 4},
    {"6a4d040001020304", 4},
    {"6a", -1},
    {"", -1},
    {"6a00", -1},
    {"6a51", -1},                 /* OP_1: a number */
    {"6a04010203", -1},           /* cut */
    {"6a040102030405", -1},       /* something follows */
    {"6a02aabb02ccdd", -1},       /* two pushes */
    {"6a4c", -1},
    {"6a4d04", -1},
    {"6a4e0400000001020304", -1}, /* nobody relays such */
    {"0014751e76e8199196d454941c45d1b3a323f1433bd6", -1},
    {"51", -1},
  };
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    uint8_t script[64];
    size_t len = bitcoin_fixture_bytes(script, sizeof script, rows[row].hex, false), data_len = 99;
    const uint8_t *data = vd_bitcoin_op_return(script, len, &data_len);
    assert_int_equal(data == NULL ? -1 : (int)data_len, rows[row].data);
    if (data != NULL) assert_ptr_equal(data + data_len, script + len);
  }
}

/* The bytes that are looked at inside a transaction are its own whatever is broken. */
static void test_changed_bits_are_read_safely(void **state) {
  (void)state;
  uint8_t bytes[1024], stripped[1024];
  struct vd_bitcoin_transaction transaction;
  size_t len = read_published(bytes), different = 0, read = 0;
  uint8_t id[32];
  bitcoin_fixture_bytes(id, sizeof id, published_id, true);
  for (size_t bit = 0; bit < 8 * len; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (vd_bitcoin_transaction_read(&transaction, bytes, len, NULL) == VD_OK) {
      read++;
      assert_true(transaction.len <= len);
      assert_true(vd_bitcoin_strip(&transaction, stripped) <= transaction.len);
      if (memcmp(transaction.id, id, 32) != 0) different++;
    }
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  assert_true(read > 1000);
  assert_true(read - different <= (size_t)(107 + 2) * 8); /* only the witness is not part of the name */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_published_transaction),
    cmocka_unit_test(test_cut_transactions_are_refused),
    cmocka_unit_test(test_malformed_transactions_are_refused),
    cmocka_unit_test(test_op_return),
    cmocka_unit_test(test_changed_bits_are_read_safely),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
