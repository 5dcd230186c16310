#include "anchor/record.h"

#include <assert.h>
#include <string.h>

#include "anchor/payload.h"
#include "base/crypto.h"

/* ---- what the outbox says ---- */

static enum vd_error read_attempts(struct vd_record *record, const struct vd_outbox_slot *slot,
                                   struct vd_failure *failure) {
  struct vd_judge_outbox *state = &record->state;
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
    struct vd_judge_attempt *kept = &state->attempts[state->attempt_count++];
    *kept = (struct vd_judge_attempt){.tip = attempt.tip, .fee = attempt.fee};
    memcpy(kept->id, attempt.id, sizeof kept->id);
  }
  return VD_OK;
}

static enum vd_error read_last_final(struct vd_record *record, const struct vd_outbox_slot *slot,
                                     struct vd_failure *failure) {
  struct vd_outbox_attempt attempt;
  enum vd_error error = vd_outbox_attempt(record->outbox, slot->number, slot->final.attempt, &attempt, failure);
  record->final_size = attempt.size;
  record->final_time_s = slot->final.block_time_s;
  record->final_attempt = slot->final.attempt;
  return error;
}

static enum vd_error read_finals(struct vd_record *record, uint64_t first, uint64_t finals,
                                 struct vd_failure *failure) {
  struct vd_judge_outbox *state = &record->state;
  struct vd_outbox_slot slot;
  record->final_count = finals;
  for (uint64_t i = 0; i < finals && i < VD_JUDGE_FINALS_MAX; i++) {
    enum vd_error error = vd_outbox_slot(record->outbox, first + finals - 1 - i, &slot, failure);
    if (error == VD_OK && i == 0) error = read_last_final(record, &slot, failure);
    if (error != VD_OK) return error;
    struct vd_judge_final *kept = &state->finals[state->final_count++];
    kept->number = slot.final.block_number;
    memcpy(kept->hash, slot.final.block_hash, sizeof kept->hash);
  }
  return VD_OK;
}

static enum vd_error read_state(struct vd_record *record, struct vd_failure *failure) {
  struct vd_outbox_slot slot;
  uint64_t first = 0, count = 0;
  bool is_there = false;
  memset(&record->state, 0, sizeof record->state);
  enum vd_error error = vd_outbox_halted(record->outbox, &record->halted_s, record->halted, failure);
  if (error == VD_OK) error = vd_outbox_count(record->outbox, &first, &count, failure);
  if (error == VD_OK) error = vd_outbox_last(record->outbox, &slot, &is_there, failure);
  if (error != VD_OK || !is_there) return error;
  record->state.number = slot.number;
  record->state.last.is_there = true;
  record->state.last.is_final = slot.is_final;
  error = read_attempts(record, &slot, failure);
  return error == VD_OK ? read_finals(record, first, count - !slot.is_final, failure) : error;
}

enum vd_error vd_record_get(struct vd_record *record, size_t attempt, struct vd_outbox_attempt *out,
                            struct vd_failure *failure) {
  return vd_outbox_attempt(record->outbox, record->state.number, (uint32_t)attempt, out, failure);
}

/* ---- life ---- */

enum vd_error vd_record_begin(struct vd_record *record, const struct vd_anchoring_options *options,
                              struct vd_failure *failure) {
  memset(record, 0, sizeof *record);
  record->chain = options->chain;
  record->anchor = options->anchor;
  enum vd_error error = vd_payload_origin(record->origin_id, options->origin, failure);
  if (error == VD_OK) error = vd_ecdsa_new(&record->ecdsa, failure);
  if (error == VD_OK) error = vd_ecdsa_key_make(record->ecdsa, &record->key, options->secret32, failure);
  if (error != VD_OK) vd_record_close(record);
  return error;
}

enum vd_error vd_record_open(struct vd_record *record, const char *origin, struct vd_outbox_identity *identity,
                             struct vd_failure *failure) {
  size_t len = strlen(origin);
  assert(len < sizeof identity->origin);
  memcpy(identity->origin, origin, len);
  memcpy(record->account, identity->account, sizeof record->account);
  enum vd_error error = vd_outbox_open(record->anchor->outbox, identity, &record->outbox, failure);
  if (error == VD_OK) error = read_state(record, failure);
  if (error != VD_OK) vd_record_close(record);
  return error;
}

void vd_record_close(struct vd_record *record) {
  vd_outbox_close(record->outbox);
  vd_ecdsa_free(record->ecdsa);
  vd_wipe(record, sizeof *record);
}

/* ---- what is written ---- */

enum vd_error vd_record_prepare(const struct vd_record *record, const struct vd_anchoring_checkpoint *checkpoint,
                                uint64_t now_s, struct vd_outbox_attempt *made,
                                uint8_t payload[static FRAG_ANCHOR_LEN], struct vd_failure *failure) {
  memset(made, 0, sizeof *made);
  made->size = checkpoint->size;
  memcpy(made->root, checkpoint->root, sizeof made->root);
  made->made_s = now_s;
  if (vd_payload_write(payload, record->origin_id, checkpoint)) return VD_OK;
  return vd_fail(failure, VD_INTERNAL, "an empty log cannot be anchored");
}

enum vd_error vd_record_attempt(struct vd_record *record, enum vd_judge_action action, uint64_t number,
                                const struct vd_outbox_attempt *made, struct vd_failure *failure) {
  assert(action == VD_JUDGE_BEGIN || (action == VD_JUDGE_REPLACE && number == record->state.number));
  enum vd_error error = action == VD_JUDGE_BEGIN ? vd_outbox_begin(record->outbox, number, made, failure)
                                                 : vd_outbox_replace(record->outbox, made, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_record_finish(struct vd_record *record, const struct vd_outbox_final *final,
                               struct vd_failure *failure) {
  enum vd_error error = vd_outbox_finish(record->outbox, final, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}

enum vd_error vd_record_halt(struct vd_record *record, uint64_t now_s, const char *reason,
                             struct vd_failure *failure) {
  enum vd_error error = vd_outbox_halt(record->outbox, now_s, reason, failure);
  return error == VD_OK ? read_state(record, failure) : error;
}
