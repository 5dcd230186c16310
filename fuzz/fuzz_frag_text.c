// Targets: frag_text_check, frag_text_normalize
#include <stdlib.h>
#include <string.h>

#include "libfrag/fixture.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A text is accepted exactly when normalising it changes nothing, and what normalising gives is accepted. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  static uint8_t normal[1 << 18];
  size_t len = 0;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  struct frag_slice text = {data, size}, normalized = {normal, 0};
  frag_error checked = frag_text_check(fixture->context, text);
  frag_error error = frag_text_normalize(fixture->context, normal, sizeof normal, &len, text);
  if (!is_all_zero(fixture->context->codepoints, 1024)) abort();
  if (error != FRAG_OK) {
    if (checked != error) abort();
    return 0;
  }
  normalized.len = len;
  bool unchanged = len == size && memcmp(normal, data, size) == 0;
  if (checked != (unchanged ? FRAG_OK : FRAG_TEXT_NFC)) abort();
  if (len <= FRAG_PLAINTEXT_MAX && frag_text_check(fixture->context, normalized) != FRAG_OK) abort();
  return 0;
}
