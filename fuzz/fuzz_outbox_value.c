// Targets: vd_outbox_value_get_identity, vd_outbox_value_get_slot, vd_outbox_value_get_attempt,
//          vd_outbox_value_get_halt
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ledger/outbox_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read is written again just so. */
static void compare(const uint8_t *again, size_t again_len, struct frag_slice value) {
  assert(again_len == value.len && memcmp(again, value.data, again_len) == 0);
}

static void read_small(struct frag_slice value) {
  static uint8_t again[VD_OUTBOX_IDENTITY_MAX + VD_OUTBOX_HALT_MAX];
  struct vd_outbox_identity identity;
  char reason[VD_OUTBOX_REASON_SIZE];
  uint64_t since_s = 0;
  if (vd_outbox_value_get_identity(&identity, value)) {
    assert(strlen(identity.origin) >= 1);
    compare(again, vd_outbox_value_put_identity(again, &identity), value);
  } else {
    assert(identity.origin[0] == '\0' && !identity.is_bitcoin);
  }
  if (vd_outbox_value_get_halt(&since_s, reason, value)) {
    assert(strlen(reason) >= 1);
  } else {
    assert(since_s == 0 && reason[0] == '\0');
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t again[VD_OUTBOX_ATTEMPT_MAX];
  static struct vd_outbox_attempt attempt;
  struct vd_outbox_slot slot = {.number = 7};
  struct frag_slice value = {data, size};
  read_small(value);
  if (vd_outbox_value_get_slot(&slot, value)) {
    compare(again, vd_outbox_value_put_slot(again, &slot), value);
  } else {
    assert(slot.attempt_count == 0 && !slot.is_final);
  }
  assert(slot.number == 7);
  if (vd_outbox_value_get_attempt(&attempt, value)) {
    compare(again, vd_outbox_value_put_attempt(again, &attempt), value);
  } else {
    assert(attempt.raw_len == 0 && attempt.size == 0);
  }
  return 0;
}
