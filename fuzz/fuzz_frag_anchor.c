// Targets: frag_anchor_decode, frag_anchor_encode, frag_anchor_origin
#include <stdlib.h>
#include <string.h>

#include <frag/anchor.h>

#include "bytes.h"
#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read has one form; what is not leaves nothing behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct frag_anchor anchor;
  uint8_t again[FRAG_ANCHOR_LEN], id[FRAG_ANCHOR_ORIGIN_LEN];
  if (fixture == NULL) fixture_setup((void **)&fixture);
  frag_error error = frag_anchor_origin(fixture->context, id, frag_bytes(data, size));
  if (error != (size == 0 || size > FRAG_VKEY_NAME_MAX ? FRAG_FIELD_LENGTH : FRAG_OK)) abort();
  error = frag_anchor_decode(&anchor, data, size);
  if (error == FRAG_RECORD_MALFORMED) {
    if (!is_all_zero(&anchor, sizeof anchor)) abort();
    return 0;
  }
  if (error != FRAG_OK || size != FRAG_ANCHOR_LEN) abort();
  if (anchor.size == 0 || anchor.size > FRAG_TREE_SIZE_MAX) abort();
  if (frag_anchor_encode(again, &anchor) != FRAG_OK || memcmp(again, data, size) != 0) abort();
  return 0;
}
