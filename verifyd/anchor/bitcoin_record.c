#include "anchor/bitcoin_record.h"

#include <assert.h>
#include <string.h>

#include "chain/bitcoin_evidence.h"
#include "chain/digest.h"

_Static_assert(VD_BITCOIN_EVIDENCE_MAX <= VD_OUTBOX_EVIDENCE_MAX, "evidence is kept whole");

/* ---- coins ---- */

static void add_coin(struct vd_bitcoin_coins *coins, const uint8_t transaction[static 32], uint32_t output) {
  assert(coins->count < VD_BITCOIN_COINS_MAX);
  for (size_t c = 0; c < coins->count; c++)
    if (coins->items[c].output == output && memcmp(coins->items[c].transaction, transaction, 32) == 0) return;
  struct vd_bitcoin_coin *coin = &coins->items[coins->count++];
  memcpy(coin->transaction, transaction, 32);
  coin->output = output;
}

static enum vd_error read_inputs(struct vd_bitcoin_coins *coins, const struct vd_outbox_attempt *attempt,
                                 struct vd_failure *failure) {
  struct vd_bitcoin_transaction transaction;
  enum vd_error error = vd_bitcoin_transaction_read(&transaction, attempt->raw, attempt->raw_len, failure);
  if (error != VD_OK) return error;
  const uint8_t *at = transaction.inputs;
  for (size_t i = 0; i < transaction.input_count && i < VD_BITCOIN_INPUTS_MAX; i++) {
    uint8_t spent[32];
    uint32_t output;
    vd_bitcoin_input_next(&at, spent, &output);
    add_coin(coins, spent, output);
  }
  return VD_OK;
}

static enum vd_error add_configured(struct vd_bitcoin_coins *coins, const struct vd_anchor_settings *anchor,
                                    struct vd_failure *failure) {
  for (size_t i = 0; i < anchor->coins_count; i++) {
    struct vd_bitcoin_coin coin;
    if (!vd_bitcoin_outpoint_read(&coin, anchor->coins[i]))
      return vd_fail(failure, VD_CONFIG, "coins: \"%s\" is not of the form <transaction id>:<output>",
                     anchor->coins[i]);
    add_coin(coins, coin.transaction, coin.output);
  }
  return VD_OK;
}

static enum vd_error read_coins(struct vd_record *record, struct vd_bitcoin_coins *coins, struct vd_failure *failure) {
  bool is_open = record->state.attempt_count > 0;
  struct vd_outbox_attempt attempt = {.change_sat = 0};
  enum vd_error error = VD_OK;
  memset(coins, 0, sizeof *coins);
  if (record->state.last.is_there) error = vd_record_get(record, is_open ? 0 : record->final_attempt, &attempt, failure);
  if (error != VD_OK) return error;
  if (is_open) return read_inputs(coins, &attempt, failure); /* all attempts of a slot spend the same */
  coins->has_change = attempt.change_sat > 0;
  if (coins->has_change) add_coin(coins, attempt.id, 1);
  return add_configured(coins, record->anchor, failure);
}

/* ---- the record ---- */

enum vd_error vd_bitcoin_record_open(struct vd_record *record, const struct vd_bitcoin_network *network,
                                     const struct vd_anchoring_options *options, struct vd_bitcoin_coins *coins,
                                     struct vd_failure *failure) {
  struct vd_outbox_identity identity = {.is_bitcoin = true};
  const struct vd_ecdsa_public *public_key = &record->key.public_key;
  enum vd_error error = vd_record_begin(record, options, failure);
  if (error != VD_OK) return error;
  memcpy(identity.chain, network->genesis, sizeof identity.chain);
  vd_hash160(identity.account, public_key->compressed, sizeof public_key->compressed);
  error = vd_record_open(record, options->origin, &identity, failure);
  if (error != VD_OK) return error;
  error = read_coins(record, coins, failure);
  if (error != VD_OK) vd_record_close(record);
  return error;
}

static enum vd_error sign(const struct vd_record *record, struct vd_bitcoin_anchor *anchor,
                          struct vd_outbox_attempt *made, struct vd_failure *failure) {
  struct vd_bitcoin_signed transaction;
  enum vd_error error = vd_bitcoin_sign(record->ecdsa, anchor, &record->key, &transaction, failure);
  if (error != VD_OK) return error;
  assert(transaction.has_change); /* without it nobody could tell where the transaction is */
  memcpy(made->id, transaction.id, sizeof made->id);
  memcpy(made->raw, transaction.raw, transaction.raw_len);
  made->raw_len = (uint32_t)transaction.raw_len;
  made->change_sat = transaction.change.value_sat;
  return VD_OK;
}

enum vd_error vd_bitcoin_record_attempt(struct vd_record *record, const struct vd_bitcoin_verdict *verdict,
                                        const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                        struct vd_outbox_attempt *made, struct vd_bitcoin_coins *coins,
                                        struct vd_failure *failure) {
  struct vd_bitcoin_anchor anchor = {.coin_count = verdict->coin_count, .data_len = FRAG_ANCHOR_LEN,
                                     .fee_sat = verdict->fee_sat};
  bool is_next = verdict->shared.action == VD_JUDGE_BEGIN && record->state.last.is_there;
  memcpy(anchor.coins, verdict->coins, sizeof anchor.coins);
  enum vd_error error = vd_record_prepare(record, checkpoint, now_s, made, anchor.data, failure);
  if (error == VD_OK) error = sign(record, &anchor, made, failure);
  if (error != VD_OK) return error;
  made->fee = verdict->fee_sat;
  error = vd_record_attempt(record, verdict->shared.action, record->state.number + is_next, made, failure);
  return error == VD_OK ? read_coins(record, coins, failure) : error;
}

enum vd_error vd_bitcoin_record_finish(struct vd_record *record, const struct vd_bitcoin_verdict *verdict,
                                       const struct vd_bitcoin_proof *proof, struct vd_bitcoin_coins *coins,
                                       struct vd_failure *failure) {
  struct vd_outbox_final final;
  memset(&final, 0, sizeof final);
  final.attempt = (uint32_t)verdict->shared.attempt;
  final.block_number = verdict->number;
  memcpy(final.block_hash, proof->header.hash, sizeof final.block_hash);
  final.block_time_s = proof->header.time_s;
  final.gas_used = 1;
  final.gas_price = record->state.attempts[verdict->shared.attempt].fee;
  final.evidence_len = (uint32_t)vd_bitcoin_evidence_write(final.evidence, &proof->header, &proof->branch);
  enum vd_error error = vd_record_finish(record, &final, failure);
  return error == VD_OK ? read_coins(record, coins, failure) : error;
}
