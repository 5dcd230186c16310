#include "serve/gzip.h"

#include <limits.h>
#include <stdlib.h>
#define ZLIB_CONST /* what is compressed is not changed */
#include <zlib.h>

enum { GZIP = 16, MEMORY_LEVEL = 9, QUICK_LEVEL = 4 };

bool vd_gzip(const void *bytes, size_t len, enum vd_gzip_effort effort, void **out, size_t *out_len) {
  size_t capacity = len - len / 10;
  int level = effort == VD_GZIP_BEST ? Z_BEST_COMPRESSION : QUICK_LEVEL;
  z_stream stream = {.next_in = bytes, .avail_in = (uInt)len};
  *out = NULL;
  *out_len = 0;
  if (len == 0 || len > UINT_MAX ||
      deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + GZIP, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  stream.next_out = *out = malloc(capacity);
  stream.avail_out = (uInt)capacity;
  if (*out != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END) {
    *out_len = stream.total_out;
  } else {
    free(*out);
    *out = NULL;
  }
  (void)deflateEnd(&stream);
  return *out != NULL;
}
