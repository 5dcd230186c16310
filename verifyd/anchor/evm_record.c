#include "anchor/evm_record.h"

#include <assert.h>
#include <string.h>

#include "anchor/payload.h"
#include "base/crypto.h"

/* ---- what the outbox says ---- */

static enum vd_error read_attempts(struct vd_evm_record *record, const struct vd_outbox_slot *slot,
                                   struct vd_failure *failure) {
  struct vd_evm_outbox *state = &record->state;
  struct vd_outbox_attempt attempt;
  for (uint32_t a = 0; a < slot->attempt_count; a++) {
    enum vd_error error = vd_outbox_attempt(record->outbox, slot->number, a, &attempt, failure);
    if (error != VD_OK) return error;
    if (a == 0) state->last.begun_s = attempt.made_s;
    state->last.made_s = attempt.made_s;
    if (!slot->is_final || a == slot->final.attempt) state->last.size = attempt.size;
    state->last.newest.size = attempt.size;
    memcpy(state->last.newest.root, attempt.root, sizeof attempt.root);
    if (slot->is_final) continue;
    struct vd_evm_attempt *kept = &state->attempts[state->attempt_count++];
    *kept = (struct vd_evm_attempt){.tip = attempt.tip, .fee = attempt.fee};
    memcpy(kept->id, attempt.id, sizeof kept->id);
  }
  return VD_OK;
}

static enum vd_error read_finals(struct vd_evm_record *record, uint64_t first, uint64_t finals,
                                 struct vd_failure *failure) {
  struct vd_evm_outbox *state = &record->state;
  struct vd_outbox_slot slot;
  struct vd_outbox_attempt attempt;
  record->final_count = finals;
  for (uint64_t i = 0; i < finals && i < VD_EVM_FINALS_MAX; i++) {
    enum vd_error error = vd_outbox_slot(record->outbox, first + finals - 1 - i, &slot, failure);
    if (error == VD_OK && i == 0)
      error = vd_outbox_attempt(record->outbox, slot.number, slot.final.attempt, &attempt, failure);
    if (error != VD_OK) return error;
    if (i == 0) record->final_size = attempt.size;
    if (i == 0) record->final_time_s = slot.final.block_time_s;
    struct vd_evm_final *kept = &state->finals[state->final_count++];
    kept->number = slot.final.block_number;
    memcpy(kept->hash, slot.final.block_hash, sizeof kept->hash);
  }
  return VD_OK;
}

static enum vd_error read_state(struct vd_evm_record *record, struct vd_failure *failure) {
  struct vd_outbox_slot slot;
  uint64_t first = 0, count = 0;
  bool is_there = false;
  memset(&record->state, 0, sizeof record->state);
  enum vd_error error = vd_outbox_halted(record->outbox, &record->halted_s, record->halted, failure);
  if (error == VD_OK) error = vd_outbox_count(record->outbox, &first, &count, failure);
  if (error == VD_OK) error = vd_outbox_last(record->outbox, &slot, &is_there, failure);
  if (error != VD_OK || !is_there) return error;
  record->state.nonce = slot.number;
  record->state.last.is_there = true;
  record->state.last.is_final = slot.is_final;
  error = read_attempts(record, &slot, failure);
  return error == VD_OK ? read_finals(record, first, count - !slot.is_final, failure) : error;
}

/* ---- life ---- */

static enum vd_error open_key(struct vd_evm_record *record, const uint8_t secret32[static 32],
                              struct vd_failure *failure) {
  struct vd_ecdsa_public public_key;
  enum vd_error error = vd_ecdsa_new(&record->ecdsa, failure);
  if (error == VD_OK) error = vd_ecdsa_public(record->ecdsa, &public_key, secret32, failure);
  if (error != VD_OK) return error;
  vd_evm_address(record->account, &public_key);
  memcpy(record->secret32, secret32, sizeof record->secret32);
  return VD_OK;
}

static enum vd_error open_outbox(struct vd_evm_record *record, const struct vd_anchoring_options *options,
                                 struct vd_failure *failure) {
  struct vd_outbox_identity identity = {.is_bitcoin = false};
  size_t len = strlen(options->origin);
  assert(len < sizeof identity.origin);
  memcpy(identity.origin, options->origin, len);
  for (size_t i = 0; i < 8; i++) identity.chain[31 - i] = (uint8_t)(record->chain_id >> (8 * i));
  memcpy(identity.account, record->account, sizeof identity.account);
  enum vd_error error = vd_outbox_open(options->anchor->outbox, &identity, &record->outbox, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_evm_record_open(struct vd_evm_record *record, const struct vd_anchoring_options *options,
                                 struct vd_failure *failure) {
  memset(record, 0, sizeof *record);
  record->chain_id = options->chain->id;
  enum vd_error error = vd_payload_origin(record->origin_id, options->origin, failure);
  if (error == VD_OK) error = open_key(record, options->secret32, failure);
  if (error == VD_OK) error = open_outbox(record, options, failure);
  if (error != VD_OK) vd_evm_record_close(record);
  return error;
}

void vd_evm_record_close(struct vd_evm_record *record) {
  vd_outbox_close(record->outbox);
  vd_ecdsa_free(record->ecdsa);
  vd_wipe(record, sizeof *record);
}

/* ---- what is written ---- */

static enum vd_error sign(const struct vd_evm_record *record, const struct vd_evm_verdict *verdict,
                          const struct vd_anchoring_checkpoint *checkpoint, struct vd_outbox_attempt *made,
                          struct vd_failure *failure) {
  struct vd_evm_transaction transaction = {.chain_id = record->chain_id,
                                           .nonce = verdict->nonce,
                                           .tip = verdict->tip,
                                           .fee = verdict->fee,
                                           .gas = verdict->gas,
                                           .data_len = FRAG_ANCHOR_LEN};
  size_t len = 0;
  memcpy(transaction.to, record->account, sizeof transaction.to);
  if (!vd_payload_write(transaction.data, record->origin_id, checkpoint))
    return vd_fail(failure, VD_INTERNAL, "an empty log cannot be anchored");
  enum vd_error error =
      vd_evm_sign(record->ecdsa, &transaction, record->secret32, made->raw, &len, made->id, failure);
  made->raw_len = (uint32_t)len;
  return error;
}

enum vd_error vd_evm_record_attempt(struct vd_evm_record *record, const struct vd_evm_verdict *verdict,
                                    const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                    struct vd_outbox_attempt *made, struct vd_failure *failure) {
  assert(verdict->action == VD_EVM_BEGIN || verdict->action == VD_EVM_REPLACE);
  assert(verdict->action == VD_EVM_BEGIN || verdict->nonce == record->state.nonce);
  memset(made, 0, sizeof *made);
  made->size = checkpoint->size;
  memcpy(made->root, checkpoint->root, sizeof made->root);
  made->made_s = now_s;
  made->tip = verdict->tip;
  made->fee = verdict->fee;
  enum vd_error error = sign(record, verdict, checkpoint, made, failure);
  if (error == VD_OK)
    error = verdict->action == VD_EVM_BEGIN ? vd_outbox_begin(record->outbox, verdict->nonce, made, failure)
                                            : vd_outbox_replace(record->outbox, made, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_evm_record_get(struct vd_evm_record *record, size_t attempt, struct vd_outbox_attempt *out,
                                struct vd_failure *failure) {
  return vd_outbox_attempt(record->outbox, record->state.nonce, (uint32_t)attempt, out, failure);
}

enum vd_error vd_evm_record_finish(struct vd_evm_record *record, const struct vd_evm_verdict *verdict,
                                   struct vd_failure *failure) {
  struct vd_outbox_final final;
  memset(&final, 0, sizeof final);
  final.attempt = (uint32_t)verdict->attempt;
  final.block_number = verdict->block.number;
  memcpy(final.block_hash, verdict->block.hash, sizeof final.block_hash);
  final.block_time_s = verdict->block_time_s;
  final.gas_used = verdict->gas_used;
  final.gas_price = verdict->gas_price;
  enum vd_error error = vd_outbox_finish(record->outbox, &final, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_evm_record_halt(struct vd_evm_record *record, uint64_t now_s, const char *reason,
                                 struct vd_failure *failure) {
  enum vd_error error = vd_outbox_halt(record->outbox, now_s, reason, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}
