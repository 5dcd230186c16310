// Targets: vd_settings_parse, and under it vd_config_parse and everything in verifyd/config/config.c
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "config/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

/* libconfig 1.5 does not free a string that stands where none is allowed; the file is then refused, once. Visible,
 * because the sanitizer looks it up from its shared library. */
const char *__lsan_default_suppressions(void) { return "leak:libconfig.so"; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_settings settings;
  struct vd_failure failure = {.code = VD_OK};
  enum vd_error error = vd_settings_parse((const char *)data, size, "folder/fuzz.conf", &settings, &failure);
  assert(error == VD_OK || (error == failure.code && failure.text[0] != '\0'));
  if (error != VD_OK) return 0;
  assert(settings.operators_count >= 1 && settings.operators_count <= VD_OPERATORS_MAX);
  assert(settings.threshold >= 1 && settings.threshold <= settings.operators_count);
  assert(settings.trust.threshold >= 1 && settings.trust.threshold <= settings.trust.roots_count);
  return 0;
}
