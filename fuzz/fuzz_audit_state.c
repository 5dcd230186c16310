// Targets: ctl_audit_state_read, ctl_audit_state_write. The last line, which is a digest, is put behind the data.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_state.h"
#include "base/crypto.h"
#include "base/hex.h"

#define VKEY "log.example/1+12345678+AQ=="

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *with_check(const uint8_t *data, size_t size, size_t *len) {
  char digits[2 * VD_SHA256_LEN + 1];
  uint8_t digest[VD_SHA256_LEN];
  *len = size + sizeof "check: \n" - 1 + 2 * VD_SHA256_LEN;
  char *text = malloc(*len + 1);
  if (text == NULL || vd_sha256(digest, data, size, NULL) != VD_OK) abort();
  if (size > 0) memcpy(text, data, size);
  vd_hex_encode(digits, digest, sizeof digest);
  (void)snprintf(text + size, *len + 1 - size, "check: %s\n", digits);
  return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct frag_context *context;
  static const uint8_t seed[32];
  static struct ctl_audit_state state, again;
  struct ctl_audit_keys keys = {.folder = NULL};
  size_t len, written_len = 0;
  char *written = NULL;
  if (context == NULL && frag_context_new(&context, seed) != FRAG_OK) return 0;
  char *text = with_check(data, size, &len);
  if (ctl_audit_state_read(&state, VKEY, context, &keys, text, len, NULL) == VD_OK) {
    if (ctl_audit_state_write(&state, VKEY, &keys, &written, &written_len, NULL) != VD_OK) abort();
    enum vd_error error = ctl_audit_state_read(&again, VKEY, context, &keys, written, written_len, NULL);
    assert(error == VD_OK && memcmp(&state, &again, sizeof state) == 0);
    (void)error;
    free(written);
  }
  free(text);
  return 0;
}
