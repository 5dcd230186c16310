#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "serve/gzip.h"

enum { LEN = 100000 };

static uint8_t bytes[LEN], back[LEN + 1];

static size_t inflate_all(void *from, size_t len) {
  z_stream stream = {.next_in = from, .avail_in = (uInt)len, .next_out = back, .avail_out = sizeof back};
  assert_int_equal(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
  size_t out_len = stream.total_out;
  assert_int_equal(inflateEnd(&stream), Z_OK);
  return out_len;
}

static void what_repeats_itself_comes_back(void **state) {
  static const enum vd_gzip_effort efforts[] = {VD_GZIP_BEST, VD_GZIP_QUICK};
  (void)state;
  for (size_t i = 0; i < LEN; i++) bytes[i] = (uint8_t)(i % 250 / 3);
  for (size_t i = 0; i < 2; i++) {
    void *out;
    size_t len;
    assert_true(vd_gzip(bytes, LEN, efforts[i], &out, &len));
    assert_in_range(len, 20, LEN / 10);
    assert_int_equal(inflate_all(out, len), LEN);
    assert_memory_equal(back, bytes, LEN);
    free(out);
  }
}

static void what_would_not_shrink_by_a_tenth_is_left_alone(void **state) {
  static const size_t lens[] = {0, 1, 9, 10, 40, LEN};
  uint32_t seed = 1;
  (void)state;
  for (size_t i = 0; i < LEN; i++) bytes[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
  for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
    void *out = bytes;
    size_t len = 7;
    assert_false(vd_gzip(bytes, lens[i], VD_GZIP_BEST, &out, &len));
    assert_null(out);
    assert_int_equal(len, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_repeats_itself_comes_back),
      cmocka_unit_test(what_would_not_shrink_by_a_tenth_is_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
