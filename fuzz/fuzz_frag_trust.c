// Targets: frag_trust_open, frag_trust_decode, frag_trust_file_decode, frag_trust_encode, frag_trust_follows
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A list that decodes is encoded again byte for byte. */
static void check_list(struct fixture *fixture, struct frag_slice bytes) {
  static uint8_t again[1 << 16];
  struct frag_trust *trust = NULL;
  size_t len = 0;
  if (frag_trust_decode(fixture->context, &trust, bytes) != FRAG_OK) {
    if (trust != NULL) abort();
    return;
  }
  if (frag_trust_encode(fixture->context, again, sizeof again, &len, frag_trust_list(trust)) == FRAG_OK &&
      !frag_slice_equal(frag_bytes(again, len), bytes))
    abort();
  if (frag_trust_follows(trust, trust) != FRAG_TRUST_ROLLBACK) abort();
  (void)!frag_trust_follows(fixture->trust, trust);
  frag_trust_free(trust);
}

/* A file that opens holds the list that the root has signed: the fixture's, since it signed no other. */
static void check_file(struct fixture *fixture, struct frag_slice file) {
  struct frag_trust *trust = NULL;
  uint8_t roots[1][32];
  memcpy(roots[0], frag_key_public(fixture->root), 32);
  struct frag_pins pins = {1, 1, 1, (const uint8_t(*)[32])roots};
  if (frag_trust_open(fixture->context, &trust, file, &pins) != FRAG_OK) {
    if (trust != NULL) abort();
    return;
  }
  if (!frag_slice_equal(frag_trust_bytes(trust), frag_trust_bytes(fixture->trust))) abort();
  frag_trust_free(trust);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct frag_root_signature signatures[8];
  struct frag_slice list = {NULL, 0}, input = {data, size};
  size_t count = 0;
  if (size > 1 << 16) return 0;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  check_list(fixture, input);
  check_file(fixture, input);
  if (frag_trust_file_decode(&list, signatures, 8, &count, input) == FRAG_OK) check_list(fixture, list);
  return 0;
}
