// Targets: frag_record_decode, frag_leaf_decode, frag_record_check
#include <stdlib.h>

#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok) {
  if (!ok) abort();
}

static void check_leaf(const struct frag_leaf *leaf, const uint8_t *data) {
  require(leaf->bytes.data == data && leaf->bytes.len == FRAG_LEAF_LEN(leaf->fragment_count));
  require(leaf->threshold >= 1 && leaf->threshold <= leaf->fragment_count);
  require(leaf->fragment_count <= FRAG_FRAGMENTS_MAX);
  require(leaf->plaintext_len >= FRAG_PLAINTEXT_MIN && leaf->plaintext_len <= FRAG_PLAINTEXT_MAX);
}

/* Every view lies inside the input, every number in its range, and nothing is both a leaf and a record. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct frag_record record;
  struct frag_leaf leaf;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  bool is_leaf = frag_leaf_decode(&leaf, data, size) == FRAG_OK;
  bool is_record = frag_record_decode(&record, data, size) == FRAG_OK;
  require(!is_leaf || !is_record);
  if (is_leaf) {
    check_leaf(&leaf, data);
    require(leaf.bytes.len == size);
  }
  frag_error error = frag_record_check(fixture->context, data, size);
  require((error == FRAG_RECORD_MALFORMED) == !is_record);
  if (!is_record) return 0;
  check_leaf(&record.leaf, data);
  require(record.index >= 1 && record.index <= record.leaf.fragment_count);
  require(record.share.len == record.leaf.plaintext_len && record.share.data + record.share.len == data + size);
  return 0;
}
