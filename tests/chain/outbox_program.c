/* outbox_program.c: what an outbox holds, for tests: a line for each attempt and each final slot.
 *
 *   attempt SLOT N ID SIZE ROOT FEE CHANGE RAW
 *   final SLOT N BLOCK HASH TIME GAS-USED GAS-PRICE EVIDENCE-or-"-"
 *   halted SINCE REASON
 *
 * Hashes as they are kept. */
#include <inttypes.h>
#include <stdio.h>

#include "ledger/outbox.h"

static void put(const uint8_t *bytes, size_t len) {
  (void)putchar(' ');
  if (len == 0) (void)putchar('-');
  for (size_t at = 0; at < len; at++) (void)printf("%02x", bytes[at]);
}

static enum vd_error put_slot(struct vd_outbox *outbox, uint64_t number, struct vd_failure *failure) {
  static struct vd_outbox_slot slot;
  static struct vd_outbox_attempt attempt;
  enum vd_error error = vd_outbox_slot(outbox, number, &slot, failure);
  for (uint32_t a = 0; error == VD_OK && a < slot.attempt_count; a++) {
    error = vd_outbox_attempt(outbox, number, a, &attempt, failure);
    if (error != VD_OK) break;
    (void)printf("attempt %" PRIu64 " %" PRIu32, number, a);
    put(attempt.id, 32);
    (void)printf(" %" PRIu64, attempt.size);
    put(attempt.root, 32);
    (void)printf(" %" PRIu64 " %" PRIu64, attempt.fee, attempt.change_sat);
    put(attempt.raw, attempt.raw_len);
    (void)printf("\n");
  }
  if (error != VD_OK || !slot.is_final) return error;
  (void)printf("final %" PRIu64 " %" PRIu32 " %" PRIu64, number, slot.final.attempt, slot.final.block_number);
  put(slot.final.block_hash, 32);
  (void)printf(" %" PRIu64 " %" PRIu64 " %" PRIu64, slot.final.block_time_s, slot.final.gas_used, slot.final.gas_price);
  put(slot.final.evidence, slot.final.evidence_len);
  (void)printf("\n");
  return VD_OK;
}

static enum vd_error put_all(struct vd_outbox *outbox, struct vd_failure *failure) {
  uint64_t first, count, since_s;
  char reason[VD_OUTBOX_REASON_SIZE];
  enum vd_error error = vd_outbox_count(outbox, &first, &count, failure);
  for (uint64_t slot = 0; error == VD_OK && slot < count; slot++) error = put_slot(outbox, first + slot, failure);
  if (error == VD_OK) error = vd_outbox_halted(outbox, &since_s, reason, failure);
  if (error == VD_OK && reason[0] != '\0') (void)printf("halted %" PRIu64 " %s\n", since_s, reason);
  return error;
}

int main(int count, char **words) {
  struct vd_outbox *outbox = NULL;
  struct vd_failure failure = {.text = ""};
  enum vd_error error = count == 2 ? vd_outbox_open_read(words[1], &outbox, &failure) : VD_USAGE;
  if (error == VD_OK) error = put_all(outbox, &failure);
  vd_outbox_close(outbox);
  if (error != VD_OK) (void)fprintf(stderr, "%s\n", failure.text);
  return vd_exit_code(error);
}
