/* qr.h: text to a QR code matrix (ISO/IEC 18004, model 2). Owner of libqrencode.
 *
 * The text is split in two segments: everything up to the last character that is outside the alphanumeric
 * set in byte mode, the rest ("88 characters of base32") in alphanumeric mode, so that
 * `https://verify.example/#` + payload fits version 7 at level Q. A reader returns exactly the same text. */
#ifndef VD_QR_H
#define VD_QR_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define VD_QR_VERSION_MAX 20
#define VD_QR_SIDE_MAX (17 + 4 * VD_QR_VERSION_MAX)
#define VD_QR_QUIET_MODULES 4 /* light border that the standard asks for on every side */
#define VD_QR_MODULE_UM 510   /* printed width of a module: version 7 with its border is 27 mm */

/* Error correction: M recovers about 15% of the codewords, Q about 25%. */
enum vd_qr_level { VD_QR_LEVEL_Q, VD_QR_LEVEL_M };

/* A matrix of side × side modules, row by row, 1 = dark; without the quiet border. It shows the text, so it
 * is as secret as the text: wipe it with vd_qr_wipe. */
struct vd_qr {
  unsigned side;
  uint8_t modules[VD_QR_SIDE_MAX * VD_QR_SIDE_MAX];
};

/* Encodes text[0..len) at the smallest version that holds it.
 * VD_DATA: the text is empty, or too long for version 20 at this level. VD_MEMORY: out of memory.
 * On an error *qr is wiped. The text is secret and never in *failure. Any thread. libqrencode frees its
 * working memory without wiping it. */
VD_MUST_CHECK enum vd_error vd_qr_encode(const char *text, size_t len, enum vd_qr_level level, struct vd_qr *qr,
                                         struct vd_failure *failure);

/* Whether the module at column x, row y is dark; x and y count from the corner of the quiet border
 * (0 … side + 2·VD_QR_QUIET_MODULES − 1), and everything in the border and beyond is light. Pure. */
static inline unsigned vd_qr_dark(const struct vd_qr *qr, unsigned x, unsigned y) {
  unsigned column = x - VD_QR_QUIET_MODULES, row = y - VD_QR_QUIET_MODULES;
  return column < qr->side && row < qr->side ? qr->modules[row * qr->side + column] : 0;
}

/* The side of the printed symbol in modules, border included. Pure. */
static inline unsigned vd_qr_printed_side(const struct vd_qr *qr) { return qr->side + 2 * VD_QR_QUIET_MODULES; }

/* Overwrites the matrix with zeros. */
void vd_qr_wipe(struct vd_qr *qr);

#endif
