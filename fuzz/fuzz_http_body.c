/* Targets: vd_http_body_start, vd_http_body_feed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/http_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 4096 };

struct outcome {
  enum vd_body_result result;
  bool complete;
  size_t used;
  struct vd_buffer content;
};

/* Feeds `step` bytes at a time. */
static struct outcome feed(const struct vd_http_head *head, const char *bytes, size_t len, size_t step) {
  struct outcome outcome = {.result = VD_BODY_OK};
  struct vd_http_body body;
  vd_buffer_init(&outcome.content, LIMIT);
  vd_http_body_start(&body, head);
  while (outcome.used < len && !body.complete && outcome.result == VD_BODY_OK) {
    size_t rest = len - outcome.used, used = 0;
    outcome.result = vd_http_body_feed(&body, bytes + outcome.used, rest < step ? rest : step, &used, &outcome.content);
    if (used > rest || (used == 0 && outcome.result == VD_BODY_OK)) abort();
    outcome.used += used;
  }
  outcome.complete = body.complete;
  return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  struct vd_http_head head = {.framing = (data[0] & 1) != 0 ? VD_HTTP_CHUNKED : VD_HTTP_LENGTH,
                              .content_length = 1 + (uint64_t)data[1] * 20};
  const char *bytes = (const char *)data + 2;
  struct outcome whole = feed(&head, bytes, size - 2, SIZE_MAX);
  struct outcome parts = feed(&head, bytes, size - 2, 1);
  /* However the bytes arrive, the same is understood. */
  if (whole.result != parts.result || whole.complete != parts.complete) abort();
  if (whole.result == VD_BODY_OK) {
    if (whole.used != parts.used || whole.content.len != parts.content.len) abort();
    if (whole.content.len > 0 && memcmp(whole.content.bytes, parts.content.bytes, whole.content.len) != 0) abort();
  }
  if (whole.content.len > LIMIT || whole.content.len > size) abort();
  vd_buffer_free(&whole.content);
  vd_buffer_free(&parts.content);
  return 0;
}
