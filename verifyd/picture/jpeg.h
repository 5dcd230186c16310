/* jpeg.h: JPEG bytes to grey pixels. Owner of libjpeg (raster.h is what others call). */
#ifndef VD_JPEG_H
#define VD_JPEG_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* The size that the header declares, both at least 1. Allocates nothing that depends on it.
 * VD_DATA: the header is damaged, or this kind of JPEG (lossless, 12 bits) is not read. VD_MEMORY: out of
 * memory. Any thread; prints nothing. */
VD_MUST_CHECK enum vd_error vd_jpeg_size(const uint8_t *bytes, size_t len, uint32_t *width, uint32_t *height,
                                         struct vd_failure *failure);

/* Decodes the same bytes into grey[width × height]: grey, YCbCr, RGB, CMYK and YCCK, baseline or progressive.
 * width and height are what vd_jpeg_size said. Where the data is cut off or damaged in between, the pixels
 * that libjpeg can still make are used. VD_DATA: nothing can be decoded, or the picture is built to cost more
 * time than a real one (too many scans for its size). VD_MEMORY: out of memory, or more than 256 MiB would be
 * needed. libjpeg frees its memory without wiping it. Any thread; prints nothing. */
VD_MUST_CHECK enum vd_error vd_jpeg_read(const uint8_t *bytes, size_t len, uint32_t width, uint32_t height,
                                         uint8_t *grey, struct vd_failure *failure);

#endif
