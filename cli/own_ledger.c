#include "own_ledger.h"

enum vd_error ctl_own_ledger_begin(struct ctl_own_ledger *own, struct frag_context *context,
                                   const struct vd_store_options *options, const char *key_path,
                                   struct vd_failure *failure) {
  *own = (struct ctl_own_ledger){.options = *options};
  if (key_path == NULL || key_path[0] == '\0' || options->access == VD_STORE_READ) return VD_OK;
  enum vd_error error = vd_key_load(context, key_path, VD_KEY_LOG, NULL, &own->key, failure);
  if (error != VD_OK) return error;
  own->options.origin = own->key.public_key.name;
  own->options.log_key32 = own->key.secret32;
  return VD_OK;
}

void ctl_own_ledger_end(struct ctl_own_ledger *own) {
  vd_key_wipe(&own->key);
  own->options = (struct vd_store_options){0};
}

enum vd_error ctl_own_ledger_open(struct frag_context *context, const struct vd_store_options *options,
                                  const char *key_path, struct vd_store **store, struct vd_failure *failure) {
  struct ctl_own_ledger own;
  *store = NULL;
  enum vd_error error = ctl_own_ledger_begin(&own, context, options, key_path, failure);
  if (error == VD_OK) error = vd_store_open(&own.options, store, failure);
  ctl_own_ledger_end(&own);
  return error;
}
