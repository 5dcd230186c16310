// Targets: ctl_status_batch_read, ctl_status_batch_write.
#include <stdlib.h>
#include <string.h>

#include "status_batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ctl_status_batch batch = {0};
  char *written = NULL;
  size_t len = 0;
  if (ctl_status_batch_read(&batch, (const char *)data, size, "queue", NULL) != VD_OK) return 0;
  if (ctl_status_batch_write(&batch, &written, &len, NULL) != VD_OK) abort();
  if (len != size || memcmp(written, data, size) != 0) abort();
  free(written);
  ctl_status_batch_free(&batch);
  return 0;
}
