// Targets: vd_key_file_read, vd_key_file_write, vd_key_file_open
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/key_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct frag_context *context;
  static const uint8_t seed[32];
  struct vd_key_file file;
  struct vd_failure failure = {.code = VD_OK};
  char text[VD_KEY_TEXT_SIZE];
  uint8_t secret[32];
  if (context == NULL && frag_context_new(&context, seed) != FRAG_OK) return 0;
  if (vd_key_file_read(&file, (const char *)data, size, "fuzz.key", &failure) != VD_OK) {
    assert(failure.code == VD_KEY && failure.text[0] != '\0');
    return 0;
  }
  vd_key_file_write(text, &file);
  assert(strlen(text) == size && memcmp(text, data, size) == 0);
  if (!file.sealed) {
    enum vd_error error = vd_key_file_open(context, &file, NULL, secret, "fuzz.key", &failure);
    assert(error == VD_OK || error == failure.code);
  }
  vd_key_file_wipe(&file);
  return 0;
}
