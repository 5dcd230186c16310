// Targets: vd_scan, vd_locate, vd_resample_reduce, vd_resample_cut_out
#include <stdlib.h>
#include <string.h>

#include "picture/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIDE_MAX = 40, REPEAT_MAX = 3 };

static bool accept_some(void *context, const char *text, size_t len) {
  const uint8_t *first = context;
  if (text[len] != '\0') abort();
  return len % 4 == *first % 4u;
}

/* Byte 0: which texts are taken. Byte 1: width, byte 2: pixels are bits or bytes, and how often each is repeated.
 * The rest: the pixels. */
static bool draw(const uint8_t *data, size_t size, struct vd_raster *raster) {
  uint32_t columns = data[1] % SIDE_MAX + 1u, repeat = data[2] / 2 % REPEAT_MAX + 1u;
  bool bits = data[2] % 2 != 0;
  size_t count = bits ? (size - 3) * 8 : size - 3;
  uint32_t rows = (uint32_t)(count / columns > SIDE_MAX ? SIDE_MAX : count / columns);
  if (rows == 0 || vd_raster_allocate(raster, columns * repeat, rows * repeat, NULL) != VD_OK) return false;
  for (uint32_t y = 0; y < raster->height; y++) {
    for (uint32_t x = 0; x < raster->width; x++) {
      size_t i = (size_t)(y / repeat) * columns + x / repeat;
      unsigned byte = data[3 + (bits ? i / 8 : i)];
      unsigned grey = bits ? (byte >> i % 8 & 1) * 255 : byte;
      raster->grey[(size_t)y * raster->width + x] = (uint8_t)grey;
    }
  }
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_raster raster;
  struct vd_scan_result result;
  uint8_t first = size > 0 ? data[0] : 0;
  if (size < 4 || !draw(data, size, &raster)) return 0;
  if (vd_scan(&raster, accept_some, &first, &result, NULL) != VD_OK) abort();
  if (result.looks == 0 || result.looks > VD_SCAN_LOOKS_MAX) abort();
  vd_raster_free(&raster);
  return 0;
}
