/* Targets: vd_http_head_end, vd_http_head_too_large, vd_http_head_parse, vd_http_header_value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/http_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 8192 };

static void check_within(struct vd_span span, const char *bytes, size_t len) {
  if (span.text != NULL && (span.text < bytes || span.text + span.len > bytes + len)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_http_head head;
  const char *bytes = (const char *)data;
  size_t len = vd_http_head_end(bytes, size, 0);
  if (len > size) abort();
  for (size_t cut = 0; cut <= size && size < 200; cut++) /* where the search pauses makes no difference */
    if (vd_http_head_end(bytes, cut, 0) == 0 && vd_http_head_end(bytes, size, cut) != len) abort();
  if (len == 0) {
    (void)vd_http_head_too_large(bytes, size, LIMIT);
    return 0;
  }
  if (vd_http_head_parse(&head, bytes, len) != 0) return 0;
  check_within(head.target, bytes, len);
  check_within(head.path, bytes, len);
  if (head.path.len == 0 || head.path.text[0] != '/' || head.header_count > VD_HTTP_HEADERS_MAX) abort();
  unsigned framings = 0;
  for (size_t i = 0; i < head.header_count; i++) {
    check_within(head.headers[i].name, bytes, len);
    check_within(head.headers[i].value, bytes, len);
    framings += vd_span_equal_nocase(head.headers[i].name, VD_SPAN("Content-Length"));
    framings += vd_span_equal_nocase(head.headers[i].name, VD_SPAN("Transfer-Encoding"));
  }
  if (framings > 1) abort();
  if (memchr(bytes, '\0', len) != NULL) abort();
  (void)vd_http_header_value(&head, "Host");
  return 0;
}
