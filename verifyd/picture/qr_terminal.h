/* qr_terminal.h: a QR code as text for a terminal. */
#ifndef VD_QR_TERMINAL_H
#define VD_QR_TERMINAL_H

#include "picture/output.h"
#include "picture/qr.h"

/* Appends the code with its quiet border to *output: UTF-8, two modules in each character (half blocks), lines
 * that end in a newline. Every line sets black on white itself and resets at its end, so that the code has its
 * right colours and border on a dark and on a light terminal. VD_MEMORY: out of memory; *output is as before.
 * The text is as secret as the code. Any thread. */
VD_MUST_CHECK enum vd_error vd_qr_terminal_write(const struct vd_qr *qr, struct vd_output *output,
                                                 struct vd_failure *failure);

#endif
