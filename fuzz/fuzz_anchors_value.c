// Targets: vd_anchors_value_get_track, vd_anchors_value_get_item, vd_anchors_value_get_bytes
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ledger/anchors_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read is written again just so. */
static void compare(const uint8_t *again, size_t again_len, struct frag_slice value) {
  assert(again_len == value.len && memcmp(again, value.data, again_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t again[VD_ANCHORS_VALUE_BYTES_MAX];
  struct frag_slice value = {data, size}, raw, evidence;
  struct vd_anchors_progress progress = {0};
  struct vd_anchors_item item;
  uint64_t count = 0;
  if (vd_anchors_value_get_track(&count, &progress, value)) {
    assert(progress.cursor_len <= VD_ANCHORS_CURSOR_MAX);
    compare(again, vd_anchors_value_put_track(again, count, &progress), value);
  }
  if (vd_anchors_value_get_item(&item, value)) compare(again, vd_anchors_value_put_item(again, &item), value);
  if (vd_anchors_value_get_bytes(&raw, &evidence, value)) {
    struct vd_anchors_found found = {
        .raw = raw.data, .raw_len = raw.len, .evidence = evidence.data, .evidence_len = evidence.len};
    compare(again, vd_anchors_value_put_bytes(again, &found), value);
  }
  return 0;
}
