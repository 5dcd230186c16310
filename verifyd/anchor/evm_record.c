#include "anchor/evm_record.h"

#include <string.h>

#include "chain/evm.h"

enum vd_error vd_evm_record_open(struct vd_record *record, const struct vd_anchoring_options *options,
                                 struct vd_failure *failure) {
  struct vd_outbox_identity identity = {.is_bitcoin = false};
  enum vd_error error = vd_record_begin(record, options, failure);
  if (error != VD_OK) return error;
  for (size_t i = 0; i < 8; i++) identity.chain[31 - i] = (uint8_t)(options->chain->id >> (8 * i));
  vd_evm_address(identity.account, &record->key.public_key);
  return vd_record_open(record, options->origin, &identity, failure);
}

enum vd_error vd_evm_record_attempt(struct vd_record *record, const struct vd_evm_verdict *verdict,
                                    const struct vd_anchoring_checkpoint *checkpoint, uint64_t now_s,
                                    struct vd_outbox_attempt *made, struct vd_failure *failure) {
  struct vd_evm_transaction transaction = {.chain_id = record->chain->id,
                                           .nonce = verdict->nonce,
                                           .tip = verdict->tip,
                                           .fee = verdict->fee,
                                           .gas = verdict->gas,
                                           .data_len = FRAG_ANCHOR_LEN};
  size_t len = 0;
  memcpy(transaction.to, record->account, sizeof transaction.to);
  enum vd_error error = vd_record_prepare(record, checkpoint, now_s, made, transaction.data, failure);
  if (error == VD_OK)
    error = vd_evm_sign(record->ecdsa, &transaction, record->key.secret32, made->raw, &len, made->id, failure);
  if (error != VD_OK) return error;
  made->raw_len = (uint32_t)len;
  made->tip = verdict->tip;
  made->fee = verdict->fee;
  return vd_record_attempt(record, verdict->shared.action, verdict->nonce, made, failure);
}

enum vd_error vd_evm_record_finish(struct vd_record *record, const struct vd_evm_verdict *verdict,
                                   struct vd_failure *failure) {
  struct vd_outbox_final final;
  memset(&final, 0, sizeof final);
  final.attempt = (uint32_t)verdict->shared.attempt;
  final.block_number = verdict->block.number;
  memcpy(final.block_hash, verdict->block.hash, sizeof final.block_hash);
  final.block_time_s = verdict->block_time_s;
  final.gas_used = verdict->gas_used;
  final.gas_price = verdict->gas_price;
  return vd_record_finish(record, &final, failure);
}
