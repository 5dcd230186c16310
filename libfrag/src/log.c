#include <frag/checkpoint.h>

#include "bytes.h"
#include "crypto.h"
#include "note.h"

#define ENTRY_HEAD_LEN 9 /* kind, u64 time */
#define TRUST_BODY_LEN (2 + 32)

/* The parts of a verifier key behind its name. */
#define ID_DIGITS 8
#define TYPED_LEN (1 + 32)
#define TYPED_TEXT_LEN 44
#define TAIL_LEN (1 + ID_DIGITS + 1 + TYPED_TEXT_LEN)

/* C2SP signed-note signature types. */
enum { TYPE_SIGNATURE = 0x01, TYPE_COSIGNATURE = 0x04 };

static const char hex[] = "0123456789abcdef";

static frag_error check_body(const struct frag_entry *entry) {
  struct frag_leaf leaf;
  switch (entry->kind) {
    case FRAG_ENTRY_ISSUE: return frag_leaf_decode(&leaf, entry->body.data, entry->body.len);
    case FRAG_ENTRY_STATUS: return entry->body.len == FRAG_STATUS_RECORD_LEN ? FRAG_OK : FRAG_RECORD_MALFORMED;
    case FRAG_ENTRY_TRUST: return entry->body.len == TRUST_BODY_LEN ? FRAG_OK : FRAG_RECORD_MALFORMED;
  }
  return FRAG_RECORD_MALFORMED;
}

frag_error frag_entry_encode(uint8_t out[static FRAG_ENTRY_MAX], size_t *len, const struct frag_entry *entry) {
  *len = 0;
  frag_error error = check_body(entry);
  if (error != FRAG_OK) return error;
  out[0] = (uint8_t)entry->kind;
  frag_put_u64(out + 1, entry->time_s);
  memcpy(out + ENTRY_HEAD_LEN, entry->body.data, entry->body.len);
  *len = ENTRY_HEAD_LEN + entry->body.len;
  return FRAG_OK;
}

frag_error frag_entry_decode(struct frag_entry *entry, const uint8_t *bytes, size_t len) {
  memset(entry, 0, sizeof *entry);
  if (len < ENTRY_HEAD_LEN || bytes[0] < FRAG_ENTRY_ISSUE || bytes[0] > FRAG_ENTRY_TRUST) return FRAG_RECORD_MALFORMED;
  struct frag_entry found = {(frag_entry_kind)bytes[0], frag_get_u64(bytes + 1),
                             frag_bytes(bytes + ENTRY_HEAD_LEN, len - ENTRY_HEAD_LEN)};
  frag_error error = check_body(&found);
  if (error == FRAG_OK) *entry = found;
  return error;
}

frag_error frag_leaf_hash(struct frag_context *context, uint8_t hash[static 32], struct frag_slice entry) {
  static const uint8_t leaf_prefix = 0x00;
  struct frag_slice parts[] = {frag_bytes(&leaf_prefix, 1), entry};
  return frag_sha256(context, hash, parts, FRAG_COUNT(parts));
}

frag_error frag_node_hash(struct frag_context *context, uint8_t hash[static 32], const uint8_t left[static 32],
                          const uint8_t right[static 32]) {
  uint8_t node[1 + 32 + 32] = {0x01};
  memcpy(node + 1, left, 32);
  memcpy(node + 33, right, 32);
  struct frag_slice whole = frag_bytes(node, sizeof node); /* in one part: it is most of what proofs cost */
  return frag_sha256(context, hash, &whole, 1);
}

frag_error frag_log_public(struct frag_context *context, uint8_t pub32[static 32], const uint8_t seed32[static 32]) {
  return frag_ed25519_public(context, pub32, seed32);
}

/* C2SP signed-note: SHA-256(name ‖ 0A ‖ type ‖ pub32)[0:4]. */
static frag_error log_key_id(struct frag_context *context, uint8_t id[static 4], struct frag_slice name, uint8_t type,
                             const uint8_t pub32[static 32]) {
  const uint8_t separator[2] = {'\n', type};
  uint8_t hash[32];
  struct frag_slice parts[] = {name, frag_bytes(separator, sizeof separator), frag_bytes(pub32, 32)};
  frag_error error = frag_sha256(context, hash, parts, FRAG_COUNT(parts));
  if (error == FRAG_OK) memcpy(id, hash, 4);
  return error;
}

/* An origin is a URL without its scheme, so ASCII: that keeps out every space that signed-note forbids. */
static frag_error check_origin(struct frag_slice name) {
  if (name.len < 1 || name.len > FRAG_VKEY_NAME_MAX) return FRAG_FIELD_LENGTH;
  for (size_t i = 0; i < name.len; i++)
    if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == '+') return FRAG_FIELD_CHARACTERS;
  return FRAG_OK;
}

static void put_key_id(char *at, const uint8_t id[static 4]) {
  for (size_t i = 0; i < 4; i++) {
    *at++ = hex[id[i] >> 4];
    *at++ = hex[id[i] & 15];
  }
}

frag_error frag_log_vkey(struct frag_context *context, char vkey[static FRAG_VKEY_MAX], struct frag_slice name,
                         const uint8_t pub32[static 32]) {
  uint8_t id[4], typed[TYPED_LEN] = {TYPE_SIGNATURE};
  frag_error error = check_origin(name);
  if (error == FRAG_OK) error = log_key_id(context, id, name, TYPE_SIGNATURE, pub32);
  if (error != FRAG_OK) return error;
  memcpy(vkey, name.data, name.len);
  char *at = vkey + name.len;
  *at++ = '+';
  put_key_id(at, id);
  at += ID_DIGITS;
  *at++ = '+';
  memcpy(typed + 1, pub32, 32);
  frag_base64(at, typed, sizeof typed);
  return FRAG_OK;
}

frag_error frag_log_key_make(struct frag_context *context, struct frag_log_key *key, struct frag_slice name,
                             const uint8_t pub32[static 32]) {
  struct frag_log_key made = {.name_len = name.len};
  memset(key, 0, sizeof *key);
  frag_error error = check_origin(name);
  if (error == FRAG_OK) error = log_key_id(context, made.signature_id, name, TYPE_SIGNATURE, pub32);
  if (error == FRAG_OK) error = log_key_id(context, made.cosignature_id, name, TYPE_COSIGNATURE, pub32);
  if (error != FRAG_OK) return error;
  memcpy(made.name, name.data, name.len);
  memcpy(made.pub32, pub32, sizeof made.pub32);
  *key = made;
  return FRAG_OK;
}

/* Whether the text "+hex8+" names the key under its type. */
static bool is_id_text(const uint8_t *text, const uint8_t id[static 4]) {
  char expected[ID_DIGITS];
  put_key_id(expected, id);
  return text[0] == '+' && memcmp(text + 1, expected, ID_DIGITS) == 0 && text[1 + ID_DIGITS] == '+';
}

frag_error frag_log_key_parse(struct frag_context *context, struct frag_log_key *key, const char *vkey, size_t len) {
  uint8_t typed[TYPED_LEN];
  size_t typed_len = 0;
  const uint8_t *text = (const uint8_t *)vkey;
  memset(key, 0, sizeof *key);
  if (len < TAIL_LEN + 1 || len >= FRAG_VKEY_MAX) return FRAG_KEY_INVALID;
  struct frag_slice name = frag_bytes(text, len - TAIL_LEN),
                    base64 = frag_bytes(text + len - TYPED_TEXT_LEN, TYPED_TEXT_LEN);
  if (!frag_note_base64(base64, typed, sizeof typed, &typed_len) || typed_len != sizeof typed) return FRAG_KEY_INVALID;
  if (typed[0] != TYPE_SIGNATURE && typed[0] != TYPE_COSIGNATURE) return FRAG_KEY_INVALID;
  struct frag_log_key found;
  frag_error error = frag_log_key_make(context, &found, name, typed + 1);
  if (error != FRAG_OK) return error == FRAG_CRYPTO ? FRAG_CRYPTO : FRAG_KEY_INVALID;
  const uint8_t *id = typed[0] == TYPE_SIGNATURE ? found.signature_id : found.cosignature_id;
  if (!is_id_text(text + name.len, id)) return FRAG_KEY_INVALID;
  *key = found;
  return FRAG_OK;
}
