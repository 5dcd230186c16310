// Targets: vd_trail_read, vd_trail_write
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ledger/trail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_store_submission submission;
  uint8_t again[VD_TRAIL_LEN];
  if (!vd_trail_read(&submission, data, size)) {
    assert(submission.issuer[0] == '\0' && submission.added == 0);
    return 0;
  }
  assert(size == sizeof again && strlen(submission.issuer) >= 1);
  vd_trail_write(again, &submission);
  assert(memcmp(again, data, sizeof again) == 0);
  return 0;
}
