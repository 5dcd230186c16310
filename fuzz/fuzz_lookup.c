// Targets: vd_lookup_request_read, vd_lookup_answer_read
#include <stdlib.h>
#include <string.h>

#include "wire/lookup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok) {
  if (!ok) abort();
}

static bool is_inside(const void *view, size_t len, const uint8_t *data, size_t size) {
  const uint8_t *bytes = view;
  return bytes >= data && len <= size && (size_t)(bytes - data) <= size - len;
}

static void read_request(const uint8_t *data, size_t size) {
  struct vd_lookup_request request;
  uint8_t bytes[VD_LOOKUP_REQUEST_MAX];
  struct vd_failure failure = {.code = VD_OK};
  if (vd_lookup_request_read(&request, data, size, &failure) != VD_OK) {
    require(failure.code == VD_DATA && request.count == 0);
    return;
  }
  require(vd_lookup_request_write(bytes, &request) == size && memcmp(bytes, data, size) == 0);
}

/* There is one encoding of an answer: what was read is written as the same bytes. */
static void read_answer(enum vd_store_kind kind, size_t count, const uint8_t *data, size_t size) {
  static struct vd_lookup_answer answer;
  static uint8_t bytes[VD_LOOKUP_ANSWER_MAX];
  size_t len = 0;
  if (vd_lookup_answer_read(&answer, kind, count, data, size, NULL) != VD_OK) {
    require(answer.count == 0 && answer.checkpoint == NULL);
    return;
  }
  require(answer.count == count && is_inside(answer.checkpoint, answer.checkpoint_len, data, size));
  for (size_t at = 0; at < count; at++)
    require(answer.items[at].presence == VD_STORE_ABSENT ||
            is_inside(answer.items[at].bytes, answer.items[at].len, data, size));
  require(vd_lookup_answer_write(bytes, sizeof bytes, &len, &answer, NULL) == VD_OK);
  require(len == size && memcmp(bytes, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_request(data, size);
  read_answer(VD_STORE_FRAGMENT, 1, data, size);
  for (size_t count = 1; count <= VD_LOOKUP_KEYS_MAX; count++) read_answer(VD_STORE_STATUS, count, data, size);
  return 0;
}
