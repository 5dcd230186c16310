// Targets: frag_entry_decode, frag_entry_encode, frag_log_vkey
#include <stdlib.h>
#include <string.h>

#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_vkey(struct fixture *fixture, const uint8_t *data, size_t size) {
  char vkey[FRAG_VKEY_MAX];
  const uint8_t pub32[32] = {1};
  struct frag_slice name = {data, size};
  if (frag_log_vkey(fixture->context, vkey, name, pub32) != FRAG_OK) return;
  if (strlen(vkey) != size + 54 || memcmp(vkey, data, size) != 0 || strchr(vkey + size + 1, '+') != vkey + size + 9)
    abort();
}

/* What decodes is encoded again byte for byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct frag_entry entry;
  uint8_t again[FRAG_ENTRY_MAX], hash[32];
  size_t len = 0;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  check_vkey(fixture, data, size);
  if (frag_entry_decode(&entry, data, size) != FRAG_OK) return 0;
  if (frag_entry_encode(again, &len, &entry) != FRAG_OK) abort();
  if (len != size || memcmp(again, data, size) != 0) abort();
  struct frag_slice bytes = {data, size};
  if (frag_leaf_hash(fixture->context, hash, bytes) != FRAG_OK) abort();
  return 0;
}
