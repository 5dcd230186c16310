#include <frag/checkpoint.h>

#include "bytes.h"
#include "crypto.h"
#include "note.h"

static const char cosignature_head[] = "cosignature/v1\ntime ";

#define COSIGNED_MAX (sizeof cosignature_head + FRAG_NOTE_DECIMAL_MAX + FRAG_CHECKPOINT_MAX)

/* Signed text ends at the last empty line; a checkpoint has no other. */
static bool split_note(struct frag_checkpoint *checkpoint, struct frag_slice note) {
  if (note.len < 2) return false;
  for (size_t at = note.len - 2; at > 0; at--)
    if (note.data[at] == '\n' && note.data[at + 1] == '\n') {
      checkpoint->note = note;
      checkpoint->text = frag_bytes(note.data, at + 1);
      checkpoint->signatures = frag_bytes(note.data + at + 2, note.len - at - 2);
      return true;
    }
  return false;
}

static bool read_text(struct frag_checkpoint *checkpoint) {
  struct frag_slice rest = checkpoint->text, size, root, extension;
  if (!frag_note_line(&rest, &checkpoint->origin) || !frag_note_line(&rest, &size) || !frag_note_line(&rest, &root))
    return false;
  while (frag_note_line(&rest, &extension))
    if (extension.len == 0) return false;
  return checkpoint->origin.len > 0 && frag_note_decimal(size, &checkpoint->size) &&
         checkpoint->size <= FRAG_TREE_SIZE_MAX && frag_note_hash(root, checkpoint->root);
}

/* Signature lines and nothing else, not too many of them. */
static bool are_signatures(struct frag_slice lines) {
  struct frag_note_signature signature;
  struct frag_slice line;
  size_t count = 0;
  for (; frag_note_line(&lines, &line); count++)
    if (count == FRAG_CHECKPOINT_SIGNATURES_MAX || !frag_note_signature(line, &signature)) return false;
  return count > 0 && lines.len == 0;
}

static frag_error check_empty_root(struct frag_context *context, const uint8_t root[static FRAG_HASH_LEN]) {
  uint8_t empty[FRAG_HASH_LEN];
  frag_error error = frag_sha256(context, empty, NULL, 0);
  if (error != FRAG_OK) return error;
  return memcmp(root, empty, sizeof empty) == 0 ? FRAG_OK : FRAG_CHECKPOINT_MALFORMED;
}

frag_error frag_checkpoint_decode(struct frag_context *context, struct frag_checkpoint *checkpoint, const char *note,
                                  size_t len) {
  struct frag_checkpoint found;
  struct frag_slice bytes = frag_bytes((const uint8_t *)note, len);
  memset(checkpoint, 0, sizeof *checkpoint);
  if (len > FRAG_CHECKPOINT_MAX || !frag_note_is_text(bytes) || !split_note(&found, bytes) || !read_text(&found) ||
      !are_signatures(found.signatures))
    return FRAG_CHECKPOINT_MALFORMED;
  frag_error error = found.size == 0 ? check_empty_root(context, found.root) : FRAG_OK;
  if (error == FRAG_OK) *checkpoint = found;
  return error;
}

/* What a cosignature signs: a head that no checkpoint can begin with, since its second line is no number. */
static struct frag_slice cosigned_text(uint8_t out[static COSIGNED_MAX], struct frag_slice text, uint64_t time_s) {
  char *start = (char *)out, *at = frag_note_put_decimal(frag_note_put(start, cosignature_head), time_s);
  *at++ = '\n';
  memcpy(at, text.data, text.len);
  return frag_bytes(out, (size_t)(at - start) + text.len);
}

static frag_error verify_plain(struct frag_context *context, struct frag_slice text, const struct frag_log_key *key,
                               const struct frag_note_signature *signature) {
  if (signature->len != FRAG_NOTE_SIGNATURE_LEN) return FRAG_CHECKPOINT_SIGNATURE;
  return frag_ed25519_verify(context, key->pub32, signature->bytes, text);
}

static frag_error verify_cosignature(struct frag_context *context, struct frag_slice text,
                                     const struct frag_log_key *key, const struct frag_note_signature *signature,
                                     uint64_t *time_s) {
  uint8_t message[COSIGNED_MAX];
  *time_s = frag_get_u64(signature->bytes);
  if (signature->len != FRAG_NOTE_COSIGNATURE_LEN || *time_s > INT64_MAX || text.len > FRAG_CHECKPOINT_MAX)
    return FRAG_CHECKPOINT_SIGNATURE;
  return frag_ed25519_verify(context, key->pub32, signature->bytes + 8, cosigned_text(message, text, *time_s));
}

static bool is_by(const struct frag_note_signature *signature, const struct frag_log_key *key,
                  const uint8_t id[static 4]) {
  struct frag_slice name = frag_bytes((const uint8_t *)key->name, key->name_len);
  return frag_slice_equal(signature->name, name) && memcmp(signature->id, id, 4) == 0;
}

/* What a key's lines say about a text. */
struct finding {
  size_t plain, cosigned;          /* right signatures */
  uint64_t time_s;                 /* of the latest cosignature */
  struct frag_note_signature last; /* the latest cosignature; views into the lines */
};

static frag_error find_one(struct frag_context *context, struct frag_slice text, const struct frag_log_key *key,
                           const struct frag_note_signature *signature, struct finding *finding) {
  uint64_t time_s;
  frag_error error = verify_cosignature(context, text, key, signature, &time_s);
  if (error != FRAG_OK) return error;
  if (finding->cosigned == 0 || time_s > finding->time_s) {
    finding->time_s = time_s;
    finding->last = *signature;
  }
  finding->cosigned++;
  return FRAG_OK;
}

/* Reads all lines of a key, its plain ones if asked. The first that is wrong spoils them all. */
static frag_error find_lines(struct frag_context *context, struct frag_slice text, struct frag_slice lines,
                             const struct frag_log_key *key, bool with_plain, struct finding *finding) {
  struct frag_note_signature signature;
  struct frag_slice line;
  frag_error error = FRAG_OK;
  memset(finding, 0, sizeof *finding);
  while (error == FRAG_OK && frag_note_line(&lines, &line)) {
    if (!frag_note_signature(line, &signature)) return FRAG_CHECKPOINT_SIGNATURE;
    if (with_plain && is_by(&signature, key, key->signature_id)) {
      error = verify_plain(context, text, key, &signature);
      finding->plain++;
    } else if (is_by(&signature, key, key->cosignature_id)) {
      error = find_one(context, text, key, &signature, finding);
    }
  }
  return error;
}

frag_error frag_checkpoint_check(struct frag_context *context, const struct frag_checkpoint *checkpoint,
                                 const struct frag_log_key *key, uint64_t *time_s) {
  struct finding finding;
  if (time_s != NULL) *time_s = 0;
  if (!frag_slice_equal(checkpoint->origin, frag_bytes((const uint8_t *)key->name, key->name_len)))
    return FRAG_CHECKPOINT_SIGNATURE;
  frag_error error = find_lines(context, checkpoint->text, checkpoint->signatures, key, true, &finding);
  if (error != FRAG_OK) return error;
  if (finding.plain == 0) return FRAG_CHECKPOINT_SIGNATURE;
  if (time_s != NULL) *time_s = finding.time_s;
  return FRAG_OK;
}

frag_error frag_checkpoint_cosigned(struct frag_context *context, const struct frag_checkpoint *checkpoint,
                                    const struct frag_log_key *witness, uint64_t *time_s) {
  struct finding finding;
  if (time_s != NULL) *time_s = 0;
  frag_error error = find_lines(context, checkpoint->text, checkpoint->signatures, witness, false, &finding);
  if (error != FRAG_OK) return error;
  if (finding.cosigned == 0) return FRAG_CHECKPOINT_SIGNATURE;
  if (time_s != NULL) *time_s = finding.time_s;
  return FRAG_OK;
}

static struct frag_note_signature signature_of(const struct frag_log_key *key, const uint8_t id[static 4]) {
  struct frag_note_signature signature = {.name = frag_bytes((const uint8_t *)key->name, key->name_len)};
  memcpy(signature.id, id, sizeof signature.id);
  return signature;
}

static frag_error put_plain(struct frag_context *context, char **at, struct frag_slice text,
                            const struct frag_log_key *key, const uint8_t seed32[static 32]) {
  struct frag_note_signature signature = signature_of(key, key->signature_id);
  signature.len = FRAG_NOTE_SIGNATURE_LEN;
  frag_error error = frag_ed25519_sign(context, signature.bytes, seed32, text);
  if (error == FRAG_OK) *at = frag_note_put_signature(*at, &signature);
  return error;
}

static frag_error put_cosignature(struct frag_context *context, char **at, struct frag_slice text,
                                  const struct frag_log_key *key, const uint8_t seed32[static 32], uint64_t time_s) {
  uint8_t message[COSIGNED_MAX];
  struct frag_note_signature signature = signature_of(key, key->cosignature_id);
  signature.len = FRAG_NOTE_COSIGNATURE_LEN;
  frag_put_u64(signature.bytes, time_s);
  frag_error error = frag_ed25519_sign(context, signature.bytes + 8, seed32, cosigned_text(message, text, time_s));
  if (error == FRAG_OK) *at = frag_note_put_signature(*at, &signature);
  return error;
}

static frag_error signing_key(struct frag_context *context, struct frag_log_key *key, struct frag_slice name,
                              const uint8_t seed32[static 32]) {
  uint8_t pub32[32];
  frag_error error = frag_ed25519_public(context, pub32, seed32);
  return error == FRAG_OK ? frag_log_key_make(context, key, name, pub32) : error;
}

static char *put_text(char *at, const struct frag_log_key *key, uint64_t size,
                      const uint8_t root[static FRAG_HASH_LEN]) {
  at = frag_note_put(at, key->name);
  *at++ = '\n';
  at = frag_note_put_decimal(at, size);
  *at++ = '\n';
  return frag_note_put_hash(at, root);
}

/* Nothing is signed that could not be read again. */
static frag_error check_content(struct frag_context *context, uint64_t size, const uint8_t root[static FRAG_HASH_LEN],
                                uint64_t time_s) {
  if (size > FRAG_TREE_SIZE_MAX || time_s > INT64_MAX) return FRAG_FIELD_RANGE;
  frag_error error = size == 0 ? check_empty_root(context, root) : FRAG_OK;
  return error == FRAG_CHECKPOINT_MALFORMED ? FRAG_FIELD_RANGE : error;
}

frag_error frag_checkpoint_sign(struct frag_context *context, char note[static FRAG_CHECKPOINT_MAX], size_t *len,
                                struct frag_slice origin, uint64_t size, const uint8_t root[static FRAG_HASH_LEN],
                                const uint8_t seed32[static 32], uint64_t time_s) {
  struct frag_log_key key;
  *len = 0;
  frag_error error = signing_key(context, &key, origin, seed32);
  if (error == FRAG_OK) error = check_content(context, size, root, time_s);
  if (error != FRAG_OK) return error;
  char *at = put_text(note, &key, size, root);
  struct frag_slice text = frag_bytes((const uint8_t *)note, (size_t)(at - note));
  *at++ = '\n';
  error = put_plain(context, &at, text, &key, seed32);
  if (error == FRAG_OK) error = put_cosignature(context, &at, text, &key, seed32, time_s);
  if (error == FRAG_OK) *len = (size_t)(at - note);
  return error;
}

frag_error frag_checkpoint_cosign(struct frag_context *context, char line[static FRAG_SIGNATURE_LINE_MAX], size_t *len,
                                  const struct frag_checkpoint *checkpoint, struct frag_slice name,
                                  const uint8_t seed32[static 32], uint64_t time_s) {
  struct frag_log_key key;
  char *at = line;
  *len = 0;
  frag_error error = signing_key(context, &key, name, seed32);
  if (error != FRAG_OK) return error;
  if (time_s > INT64_MAX || checkpoint->text.len > FRAG_CHECKPOINT_MAX) return FRAG_FIELD_RANGE;
  error = put_cosignature(context, &at, checkpoint->text, &key, seed32, time_s);
  if (error == FRAG_OK) *len = (size_t)(at - line);
  return error;
}

/* The note without the witness's cosignatures. Returns its length; out may hold the whole note. */
static size_t copy_others(char *out, const struct frag_checkpoint *checkpoint, const struct frag_log_key *witness,
                          size_t *lines) {
  struct frag_slice rest = checkpoint->signatures, line;
  struct frag_note_signature signature;
  size_t at = checkpoint->text.len + 1;
  memcpy(out, checkpoint->note.data, at);
  for (*lines = 0; frag_note_line(&rest, &line);) {
    if (frag_note_signature(line, &signature) && is_by(&signature, witness, witness->cosignature_id)) continue;
    memcpy(out + at, line.data, line.len + 1);
    at += line.len + 1;
    ++*lines;
  }
  return at;
}

frag_error frag_checkpoint_merge(struct frag_context *context, char note[static FRAG_CHECKPOINT_MAX], size_t *len,
                                 const char *lines, size_t lines_len, const struct frag_log_key *witness) {
  struct frag_checkpoint checkpoint;
  struct finding finding;
  char merged[FRAG_CHECKPOINT_MAX + FRAG_SIGNATURE_LINE_MAX];
  size_t others;
  struct frag_slice given = frag_bytes((const uint8_t *)lines, lines_len);
  frag_error error = frag_checkpoint_decode(context, &checkpoint, note, *len);
  if (error != FRAG_OK) return error;
  if (!frag_note_is_text(given) || !are_signatures(given)) return FRAG_CHECKPOINT_MALFORMED;
  error = find_lines(context, checkpoint.text, given, witness, false, &finding);
  if (error != FRAG_OK) return error;
  if (finding.cosigned == 0) return FRAG_CHECKPOINT_SIGNATURE;
  size_t used = copy_others(merged, &checkpoint, witness, &others);
  used = (size_t)(frag_note_put_signature(merged + used, &finding.last) - merged);
  if (used > FRAG_CHECKPOINT_MAX || others >= FRAG_CHECKPOINT_SIGNATURES_MAX) return FRAG_BUFFER_TOO_SMALL;
  memcpy(note, merged, used);
  *len = used;
  return FRAG_OK;
}
