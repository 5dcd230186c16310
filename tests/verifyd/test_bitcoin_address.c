#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bitcoin_fixture.h"
#include "chain/bitcoin_network.h"
#include "chain/digest.h"

/* From BIP 173: hash160 of the key 0279be66…1798. */
static const char program_hex[] = "751e76e8199196d454941c45d1b3a323f1433bd6";

static void test_published_addresses(void **state) {
  (void)state;
  static const struct {
    const char *hrp, *text, *lower;
  } rows[] = {
    {"bc", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
    {"tb", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"},
  };
  uint8_t program[VD_BITCOIN_PROGRAM_LEN], expected[VD_BITCOIN_PROGRAM_LEN];
  char text[VD_BITCOIN_ADDRESS_SIZE];
  bitcoin_fixture_bytes(expected, sizeof expected, program_hex, false);
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    assert_true(vd_bitcoin_address_read(program, rows[row].hrp, rows[row].text));
    assert_memory_equal(program, expected, sizeof program);
    vd_bitcoin_address_write(text, rows[row].hrp, program);
    assert_string_equal(text, rows[row].lower);
  }
}

static void test_addresses_that_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *hrp, *text;
  } rows[] = {
    {"bc", ""},
    {"bc", "bc"},
    {"bc", "bc1"},
    {"bc", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"},                      /* another network */
    {"tb", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
    {"bc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"},                      /* BIP 173: checksum */
    {"bc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t"},                       /* cut */
    {"bc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t44"},                     /* longer */
    {"bc", "Bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},                      /* mixed case */
    {"bc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3tb"},                      /* not of the alphabet */
    {"bc", "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx"}, /* version 1 */
    {"tb", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7"},  /* P2WSH */
    {"bc", "BC1SW50QA3JX3S"},                                                  /* version 16 */
    {"bc", "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P"},                            /* BIP 173: length for version 0 */
    {"tb", "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv"},  /* BIP 173: padding */
    {"bc", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"},
    {"bc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
  };
  static const uint8_t zero[VD_BITCOIN_PROGRAM_LEN];
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    uint8_t program[VD_BITCOIN_PROGRAM_LEN];
    memset(program, 0xaa, sizeof program);
    assert_false(vd_bitcoin_address_read(program, rows[row].hrp, rows[row].text));
    assert_memory_equal(program, zero, sizeof zero);
  }
}

/* The checksum finds every change of one character. */
static void test_any_character_changed_is_refused(void **state) {
  (void)state;
  static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  char text[] = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", right[sizeof text];
  uint8_t program[VD_BITCOIN_PROGRAM_LEN];
  memcpy(right, text, sizeof text);
  assert_true(vd_bitcoin_address_read(program, "bcrt", text));
  for (size_t at = 5; at < strlen(right); at++) {
    for (const char *other = charset; *other != '\0'; other++) {
      text[at] = *other;
      assert_int_equal(vd_bitcoin_address_read(program, "bcrt", text), *other == right[at]);
    }
    text[at] = right[at];
  }
}

static void test_any_program_round_trips(void **state) {
  (void)state;
  uint8_t program[32], back[VD_BITCOIN_PROGRAM_LEN];
  char text[VD_BITCOIN_ADDRESS_SIZE];
  memset(program, 0, sizeof program);
  for (unsigned round = 0; round < 200; round++) {
    vd_sha256d(program, program, sizeof program);
    vd_bitcoin_address_write(text, "bcrt", program);
    assert_int_equal(strlen(text), 44);
    assert_true(vd_bitcoin_address_read(back, "bcrt", text));
    assert_memory_equal(program, back, sizeof back);
  }
}

static void test_outpoints(void **state) {
  (void)state;
  static const char id[] = "8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87";
  static const char *const refused[] = {"", ":", ":0", "0", "8c14", "-1", ":-1", ":+1", ":01", ":0x1", ":4294967296",
                                        ":99999999999999999999", ":1 ", ": 1", ":1:2", "0:1", ";1"};
  struct vd_bitcoin_coin coin;
  char text[128];
  assert_false(vd_bitcoin_outpoint_read(&coin, "8c14:1"));
  for (size_t row = 1; row < sizeof refused / sizeof refused[0]; row++) {
    memcpy(text, id, sizeof id);
    strcat(text, refused[row]);
    if (strcmp(refused[row], ":0") == 0) continue;
    assert_false(vd_bitcoin_outpoint_read(&coin, text));
    assert_int_equal(coin.output, 0);
  }
  memcpy(text, id, sizeof id);
  text[3] = 'g';
  strcat(text, ":1");
  assert_false(vd_bitcoin_outpoint_read(&coin, text));
  memcpy(text, id, sizeof id);
  assert_true(vd_bitcoin_outpoint_read(&coin, strcat(text, ":4294967295")));
  assert_int_equal(coin.output, UINT32_MAX);
  assert_int_equal(coin.transaction[0], 0x87);
  assert_int_equal(coin.transaction[31], 0x8c);
  assert_int_equal(coin.value_sat, 0);
}

static void test_networks(void **state) {
  (void)state;
  static const char *const names[] = {"main", "test", "signet", "regtest"};
  for (size_t at = 0; at < 4; at++) {
    const struct vd_bitcoin_network *network = vd_bitcoin_network_find(names[at]);
    assert_non_null(network);
    assert_string_equal(network->name, names[at]);
  }
  assert_null(vd_bitcoin_network_find("bitcoin"));
  assert_null(vd_bitcoin_network_find(""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_published_addresses),
    cmocka_unit_test(test_addresses_that_are_refused),
    cmocka_unit_test(test_any_character_changed_is_refused),
    cmocka_unit_test(test_any_program_round_trips),
    cmocka_unit_test(test_outpoints),
    cmocka_unit_test(test_networks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
