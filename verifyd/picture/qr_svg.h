/* qr_svg.h: a QR code as an SVG file for printing. */
#ifndef VD_QR_SVG_H
#define VD_QR_SVG_H

#include "picture/output.h"
#include "picture/qr.h"

/* Appends the code with its quiet border to *output: a white square and one path whose horizontal strokes are
 * the dark modules of a row; width and height in millimetres so that a module is VD_QR_MODULE_UM, and a viewBox
 * in modules. No text, title or metadata. VD_MEMORY: out of memory; *output is as before. The file is as secret
 * as the code. Any thread. */
VD_MUST_CHECK enum vd_error vd_qr_svg_write(const struct vd_qr *qr, struct vd_output *output,
                                            struct vd_failure *failure);

#endif
