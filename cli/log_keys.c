#include "log_keys.h"

#include <string.h>

enum vd_error ctl_log_keys_one(struct frag_context *context, const char *option, const char *vkey,
                               struct frag_log_key *key, struct vd_failure *failure) {
  frag_error error = frag_log_key_parse(context, key, vkey, strlen(vkey));
  if (error == FRAG_CRYPTO) return vd_fail_frag(failure, error, "--%s", option);
  if (error == FRAG_OK) return VD_OK;
  return vd_fail(failure, VD_USAGE,
                 "--%s must be a verifier key, such as ledger.example/log/1+1b2c3d4e+AY…, which keygen --kind log "
                 "prints",
                 option);
}

enum vd_error ctl_log_keys_witnesses(struct frag_context *context, const struct ctl_list *vkeys,
                                     struct frag_log_key keys[static CTL_WITNESSES_MAX], struct vd_failure *failure) {
  enum vd_error error = VD_OK;
  if (vkeys->count > CTL_WITNESSES_MAX) {
    return vd_fail(failure, VD_USAGE, "--witness is given more than %d times", CTL_WITNESSES_MAX);
  }
  for (size_t i = 0; i < vkeys->count && error == VD_OK; i++) {
    error = ctl_log_keys_one(context, "witness", vkeys->items[i], &keys[i], failure);
  }
  return error;
}
