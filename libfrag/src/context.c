#include <frag/context.h>

#include <stdlib.h>

#include "crypto.h"
#include "curve.h"

frag_error frag_context_new(struct frag_context **out, const uint8_t seed32[static 32]) {
  *out = NULL;
  struct frag_context *context = calloc(1, sizeof *context);
  if (context == NULL) return FRAG_MEMORY;
  frag_error error = frag_crypto_new(&context->crypto);
  if (error == FRAG_OK) error = frag_curve_new(&context->curve, seed32);
  if (error != FRAG_OK) {
    frag_context_free(context);
    return error;
  }
  *out = context;
  return FRAG_OK;
}

void frag_context_free(struct frag_context *context) {
  if (context == NULL) return;
  frag_crypto_free(context->crypto);
  frag_curve_free(context->curve);
  frag_wipe(context, sizeof *context);
  free(context);
}
