#include "wire/submission.h"

#include <assert.h>
#include <stdlib.h>

#include <frag/open.h>
#include <frag/submission.h>

#include "base/crypto.h"
#include "wire/admission.h"
#include "wire/cursor.h"

enum { SIGNATURE_LEN = 64, ERASE = 4, RESERVED = 0 };
static const char submission_name[4] = {'F', 'R', 'S', '1'};
static const char receipt_name[4] = {'F', 'R', 'S', 'R'};

_Static_assert((int)ERASE != (int)VD_STORE_FRAGMENT && (int)ERASE != (int)VD_STORE_STATUS &&
                   (int)ERASE != (int)VD_STORE_TRUST,
               "an erasure is no kind of item");

enum vd_error vd_submission_origin(uint8_t hash[static 16], const char *origin, struct vd_failure *failure) {
  uint8_t digest[VD_SHA256_LEN];
  enum vd_error error = vd_sha256(digest, origin, strlen(origin), failure);
  if (error == VD_OK) memcpy(hash, digest, 16);
  return error;
}

/* --- writing --- */

static void write_item(struct vd_cursor_out *cursor, unsigned kind, const void *bytes, size_t len) {
  if (len > UINT32_MAX) cursor->is_over = true;
  vd_cursor_put_number(cursor, kind, 1);
  vd_cursor_put_number(cursor, len, 4);
  vd_cursor_put(cursor, bytes, len);
}

static void write_items(struct vd_cursor_out *cursor, const struct vd_submission *head,
                        const struct vd_store_item *items, size_t count) {
  vd_cursor_put_number(cursor, head->is_erasure ? 1 : count, 4);
  if (head->is_erasure) write_item(cursor, ERASE, head->locator, sizeof head->locator);
  for (size_t at = 0; at < count; at++) {
    assert(items[at].kind >= VD_STORE_FRAGMENT && items[at].kind <= VD_STORE_TRUST && items[at].len > 0);
    write_item(cursor, (unsigned)items[at].kind, items[at].bytes, items[at].len);
  }
}

static void write_head(struct vd_cursor_out *cursor, const struct vd_submission *head) {
  vd_cursor_put(cursor, submission_name, sizeof submission_name);
  vd_cursor_put_number(cursor, head->realm, 2);
  vd_cursor_put_number(cursor, head->operator_number, 1);
  vd_cursor_put_number(cursor, RESERVED, 1);
  vd_cursor_put(cursor, head->origin_hash, sizeof head->origin_hash);
  vd_cursor_put(cursor, head->kid, sizeof head->kid);
  vd_cursor_put_number(cursor, head->time_s, 8);
}

enum vd_error vd_submission_write(struct frag_context *context, const struct frag_key *key,
                                  const struct vd_submission *head, const struct vd_store_item *items, size_t count,
                                  uint8_t *bytes, size_t capacity, size_t *len, struct vd_failure *failure) {
  assert(head->is_erasure ? count == 0 : count >= 1 && count <= VD_SUBMISSION_ITEMS_MAX);
  assert(head->operator_number >= 1 && head->operator_number <= FRAG_FRAGMENTS_MAX);
  assert(memcmp(head->kid, frag_key_id(key), sizeof head->kid) == 0);
  uint8_t aux32[32], sig64[SIGNATURE_LEN];
  size_t most = capacity < VD_SUBMISSION_BYTES_MAX ? capacity : VD_SUBMISSION_BYTES_MAX;
  struct vd_cursor_out cursor = {.bytes = bytes, .capacity = most};
  *len = 0;
  write_head(&cursor, head);
  write_items(&cursor, head, items, count);
  if (cursor.is_over || most - cursor.len < SIGNATURE_LEN)
    return vd_fail(failure, VD_FULL, "a submission of %zu items does not fit %zu bytes; hand in fewer at once", count,
                   most);
  enum vd_error error = vd_random(aux32, sizeof aux32, failure);
  if (error != VD_OK) return error;
  frag_error signing = frag_submission_sign(context, sig64, key, (struct frag_slice){bytes, cursor.len}, aux32);
  vd_wipe(aux32, sizeof aux32);
  if (signing != FRAG_OK) return vd_fail_frag(failure, signing, "the submission could not be signed");
  vd_cursor_put(&cursor, sig64, sizeof sig64);
  *len = cursor.len;
  return VD_OK;
}

/* --- reading --- */

static const char *read_head(struct vd_submission *submission, struct vd_cursor_in *cursor) {
  if (!vd_cursor_take_name(cursor, submission_name)) return "it does not begin with FRS1";
  submission->realm = (uint16_t)vd_cursor_take_number(cursor, 2);
  submission->operator_number = (unsigned)vd_cursor_take_number(cursor, 1);
  uint64_t reserved = vd_cursor_take_number(cursor, 1);
  vd_cursor_take_copy(cursor, submission->origin_hash, sizeof submission->origin_hash);
  vd_cursor_take_copy(cursor, submission->kid, sizeof submission->kid);
  submission->time_s = vd_cursor_take_number(cursor, 8);
  submission->count = (size_t)vd_cursor_take_number(cursor, 4);
  if (cursor->is_over) return "it ends too early";
  if (reserved != RESERVED) return "a reserved byte is not zero";
  if (submission->operator_number < 1 || submission->operator_number > FRAG_FRAGMENTS_MAX)
    return "no operator has its operator number";
  return NULL;
}

static const char *read_erasure(struct vd_submission *submission, struct vd_cursor_in *cursor) {
  (void)vd_cursor_take_number(cursor, 1);
  if (vd_cursor_take_number(cursor, 4) != sizeof submission->locator) return "an erasure has no locator";
  vd_cursor_take_copy(cursor, submission->locator, sizeof submission->locator);
  if (cursor->is_over) return "it ends too early";
  submission->is_erasure = true;
  submission->count = 0;
  return NULL;
}

/* Position of the first bad item, from 1; 0 when all are good. Whether the bytes are such a record is seen later. */
static size_t read_items(struct vd_store_item *items, size_t count, struct vd_cursor_in *cursor) {
  for (size_t at = 0; at < count; at++) {
    uint64_t kind = vd_cursor_take_number(cursor, 1);
    size_t len = (size_t)vd_cursor_take_number(cursor, 4);
    const uint8_t *bytes = vd_cursor_take(cursor, len);
    if (bytes == NULL || len == 0 || kind < VD_STORE_FRAGMENT || kind > VD_STORE_TRUST) return at + 1;
    items[at] = (struct vd_store_item){.kind = (enum vd_store_kind)kind, .bytes = bytes, .len = len};
  }
  return 0;
}

static enum vd_error malformed(struct vd_failure *failure, const char *fault) {
  return vd_fail(failure, VD_DATA, "this is not a submission: %s", fault);
}

static enum vd_error read_body(const struct vd_submission *submission, struct vd_store_item **items,
                               struct vd_cursor_in *cursor, struct vd_failure *failure) {
  size_t count = submission->count;
  /* Looked at before any memory is taken for so many. */
  if (count < 1 || count > VD_SUBMISSION_ITEMS_MAX || count > cursor->len / (VD_SUBMISSION_ITEM_HEAD_LEN + 1))
    return vd_fail(failure, VD_DATA, "this is not a submission: it says to have %zu items; 1 to %d are taken at once",
                   count, VD_SUBMISSION_ITEMS_MAX);
  struct vd_store_item *read = calloc(count, sizeof *read);
  if (read == NULL) return vd_fail(failure, VD_MEMORY, "no memory for a submission of %zu items", count);
  size_t bad = read_items(read, count, cursor);
  if (bad == 0 && vd_cursor_is_done(cursor)) {
    *items = read;
    return VD_OK;
  }
  free(read);
  if (bad == 0) return malformed(failure, "something stands between its last item and its signature");
  return vd_fail(failure, VD_DATA, "this is not a submission: item %zu is cut short, empty or of an unknown kind", bad);
}

static enum vd_error read_submission(struct vd_submission *submission, struct vd_store_item **items,
                                     const uint8_t *bytes, size_t signed_len, struct vd_failure *failure) {
  struct vd_cursor_in cursor = {.bytes = bytes, .len = signed_len};
  const char *fault = read_head(submission, &cursor);
  if (fault != NULL) return malformed(failure, fault);
  if (submission->count != 1 || cursor.len == 0 || cursor.bytes[0] != ERASE)
    return read_body(submission, items, &cursor, failure);
  fault = read_erasure(submission, &cursor);
  if (fault != NULL) return malformed(failure, fault);
  return vd_cursor_is_done(&cursor) ? VD_OK : malformed(failure, "something stands behind its erasure");
}

enum vd_error vd_submission_read(struct vd_submission *submission, struct vd_store_item **items, const uint8_t *bytes,
                                 size_t len, struct vd_failure *failure) {
  *submission = (struct vd_submission){0};
  *items = NULL;
  if (len > VD_SUBMISSION_BYTES_MAX)
    return vd_fail(failure, VD_DATA, "this submission has %zu bytes; %zu are taken at once", len,
                   VD_SUBMISSION_BYTES_MAX);
  if (len < VD_SUBMISSION_HEAD_LEN + SIGNATURE_LEN) return malformed(failure, "it ends too early");
  size_t signed_len = len - SIGNATURE_LEN;
  enum vd_error error = read_submission(submission, items, bytes, signed_len, failure);
  if (error == VD_OK) error = vd_sha256(submission->digest, bytes, signed_len, failure);
  if (error == VD_OK) {
    submission->signature = bytes + signed_len;
    return VD_OK;
  }
  free(*items);
  *items = NULL;
  vd_wipe(submission, sizeof *submission);
  return error;
}

/* --- admitting --- */

static enum vd_error check_scope(const struct vd_store_item *item, size_t position, bool is_registrar,
                                 struct vd_failure *failure) {
  switch (item->kind) {
    case VD_STORE_STATUS: return VD_OK;
    case VD_STORE_FRAGMENT:
      if (!is_registrar) return VD_OK;
      return vd_fail(failure, VD_KEY, "item %zu is a fragment record, which only an issuer's key hands in", position);
    case VD_STORE_TRUST:
      if (is_registrar) return VD_OK;
      return vd_fail(failure, VD_KEY, "item %zu is a trust entry, which only a registrar's key may hand in", position);
  }
  return vd_fail(failure, VD_DATA, "item %zu is of an unknown kind", position);
}

static enum vd_error check_record(struct frag_context *context, const struct vd_store_item *item, size_t position,
                                  struct vd_failure *failure) {
  if (item->kind != VD_STORE_FRAGMENT) return VD_OK;
  frag_error error = frag_record_check(context, item->bytes, item->len);
  return error == FRAG_OK ? VD_OK : vd_fail_frag(failure, error, "item %zu is not a right fragment record", position);
}

enum vd_error vd_submission_admit(struct frag_context *context, const struct vd_submission *submission,
                                  const struct vd_store_item *items, const uint8_t *bytes, size_t len,
                                  const struct frag_trust *trust, uint16_t realm, unsigned operator_number,
                                  const uint8_t origin_hash[static 16], uint64_t now_s, struct vd_admitted *admitted,
                                  struct vd_failure *failure) {
  assert(len > SIGNATURE_LEN && submission->signature == bytes + len - SIGNATURE_LEN);
  assert(frag_trust_list(trust)->realm == realm);
  *admitted = (struct vd_admitted){0};
  const struct vd_admission said = {"submission",    submission->realm, submission->operator_number,
                                    submission->origin_hash, submission->kid, submission->time_s};
  const struct vd_admission_operator here = {realm, operator_number, origin_hash};
  const struct frag_trust_key *key = NULL;
  enum vd_error error = vd_admission_check(context, &said, &here, (struct frag_slice){bytes, len - SIGNATURE_LEN},
                                           submission->signature, trust, now_s, &key, failure);
  if (error != VD_OK) return error;
  bool is_registrar = key->role == FRAG_ROLE_REGISTRAR;
  for (size_t at = 0; error == VD_OK && at < submission->count; at++) {
    error = check_scope(&items[at], at + 1, is_registrar, failure);
    if (error == VD_OK) error = check_record(context, &items[at], at + 1, failure);
  }
  if (error == VD_OK) *admitted = (struct vd_admitted){.key = key, .is_registrar = is_registrar};
  return error;
}

/* --- receipt --- */

void vd_receipt_write(uint8_t bytes[static VD_RECEIPT_LEN], const struct vd_receipt *receipt) {
  assert(receipt->added <= UINT32_MAX && receipt->unchanged <= UINT32_MAX);
  struct vd_cursor_out cursor = {.bytes = bytes, .capacity = VD_RECEIPT_LEN};
  vd_cursor_put(&cursor, receipt_name, sizeof receipt_name);
  vd_cursor_put_number(&cursor, receipt->added, 4);
  vd_cursor_put_number(&cursor, receipt->unchanged, 4);
  vd_cursor_put_number(&cursor, receipt->first_index, 8);
  vd_cursor_put_number(&cursor, receipt->time_s, 8);
  vd_cursor_put_number(&cursor, receipt->size, 8);
  assert(!cursor.is_over && cursor.len == VD_RECEIPT_LEN);
}

enum vd_error vd_receipt_read(struct vd_receipt *receipt, const uint8_t *bytes, size_t len,
                              struct vd_failure *failure) {
  struct vd_cursor_in cursor = {.bytes = bytes, .len = len};
  *receipt = (struct vd_receipt){0};
  if (len != VD_RECEIPT_LEN || !vd_cursor_take_name(&cursor, receipt_name))
    return vd_fail(failure, VD_DATA, "this is not the receipt of a submission");
  receipt->added = vd_cursor_take_number(&cursor, 4);
  receipt->unchanged = vd_cursor_take_number(&cursor, 4);
  receipt->first_index = vd_cursor_take_number(&cursor, 8);
  receipt->time_s = vd_cursor_take_number(&cursor, 8);
  receipt->size = vd_cursor_take_number(&cursor, 8);
  assert(vd_cursor_is_done(&cursor));
  return VD_OK;
}
