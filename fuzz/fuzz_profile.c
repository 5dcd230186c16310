// Targets: vd_profile_parse, and under it vd_config_parse and everything in verifyd/config/config.c
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "config/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

/* libconfig 1.5 does not free a string that stands where none is allowed; the file is then refused, once. Visible,
 * because the sanitizer looks it up from its shared library. */
const char *__lsan_default_suppressions(void) { return "leak:libconfig.so"; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct vd_profile profile;
  struct vd_failure failure = {.code = VD_OK};
  enum vd_error error = vd_profile_parse((const char *)data, size, "fuzz.conf", &profile, &failure);
  assert(error == VD_OK || (error == failure.code && failure.text[0] != '\0'));
  if (error != VD_OK) return 0;
  assert(profile.attributes_count >= 1 && profile.attributes_count <= VD_ATTRIBUTES_MAX);
  assert(profile.plaintext_bytes % 64 == 0);
  for (size_t i = 0; i < profile.attributes_count; i++) {
    const char *name = profile.attributes[i].name;
    assert(vd_profile_labels(&profile, name, strlen(name)) == &profile.attributes[i].labels);
  }
  return 0;
}
