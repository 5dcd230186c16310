/* What is stored of anchors, as bytes: cut short or with a bit flipped it is refused, or is something else that is
 * right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "anchors_fixture.h"
#include "ledger/anchors_value.h"
#include "reread.h"

_Static_assert(VD_ANCHORS_VALUE_BYTES_MAX <= REREAD_MAX, "the longest value");

static size_t reread_track(uint8_t *again, struct frag_slice value) {
  struct vd_anchors_progress progress;
  uint64_t count = 0;
  return vd_anchors_value_get_track(&count, &progress, value) ? vd_anchors_value_put_track(again, count, &progress)
                                                              : 0;
}

static size_t reread_item(uint8_t *again, struct frag_slice value) {
  struct vd_anchors_item item;
  return vd_anchors_value_get_item(&item, value) ? vd_anchors_value_put_item(again, &item) : 0;
}

static size_t reread_bytes(uint8_t *again, struct frag_slice value) {
  struct frag_slice raw, evidence;
  if (!vd_anchors_value_get_bytes(&raw, &evidence, value)) return 0;
  struct vd_anchors_found found = {
      .raw = raw.data, .raw_len = raw.len, .evidence = evidence.data, .evidence_len = evidence.len};
  return vd_anchors_value_put_bytes(again, &found);
}

static void tracks_are_robust(void **state) {
  (void)state;
  static uint8_t bytes[VD_ANCHORS_VALUE_TRACK_MAX + 1], cursor[VD_ANCHORS_CURSOR_MAX];
  struct vd_anchors_progress progress = {
      .cursor = cursor, .cursor_len = sizeof cursor, .seen_number = 1, .seen_time_s = 2};
  size_t len = vd_anchors_value_put_track(bytes, 3, &progress);
  assert_int_equal(len, VD_ANCHORS_VALUE_TRACK_MAX);
  assert_robust(reread_track, bytes, len, 24, false);
  assert_false(is_same_again(reread_track, bytes, len + 1));
}

static void items_are_robust(void **state) {
  (void)state;
  uint8_t bytes[VD_ANCHORS_VALUE_ITEM_LEN + 1] = {0};
  struct vd_anchors_item item = anchors_found(3).item;
  item.state = VD_ANCHORS_CONTRADICTED;
  item.is_gone = true;
  size_t len = vd_anchors_value_put_item(bytes, &item);
  assert_robust(reread_item, bytes, len, len, false);
  assert_false(is_same_again(reread_item, bytes, len + 1));
  bytes[len - 1] = 2;
  assert_false(is_same_again(reread_item, bytes, len));
  bytes[len - 1] = 0;
  bytes[len - 2] = VD_ANCHORS_CONTRADICTED + 1;
  assert_false(is_same_again(reread_item, bytes, len));
}

static void bytes_are_robust(void **state) {
  (void)state;
  static uint8_t bytes[VD_ANCHORS_VALUE_BYTES_MAX + 1];
  struct vd_anchors_found found = anchors_found(1);
  assert_robust(reread_bytes, bytes, vd_anchors_value_put_bytes(bytes, &found), 4 + found.raw_len, false);
  found = anchors_found(4);
  size_t len = vd_anchors_value_put_bytes(bytes, &found);
  assert_int_equal(len, VD_ANCHORS_VALUE_BYTES_MAX);
  assert_true(is_same_again(reread_bytes, bytes, len));
  assert_false(is_same_again(reread_bytes, bytes, len + 1));
  bytes[3]++; /* a longer transaction than there may be */
  assert_false(is_same_again(reread_bytes, bytes, len));
  memset(bytes, 0xff, 4);
  assert_false(is_same_again(reread_bytes, bytes, len));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tracks_are_robust),
      cmocka_unit_test(items_are_robust),
      cmocka_unit_test(bytes_are_robust),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
