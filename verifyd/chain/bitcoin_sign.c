#include "chain/bitcoin_transaction.h"

#include <assert.h>

#include "chain/bitcoin_bytes.h"
#include "chain/bitcoin_digest.h"
#include "chain/digest.h"

enum {
  VERSION = 2,
  INPUT_LEN = 41,         /* outpoint, empty script, sequence */
  OUTPUT_HEAD_LEN = 9,    /* value, length of a short script */
  WITNESS_MAX = 108,      /* count, signature of at most 71 + 1 bytes, key, a length before each */
  ANCHOR_SCRIPT_MAX = 3 + VD_BITCOIN_DATA_MAX,
  OUTPUTS_MAX = 1 + 2 * OUTPUT_HEAD_LEN + ANCHOR_SCRIPT_MAX + VD_BITCOIN_SCRIPT_LEN,
  PUSH_MAX = 75           /* longer data needs OP_PUSHDATA1 */
};

#define SEQUENCE ((uint32_t)0xfffffffd) /* replaceable, no lock time (BIP 125) */
#define SUPPLY_SAT ((uint64_t)2100000000000000)

static size_t anchor_script_len(size_t data_len) { return data_len + (data_len > PUSH_MAX ? 3 : 2); }

uint64_t vd_bitcoin_anchor_size(size_t coin_count, size_t data_len, bool has_change) {
  size_t base = 4 + 1 + INPUT_LEN * coin_count + 1 + OUTPUT_HEAD_LEN + anchor_script_len(data_len) + 4;
  if (has_change) base += OUTPUT_HEAD_LEN + VD_BITCOIN_SCRIPT_LEN;
  return base + (2 + WITNESS_MAX * coin_count + 3) / 4;
}

/* The two outputs with their count, which the signatures and the transaction share. */
static size_t put_outputs(uint8_t out[static OUTPUTS_MAX], const struct vd_bitcoin_anchor *anchor,
                          const uint8_t program[static VD_BITCOIN_PROGRAM_LEN], uint64_t change_sat) {
  uint8_t *at = vd_bitcoin_put(out, change_sat > 0 ? 2 : 1, 1);
  at = vd_bitcoin_put(at, 0, 8);
  at = vd_bitcoin_put(at, anchor_script_len(anchor->data_len), 1);
  at = vd_bitcoin_put(at, 0x6a, 1);
  if (anchor->data_len > PUSH_MAX) at = vd_bitcoin_put(at, 0x4c, 1);
  at = vd_bitcoin_put(at, anchor->data_len, 1);
  at = vd_bitcoin_put_bytes(at, anchor->data, anchor->data_len);
  if (change_sat > 0) {
    at = vd_bitcoin_put(at, change_sat, 8);
    at = vd_bitcoin_put(at, VD_BITCOIN_SCRIPT_LEN, 1);
    at = vd_bitcoin_put(at, 0x1400, 2);
    at = vd_bitcoin_put_bytes(at, program, VD_BITCOIN_PROGRAM_LEN);
  }
  return (size_t)(at - out);
}

static uint8_t *put_outpoint(uint8_t *at, const struct vd_bitcoin_coin *coin) {
  at = vd_bitcoin_put_bytes(at, coin->transaction, 32);
  return vd_bitcoin_put(at, coin->output, 4);
}

/* What all inputs' signatures have in common. */
static void begin_preimage(struct vd_bitcoin_preimage *preimage, const struct vd_bitcoin_anchor *anchor,
                           const uint8_t *outputs, size_t outputs_len,
                           const uint8_t program[static VD_BITCOIN_PROGRAM_LEN]) {
  uint8_t bytes[36 * VD_BITCOIN_INPUTS_MAX];
  uint8_t *at = bytes;
  *preimage = (struct vd_bitcoin_preimage){.version = VERSION, .sequence = SEQUENCE};
  for (size_t coin = 0; coin < anchor->coin_count; coin++) at = put_outpoint(at, &anchor->coins[coin]);
  vd_sha256d(preimage->outpoints, bytes, (size_t)(at - bytes));
  at = bytes;
  for (size_t coin = 0; coin < anchor->coin_count; coin++) at = vd_bitcoin_put(at, SEQUENCE, 4);
  vd_sha256d(preimage->sequences, bytes, (size_t)(at - bytes));
  vd_sha256d(preimage->outputs, outputs + 1, outputs_len - 1); /* without their count */
  memcpy(preimage->program, program, VD_BITCOIN_PROGRAM_LEN);
}

static enum vd_error put_witness(uint8_t **at, const struct vd_ecdsa *ecdsa, const uint8_t digest[static 32],
                                 const struct vd_ecdsa_key *key, struct vd_failure *failure) {
  const struct vd_ecdsa_public *public_key = &key->public_key;
  struct vd_ecdsa_signature signature;
  uint8_t der[VD_ECDSA_DER_MAX];
  enum vd_error error = vd_ecdsa_sign(ecdsa, &signature, digest, key->secret32, failure);
  if (error != VD_OK) return error;
  size_t der_len = vd_ecdsa_der(ecdsa, der, &signature);
  *at = vd_bitcoin_put(*at, 2, 1);
  *at = vd_bitcoin_put(*at, der_len + 1, 1);
  *at = vd_bitcoin_put_bytes(*at, der, der_len);
  *at = vd_bitcoin_put(*at, VD_BITCOIN_SIGHASH_ALL, 1);
  *at = vd_bitcoin_put(*at, sizeof public_key->compressed, 1);
  *at = vd_bitcoin_put_bytes(*at, public_key->compressed, sizeof public_key->compressed);
  return VD_OK;
}

/* What comes back: what the coins are worth without the fee; 0 when that is less than anybody relays. */
static enum vd_error find_change(uint64_t *change_sat, const struct vd_bitcoin_anchor *anchor,
                                 struct vd_failure *failure) {
  uint64_t total = 0;
  for (size_t coin = 0; coin < anchor->coin_count; coin++) {
    if (anchor->coins[coin].value_sat > SUPPLY_SAT) {
      return vd_fail(failure, VD_DATA, "a coin is worth more than all bitcoin that there can be");
    }
    total += anchor->coins[coin].value_sat;
  }
  if (total < anchor->fee_sat) {
    return vd_fail(failure, VD_FULL, "the coins are worth %llu satoshi, the fee is %llu: send more to the account",
                   (unsigned long long)total, (unsigned long long)anchor->fee_sat);
  }
  *change_sat = total - anchor->fee_sat < VD_BITCOIN_DUST_SAT ? 0 : total - anchor->fee_sat;
  return VD_OK;
}

/* Inputs and outputs with their counts, as they stand with and without witnesses. */
static uint8_t *put_body(uint8_t *at, const struct vd_bitcoin_anchor *anchor, const uint8_t *outputs,
                         size_t outputs_len) {
  at = vd_bitcoin_put(at, anchor->coin_count, 1);
  for (size_t coin = 0; coin < anchor->coin_count; coin++) {
    at = put_outpoint(at, &anchor->coins[coin]);
    at = vd_bitcoin_put(at, 0, 1);
    at = vd_bitcoin_put(at, SEQUENCE, 4);
  }
  return vd_bitcoin_put_bytes(at, outputs, outputs_len);
}

static void name(struct vd_bitcoin_signed *made, const struct vd_bitcoin_anchor *anchor, const uint8_t *outputs,
                 size_t outputs_len, uint64_t change_sat) {
  uint8_t stripped[VD_BITCOIN_RAW_MAX];
  uint8_t *at = vd_bitcoin_put(stripped, VERSION, 4);
  at = put_body(at, anchor, outputs, outputs_len);
  at = vd_bitcoin_put(at, 0, 4);
  vd_sha256d(made->id, stripped, (size_t)(at - stripped));
  made->has_change = change_sat > 0;
  memset(&made->change, 0, sizeof made->change);
  if (!made->has_change) return;
  memcpy(made->change.transaction, made->id, 32);
  made->change.output = 1;
  made->change.value_sat = change_sat;
}

enum vd_error vd_bitcoin_sign(const struct vd_ecdsa *ecdsa, const struct vd_bitcoin_anchor *anchor,
                              const struct vd_ecdsa_key *key, struct vd_bitcoin_signed *made,
                              struct vd_failure *failure) {
  struct vd_bitcoin_preimage preimage;
  uint8_t program[VD_BITCOIN_PROGRAM_LEN], outputs[OUTPUTS_MAX], digest[32];
  uint64_t change_sat = 0;
  assert(anchor->coin_count >= 1 && anchor->coin_count <= VD_BITCOIN_INPUTS_MAX);
  assert(anchor->data_len >= 1 && anchor->data_len <= VD_BITCOIN_DATA_MAX);
  enum vd_error error = find_change(&change_sat, anchor, failure);
  if (error != VD_OK) return error;
  vd_hash160(program, key->public_key.compressed, sizeof key->public_key.compressed);
  size_t outputs_len = put_outputs(outputs, anchor, program, change_sat);
  begin_preimage(&preimage, anchor, outputs, outputs_len, program);

  uint8_t *at = vd_bitcoin_put(made->raw, VERSION, 4);
  at = vd_bitcoin_put(at, 0x0100, 2); /* marker 0, flag 1 (BIP 144) */
  at = put_body(at, anchor, outputs, outputs_len);
  for (size_t coin = 0; coin < anchor->coin_count; coin++) {
    preimage.coin = anchor->coins[coin];
    vd_bitcoin_digest(digest, &preimage);
    error = put_witness(&at, ecdsa, digest, key, failure);
    if (error != VD_OK) return error;
  }
  at = vd_bitcoin_put(at, 0, 4);
  made->raw_len = (size_t)(at - made->raw);
  name(made, anchor, outputs, outputs_len, change_sat);
  return VD_OK;
}
