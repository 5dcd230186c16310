#include "trust_open.h"

#include "base/file.h"
#include "config/trust_memory.h"
#include "trust_file.h"

struct frag_pins ctl_trust_open_pins(const struct vd_settings *settings) {
  return (struct frag_pins){.realm = settings->realm, .threshold = settings->trust.threshold,
                            .root_count = settings->trust.roots_count, .roots = settings->trust.roots};
}

enum vd_error ctl_trust_open_file(struct frag_context *context, const struct vd_settings *settings, const char *path,
                                  struct frag_trust **trust, struct vd_failure *failure) {
  struct vd_bytes file;
  struct frag_pins pins = ctl_trust_open_pins(settings);
  *trust = NULL;
  if (pins.root_count == 0) return vd_fail(failure, VD_CONFIG, "the configuration pins no roots (trust.roots)");
  enum vd_error error = vd_file_read(path, CTL_TRUST_FILE_BYTES_MAX, &file, failure);
  if (error != VD_OK) return error;
  struct frag_slice bytes = {.data = file.data, .len = file.len};
  frag_error opened = frag_trust_open(context, trust, bytes, &pins);
  vd_bytes_free(&file);
  return opened == FRAG_OK ? VD_OK : vd_fail_frag(failure, opened, "%s", path);
}

enum vd_error ctl_trust_open(struct frag_context *context, const struct vd_settings *settings,
                             struct frag_trust **trust, struct vd_failure *failure) {
  bool is_same = false;
  enum vd_error error = ctl_trust_open_file(context, settings, settings->trust.file, trust, failure);
  if (error != VD_OK) return error;
  error = vd_trust_memory_check(context, settings, *trust, &is_same, failure);
  if (error == VD_OK || error == VD_NO_INPUT) return VD_OK; /* a memory that is not ours to read */
  frag_trust_free(*trust);
  *trust = NULL;
  return error;
}
