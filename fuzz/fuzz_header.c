/* Targets: vd_header_accepts_gzip, vd_header_etag_matches, vd_header_language, vd_header_media_type. */
#include <stdint.h>
#include <stdlib.h>

#include "serve/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(struct vd_span span, struct vd_span whole) {
  if (span.text != NULL && (span.text < whole.text || span.text + span.len > whole.text + whole.len)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_span value = {(const char *)data, size};
  (void)vd_header_accepts_gzip(value);
  (void)vd_header_etag_matches(value, VD_SPAN("\"0123456789abcdef\""));
  if (vd_header_language(value) > VD_FRENCH) abort();
  struct vd_media_type type = vd_header_media_type(value);
  check_within(type.type, value);
  check_within(type.boundary, value);
  return 0;
}
