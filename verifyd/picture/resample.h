/* resample.h: smaller, enlarged and turned copies of a raster. */
#ifndef VD_RESAMPLE_H
#define VD_RESAMPLE_H

#include <stdint.h>

#include "picture/raster.h"

/* A picture 1/factor as wide and high, each pixel the mean of factor × factor; the remainder at the right and
 * bottom is left out. factor from 1 to the smaller side. VD_MEMORY: out of memory. Free *smaller with
 * vd_raster_free. Any thread. */
VD_MUST_CHECK enum vd_error vd_resample_reduce(const struct vd_raster *raster, uint32_t factor,
                                               struct vd_raster *smaller, struct vd_failure *failure);

/* A part of a picture: the square of side_pixels about a middle, turned by turn_degrees, in which one pixel
 * becomes scale × scale. */
struct vd_resample_cut {
  double middle_x;
  double middle_y;
  double side_pixels;
  double scale;
  double turn_degrees;
};

/* Copies that part with bilinear interpolation into a new square raster; what is outside the picture repeats
 * its edge. The result has side_pixels × scale pixels a side, at least 1. VD_MEMORY: out of memory. Free *part
 * with vd_raster_free. Any thread. */
VD_MUST_CHECK enum vd_error vd_resample_cut_out(const struct vd_raster *raster, const struct vd_resample_cut *cut,
                                                struct vd_raster *part, struct vd_failure *failure);

#endif
