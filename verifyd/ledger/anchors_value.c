#include "ledger/anchors_value.h"

#include <assert.h>
#include <string.h>

#include "ledger/value.h"

static_assert(VD_ANCHORS_VALUE_BYTES_MAX <= VD_VALUE_MAX, "the bytes of an anchor are one value");

size_t vd_anchors_value_put_track(uint8_t out[static VD_ANCHORS_VALUE_TRACK_MAX], uint64_t count,
                                  const struct vd_anchors_progress *progress) {
  assert(progress->cursor_len <= VD_ANCHORS_CURSOR_MAX);
  uint8_t *end = vd_value_put_number(out, count, 8);
  end = vd_value_put_number(end, progress->seen_number, 8);
  end = vd_value_put_number(end, progress->seen_time_s, 8);
  end = vd_value_put_bytes(end, progress->cursor, progress->cursor_len);
  return (size_t)(end - out);
}

bool vd_anchors_value_get_track(uint64_t *count, struct vd_anchors_progress *progress, struct frag_slice value) {
  *count = vd_value_take_number(&value, 8);
  progress->seen_number = vd_value_take_number(&value, 8);
  progress->seen_time_s = vd_value_take_number(&value, 8);
  progress->cursor = value.data;
  progress->cursor_len = value.len;
  return vd_value_is_whole(&value) && value.len <= VD_ANCHORS_CURSOR_MAX;
}

size_t vd_anchors_value_put_item(uint8_t out[static VD_ANCHORS_VALUE_ITEM_LEN], const struct vd_anchors_item *item) {
  uint8_t *end = vd_value_put_number(out, item->size, 8);
  end = vd_value_put_bytes(end, item->root, sizeof item->root);
  end = vd_value_put_bytes(end, item->transaction, sizeof item->transaction);
  end = vd_value_put_number(end, item->block_number, 8);
  end = vd_value_put_bytes(end, item->block_hash, sizeof item->block_hash);
  end = vd_value_put_number(end, item->block_time_s, 8);
  end = vd_value_put_number(end, (uint64_t)item->state, 1);
  end = vd_value_put_number(end, item->is_gone, 1);
  assert(end - out == VD_ANCHORS_VALUE_ITEM_LEN);
  return (size_t)(end - out);
}

bool vd_anchors_value_get_item(struct vd_anchors_item *item, struct frag_slice value) {
  memset(item, 0, sizeof *item);
  item->size = vd_value_take_number(&value, 8);
  (void)vd_value_take_bytes(&value, item->root, sizeof item->root);
  (void)vd_value_take_bytes(&value, item->transaction, sizeof item->transaction);
  item->block_number = vd_value_take_number(&value, 8);
  (void)vd_value_take_bytes(&value, item->block_hash, sizeof item->block_hash);
  item->block_time_s = vd_value_take_number(&value, 8);
  uint64_t state = vd_value_take_number(&value, 1);
  uint64_t is_gone = vd_value_take_number(&value, 1);
  if (!vd_value_is_whole(&value) || value.len != 0 || state > VD_ANCHORS_CONTRADICTED || is_gone > 1) return false;
  item->state = (enum vd_anchors_state)state;
  item->is_gone = is_gone == 1;
  return true;
}

size_t vd_anchors_value_put_bytes(uint8_t out[static VD_ANCHORS_VALUE_BYTES_MAX],
                                  const struct vd_anchors_found *found) {
  assert(found->raw_len <= VD_ANCHORS_RAW_MAX && found->evidence_len <= VD_ANCHORS_EVIDENCE_MAX);
  uint8_t *end = vd_value_put_number(out, found->raw_len, 4);
  end = vd_value_put_bytes(end, found->raw, found->raw_len);
  end = vd_value_put_bytes(end, found->evidence, found->evidence_len);
  return (size_t)(end - out);
}

bool vd_anchors_value_get_bytes(struct frag_slice *raw, struct frag_slice *evidence, struct frag_slice value) {
  uint64_t raw_len = vd_value_take_number(&value, 4);
  if (!vd_value_is_whole(&value) || raw_len > VD_ANCHORS_RAW_MAX || raw_len > value.len ||
      value.len - raw_len > VD_ANCHORS_EVIDENCE_MAX)
    return false;
  *raw = (struct frag_slice){.data = value.data, .len = (size_t)raw_len};
  *evidence = (struct frag_slice){.data = value.data + raw_len, .len = value.len - (size_t)raw_len};
  return true;
}
