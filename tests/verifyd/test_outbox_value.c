/* What an outbox stores, as bytes: cut short or with a bit flipped it is refused, or is something else that is
 * right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/outbox_value.h"
#include "outbox_fixture.h"
#include "reread.h"

_Static_assert(VD_OUTBOX_ATTEMPT_MAX <= REREAD_MAX, "the longest value");

static size_t reread_identity(uint8_t *again, struct frag_slice value) {
  struct vd_outbox_identity identity;
  return vd_outbox_value_get_identity(&identity, value) ? vd_outbox_value_put_identity(again, &identity) : 0;
}

static size_t reread_slot(uint8_t *again, struct frag_slice value) {
  struct vd_outbox_slot slot;
  return vd_outbox_value_get_slot(&slot, value) ? vd_outbox_value_put_slot(again, &slot) : 0;
}

static size_t reread_attempt(uint8_t *again, struct frag_slice value) {
  static struct vd_outbox_attempt attempt;
  return vd_outbox_value_get_attempt(&attempt, value) ? vd_outbox_value_put_attempt(again, &attempt) : 0;
}

static size_t reread_halt(uint8_t *again, struct frag_slice value) {
  char reason[VD_OUTBOX_REASON_SIZE];
  uint64_t since_s = 0;
  return vd_outbox_value_get_halt(&since_s, reason, value) ? vd_outbox_value_put_halt(again, since_s, reason) : 0;
}

static void identities_are_robust(void **state) {
  (void)state;
  uint8_t bytes[VD_OUTBOX_IDENTITY_MAX + 1];
  struct vd_outbox_identity identity = outbox_identity();
  assert_robust(reread_identity, bytes, vd_outbox_value_put_identity(bytes, &identity), 54, false);
  memset(identity.origin, 'o', FRAG_VKEY_NAME_MAX);
  size_t len = vd_outbox_value_put_identity(bytes, &identity);
  assert_int_equal(len, VD_OUTBOX_IDENTITY_MAX);
  bytes[len] = 'o';
  assert_false(is_same_again(reread_identity, bytes, len + 1));
  bytes[100] = '\0';
  assert_false(is_same_again(reread_identity, bytes, len));
}

static void slots_are_robust(void **state) {
  (void)state;
  uint8_t bytes[VD_OUTBOX_SLOT_MAX + 1];
  struct vd_outbox_slot slot = {.number = 7, .attempt_count = VD_OUTBOX_ATTEMPTS_MAX};
  size_t len = vd_outbox_value_put_slot(bytes, &slot);
  assert_robust(reread_slot, bytes, len, len, false);
  assert_false(is_same_again(reread_slot, bytes, len + 1));
  bytes[3]++;
  assert_false(is_same_again(reread_slot, bytes, len));
  bytes[3] = 0;
  assert_false(is_same_again(reread_slot, bytes, len));
  slot.is_final = true;
  outbox_final(&slot.final, 3, 1);
  slot.final.evidence_len = VD_OUTBOX_EVIDENCE_MAX;
  len = vd_outbox_value_put_slot(bytes, &slot);
  assert_int_equal(len, VD_OUTBOX_SLOT_MAX);
  assert_robust(reread_slot, bytes, len, 73, false);
  bytes[len] = 1;
  assert_false(is_same_again(reread_slot, bytes, len + 1));
  bytes[8] = VD_OUTBOX_ATTEMPTS_MAX; /* an attempt that it has not */
  assert_false(is_same_again(reread_slot, bytes, len));
}

static void attempts_are_robust(void **state) {
  (void)state;
  static uint8_t bytes[VD_OUTBOX_ATTEMPT_MAX + 1];
  static struct vd_outbox_attempt attempt;
  outbox_attempt(&attempt, 0);
  size_t len = vd_outbox_value_put_attempt(bytes, &attempt);
  assert_int_equal(len, 105);
  assert_robust(reread_attempt, bytes, len, len, false);
  attempt.raw_len = VD_OUTBOX_RAW_MAX;
  len = vd_outbox_value_put_attempt(bytes, &attempt);
  assert_true(is_same_again(reread_attempt, bytes, len));
  assert_false(is_same_again(reread_attempt, bytes, len + 1));
}

static void halts_are_robust(void **state) {
  (void)state;
  uint8_t bytes[VD_OUTBOX_HALT_MAX + 1];
  char reason[VD_OUTBOX_REASON_SIZE];
  memset(reason, 'r', sizeof reason);
  reason[sizeof reason - 1] = '\0';
  size_t len = vd_outbox_value_put_halt(bytes, OUTBOX_NOW_S, reason);
  assert_int_equal(len, VD_OUTBOX_HALT_MAX);
  assert_robust(reread_halt, bytes, len, 9, true);
  bytes[len] = 'r';
  assert_false(is_same_again(reread_halt, bytes, len + 1));
  bytes[20] = '\0';
  assert_false(is_same_again(reread_halt, bytes, len));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(identities_are_robust),
      cmocka_unit_test(slots_are_robust),
      cmocka_unit_test(attempts_are_robust),
      cmocka_unit_test(halts_are_robust),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
