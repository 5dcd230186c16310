#include "wire/submission_list.h"

#include <assert.h>

#include <frag/submission.h>

#include "base/crypto.h"
#include "wire/admission.h"
#include "wire/cursor.h"

enum { SIGNATURE_LEN = 64, SIGNED_LEN = VD_SUBMISSION_LIST_QUERY_LEN - SIGNATURE_LEN, RESERVED = 0 };
static const char query_name[4] = {'F', 'R', 'S', 'Q'};
static const char answer_name[4] = {'F', 'R', 'S', 'L'};

/* --- query --- */

enum vd_error vd_submission_list_write_query(struct frag_context *context, const struct frag_key *key,
                                             const struct vd_submission_list_query *query,
                                             uint8_t bytes[static VD_SUBMISSION_LIST_QUERY_LEN],
                                             struct vd_failure *failure) {
  assert(query->operator_number >= 1 && query->operator_number <= FRAG_FRAGMENTS_MAX);
  assert(memcmp(query->kid, frag_key_id(key), sizeof query->kid) == 0);
  uint8_t aux32[32];
  struct vd_cursor_out cursor = {.bytes = bytes, .capacity = SIGNED_LEN};
  vd_cursor_put(&cursor, query_name, sizeof query_name);
  vd_cursor_put_number(&cursor, query->realm, 2);
  vd_cursor_put_number(&cursor, query->operator_number, 1);
  vd_cursor_put_number(&cursor, RESERVED, 1);
  vd_cursor_put(&cursor, query->origin_hash, sizeof query->origin_hash);
  vd_cursor_put(&cursor, query->kid, sizeof query->kid);
  vd_cursor_put_number(&cursor, query->time_s, 8);
  vd_cursor_put_number(&cursor, query->first_number, 8);
  assert(!cursor.is_over && cursor.len == SIGNED_LEN);
  enum vd_error error = vd_random(aux32, sizeof aux32, failure);
  if (error != VD_OK) return error;
  frag_error signing =
      frag_submission_sign(context, bytes + SIGNED_LEN, key, (struct frag_slice){bytes, SIGNED_LEN}, aux32);
  vd_wipe(aux32, sizeof aux32);
  return signing == FRAG_OK ? VD_OK : vd_fail_frag(failure, signing, "the query could not be signed");
}

enum vd_error vd_submission_list_read_query(struct vd_submission_list_query *query, const uint8_t *bytes, size_t len,
                                            struct vd_failure *failure) {
  struct vd_submission_list_query read;
  struct vd_cursor_in cursor = {.bytes = bytes, .len = len};
  *query = (struct vd_submission_list_query){0};
  if (len != VD_SUBMISSION_LIST_QUERY_LEN || !vd_cursor_take_name(&cursor, query_name))
    return vd_fail(failure, VD_DATA, "this is not a query for submissions: it begins with FRSQ and has %d bytes",
                   VD_SUBMISSION_LIST_QUERY_LEN);
  read.realm = (uint16_t)vd_cursor_take_number(&cursor, 2);
  read.operator_number = (unsigned)vd_cursor_take_number(&cursor, 1);
  uint64_t reserved = vd_cursor_take_number(&cursor, 1);
  vd_cursor_take_copy(&cursor, read.origin_hash, sizeof read.origin_hash);
  vd_cursor_take_copy(&cursor, read.kid, sizeof read.kid);
  read.time_s = vd_cursor_take_number(&cursor, 8);
  read.first_number = vd_cursor_take_number(&cursor, 8);
  assert(!cursor.is_over && cursor.len == SIGNATURE_LEN);
  if (reserved != RESERVED)
    return vd_fail(failure, VD_DATA, "this is not a query for submissions: a reserved byte is not zero");
  if (read.operator_number < 1 || read.operator_number > FRAG_FRAGMENTS_MAX)
    return vd_fail(failure, VD_DATA, "this is not a query for submissions: no operator has its operator number");
  *query = read;
  return VD_OK;
}

enum vd_error vd_submission_list_admit(struct frag_context *context, const struct vd_submission_list_query *query,
                                       const uint8_t bytes[static VD_SUBMISSION_LIST_QUERY_LEN],
                                       const struct frag_trust *trust, uint16_t realm, unsigned operator_number,
                                       const uint8_t origin_hash[static 16], uint64_t now_s,
                                       struct vd_admitted *admitted, struct vd_failure *failure) {
  assert(frag_trust_list(trust)->realm == realm);
  const struct vd_admission said = {"query",    query->realm, query->operator_number, query->origin_hash,
                                    query->kid, query->time_s};
  const struct vd_admission_operator here = {realm, operator_number, origin_hash};
  const struct frag_trust_key *key = NULL;
  *admitted = (struct vd_admitted){0};
  enum vd_error error = vd_admission_check(context, &said, &here, (struct frag_slice){bytes, SIGNED_LEN},
                                           bytes + SIGNED_LEN, trust, now_s, &key, failure);
  if (error != VD_OK) return error;
  *admitted = (struct vd_admitted){.key = key, .is_registrar = key->role == FRAG_ROLE_REGISTRAR};
  return VD_OK;
}

/* --- answer --- */

static void write_line(struct vd_cursor_out *cursor, const struct vd_submission_list_line *line) {
  const struct vd_store_submission *submission = &line->submission;
  vd_cursor_put_number(cursor, line->number, 8);
  vd_cursor_put_number(cursor, submission->time_s, 8);
  vd_cursor_put(cursor, submission->kid, sizeof submission->kid);
  vd_cursor_put_number(cursor, submission->is_erasure, 1);
  vd_cursor_put_number(cursor, submission->first_index, 8);
  vd_cursor_put_number(cursor, submission->added, 8);
  vd_cursor_put_number(cursor, submission->unchanged, 8);
  vd_cursor_put(cursor, submission->digest, sizeof submission->digest);
  vd_cursor_put(cursor, submission->signature, sizeof submission->signature);
}

size_t vd_submission_list_write(uint8_t bytes[static VD_SUBMISSION_LIST_BYTES_MAX],
                                const struct vd_submission_list *list) {
  assert(list->count <= VD_SUBMISSION_LIST_LINES_MAX);
  struct vd_cursor_out cursor = {.bytes = bytes, .capacity = VD_SUBMISSION_LIST_BYTES_MAX};
  vd_cursor_put(&cursor, answer_name, sizeof answer_name);
  vd_cursor_put_number(&cursor, list->next_number, 8);
  vd_cursor_put_number(&cursor, list->count, 2);
  for (size_t at = 0; at < list->count; at++) {
    assert(at == 0 || list->lines[at].number > list->lines[at - 1].number);
    assert(list->next_number == 0 || list->next_number > list->lines[at].number);
    write_line(&cursor, &list->lines[at]);
  }
  assert(!cursor.is_over);
  return cursor.len;
}

static bool read_line(struct vd_submission_list_line *line, struct vd_cursor_in *cursor) {
  struct vd_store_submission *submission = &line->submission;
  *line = (struct vd_submission_list_line){.number = vd_cursor_take_number(cursor, 8)};
  submission->time_s = vd_cursor_take_number(cursor, 8);
  vd_cursor_take_copy(cursor, submission->kid, sizeof submission->kid);
  uint64_t is_erasure = vd_cursor_take_number(cursor, 1);
  submission->is_erasure = is_erasure == 1;
  submission->first_index = vd_cursor_take_number(cursor, 8);
  submission->added = vd_cursor_take_number(cursor, 8);
  submission->unchanged = vd_cursor_take_number(cursor, 8);
  vd_cursor_take_copy(cursor, submission->digest, sizeof submission->digest);
  vd_cursor_take_copy(cursor, submission->signature, sizeof submission->signature);
  return is_erasure <= 1;
}

static const char *read_lines(struct vd_submission_list *list, uint64_t first_number, struct vd_cursor_in *cursor) {
  uint64_t least = first_number; /* of the next number */
  for (size_t at = 0; at < list->count; at++) {
    if (!read_line(&list->lines[at], cursor)) return "a line is neither a submission nor an erasure";
    uint64_t number = list->lines[at].number;
    if (number < least || number == UINT64_MAX) return "its numbers do not ascend from the one that was asked for";
    least = number + 1;
  }
  /* Else whoever asks on would never come to the end. */
  if (list->next_number != 0 && (list->next_number < least || list->next_number == first_number))
    return "its next number is not behind its lines";
  return NULL;
}

enum vd_error vd_submission_list_read(struct vd_submission_list *list, uint64_t first_number, const uint8_t *bytes,
                                      size_t len, struct vd_failure *failure) {
  struct vd_cursor_in cursor = {.bytes = bytes, .len = len};
  const char *fault = NULL;
  list->count = 0;
  list->next_number = 0;
  if (!vd_cursor_take_name(&cursor, answer_name)) fault = "it does not begin with FRSL";
  uint64_t next_number = vd_cursor_take_number(&cursor, 8);
  uint64_t count = vd_cursor_take_number(&cursor, 2);
  if (fault == NULL && (cursor.is_over || count > VD_SUBMISSION_LIST_LINES_MAX ||
                        cursor.len != count * VD_SUBMISSION_LIST_LINE_LEN))
    fault = "its length is not that of its lines, of which there are at most 256";
  if (fault == NULL) {
    list->next_number = next_number;
    list->count = (size_t)count;
    fault = read_lines(list, first_number, &cursor);
  }
  if (fault == NULL) return VD_OK;
  list->count = 0;
  list->next_number = 0;
  return vd_fail(failure, VD_DATA, "this is not a list of submissions: %s", fault);
}
