// Targets: vd_raster_read, vd_png_size, vd_png_read, vd_jpeg_size, vd_jpeg_read
#include <stdlib.h>

#include "picture/raster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever was read has the size that was allowed, all of its pixels are there, and a failure leaves nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct vd_raster_limits limits = {.side_pixels = 1000, .total_pixels = 200000};
  struct vd_raster raster;
  struct vd_failure failure = {0};
  enum vd_error error = vd_raster_read(data, size, &limits, &raster, &failure);
  if (error != VD_OK) {
    if (raster.grey != NULL || failure.text[0] == '\0' || failure.code != error) abort();
    return 0;
  }
  if (raster.width == 0 || raster.width > 1000 || raster.height == 0 || raster.height > 1000) abort();
  unsigned sum = 0;
  for (size_t i = 0; i < (size_t)raster.width * raster.height; i++) sum += raster.grey[i];
  if (sum > 255 * 200000) abort();
  vd_raster_free(&raster);
  return 0;
}
