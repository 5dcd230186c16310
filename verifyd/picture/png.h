/* png.h: PNG bytes to grey pixels. Owner of libpng's reading side (raster.h is what others call). */
#ifndef VD_PNG_H
#define VD_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* The size that the header declares, both at least 1. Allocates nothing that depends on it.
 * VD_DATA: the header is damaged. VD_MEMORY: out of memory. Any thread; prints nothing. */
VD_MUST_CHECK enum vd_error vd_png_size(const uint8_t *bytes, size_t len, uint32_t *width, uint32_t *height,
                                        struct vd_failure *failure);

/* Decodes the same bytes into grey[width × height], transparency over white, any bit depth and colour type,
 * interlaced or not. width and height are what vd_png_size said. Chunks other than IHDR, PLTE, tRNS, IDAT and
 * IEND are skipped unread. VD_DATA: damaged or cut off; part of grey may have been written.
 * VD_MEMORY: out of memory. libpng's own memory is wiped. Any thread; prints nothing. */
VD_MUST_CHECK enum vd_error vd_png_read(const uint8_t *bytes, size_t len, uint32_t width, uint32_t height,
                                        uint8_t *grey, struct vd_failure *failure);

#endif
