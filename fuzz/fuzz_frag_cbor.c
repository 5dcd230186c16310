// Targets: the reader and writer of libfrag/src/cbor.c, frag_cbor_read_* and frag_cbor_write_*
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "libfrag/cbor_copy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted is written again byte for byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t copy[1 << 16];
  size_t len = 0;
  if (size > sizeof copy || cbor_copy(copy, sizeof copy, &len, frag_bytes(data, size)) != FRAG_OK) return 0;
  if (len != size || memcmp(copy, data, size) != 0) abort();
  return 0;
}
