/* What is stored of anchors, as bytes: cut short or with a bit flipped it is refused, or is something else that is
 * right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "anchors_fixture.h"
#include "ledger/anchors_value.h"

/* Reads, and writes again what was read: 0: it was refused. */
typedef size_t reread(uint8_t *again, struct frag_slice value);

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

/* The value is in memory of its own length, so that a sanitizer sees what is read behind it. */
static bool is_same_again(reread *reads, const uint8_t *bytes, size_t len) {
  static uint8_t again[VD_ANCHORS_VALUE_BYTES_MAX];
  uint8_t *copy = malloc(len + 1);
  assert_non_null(copy);
  memcpy(copy + 1, bytes, len);
  size_t again_len = reads(again, (struct frag_slice){copy + 1, len});
  if (again_len > 0) {
    assert_int_equal(again_len, len);
    assert_memory_equal(again, bytes, len);
  }
  free(copy);
  return again_len > 0;
}

/* least: bytes that there must be; any less is refused. */
static void assert_robust(reread *reads, uint8_t *bytes, size_t len, size_t least) {
  assert_true(is_same_again(reads, bytes, len));
  for (size_t cut = 0; cut < len; cut++) {
    bool is_read = is_same_again(reads, bytes, cut);
    if (cut < least) assert_false(is_read);
  }
  for (size_t bit = 0; bit < 8 * len; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    (void)is_same_again(reads, bytes, len);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void tracks_are_robust(void **state) {
  (void)state;
  static uint8_t bytes[VD_ANCHORS_VALUE_TRACK_MAX + 1], cursor[VD_ANCHORS_CURSOR_MAX];
  struct vd_anchors_progress progress = {
      .cursor = cursor, .cursor_len = sizeof cursor, .seen_number = 1, .seen_time_s = 2};
  size_t len = vd_anchors_value_put_track(bytes, 3, &progress);
  assert_int_equal(len, VD_ANCHORS_VALUE_TRACK_MAX);
  assert_robust(reread_track, bytes, len, 24);
  assert_false(is_same_again(reread_track, bytes, len + 1));
}

static void items_are_robust(void **state) {
  (void)state;
  uint8_t bytes[VD_ANCHORS_VALUE_ITEM_LEN + 1] = {0};
  struct vd_anchors_item item = anchors_found(3).item;
  item.state = VD_ANCHORS_CONTRADICTED;
  item.is_gone = true;
  size_t len = vd_anchors_value_put_item(bytes, &item);
  assert_robust(reread_item, bytes, len, len);
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
  assert_robust(reread_bytes, bytes, vd_anchors_value_put_bytes(bytes, &found), 4 + found.raw_len);
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
