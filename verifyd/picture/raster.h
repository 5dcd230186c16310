/* raster.h: a picture that somebody sent (PNG or JPEG), as 8-bit grey pixels. */
#ifndef VD_RASTER_H
#define VD_RASTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* Pixels row by row, width × height bytes, 0 = black, 255 = white. They show a QR code, so they are secret:
 * vd_raster_free wipes them. */
struct vd_raster {
  uint32_t width;
  uint32_t height;
  uint8_t *grey;
};

struct vd_raster_limits {
  uint32_t side_pixels;  /* neither width nor height is more */
  uint32_t total_pixels; /* nor is width × height */
};

#define VD_RASTER_LIMITS_DEFAULT ((struct vd_raster_limits){.side_pixels = 12000, .total_pixels = 50000000})

/* Reads bytes[0..len), whose format is told from its first bytes. Every kind of PNG and JPEG becomes grey;
 * transparency is laid over white, colour profiles and EXIF orientation are ignored. The declared size is
 * compared with *limits before anything is allocated for it. A JPEG that is cut off gives the part that is
 * there; a PNG has to be whole.
 * VD_DATA: empty, another format, damaged, or larger than the limits. VD_MEMORY: out of memory, or a JPEG
 * that would need more than its share. On an error *raster is empty. On VD_OK free it with vd_raster_free.
 * Any thread; prints nothing. */
VD_MUST_CHECK enum vd_error vd_raster_read(const uint8_t *bytes, size_t len, const struct vd_raster_limits *limits,
                                           struct vd_raster *raster, struct vd_failure *failure);

/* An all-black raster of this size to draw in; width and height at least 1. VD_MEMORY: out of memory, and
 * *raster is empty. */
VD_MUST_CHECK enum vd_error vd_raster_allocate(struct vd_raster *raster, uint32_t width, uint32_t height,
                                               struct vd_failure *failure);

/* Wipes and frees the pixels and empties *raster; an empty one is left as it is. */
void vd_raster_free(struct vd_raster *raster);

#endif
