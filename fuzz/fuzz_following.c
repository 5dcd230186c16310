// Targets: vd_following_cursor_read, vd_following_cursor_write
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "anchor/following_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_following_track track;
  static uint8_t again[VD_ANCHORS_CURSOR_MAX];
  memset(&track, 0, sizeof track);
  if (!vd_following_cursor_read(&track, data, size)) return 0;
  assert(track.coin_count <= VD_FOLLOWING_COINS_MAX);
  assert(!track.is_begun || track.next > 0);
  assert(vd_following_cursor_write(again, &track) == size && memcmp(again, data, size) == 0);
  return 0;
}
