#include "resample.h"

#include <assert.h>
#include <math.h>

static uint8_t mean(const uint8_t *corner, uint32_t stride, uint32_t factor) {
  uint64_t sum = 0;
  for (uint32_t y = 0; y < factor; y++) {
    for (uint32_t x = 0; x < factor; x++) sum += corner[(size_t)y * stride + x];
  }
  return (uint8_t)(sum / ((uint64_t)factor * factor));
}

enum vd_error vd_resample_reduce(const struct vd_raster *raster, uint32_t factor, struct vd_raster *smaller,
                                 struct vd_failure *failure) {
  assert(factor > 0 && factor <= raster->width && factor <= raster->height);
  enum vd_error result = vd_raster_allocate(smaller, raster->width / factor, raster->height / factor, failure);
  if (result != VD_OK) return result;
  uint8_t *out = smaller->grey;
  for (uint32_t y = 0; y < smaller->height; y++) {
    const uint8_t *row = raster->grey + (size_t)y * factor * raster->width;
    for (uint32_t x = 0; x < smaller->width; x++) *out++ = mean(row + (size_t)x * factor, raster->width, factor);
  }
  return VD_OK;
}

/* Positions are kept in 1/256 pixel: exact enough to interpolate 8 bits, and integers are quick. */
static int64_t clamp(int64_t at, uint32_t size) {
  int64_t last = ((int64_t)size - 1) * 256;
  return at < 0 ? 0 : at > last ? last : at;
}

static uint8_t interpolate(const struct vd_raster *raster, int64_t x, int64_t y) {
  x = clamp(x, raster->width);
  y = clamp(y, raster->height);
  unsigned right = (unsigned)(x & 255), down = (unsigned)(y & 255);
  const uint8_t *upper = raster->grey + (size_t)(y >> 8) * raster->width + (size_t)(x >> 8);
  const uint8_t *lower = down > 0 ? upper + raster->width : upper;
  size_t next = right > 0;
  unsigned above = upper[0] * (256 - right) + upper[next] * right;
  unsigned below = lower[0] * (256 - right) + lower[next] * right;
  return (uint8_t)((above * (256 - down) + below * down + 32768) >> 16);
}

enum vd_error vd_resample_cut_out(const struct vd_raster *raster, const struct vd_resample_cut *cut,
                                  struct vd_raster *part, struct vd_failure *failure) {
  uint32_t side = (uint32_t)fmax(1, cut->side_pixels * cut->scale);
  enum vd_error result = vd_raster_allocate(part, side, side, failure);
  if (result != VD_OK) return result;
  double turn = cut->turn_degrees * M_PI / 180, half = (side - 1) / 2.0;
  double cosine = cos(turn) / cut->scale, sine = sin(turn) / cut->scale;
  /* The middle of pixel (i, j) is at (i + ½, j + ½). */
  double left = cut->middle_x - 0.5 - half * (cosine - sine), top = cut->middle_y - 0.5 - half * (cosine + sine);
  uint8_t *out = part->grey;
  for (uint32_t row = 0; row < side; row++) {
    for (uint32_t column = 0; column < side; column++) {
      double x = left + column * cosine - row * sine, y = top + column * sine + row * cosine;
      *out++ = interpolate(raster, (int64_t)(x * 256), (int64_t)(y * 256));
    }
  }
  return VD_OK;
}
