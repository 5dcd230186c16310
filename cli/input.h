/* input.h: QR texts from operands: pictures, text files, standard input, or the text itself. Secret all the way: end
 * with ctl_input_free. One thread. */
#ifndef CTL_INPUT_H
#define CTL_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <frag/context.h>

#include "base/failure.h"
#include "base/file.h"

#define CTL_INPUT_BYTES_MAX ((size_t)64 << 20)
#define CTL_INPUT_TEXT_SIZE 4097 /* more than any QR code holds, and a NUL */

/* The QR texts of one operand, taken one after the other. */
struct ctl_input {
  struct vd_bytes bytes;
  bool literal; /* the operand was the text itself, and must not be repeated */
  bool picture;
  bool taken;      /* the picture's text */
  size_t position; /* in a text, of the next line */
  size_t line;     /* number of the line taken last, counted from 1 */
};

/* Opens an operand: "-" is standard input, an existing file is that file, anything else that looks like QR text is the
 * text. number: of the operand, for error texts, which never repeat it unless it is a file's path.
 * VD_NO_INPUT, VD_FULL, VD_IO, VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_input_open(const char *operand, size_t number, struct ctl_input *input,
                                           struct vd_failure *failure);

/* The next QR text: a picture's (a code of this service if there is one among several, else the first), or the next
 * line that is not empty. *found is false at the end. context: to tell codes of this service apart. VD_DATA (no
 * readable code in the picture, damaged picture, line too long), VD_MEMORY. */
VD_MUST_CHECK enum vd_error ctl_input_next(struct frag_context *context, struct ctl_input *input, bool *found,
                                           char text[static CTL_INPUT_TEXT_SIZE], size_t *len,
                                           struct vd_failure *failure);

void ctl_input_free(struct ctl_input *input);

#endif
