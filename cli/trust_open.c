#include "trust_open.h"

#include "base/file.h"
#include "trust_file.h"

enum vd_error ctl_trust_open(struct frag_context *context, const struct vd_settings *settings,
                             struct frag_trust **trust, struct vd_failure *failure) {
  struct vd_bytes file;
  *trust = NULL;
  enum vd_error error = vd_file_read(settings->trust.file, CTL_TRUST_FILE_BYTES_MAX, &file, failure);
  if (error != VD_OK) return error;
  struct frag_slice bytes = {.data = file.data, .len = file.len};
  struct frag_pins pins = {.realm = settings->realm, .threshold = settings->trust.threshold,
                           .root_count = settings->trust.roots_count, .roots = settings->trust.roots};
  frag_error opened = frag_trust_open(context, trust, bytes, &pins);
  vd_bytes_free(&file);
  return opened == FRAG_OK ? VD_OK : vd_fail_frag(failure, opened, "%s", settings->trust.file);
}
