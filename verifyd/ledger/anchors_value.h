/* anchors_value.h: what is stored of anchors, as bytes. Pure; any thread. Inside ledger/ only. */
#ifndef VD_ANCHORS_VALUE_H
#define VD_ANCHORS_VALUE_H

#include <frag/context.h>

#include "ledger/anchors.h"

/* Big-endian numbers:
 *   track  u64 anchors ‖ u64 seen number ‖ u64 seen time ‖ cursor
 *   item   u64 size ‖ root[32] ‖ transaction[32] ‖ u64 block ‖ hash[32] ‖ u64 time ‖ u8 state ‖ u8 is_gone
 *   bytes  u32 length ‖ transaction ‖ evidence */
#define VD_ANCHORS_VALUE_TRACK_MAX (24 + VD_ANCHORS_CURSOR_MAX)
#define VD_ANCHORS_VALUE_ITEM_LEN 122
#define VD_ANCHORS_VALUE_BYTES_MAX (4 + VD_ANCHORS_RAW_MAX + VD_ANCHORS_EVIDENCE_MAX)

/* Each writer returns the number of bytes; its limits are asserted. Each reader takes back exactly what a writer can
 * have written, and returns false for anything else. What is read of a track and of bytes are views into the value. */
size_t vd_anchors_value_put_track(uint8_t out[static VD_ANCHORS_VALUE_TRACK_MAX], uint64_t count,
                                  const struct vd_anchors_progress *progress);
VD_MUST_CHECK bool vd_anchors_value_get_track(uint64_t *count, struct vd_anchors_progress *progress,
                                              struct frag_slice value);

size_t vd_anchors_value_put_item(uint8_t out[static VD_ANCHORS_VALUE_ITEM_LEN], const struct vd_anchors_item *item);
VD_MUST_CHECK bool vd_anchors_value_get_item(struct vd_anchors_item *item, struct frag_slice value);

size_t vd_anchors_value_put_bytes(uint8_t out[static VD_ANCHORS_VALUE_BYTES_MAX],
                                  const struct vd_anchors_found *found);
VD_MUST_CHECK bool vd_anchors_value_get_bytes(struct frag_slice *raw, struct frag_slice *evidence,
                                              struct frag_slice value);

#endif
