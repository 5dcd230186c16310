#include "outbox_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/outbox_value.h"

static void fill(uint8_t *bytes, size_t len, uint32_t seed) {
  for (size_t at = 0; at < len; at++) {
    seed = seed * 1664525u + 1013904223u;
    bytes[at] = (uint8_t)(seed >> 24);
  }
}

struct vd_outbox_identity outbox_identity(void) {
  struct vd_outbox_identity identity = {.origin = OUTBOX_ORIGIN};
  identity.chain[30] = 0x7a;
  identity.chain[31] = 0x69;
  fill(identity.account, sizeof identity.account, 1);
  return identity;
}

void outbox_attempt(struct vd_outbox_attempt *attempt, uint32_t number) {
  memset(attempt, 0, sizeof *attempt);
  attempt->size = 0x100000000u + number;
  fill(attempt->root, sizeof attempt->root, 3 * number + 1);
  fill(attempt->id, sizeof attempt->id, 3 * number + 2);
  attempt->made_s = OUTBOX_NOW_S + number;
  attempt->tip = (uint64_t)number << 40 | 1;
  attempt->fee = (uint64_t)number << 48 | 2;
  attempt->change_sat = UINT64_MAX - number;
  attempt->raw_len = number * 1365u % VD_OUTBOX_RAW_MAX + 1;
  fill(attempt->raw, attempt->raw_len, 3 * number + 3);
}

void outbox_final(struct vd_outbox_final *final, uint32_t attempt, uint32_t number) {
  memset(final, 0, sizeof *final);
  final->attempt = attempt;
  final->block_number = 0xab0000000000u + number;
  fill(final->block_hash, sizeof final->block_hash, number + 1000);
  final->block_time_s = OUTBOX_NOW_S + 60 * number;
  final->gas_used = 21000 + number;
  final->gas_price = (uint64_t)number << 33 | 5;
  final->evidence_len = number * 640u % (VD_OUTBOX_EVIDENCE_MAX + 1);
  fill(final->evidence, final->evidence_len, number + 2000);
}

struct vd_outbox *outbox_open(const char *path) {
  struct vd_outbox_identity identity = outbox_identity();
  struct vd_outbox *outbox = NULL;
  struct vd_failure failure = {0};
  if (vd_outbox_open(path, &identity, &outbox, &failure) != VD_OK) fail_msg("%s", failure.text);
  return outbox;
}

enum kind { BEGIN, REPLACE, FINISH, HALT, RESUME };

enum vd_error outbox_do(struct vd_outbox *outbox, unsigned step, struct vd_failure *failure) {
  static const struct {
    enum kind kind;
    uint32_t number; /* of a slot to begin, of the attempt that is final */
  } story[OUTBOX_STEPS] = {{BEGIN, OUTBOX_FIRST}, {REPLACE, 0}, {REPLACE, 0}, {FINISH, 1}, {BEGIN, OUTBOX_FIRST + 1},
                           {HALT, 0}, {RESUME, 0}, {FINISH, 0}, {BEGIN, OUTBOX_FIRST + 2}, {REPLACE, 0},
                           {FINISH, 1}, {BEGIN, OUTBOX_FIRST + 3}, {HALT, 0}};
  static struct vd_outbox_attempt attempt;
  static struct vd_outbox_final final;
  uint32_t number = story[step].number;
  outbox_attempt(&attempt, step);
  switch (story[step].kind) {
    case BEGIN: return vd_outbox_begin(outbox, number, &attempt, failure);
    case REPLACE: return vd_outbox_replace(outbox, &attempt, failure);
    case FINISH: outbox_final(&final, number, step); return vd_outbox_finish(outbox, &final, failure);
    case HALT: return vd_outbox_halt(outbox, OUTBOX_NOW_S + step, OUTBOX_REASON, failure);
    case RESUME: return vd_outbox_resume(outbox, failure);
  }
  return VD_INTERNAL;
}

void outbox_mix(uint64_t *digest, const void *bytes, size_t len) {
  const uint8_t *at = bytes;
  for (size_t left = len; left > 0; left--, at++) *digest = (*digest ^ *at) * 1099511628211u;
}

static enum vd_error mix_slot(struct vd_outbox *outbox, uint64_t number, uint64_t *digest,
                              struct vd_failure *failure) {
  static uint8_t bytes[VD_OUTBOX_ATTEMPT_MAX];
  static struct vd_outbox_attempt attempt;
  struct vd_outbox_slot slot;
  enum vd_error error = vd_outbox_slot(outbox, number, &slot, failure);
  if (error != VD_OK) return error;
  outbox_mix(digest, bytes, vd_outbox_value_put_slot(bytes, &slot));
  for (uint32_t at = 0; at < slot.attempt_count; at++) {
    error = vd_outbox_attempt(outbox, number, at, &attempt, failure);
    if (error != VD_OK) return error;
    outbox_mix(digest, bytes, vd_outbox_value_put_attempt(bytes, &attempt));
  }
  return VD_OK;
}

enum vd_error outbox_digest(struct vd_outbox *outbox, uint64_t *digest, struct vd_failure *failure) {
  uint64_t first = 0, count = 0, since_s = 0;
  char reason[VD_OUTBOX_REASON_SIZE];
  struct vd_outbox_slot last;
  bool is_there = false;
  *digest = 14695981039346656037u;
  enum vd_error error = vd_outbox_count(outbox, &first, &count, failure);
  if (error == VD_OK) error = vd_outbox_last(outbox, &last, &is_there, failure);
  if (error == VD_OK) error = vd_outbox_halted(outbox, &since_s, reason, failure);
  if (error != VD_OK) return error;
  assert_int_equal(is_there, count > 0);
  if (is_there) assert_int_equal(last.number, first + count - 1);
  outbox_mix(digest, &first, sizeof first);
  outbox_mix(digest, &count, sizeof count);
  outbox_mix(digest, &since_s, sizeof since_s);
  outbox_mix(digest, reason, sizeof reason);
  for (uint64_t at = 0; at < count && error == VD_OK; at++) error = mix_slot(outbox, first + at, digest, failure);
  return error;
}

/* --- where it is --- */

int outbox_place_begin(void **out) {
  struct outbox_place *place = calloc(1, sizeof *place);
  assert_non_null(place);
  temp_folder_make(&place->folder);
  (void)snprintf(place->path, sizeof place->path, "%s/outbox", place->folder.path);
  (void)snprintf(place->data, sizeof place->data, "%s/data.mdb", place->path);
  *out = place;
  return 0;
}

int outbox_place_end(void **in) {
  struct outbox_place *place = *in;
  temp_folder_remove(&place->folder);
  free(place);
  return 0;
}

void outbox_place_make(struct outbox_place *place, unsigned steps) {
  struct vd_outbox *outbox = outbox_open(place->path);
  for (unsigned step = 0; step < steps; step++)
    if (outbox_do(outbox, step, &place->failure) != VD_OK) fail_msg("%s", place->failure.text);
  vd_outbox_close(outbox);
}

enum vd_error outbox_place_open(struct outbox_place *place, const struct vd_outbox_identity *identity) {
  struct vd_outbox *outbox = NULL;
  place->failure = (struct vd_failure){0};
  enum vd_error error = vd_outbox_open(place->path, identity, &outbox, &place->failure);
  assert_int_equal(error == VD_OK, outbox != NULL);
  if (error != VD_OK) assert_non_null(strstr(place->failure.text, place->path));
  vd_outbox_close(outbox);
  return error;
}

enum vd_error outbox_place_write(struct outbox_place *place) {
  struct vd_outbox_identity identity = outbox_identity();
  return outbox_place_open(place, &identity);
}

enum vd_error outbox_place_read(struct outbox_place *place) {
  struct vd_outbox *outbox = NULL;
  place->failure = (struct vd_failure){0};
  enum vd_error error = vd_outbox_open_read(place->path, &outbox, &place->failure);
  assert_int_equal(error == VD_OK, outbox != NULL);
  vd_outbox_close(outbox);
  return error;
}
