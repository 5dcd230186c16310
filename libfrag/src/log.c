#include <frag/log.h>

#include "bytes.h"
#include "crypto.h"

#define ENTRY_HEAD_LEN 9 /* kind, u64 time */
#define TRUST_BODY_LEN (2 + 32)
#define ED25519_TYPE 0x01 /* C2SP signed-note signature type */

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
  static const uint8_t node_prefix = 0x01;
  struct frag_slice parts[] = {frag_bytes(&node_prefix, 1), frag_bytes(left, 32), frag_bytes(right, 32)};
  return frag_sha256(context, hash, parts, FRAG_COUNT(parts));
}

frag_error frag_log_public(struct frag_context *context, uint8_t pub32[static 32], const uint8_t seed32[static 32]) {
  (void)context;
  return frag_ed25519_public(pub32, seed32);
}

/* C2SP signed-note: SHA-256(name ‖ 0A ‖ 01 ‖ pub32)[0:4]. */
static frag_error log_key_id(struct frag_context *context, uint8_t id[static 4], struct frag_slice name,
                             const uint8_t pub32[static 32]) {
  static const uint8_t separator[2] = {'\n', ED25519_TYPE};
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

frag_error frag_log_vkey(struct frag_context *context, char vkey[static FRAG_VKEY_MAX], struct frag_slice name,
                         const uint8_t pub32[static 32]) {
  static const char hex[] = "0123456789abcdef";
  uint8_t id[4], typed[33] = {ED25519_TYPE};
  frag_error error = check_origin(name);
  if (error == FRAG_OK) error = log_key_id(context, id, name, pub32);
  if (error != FRAG_OK) return error;
  memcpy(vkey, name.data, name.len);
  char *at = vkey + name.len;
  *at++ = '+';
  for (size_t i = 0; i < sizeof id; i++) {
    *at++ = hex[id[i] >> 4];
    *at++ = hex[id[i] & 15];
  }
  *at++ = '+';
  memcpy(typed + 1, pub32, 32);
  frag_base64(at, typed, sizeof typed);
  return FRAG_OK;
}
