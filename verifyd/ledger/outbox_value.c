#include "ledger/outbox_value.h"

#include <assert.h>
#include <string.h>

#include "ledger/value.h"

static_assert(VD_OUTBOX_ATTEMPT_MAX <= VD_VALUE_MAX, "an attempt is one value");

static bool take_flag(struct frag_slice *rest, bool *flag) {
  uint64_t value = vd_value_take_number(rest, 1);
  *flag = value == 1;
  return vd_value_is_whole(rest) && value <= 1;
}

/* --- identity --- */

size_t vd_outbox_value_put_identity(uint8_t out[static VD_OUTBOX_IDENTITY_MAX],
                                    const struct vd_outbox_identity *identity) {
  size_t len = strnlen(identity->origin, sizeof identity->origin);
  assert(len >= 1 && len < sizeof identity->origin);
  uint8_t *end = vd_value_put_number(out, identity->is_bitcoin, 1);
  end = vd_value_put_bytes(end, identity->chain, sizeof identity->chain);
  end = vd_value_put_bytes(end, identity->account, sizeof identity->account);
  end = vd_value_put_bytes(end, identity->origin, len);
  return (size_t)(end - out);
}

bool vd_outbox_value_get_identity(struct vd_outbox_identity *identity, struct frag_slice value) {
  memset(identity, 0, sizeof *identity);
  bool is_good = take_flag(&value, &identity->is_bitcoin);
  (void)vd_value_take_bytes(&value, identity->chain, sizeof identity->chain);
  (void)vd_value_take_bytes(&value, identity->account, sizeof identity->account);
  is_good = is_good && vd_value_is_whole(&value) && value.len >= 1 && value.len < sizeof identity->origin &&
            memchr(value.data, '\0', value.len) == NULL;
  if (is_good) {
    memcpy(identity->origin, value.data, value.len);
  } else {
    memset(identity, 0, sizeof *identity);
  }
  return is_good;
}

/* --- slots --- */

static uint8_t *put_final(uint8_t *at, const struct vd_outbox_final *final) {
  at = vd_value_put_number(at, final->attempt, 4);
  at = vd_value_put_number(at, final->block_number, 8);
  at = vd_value_put_bytes(at, final->block_hash, sizeof final->block_hash);
  at = vd_value_put_number(at, final->block_time_s, 8);
  at = vd_value_put_number(at, final->gas_used, 8);
  at = vd_value_put_number(at, final->gas_price, 8);
  return vd_value_put_bytes(at, final->evidence, final->evidence_len);
}

size_t vd_outbox_value_put_slot(uint8_t out[static VD_OUTBOX_SLOT_MAX], const struct vd_outbox_slot *slot) {
  assert(slot->attempt_count >= 1 && slot->attempt_count <= VD_OUTBOX_ATTEMPTS_MAX);
  uint8_t *end = vd_value_put_number(out, slot->attempt_count, 4);
  end = vd_value_put_number(end, slot->is_final, 1);
  if (slot->is_final) {
    assert(slot->final.attempt < slot->attempt_count && slot->final.evidence_len <= VD_OUTBOX_EVIDENCE_MAX);
    end = put_final(end, &slot->final);
  }
  return (size_t)(end - out);
}

static bool take_final(struct vd_outbox_final *final, struct frag_slice *value) {
  final->attempt = (uint32_t)vd_value_take_number(value, 4);
  final->block_number = vd_value_take_number(value, 8);
  (void)vd_value_take_bytes(value, final->block_hash, sizeof final->block_hash);
  final->block_time_s = vd_value_take_number(value, 8);
  final->gas_used = vd_value_take_number(value, 8);
  final->gas_price = vd_value_take_number(value, 8);
  if (!vd_value_is_whole(value) || value->len > sizeof final->evidence) return false;
  final->evidence_len = (uint32_t)value->len;
  return vd_value_take_bytes(value, final->evidence, value->len);
}

bool vd_outbox_value_get_slot(struct vd_outbox_slot *slot, struct frag_slice value) {
  uint64_t number = slot->number;
  *slot = (struct vd_outbox_slot){.attempt_count = (uint32_t)vd_value_take_number(&value, 4)};
  bool is_good = take_flag(&value, &slot->is_final) && slot->attempt_count >= 1 &&
                 slot->attempt_count <= VD_OUTBOX_ATTEMPTS_MAX;
  if (is_good && slot->is_final)
    is_good = take_final(&slot->final, &value) && slot->final.attempt < slot->attempt_count;
  is_good = is_good && value.len == 0;
  if (!is_good) memset(slot, 0, sizeof *slot);
  slot->number = number;
  return is_good;
}

/* --- attempts --- */

size_t vd_outbox_value_put_attempt(uint8_t out[static VD_OUTBOX_ATTEMPT_MAX],
                                   const struct vd_outbox_attempt *attempt) {
  assert(attempt->raw_len >= 1 && attempt->raw_len <= VD_OUTBOX_RAW_MAX);
  uint8_t *end = vd_value_put_number(out, attempt->size, 8);
  end = vd_value_put_bytes(end, attempt->root, sizeof attempt->root);
  end = vd_value_put_bytes(end, attempt->id, sizeof attempt->id);
  end = vd_value_put_number(end, attempt->made_s, 8);
  end = vd_value_put_number(end, attempt->tip, 8);
  end = vd_value_put_number(end, attempt->fee, 8);
  end = vd_value_put_number(end, attempt->change_sat, 8);
  end = vd_value_put_bytes(end, attempt->raw, attempt->raw_len);
  return (size_t)(end - out);
}

bool vd_outbox_value_get_attempt(struct vd_outbox_attempt *attempt, struct frag_slice value) {
  memset(attempt, 0, sizeof *attempt);
  attempt->size = vd_value_take_number(&value, 8);
  (void)vd_value_take_bytes(&value, attempt->root, sizeof attempt->root);
  (void)vd_value_take_bytes(&value, attempt->id, sizeof attempt->id);
  attempt->made_s = vd_value_take_number(&value, 8);
  attempt->tip = vd_value_take_number(&value, 8);
  attempt->fee = vd_value_take_number(&value, 8);
  attempt->change_sat = vd_value_take_number(&value, 8);
  bool is_good = vd_value_is_whole(&value) && value.len >= 1 && value.len <= sizeof attempt->raw;
  if (is_good) {
    attempt->raw_len = (uint32_t)value.len;
    memcpy(attempt->raw, value.data, value.len);
  } else {
    memset(attempt, 0, sizeof *attempt);
  }
  return is_good;
}

/* --- halts --- */

/* UTF-8 is cut before a character that does not fit as a whole. */
static size_t cut_len(const char *text) {
  size_t len = strnlen(text, VD_OUTBOX_REASON_SIZE);
  if (len < VD_OUTBOX_REASON_SIZE) return len;
  len = VD_OUTBOX_REASON_SIZE - 1;
  while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) len--;
  return len;
}

size_t vd_outbox_value_put_halt(uint8_t out[static VD_OUTBOX_HALT_MAX], uint64_t since_s, const char *reason) {
  /* An empty reason is how it is told that nothing is halted. */
  const char *told = reason[0] != '\0' ? reason : "no reason was given";
  uint8_t *end = vd_value_put_number(out, since_s, 8);
  end = vd_value_put_bytes(end, told, cut_len(told));
  return (size_t)(end - out);
}

bool vd_outbox_value_get_halt(uint64_t *since_s, char reason[static VD_OUTBOX_REASON_SIZE], struct frag_slice value) {
  memset(reason, 0, VD_OUTBOX_REASON_SIZE);
  *since_s = vd_value_take_number(&value, 8);
  if (vd_value_is_whole(&value) && value.len >= 1 && value.len < VD_OUTBOX_REASON_SIZE &&
      memchr(value.data, '\0', value.len) == NULL) {
    memcpy(reason, value.data, value.len);
    return true;
  }
  *since_s = 0;
  return false;
}
