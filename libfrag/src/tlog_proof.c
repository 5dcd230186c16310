#include <frag/tlog_proof.h>

#include <assert.h>

#include "bytes.h"
#include "crypto.h"
#include "note.h"

static const char proof_head[] = "c2sp.org/tlog-proof@v1\n";
static const char extra_field[] = "extra ";
static const char index_field[] = "index ";
static const char old_field[] = "old ";

static bool is_checkpoint_len(struct frag_slice checkpoint) {
  return checkpoint.len >= 1 && checkpoint.len <= FRAG_CHECKPOINT_MAX;
}

static char *put_number(char *at, const char *field, uint64_t value) {
  at = frag_note_put_decimal(frag_note_put(at, field), value);
  *at++ = '\n';
  return at;
}

/* What both texts end with: the hashes, an empty line, the checkpoint. Returns the length of the whole. */
static size_t put_rest(char *text, char *at, const struct frag_proof *proof, struct frag_slice checkpoint) {
  assert(proof->count <= FRAG_PROOF_HASHES_MAX);
  for (size_t i = 0; i < proof->count; i++) at = frag_note_put_hash(at, proof->hashes[i]);
  *at++ = '\n';
  memcpy(at, checkpoint.data, checkpoint.len);
  return (size_t)(at - text) + checkpoint.len;
}

static bool take_number(struct frag_slice *rest, const char *field, uint64_t *value) {
  struct frag_slice line;
  return frag_note_line(rest, &line) && frag_note_take(&line, field) && frag_note_decimal(line, value);
}

static bool take_rest(struct frag_slice rest, struct frag_proof *proof, struct frag_slice *checkpoint) {
  struct frag_slice line;
  for (proof->count = 0; frag_note_line(&rest, &line); proof->count++) {
    if (line.len == 0) {
      *checkpoint = rest;
      return is_checkpoint_len(rest);
    }
    if (proof->count == FRAG_PROOF_HASHES_MAX || !frag_note_hash(line, proof->hashes[proof->count])) return false;
  }
  return false;
}

frag_error frag_tlog_proof_encode(char text[static FRAG_TLOG_PROOF_MAX], size_t *len,
                                  const struct frag_tlog_proof *proof) {
  *len = 0;
  if (!is_checkpoint_len(proof->checkpoint) || proof->extra_len > FRAG_TLOG_PROOF_EXTRA_MAX) return FRAG_FIELD_LENGTH;
  char *at = frag_note_put(text, proof_head);
  if (proof->extra_len > 0) {
    at = frag_note_put(at, extra_field);
    frag_base64(at, proof->extra, proof->extra_len);
    at += (proof->extra_len + 2) / 3 * 4;
    *at++ = '\n';
  }
  at = put_number(at, index_field, proof->index);
  *len = put_rest(text, at, &proof->inclusion, proof->checkpoint);
  return FRAG_OK;
}

/* The line may be missing; with nothing in it, it has to be. */
static bool take_extra(struct frag_slice *rest, struct frag_tlog_proof *proof) {
  struct frag_slice line;
  if (!frag_note_take(rest, extra_field)) return true;
  return frag_note_line(rest, &line) && frag_note_base64(line, proof->extra, sizeof proof->extra, &proof->extra_len) &&
         proof->extra_len <= sizeof proof->extra;
}

frag_error frag_tlog_proof_decode(struct frag_tlog_proof *proof, const char *text, size_t len) {
  struct frag_slice rest = frag_bytes((const uint8_t *)text, len);
  memset(proof, 0, sizeof *proof);
  if (len <= FRAG_TLOG_PROOF_MAX && frag_note_take(&rest, proof_head) && take_extra(&rest, proof) &&
      take_number(&rest, index_field, &proof->index) && take_rest(rest, &proof->inclusion, &proof->checkpoint))
    return FRAG_OK;
  memset(proof, 0, sizeof *proof);
  return FRAG_PROOF_MALFORMED;
}

static frag_error check_inclusion(struct frag_context *context, const struct frag_tlog_proof *proof,
                                  struct frag_slice entry, const struct frag_checkpoint *checkpoint) {
  uint8_t hash[FRAG_HASH_LEN];
  frag_error error = frag_leaf_hash(context, hash, entry);
  if (error != FRAG_OK) return error;
  error = frag_tree_check_inclusion(context, proof->index, checkpoint->size, checkpoint->root, hash, &proof->inclusion);
  return error == FRAG_OK || error == FRAG_CRYPTO ? error : FRAG_NOT_IN_LOG;
}

frag_error frag_tlog_proof_check(struct frag_context *context, const struct frag_tlog_proof *proof,
                                 struct frag_slice entry, const struct frag_log_key *key,
                                 struct frag_checkpoint *checkpoint, uint64_t *time_s) {
  struct frag_checkpoint found;
  uint64_t found_s = 0;
  if (checkpoint != NULL) memset(checkpoint, 0, sizeof *checkpoint);
  if (time_s != NULL) *time_s = 0;
  frag_error error =
      frag_checkpoint_decode(context, &found, (const char *)proof->checkpoint.data, proof->checkpoint.len);
  if (error == FRAG_OK) error = frag_checkpoint_check(context, &found, key, &found_s);
  if (error == FRAG_OK) error = check_inclusion(context, proof, entry, &found);
  if (error != FRAG_OK) return error;
  if (checkpoint != NULL) *checkpoint = found;
  if (time_s != NULL) *time_s = found_s;
  return FRAG_OK;
}

frag_error frag_witness_request_encode(char text[static FRAG_TLOG_PROOF_MAX], size_t *len,
                                       const struct frag_witness_request *request) {
  *len = 0;
  if (!is_checkpoint_len(request->checkpoint)) return FRAG_FIELD_LENGTH;
  char *at = put_number(text, old_field, request->old_size);
  *len = put_rest(text, at, &request->consistency, request->checkpoint);
  return FRAG_OK;
}

frag_error frag_witness_request_decode(struct frag_witness_request *request, const char *text, size_t len) {
  struct frag_slice rest = frag_bytes((const uint8_t *)text, len);
  memset(request, 0, sizeof *request);
  if (len <= FRAG_TLOG_PROOF_MAX && take_number(&rest, old_field, &request->old_size) &&
      take_rest(rest, &request->consistency, &request->checkpoint))
    return FRAG_OK;
  memset(request, 0, sizeof *request);
  return FRAG_PROOF_MALFORMED;
}
