// Targets: vd_submission_read, vd_submission_admit, vd_receipt_read
#include <stdlib.h>
#include <string.h>

#include <frag/submission.h>

#include "libfrag/fixture.h"
#include "wire/submission.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok) {
  if (!ok) abort();
}

/* Only what a key in the list has signed is admitted; the seeds are signed by the fixture's issuer and registrar. */
static void admit(struct fixture *fixture, const struct vd_submission *submission, const struct vd_store_item *items,
                  const uint8_t *data, size_t size) {
  struct vd_admitted admitted;
  uint8_t origin_hash[16];
  require(vd_submission_origin(origin_hash, "one.example/log", NULL) == VD_OK);
  enum vd_error error = vd_submission_admit(fixture->context, submission, items, data, size, fixture->trust, 1, 2,
                                            origin_hash, FIXTURE_NOW_S, &admitted, NULL);
  require(error == VD_OK || error == VD_KEY || error == VD_DATA);
  require((error == VD_OK) == (admitted.key != NULL));
  struct frag_slice bytes = {data, size - 64};
  if (error == VD_OK)
    require(frag_submission_check(fixture->context, fixture->trust, submission->kid, bytes, data + size - 64) ==
            FRAG_OK);
}

static void read_receipt(const uint8_t *data, size_t size) {
  struct vd_receipt receipt;
  uint8_t bytes[VD_RECEIPT_LEN];
  if (vd_receipt_read(&receipt, data, size, NULL) != VD_OK) return;
  vd_receipt_write(bytes, &receipt);
  require(size == sizeof bytes && memcmp(bytes, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct vd_submission submission;
  struct vd_store_item *items = NULL;
  if (fixture == NULL) fixture_setup((void **)&fixture);
  read_receipt(data, size);
  if (vd_submission_read(&submission, &items, data, size, NULL) != VD_OK) {
    require(items == NULL);
    return 0;
  }
  /* The items lie one behind the other and fill everything between head and signature. */
  const uint8_t *at = data + VD_SUBMISSION_HEAD_LEN;
  require(submission.is_erasure == (items == NULL) && submission.is_erasure == (submission.count == 0));
  for (size_t k = 0; k < submission.count; k++) {
    require(items[k].bytes == at + VD_SUBMISSION_ITEM_HEAD_LEN && items[k].len > 0);
    at = items[k].bytes + items[k].len;
  }
  require(submission.is_erasure || at == data + size - 64);
  require(submission.signature == data + size - 64);
  admit(fixture, &submission, items, data, size);
  free(items);
  return 0;
}
