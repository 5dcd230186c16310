/* output.h: a growing piece of memory that a QR code is written into. One struct serves many codes one
 * after the other, so that a batch allocates only for the first. What it holds is secret: wiped when it
 * moves and when it is freed. */
#ifndef VD_OUTPUT_H
#define VD_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct vd_output {
  uint8_t *bytes; /* NULL until something was written */
  size_t len;
  size_t capacity;
};

/* Makes room for `more` bytes after len. VD_MEMORY: out of memory; the content is unchanged. One thread at a
 * time for one output. */
VD_MUST_CHECK enum vd_error vd_output_reserve(struct vd_output *output, size_t more, struct vd_failure *failure);

/* Wipes the content and sets len to 0; keeps the memory for the next code. */
void vd_output_clear(struct vd_output *output);

/* Wipes and frees. The struct may be used again. */
void vd_output_free(struct vd_output *output);

#endif
