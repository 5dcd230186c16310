// Targets: frag_document_decode, frag_document_encode, frag_file_seal_check
#include <stdlib.h>
#include <string.h>

#include "libfrag/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes is encoded again byte for byte; what does not leaves nothing behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  static uint8_t again[FRAG_DOCUMENT_MAX];
  struct frag_document document;
  size_t len = 0;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  if (frag_document_decode(fixture->context, &document, data, size) != FRAG_OK) {
    if (!is_all_zero(&document, sizeof document)) abort();
    return 0;
  }
  if (size > sizeof again) return 0;
  if (frag_document_encode(fixture->context, again, sizeof again, &len, &document) != FRAG_OK) abort();
  if (len != size || memcmp(again, data, size) != 0) abort();
  struct frag_slice file = {data, size};
  if (document.has_file_seal &&
      frag_file_seal_check(fixture->context, &document.file_seal, file) == FRAG_CRYPTO) abort();
  return 0;
}
