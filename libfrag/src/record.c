#include "record.h"

#include "bytes.h"
#include "crypto.h"

#define VERSION 0x01
#define LEAF_FIXED_LEN (FRAG_HEADER_LEN + FRAG_LOCATOR_LEN)

static bool is_plaintext_len(size_t len) {
  return len >= FRAG_PLAINTEXT_MIN && len <= FRAG_PLAINTEXT_MAX && len % 64 == 0;
}

frag_error frag_header_encode(uint8_t header[static FRAG_HEADER_LEN], const struct frag_batch *batch) {
  if (batch->fragment_count > FRAG_FRAGMENTS_MAX || batch->threshold < 1 || batch->threshold > batch->fragment_count ||
      !is_plaintext_len(batch->plaintext_len))
    return FRAG_FIELD_RANGE;
  header[0] = VERSION;
  frag_put_u16(header + 1, batch->realm);
  header[3] = (uint8_t)(batch->threshold << 4 | batch->fragment_count);
  frag_put_u16(header + 4, (uint16_t)batch->plaintext_len);
  frag_put_u16(header + 6, 0);
  return FRAG_OK;
}

frag_error frag_fragment_hash(struct frag_context *context, uint8_t hash[static 32], const uint8_t *header_and_locator,
                              unsigned index, struct frag_slice share) {
  uint8_t number = (uint8_t)index;
  struct frag_slice parts[] = {frag_bytes(header_and_locator, LEAF_FIXED_LEN), frag_bytes(&number, 1), share};
  return frag_tagged_hash(context, FRAG_LABEL_FRAG, hash, parts, FRAG_COUNT(parts));
}

/* Reads the fixed part; the leaf's slice gets the length that the header asks for. */
static frag_error decode_fixed(struct frag_leaf *leaf, const uint8_t *bytes, size_t len) {
  if (len < LEAF_FIXED_LEN || bytes[0] != VERSION || frag_get_u16(bytes + 6) != 0) return FRAG_RECORD_MALFORMED;
  unsigned threshold = bytes[3] >> 4, fragment_count = bytes[3] & 15u;
  size_t plaintext_len = frag_get_u16(bytes + 4);
  if (threshold < 1 || threshold > fragment_count || !is_plaintext_len(plaintext_len)) return FRAG_RECORD_MALFORMED;
  leaf->realm = frag_get_u16(bytes + 1);
  leaf->threshold = threshold;
  leaf->fragment_count = fragment_count;
  leaf->plaintext_len = plaintext_len;
  leaf->bytes = frag_bytes(bytes, FRAG_LEAF_LEN(fragment_count));
  leaf->locator = bytes + FRAG_HEADER_LEN;
  leaf->hashes = bytes + LEAF_FIXED_LEN;
  return FRAG_OK;
}

frag_error frag_leaf_decode(struct frag_leaf *leaf, const uint8_t *bytes, size_t len) {
  struct frag_leaf found;
  memset(leaf, 0, sizeof *leaf);
  if (decode_fixed(&found, bytes, len) != FRAG_OK || found.bytes.len != len) return FRAG_RECORD_MALFORMED;
  *leaf = found;
  return FRAG_OK;
}

frag_error frag_record_decode(struct frag_record *record, const uint8_t *bytes, size_t len) {
  struct frag_leaf leaf;
  memset(record, 0, sizeof *record);
  if (decode_fixed(&leaf, bytes, len) != FRAG_OK || len != FRAG_RECORD_LEN(leaf.fragment_count, leaf.plaintext_len))
    return FRAG_RECORD_MALFORMED;
  unsigned index = bytes[leaf.bytes.len];
  if (index < 1 || index > leaf.fragment_count) return FRAG_RECORD_MALFORMED;
  *record = (struct frag_record){leaf, index, frag_bytes(bytes + leaf.bytes.len + 1, leaf.plaintext_len)};
  return FRAG_OK;
}

frag_error frag_record_check(struct frag_context *context, const uint8_t *bytes, size_t len) {
  struct frag_record record;
  uint8_t hash[32];
  frag_error error = frag_record_decode(&record, bytes, len);
  if (error == FRAG_OK) error = frag_fragment_hash(context, hash, bytes, record.index, record.share);
  if (error != FRAG_OK) return error;
  bool right = frag_secret_equal(hash, record.leaf.hashes + 32 * (record.index - 1), sizeof hash);
  return right ? FRAG_OK : FRAG_FRAGMENT_TAMPERED;
}
