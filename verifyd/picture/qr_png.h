/* qr_png.h: a QR code as a PNG file for printing. Owner of libpng's writing side. */
#ifndef VD_QR_PNG_H
#define VD_QR_PNG_H

#include "picture/output.h"
#include "picture/qr.h"

#define VD_QR_PNG_MODULE_PIXELS 8 /* about 400 pixels an inch when printed at VD_QR_MODULE_UM */
#define VD_QR_PNG_MODULE_PIXELS_MAX 64

/* Appends the code with its quiet border to *output: 1-bit grey, module_pixels (1 to 64) for each module, and a
 * pHYs chunk that makes a module VD_QR_MODULE_UM wide on paper. No text or metadata. VD_MEMORY: out of memory;
 * *output is as before. The file is as secret as the code; libpng's own memory is wiped. Any thread. */
VD_MUST_CHECK enum vd_error vd_qr_png_write_sized(const struct vd_qr *qr, unsigned module_pixels,
                                                  struct vd_output *output, struct vd_failure *failure);

/* The same with VD_QR_PNG_MODULE_PIXELS. */
VD_MUST_CHECK enum vd_error vd_qr_png_write(const struct vd_qr *qr, struct vd_output *output,
                                            struct vd_failure *failure);

#endif
