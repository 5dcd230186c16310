#include "anchor/bitcoin_record.h"

#include <assert.h>
#include <string.h>

#include "anchor/payload.h"
#include "base/crypto.h"
#include "chain/bitcoin_evidence.h"
#include "chain/digest.h"

_Static_assert(VD_BITCOIN_EVIDENCE_MAX <= VD_OUTBOX_EVIDENCE_MAX, "evidence is kept whole");

/* ---- what the outbox says ---- */

static void add_coin(struct vd_bitcoin_outbox *state, const uint8_t transaction[static 32], uint32_t output) {
  assert(state->coin_count < VD_BITCOIN_COINS_MAX);
  for (size_t c = 0; c < state->coin_count; c++)
    if (state->coins[c].output == output && memcmp(state->coins[c].transaction, transaction, 32) == 0) return;
  struct vd_bitcoin_coin *coin = &state->coins[state->coin_count++];
  memcpy(coin->transaction, transaction, 32);
  coin->output = output;
}

/* All attempts of a slot spend the same. */
static enum vd_error read_inputs(struct vd_bitcoin_record *record, const struct vd_outbox_attempt *attempt,
                                 struct vd_failure *failure) {
  struct vd_bitcoin_transaction transaction;
  enum vd_error error = vd_bitcoin_transaction_read(&transaction, attempt->raw, attempt->raw_len, failure);
  if (error != VD_OK) return error;
  const uint8_t *at = transaction.inputs;
  for (size_t i = 0; i < transaction.input_count && i < VD_BITCOIN_INPUTS_MAX; i++) {
    uint8_t spent[32];
    uint32_t output;
    vd_bitcoin_input_next(&at, spent, &output);
    add_coin(&record->state, spent, output);
  }
  return VD_OK;
}

static enum vd_error read_attempts(struct vd_bitcoin_record *record, const struct vd_outbox_slot *slot,
                                   struct vd_failure *failure) {
  struct vd_bitcoin_outbox *state = &record->state;
  struct vd_outbox_attempt attempt;
  for (uint32_t a = 0; a < slot->attempt_count; a++) {
    enum vd_error error = vd_outbox_attempt(record->outbox, slot->number, a, &attempt, failure);
    if (error == VD_OK && a == 0 && !slot->is_final) error = read_inputs(record, &attempt, failure);
    if (error != VD_OK) return error;
    if (a == 0) state->last.begun_s = attempt.made_s;
    state->last.made_s = attempt.made_s;
    if (!slot->is_final || a == slot->final.attempt) state->last.size = attempt.size;
    state->last.newest.size = attempt.size;
    memcpy(state->last.newest.root, attempt.root, sizeof attempt.root);
    if (slot->is_final) continue;
    struct vd_bitcoin_attempt *kept = &state->attempts[state->attempt_count++];
    kept->fee_sat = attempt.fee;
    memcpy(kept->id, attempt.id, sizeof kept->id);
  }
  return VD_OK;
}

static enum vd_error read_finals(struct vd_bitcoin_record *record, uint64_t first, uint64_t finals,
                                 struct vd_failure *failure) {
  struct vd_bitcoin_outbox *state = &record->state;
  struct vd_outbox_slot slot;
  struct vd_outbox_attempt attempt;
  record->final_count = finals;
  for (uint64_t i = 0; i < finals && i < VD_BITCOIN_FINALS_MAX; i++) {
    enum vd_error error = vd_outbox_slot(record->outbox, first + finals - 1 - i, &slot, failure);
    if (error == VD_OK && i == 0)
      error = vd_outbox_attempt(record->outbox, slot.number, slot.final.attempt, &attempt, failure);
    if (error != VD_OK) return error;
    if (i == 0) record->final_size = attempt.size;
    if (i == 0) record->final_time_s = slot.final.block_time_s;
    if (i == 0 && state->attempt_count == 0 && attempt.change_sat > 0) {
      add_coin(state, attempt.id, 1);
      state->has_change = true;
    }
    struct vd_bitcoin_final *kept = &state->finals[state->final_count++];
    kept->number = slot.final.block_number;
    memcpy(kept->hash, slot.final.block_hash, sizeof kept->hash);
  }
  return VD_OK;
}

static enum vd_error add_configured(struct vd_bitcoin_record *record, struct vd_failure *failure) {
  for (size_t i = 0; i < record->anchor->coins_count; i++) {
    struct vd_bitcoin_coin coin;
    if (!vd_bitcoin_outpoint_read(&coin, record->anchor->coins[i]))
      return vd_fail(failure, VD_CONFIG, "coins: \"%s\" is not of the form <transaction id>:<output>",
                     record->anchor->coins[i]);
    add_coin(&record->state, coin.transaction, coin.output);
  }
  return VD_OK;
}

static enum vd_error read_state(struct vd_bitcoin_record *record, struct vd_failure *failure) {
  struct vd_outbox_slot slot;
  uint64_t first = 0, count = 0;
  bool is_there = false;
  memset(&record->state, 0, sizeof record->state);
  enum vd_error error = vd_outbox_halted(record->outbox, &record->halted_s, record->halted, failure);
  if (error == VD_OK) error = vd_outbox_count(record->outbox, &first, &count, failure);
  if (error == VD_OK) error = vd_outbox_last(record->outbox, &slot, &is_there, failure);
  if (error == VD_OK && is_there) {
    record->state.number = slot.number;
    record->state.last.is_there = true;
    record->state.last.is_final = slot.is_final;
    error = read_attempts(record, &slot, failure);
    if (error == VD_OK) error = read_finals(record, first, count - !slot.is_final, failure);
  }
  if (error == VD_OK && record->state.attempt_count == 0) error = add_configured(record, failure);
  return error;
}

/* ---- life ---- */

static enum vd_error open_key(struct vd_bitcoin_record *record, const uint8_t secret32[static 32],
                              struct vd_failure *failure) {
  struct vd_ecdsa_public public_key;
  enum vd_error error = vd_ecdsa_new(&record->ecdsa, failure);
  if (error == VD_OK) error = vd_ecdsa_public(record->ecdsa, &public_key, secret32, failure);
  if (error != VD_OK) return error;
  vd_hash160(record->program, public_key.compressed, sizeof public_key.compressed);
  memcpy(record->secret32, secret32, sizeof record->secret32);
  return VD_OK;
}

static enum vd_error open_outbox(struct vd_bitcoin_record *record, const char *origin, struct vd_failure *failure) {
  struct vd_outbox_identity identity = {.is_bitcoin = true};
  size_t len = strlen(origin);
  assert(len < sizeof identity.origin);
  memcpy(identity.origin, origin, len);
  memcpy(identity.chain, record->network->genesis, sizeof identity.chain);
  memcpy(identity.account, record->program, sizeof identity.account);
  enum vd_error error = vd_outbox_open(record->anchor->outbox, &identity, &record->outbox, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_bitcoin_record_open(struct vd_bitcoin_record *record, const struct vd_anchoring_options *options,
                                     struct vd_failure *failure) {
  memset(record, 0, sizeof *record);
  record->anchor = options->anchor;
  record->network = vd_bitcoin_network_find(options->chain->network);
  if (record->network == NULL)
    return vd_fail(failure, VD_CONFIG, "%s: there is no Bitcoin network \"%s\": use main, test, signet or regtest",
                   options->chain->name, options->chain->network);
  enum vd_error error = vd_payload_origin(record->origin_id, options->origin, failure);
  if (error == VD_OK) error = open_key(record, options->secret32, failure);
  if (error == VD_OK) error = open_outbox(record, options->origin, failure);
  if (error != VD_OK) vd_bitcoin_record_close(record);
  return error;
}

void vd_bitcoin_record_close(struct vd_bitcoin_record *record) {
  vd_outbox_close(record->outbox);
  vd_ecdsa_free(record->ecdsa);
  vd_wipe(record, sizeof *record);
}

/* ---- what is written ---- */

static enum vd_error sign(const struct vd_bitcoin_record *record, const struct vd_bitcoin_verdict *verdict,
                          const struct vd_anchoring_checkpoint *checkpoint, struct vd_outbox_attempt *made,
                          struct vd_failure *failure) {
  struct vd_bitcoin_anchor anchor = {.coin_count = verdict->coin_count, .data_len = FRAG_ANCHOR_LEN,
                                     .fee_sat = verdict->fee_sat};
  struct vd_bitcoin_signed transaction;
  memcpy(anchor.coins, verdict->coins, sizeof anchor.coins);
  if (!vd_payload_write(anchor.data, record->origin_id, checkpoint))
    return vd_fail(failure, VD_INTERNAL, "an empty log cannot be anchored");
  enum vd_error error = vd_bitcoin_sign(record->ecdsa, &anchor, record->secret32, &transaction, failure);
  if (error != VD_OK) return error;
  assert(transaction.has_change); /* without it nobody could tell where the transaction is */
  memcpy(made->id, transaction.id, sizeof made->id);
  memcpy(made->raw, transaction.raw, transaction.raw_len);
  made->raw_len = (uint32_t)transaction.raw_len;
  made->change_sat = transaction.change.value_sat;
  return VD_OK;
}

enum vd_error vd_bitcoin_record_attempt(struct vd_bitcoin_record *record, const struct vd_bitcoin_verdict *verdict,
                                        const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                        struct vd_outbox_attempt *made, struct vd_failure *failure) {
  bool is_first = verdict->action == VD_BITCOIN_BEGIN;
  uint64_t number = record->state.last.is_there ? record->state.number + 1 : 0;
  assert(is_first || verdict->action == VD_BITCOIN_REPLACE);
  memset(made, 0, sizeof *made);
  made->size = checkpoint->size;
  memcpy(made->root, checkpoint->root, sizeof made->root);
  made->made_s = now_s;
  made->fee = verdict->fee_sat;
  enum vd_error error = sign(record, verdict, checkpoint, made, failure);
  if (error == VD_OK)
    error = is_first ? vd_outbox_begin(record->outbox, number, made, failure)
                     : vd_outbox_replace(record->outbox, made, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_bitcoin_record_get(struct vd_bitcoin_record *record, size_t attempt, struct vd_outbox_attempt *out,
                                    struct vd_failure *failure) {
  return vd_outbox_attempt(record->outbox, record->state.number, (uint32_t)attempt, out, failure);
}

enum vd_error vd_bitcoin_record_finish(struct vd_bitcoin_record *record, const struct vd_bitcoin_verdict *verdict,
                                       const struct vd_bitcoin_proof *proof, struct vd_failure *failure) {
  struct vd_outbox_final final;
  memset(&final, 0, sizeof final);
  final.attempt = (uint32_t)verdict->attempt;
  final.block_number = verdict->number;
  memcpy(final.block_hash, proof->header.hash, sizeof final.block_hash);
  final.block_time_s = proof->header.time_s;
  final.gas_used = 1;
  final.gas_price = record->state.attempts[verdict->attempt].fee_sat;
  final.evidence_len = (uint32_t)vd_bitcoin_evidence_write(final.evidence, &proof->header, &proof->branch);
  enum vd_error error = vd_outbox_finish(record->outbox, &final, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_bitcoin_record_halt(struct vd_bitcoin_record *record, uint64_t now_s, const char *reason,
                                     struct vd_failure *failure) {
  enum vd_error error = vd_outbox_halt(record->outbox, now_s, reason, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}
