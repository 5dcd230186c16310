#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bitcoin_fixture.h"
#include "chain/bitcoin_digest.h"
#include "chain/digest.h"

struct signer {
  struct vd_ecdsa *ecdsa;
  struct vd_ecdsa_key key;
  uint8_t program[VD_BITCOIN_PROGRAM_LEN];
};

static int setup(void **state) {
  static struct signer signer;
  uint8_t secret32[32];
  bitcoin_fixture_secret(secret32, 1);
  if (vd_ecdsa_new(&signer.ecdsa, NULL) != VD_OK) return -1;
  if (vd_ecdsa_key_make(signer.ecdsa, &signer.key, secret32, NULL) != VD_OK) return -1;
  vd_hash160(signer.program, signer.key.public_key.compressed, 33);
  *state = &signer;
  return 0;
}

static int teardown(void **state) {
  struct signer *signer = *state;
  vd_ecdsa_free(signer->ecdsa);
  return 0;
}

/* BIP 143, native P2WPKH: the second input's digest and signature. */
static void test_published_digest(void **state) {
  struct signer *signer = *state;
  struct vd_bitcoin_preimage preimage = {.version = 1, .sequence = 0xffffffff, .lock_time = 0x11};
  uint8_t bytes[32], secret32[32], digest[32], expected[VD_ECDSA_DER_MAX], der[VD_ECDSA_DER_MAX];
  struct vd_ecdsa_public public_key;
  struct vd_ecdsa_signature signature;
  bitcoin_fixture_bytes(preimage.outpoints, 32, "96b827c8483d4e9b96712b6713a7b68d6e8003a781feba36c31143470b4efd37",
                        false);
  bitcoin_fixture_bytes(preimage.sequences, 32, "52b0a642eea2fb7ae638c36f6252b6750293dbe574a806984b8e4d8548339a3b",
                        false);
  bitcoin_fixture_bytes(preimage.outputs, 32, "863ef3e1a92afbfdb97f31ad0fc7683ee943e9abcf2501590ff8f6551f47e5e5",
                        false);
  bitcoin_fixture_bytes(preimage.coin.transaction, 32,
                        "ef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a", false);
  preimage.coin.output = 1;
  preimage.coin.value_sat = 600000000;
  bitcoin_fixture_bytes(secret32, 32, "619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9", false);
  assert_int_equal(vd_ecdsa_public(signer->ecdsa, &public_key, secret32, NULL), VD_OK);
  vd_hash160(preimage.program, public_key.compressed, 33);
  vd_bitcoin_digest(digest, &preimage);
  bitcoin_fixture_bytes(bytes, 32, "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670", false);
  assert_memory_equal(digest, bytes, 32);
  assert_int_equal(vd_ecdsa_sign(signer->ecdsa, &signature, digest, secret32, NULL), VD_OK);
  size_t len = bitcoin_fixture_bytes(expected, sizeof expected,
                                     "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a95"
                                     "4c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee", false);
  assert_int_equal(vd_ecdsa_der(signer->ecdsa, der, &signature), len);
  assert_memory_equal(der, expected, len);
}

/* What was signed, read again by the reader of any transaction. */
static void check(const struct signer *signer, const struct vd_bitcoin_anchor *anchor,
                  const struct vd_bitcoin_signed *made) {
  struct vd_bitcoin_transaction transaction;
  const uint8_t *script;
  uint8_t stripped[VD_BITCOIN_RAW_MAX], spent[32];
  uint64_t value, total = 0;
  size_t script_len, data_len;
  uint32_t output;
  assert_int_equal(vd_bitcoin_transaction_read(&transaction, made->raw, made->raw_len, NULL), VD_OK);
  assert_int_equal(transaction.len, made->raw_len);
  assert_memory_equal(transaction.id, made->id, 32);
  assert_int_equal(transaction.input_count, anchor->coin_count);
  const uint8_t *at = transaction.inputs;
  for (size_t coin = 0; coin < anchor->coin_count; coin++) {
    total += anchor->coins[coin].value_sat;
    vd_bitcoin_input_next(&at, spent, &output);
    assert_memory_equal(spent, anchor->coins[coin].transaction, 32);
    assert_int_equal(output, anchor->coins[coin].output);
  }
  assert_int_equal(transaction.output_count, made->has_change ? 2 : 1);
  at = transaction.outputs;
  vd_bitcoin_output_next(&at, &value, &script, &script_len);
  const uint8_t *data = vd_bitcoin_op_return(script, script_len, &data_len);
  assert_non_null(data);
  assert_int_equal(value, 0);
  assert_int_equal(data_len, anchor->data_len);
  assert_memory_equal(data, anchor->data, data_len);
  if (made->has_change) {
    vd_bitcoin_output_next(&at, &value, &script, &script_len);
    assert_int_equal(value, total - anchor->fee_sat);
    assert_int_equal(made->change.value_sat, value);
    assert_int_equal(made->change.output, 1);
    assert_memory_equal(made->change.transaction, made->id, 32);
    assert_int_equal(script_len, VD_BITCOIN_SCRIPT_LEN);
    assert_memory_equal(script, "\x00\x14", 2);
    assert_memory_equal(script + 2, signer->program, VD_BITCOIN_PROGRAM_LEN);
  }
  size_t base = vd_bitcoin_strip(&transaction, stripped);
  uint64_t size = (3 * base + made->raw_len + 3) / 4;
  uint64_t most = vd_bitcoin_anchor_size(anchor->coin_count, anchor->data_len, made->has_change);
  assert_in_range(size, most - anchor->coin_count, most); /* a signature may be some bytes shorter */
}

static void test_what_is_signed_reads_back(void **state) {
  struct signer *signer = *state;
  struct vd_bitcoin_anchor anchor;
  static struct vd_bitcoin_signed made;
  for (unsigned round = 0; round < 96; round++) {
    size_t data_len = (const size_t[]){1, 52, 75, 76, 80, 17}[round % 6];
    bitcoin_fixture_anchor(&anchor, 1 + round % VD_BITCOIN_INPUTS_MAX, 1000 + round, data_len, 500, round);
    assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &signer->key, &made, NULL), VD_OK);
    check(signer, &anchor, &made);
  }
}

static void test_change_that_nobody_relays_is_left_away(void **state) {
  struct signer *signer = *state;
  static const struct {
    uint64_t fee_sat;
    bool has_change;
  } rows[] = {{0, true}, {10000 - VD_BITCOIN_DUST_SAT, true}, {10001 - VD_BITCOIN_DUST_SAT, false}, {10000, false}};
  static struct vd_bitcoin_signed made;
  struct vd_bitcoin_anchor anchor;
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
    bitcoin_fixture_anchor(&anchor, 2, 5000, 52, rows[row].fee_sat, 7);
    assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &signer->key, &made, NULL), VD_OK);
    assert_int_equal(made.has_change, rows[row].has_change);
    assert_int_equal(made.change.value_sat, rows[row].has_change ? 10000 - rows[row].fee_sat : 0);
    check(signer, &anchor, &made);
  }
}

static void test_refusals(void **state) {
  struct signer *signer = *state;
  static struct vd_bitcoin_signed made;
  static const struct vd_ecdsa_key none;
  struct vd_failure failure;
  struct vd_bitcoin_anchor anchor;
  bitcoin_fixture_anchor(&anchor, 2, 5000, 52, 10001, 1);
  assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &signer->key, &made, &failure), VD_FULL);
  assert_non_null(strstr(failure.text, "10000"));
  anchor.fee_sat = 1000;
  assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &none, &made, &failure), VD_KEY);
  anchor.coins[1].value_sat = UINT64_MAX;
  assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &signer->key, &made, &failure), VD_DATA);
}

/* The same anchor gives the same bytes, so that a crash between signing and recording loses nothing. */
static void test_signing_is_deterministic(void **state) {
  struct signer *signer = *state;
  static struct vd_bitcoin_signed made, again;
  struct vd_bitcoin_anchor anchor;
  bitcoin_fixture_anchor(&anchor, 3, 5000, 52, 1000, 1);
  assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &signer->key, &made, NULL), VD_OK);
  assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &signer->key, &again, NULL), VD_OK);
  assert_int_equal(made.raw_len, again.raw_len);
  assert_memory_equal(made.raw, again.raw, made.raw_len);
  anchor.fee_sat++;
  assert_int_equal(vd_bitcoin_sign(signer->ecdsa, &anchor, &signer->key, &again, NULL), VD_OK);
  assert_memory_not_equal(made.id, again.id, 32);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_published_digest),
    cmocka_unit_test(test_what_is_signed_reads_back),
    cmocka_unit_test(test_change_that_nobody_relays_is_left_away),
    cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_signing_is_deterministic),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
