#include "wire/lookup.h"

#include <assert.h>

#include <frag/status.h>

#include "base/crypto.h"
#include "ledger/tlog.h"
#include "wire/cursor.h"

static const char request_name[4] = {'F', 'R', 'L', '1'};
static const char answer_name[4] = {'F', 'R', 'L', 'A'};

#define RECORD_MAX FRAG_RECORD_LEN(FRAG_FRAGMENTS_MAX, FRAG_PLAINTEXT_MAX)

_Static_assert(FRAG_CHECKPOINT_MAX <= UINT16_MAX && RECORD_MAX <= UINT32_MAX, "lengths fit their fields");
_Static_assert(VD_LOOKUP_KEYS_MAX * FRAG_STATUS_RECORD_LEN <= RECORD_MAX, "VD_LOOKUP_ANSWER_MAX has room for either");

static bool is_count(enum vd_store_kind kind, size_t count) {
  return count >= 1 && count <= (kind == VD_STORE_FRAGMENT ? 1 : VD_LOOKUP_KEYS_MAX);
}

/* --- request --- */

size_t vd_lookup_request_write(uint8_t bytes[static VD_LOOKUP_REQUEST_MAX], const struct vd_lookup_request *request) {
  assert(request->kind == VD_STORE_FRAGMENT || request->kind == VD_STORE_STATUS);
  assert(is_count(request->kind, request->count) && request->known_size <= FRAG_TREE_SIZE_MAX);
  struct vd_cursor_out cursor = {.bytes = bytes, .capacity = VD_LOOKUP_REQUEST_MAX};
  vd_cursor_put(&cursor, request_name, sizeof request_name);
  vd_cursor_put_number(&cursor, (uint64_t)request->kind, 1);
  vd_cursor_put_number(&cursor, request->known_size, 8);
  vd_cursor_put_number(&cursor, request->count, 1);
  vd_cursor_put(&cursor, request->keys, request->count * VD_STORE_KEY_LEN);
  assert(!cursor.is_over);
  return cursor.len;
}

static const char *read_request(struct vd_lookup_request *request, struct vd_cursor_in *cursor) {
  if (!vd_cursor_take_name(cursor, request_name)) return "it does not begin with FRL1";
  uint64_t kind = vd_cursor_take_number(cursor, 1);
  request->known_size = vd_cursor_take_number(cursor, 8);
  request->count = (size_t)vd_cursor_take_number(cursor, 1);
  if (cursor->is_over) return "it ends too early";
  if (kind != VD_STORE_FRAGMENT && kind != VD_STORE_STATUS) return "it asks for neither a fragment nor a status";
  request->kind = (enum vd_store_kind)kind;
  if (request->known_size > FRAG_TREE_SIZE_MAX) return "no log has as many entries as it says to know";
  if (!is_count(request->kind, request->count)) return "it has no keys, or more than may be asked for at once";
  vd_cursor_take_copy(cursor, request->keys, request->count * VD_STORE_KEY_LEN);
  return vd_cursor_is_done(cursor) ? NULL : "its length is not that of its keys";
}

enum vd_error vd_lookup_request_read(struct vd_lookup_request *request, const uint8_t *bytes, size_t len,
                                     struct vd_failure *failure) {
  struct vd_cursor_in cursor = {.bytes = bytes, .len = len};
  *request = (struct vd_lookup_request){0};
  const char *fault = read_request(request, &cursor);
  if (fault == NULL) return VD_OK;
  vd_wipe(request, sizeof *request);
  return vd_fail(failure, VD_DATA, "this is not a look-up: %s", fault);
}

/* --- answer: writing --- */

static void write_proof(struct vd_cursor_out *cursor, const struct frag_proof *proof) {
  assert(proof->count <= FRAG_PROOF_HASHES_MAX);
  vd_cursor_put_number(cursor, proof->count, 1);
  vd_cursor_put(cursor, proof->hashes, proof->count * FRAG_HASH_LEN);
}

static void write_item(struct vd_cursor_out *cursor, const struct vd_lookup_item *item) {
  assert(item->presence == VD_STORE_ABSENT || (item->len >= 1 && item->len <= RECORD_MAX));
  vd_cursor_put_number(cursor, (uint64_t)item->presence, 1);
  if (item->presence == VD_STORE_ABSENT) return;
  vd_cursor_put_number(cursor, item->index, 8);
  vd_cursor_put_number(cursor, item->time_s, 8);
  vd_cursor_put_number(cursor, item->len, 4);
  vd_cursor_put(cursor, item->bytes, item->len);
  write_proof(cursor, &item->inclusion);
}

enum vd_error vd_lookup_answer_write(uint8_t *bytes, size_t capacity, size_t *len,
                                     const struct vd_lookup_answer *answer, struct vd_failure *failure) {
  assert(answer->checkpoint_len >= 1 && answer->checkpoint_len <= FRAG_CHECKPOINT_MAX);
  assert(answer->count >= 1 && answer->count <= VD_LOOKUP_KEYS_MAX);
  struct vd_cursor_out cursor = {.bytes = bytes, .capacity = capacity};
  vd_cursor_put(&cursor, answer_name, sizeof answer_name);
  vd_cursor_put_number(&cursor, answer->checkpoint_len, 2);
  vd_cursor_put(&cursor, answer->checkpoint, answer->checkpoint_len);
  write_proof(&cursor, &answer->consistency);
  vd_cursor_put_number(&cursor, answer->count, 1);
  for (size_t at = 0; at < answer->count; at++) write_item(&cursor, &answer->items[at]);
  *len = cursor.is_over ? 0 : cursor.len;
  if (!cursor.is_over) return VD_OK;
  return vd_fail(failure, VD_FULL, "the answer to a look-up does not fit %zu bytes", capacity);
}

/* --- answer: reading --- */

/* Only as many hashes as there are get written: an answer has room for more than a thousand. */
static bool read_proof(struct vd_cursor_in *cursor, struct frag_proof *proof) {
  size_t count = (size_t)vd_cursor_take_number(cursor, 1);
  proof->count = 0;
  if (cursor->is_over || count > FRAG_PROOF_HASHES_MAX) return false;
  const uint8_t *hashes = vd_cursor_take(cursor, count * FRAG_HASH_LEN);
  if (hashes == NULL) return false;
  proof->count = count;
  memcpy(proof->hashes, hashes, count * FRAG_HASH_LEN);
  return true;
}

static bool is_record_len(enum vd_store_kind kind, size_t len) {
  return kind == VD_STORE_STATUS ? len == FRAG_STATUS_RECORD_LEN : len >= 1 && len <= RECORD_MAX;
}

static void set_absent(struct vd_lookup_item *item) {
  item->presence = VD_STORE_ABSENT;
  item->index = 0;
  item->time_s = 0;
  item->bytes = NULL;
  item->len = 0;
  item->inclusion.count = 0;
}

static const char *read_item(struct vd_cursor_in *cursor, enum vd_store_kind kind, struct vd_lookup_item *item) {
  uint64_t presence = vd_cursor_take_number(cursor, 1);
  set_absent(item);
  if (cursor->is_over) return "it ends too early";
  if (presence == VD_STORE_ABSENT) return NULL;
  if (presence != VD_STORE_PRESENT && (presence != VD_STORE_ERASED || kind != VD_STORE_FRAGMENT))
    return "an item is neither absent, present nor erased";
  item->presence = (enum vd_store_presence)presence;
  item->index = vd_cursor_take_number(cursor, 8);
  item->time_s = vd_cursor_take_number(cursor, 8);
  item->len = (size_t)vd_cursor_take_number(cursor, 4);
  if (!cursor->is_over && !is_record_len(kind, item->len)) return "a record has a length that none can have";
  item->bytes = vd_cursor_take(cursor, item->len);
  if (item->bytes == NULL) return "it ends too early";
  if (!read_proof(cursor, &item->inclusion)) return "an inclusion proof is cut short or too long";
  bool lacks_proof = kind == VD_STORE_STATUS && item->inclusion.count == 0 && item->index > 0;
  return lacks_proof ? "a status record has no inclusion proof" : NULL; /* only an only entry needs no hash */
}

static const char *read_answer(struct vd_lookup_answer *answer, enum vd_store_kind kind, size_t count,
                               struct vd_cursor_in *cursor) {
  if (!vd_cursor_take_name(cursor, answer_name)) return "it does not begin with FRLA";
  answer->checkpoint_len = (size_t)vd_cursor_take_number(cursor, 2);
  if (!cursor->is_over && (answer->checkpoint_len < 1 || answer->checkpoint_len > FRAG_CHECKPOINT_MAX))
    return "its checkpoint is empty or too long";
  answer->checkpoint = (const char *)vd_cursor_take(cursor, answer->checkpoint_len);
  if (answer->checkpoint == NULL) return "it ends too early";
  if (!read_proof(cursor, &answer->consistency)) return "its consistency proof is cut short or too long";
  if (vd_cursor_take_number(cursor, 1) != count) return "it is not about as many keys as were asked for";
  for (size_t at = 0; at < count; at++) {
    const char *fault = read_item(cursor, kind, &answer->items[at]);
    if (fault != NULL) return fault;
  }
  answer->count = count;
  return vd_cursor_is_done(cursor) ? NULL : "something stands behind its end";
}

static void empty_answer(struct vd_lookup_answer *answer) {
  answer->checkpoint = NULL;
  answer->checkpoint_len = 0;
  answer->consistency.count = 0;
  answer->count = 0;
}

enum vd_error vd_lookup_answer_read(struct vd_lookup_answer *answer, enum vd_store_kind kind, size_t count,
                                    const uint8_t *bytes, size_t len, struct vd_failure *failure) {
  assert((kind == VD_STORE_FRAGMENT || kind == VD_STORE_STATUS) && is_count(kind, count));
  struct vd_cursor_in cursor = {.bytes = bytes, .len = len};
  empty_answer(answer);
  const char *fault = read_answer(answer, kind, count, &cursor);
  if (fault == NULL) return VD_OK;
  empty_answer(answer);
  return vd_fail(failure, VD_DATA, "this is not an answer to the look-up: %s", fault);
}

/* --- from a ledger --- */

static enum vd_error find(struct vd_store_reader *reader, enum vd_store_kind kind, const uint8_t *key,
                          struct vd_lookup_item *item, struct vd_failure *failure) {
  struct vd_store_found found;
  enum vd_error error = kind == VD_STORE_FRAGMENT ? vd_store_get_fragment(reader, key, &found, failure)
                                                  : vd_store_get_status(reader, key, &found, failure);
  set_absent(item);
  if (error != VD_OK || found.presence == VD_STORE_ABSENT) return error;
  item->presence = found.presence;
  item->index = found.index;
  item->time_s = found.time_s;
  item->bytes = found.bytes;
  item->len = found.len;
  error = vd_tlog_inclusion(reader, found.index, &item->inclusion, failure);
  if (error != VD_NOT_FOUND) return error;
  /* A record whose entry is past the checkpoint: only a damaged ledger has one. */
  return vd_fail(failure, VD_DATA, "the ledger has a record whose entry %llu is not in its log; check the ledger",
                 (unsigned long long)found.index);
}

static enum vd_error describe_log(struct vd_store_reader *reader, uint64_t known_size,
                                  struct vd_lookup_answer *answer, struct vd_failure *failure) {
  uint64_t size = 0;
  enum vd_error error = vd_tlog_checkpoint(reader, &answer->checkpoint, &answer->checkpoint_len, failure);
  if (error == VD_OK) error = vd_tlog_size(reader, &size, failure);
  if (error != VD_OK || known_size > size) return error;
  return vd_tlog_consistency(reader, known_size, &answer->consistency, failure);
}

enum vd_error vd_lookup_local(struct vd_store_reader *reader, const struct vd_lookup_request *request,
                              struct vd_lookup_answer *answer, struct vd_failure *failure) {
  assert((request->kind == VD_STORE_FRAGMENT || request->kind == VD_STORE_STATUS) &&
         is_count(request->kind, request->count));
  empty_answer(answer);
  enum vd_error error = describe_log(reader, request->known_size, answer, failure);
  for (size_t at = 0; error == VD_OK && at < request->count; at++)
    error = find(reader, request->kind, request->keys[at], &answer->items[at], failure);
  if (error == VD_OK) {
    answer->count = request->count;
  } else {
    empty_answer(answer);
  }
  return error;
}
