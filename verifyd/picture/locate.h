/* locate.h: where on a picture a QR code may be: the patches with the most black/white transitions in both
 * directions. Writing has about half as many, because of the gaps between letters and lines. */
#ifndef VD_LOCATE_H
#define VD_LOCATE_H

#include <stddef.h>
#include <stdint.h>

#include "picture/raster.h"

/* A square about a patch, with a margin for the quiet border; it may reach beyond the picture. */
struct vd_region {
  double middle_x;
  double middle_y;
  double side_pixels;
};

/* Fills regions[0..max) in order of falling density; *count of them, fewer when nothing more is dense.
 * VD_MEMORY: out of memory. Any thread. */
VD_MUST_CHECK enum vd_error vd_locate(const struct vd_raster *raster, struct vd_region *regions, size_t max,
                                      size_t *count, struct vd_failure *failure);

#endif
