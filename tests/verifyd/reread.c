#include "reread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The value is in memory of its own length, so that a sanitizer sees what is read behind it. */
bool is_same_again(reread *reads, const uint8_t *bytes, size_t len) {
  static uint8_t again[REREAD_MAX];
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

void assert_robust(reread *reads, uint8_t *bytes, size_t len, size_t least, bool has_text) {
  assert_true(is_same_again(reads, bytes, len));
  for (size_t cut = 0; cut < len; cut++) {
    bool is_read = is_same_again(reads, bytes, cut);
    if (cut < least) assert_false(is_read);
  }
  for (size_t bit = 0; bit < 8 * len && !has_text; bit++) {
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    (void)is_same_again(reads, bytes, len);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}
