#include "output.h"

#include <stdlib.h>
#include <string.h>

enum vd_error vd_output_reserve(struct vd_output *output, size_t more, struct vd_failure *failure) {
  if (output->capacity - output->len >= more) return VD_OK;
  size_t capacity = 2 * (output->len + more);
  /* Not realloc: it would leave a copy of a secret behind. */
  uint8_t *bytes = malloc(capacity);
  if (bytes == NULL) return vd_fail(failure, VD_MEMORY, "out of memory for a QR code file of %zu bytes", capacity);
  if (output->len > 0) memcpy(bytes, output->bytes, output->len);
  size_t len = output->len;
  vd_output_free(output);
  *output = (struct vd_output){.bytes = bytes, .len = len, .capacity = capacity};
  return VD_OK;
}

void vd_output_clear(struct vd_output *output) {
  if (output->len > 0) explicit_bzero(output->bytes, output->len);
  output->len = 0;
}

void vd_output_free(struct vd_output *output) {
  /* All of it: a caller may have cut the content short. */
  if (output->bytes != NULL) explicit_bzero(output->bytes, output->capacity);
  free(output->bytes);
  *output = (struct vd_output){0};
}
