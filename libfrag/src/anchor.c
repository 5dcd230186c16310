#include <frag/anchor.h>

#include "bytes.h"
#include "crypto.h"

enum { SIZE_AT = 4 + FRAG_ANCHOR_ORIGIN_LEN, ROOT_AT = SIZE_AT + 8 };

_Static_assert(ROOT_AT + FRAG_HASH_LEN == FRAG_ANCHOR_LEN, "FRAG-1 section 5");

static const uint8_t beginning[4] = {'F', 'R', 'A', '1'};

frag_error frag_anchor_origin(struct frag_context *context, uint8_t origin_id[static FRAG_ANCHOR_ORIGIN_LEN],
                              struct frag_slice origin) {
  uint8_t hash[FRAG_HASH_LEN];
  if (origin.len == 0 || origin.len > FRAG_VKEY_NAME_MAX) return FRAG_FIELD_LENGTH;
  frag_error error = frag_sha256(context, hash, &origin, 1);
  if (error == FRAG_OK) memcpy(origin_id, hash, FRAG_ANCHOR_ORIGIN_LEN);
  return error;
}

static bool size_is_in_range(uint64_t size) { return size > 0 && size <= FRAG_TREE_SIZE_MAX; }

frag_error frag_anchor_encode(uint8_t out[static FRAG_ANCHOR_LEN], const struct frag_anchor *anchor) {
  if (!size_is_in_range(anchor->size)) return FRAG_FIELD_RANGE;
  memcpy(out, beginning, sizeof beginning);
  memcpy(out + sizeof beginning, anchor->origin_id, FRAG_ANCHOR_ORIGIN_LEN);
  frag_put_u64(out + SIZE_AT, anchor->size);
  memcpy(out + ROOT_AT, anchor->root, FRAG_HASH_LEN);
  return FRAG_OK;
}

frag_error frag_anchor_decode(struct frag_anchor *anchor, const uint8_t *bytes, size_t len) {
  memset(anchor, 0, sizeof *anchor);
  if (len != FRAG_ANCHOR_LEN || memcmp(bytes, beginning, sizeof beginning) != 0) return FRAG_RECORD_MALFORMED;
  uint64_t size = frag_get_u64(bytes + SIZE_AT);
  if (!size_is_in_range(size)) return FRAG_RECORD_MALFORMED;
  memcpy(anchor->origin_id, bytes + sizeof beginning, FRAG_ANCHOR_ORIGIN_LEN);
  anchor->size = size;
  memcpy(anchor->root, bytes + ROOT_AT, FRAG_HASH_LEN);
  return FRAG_OK;
}
