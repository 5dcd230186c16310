#include "base/context.h"

#include "base/crypto.h"

enum vd_error vd_context_new(struct frag_context **context, struct vd_failure *failure) {
  uint8_t seed[32];
  *context = NULL;
  enum vd_error error = vd_random(seed, sizeof seed, failure);
  if (error != VD_OK) return error;
  frag_error made = frag_context_new(context, seed);
  vd_wipe(seed, sizeof seed);
  return made == FRAG_OK ? VD_OK : vd_fail_frag(failure, made, "starting");
}
