// Targets: vd_submission_list_read_query, vd_submission_list_admit, vd_submission_list_read
#include <stdlib.h>
#include <string.h>

#include <frag/submission.h>

#include "libfrag/fixture.h"
#include "wire/submission_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok) {
  if (!ok) abort();
}

/* Only what a key in the list has signed is answered; the seed is signed by the fixture's issuer. */
static void read_query(const uint8_t *data, size_t size) {
  static struct fixture *fixture;
  struct vd_submission_list_query query;
  struct vd_admitted admitted;
  uint8_t origin_hash[16];
  if (fixture == NULL) fixture_setup((void **)&fixture);
  if (vd_submission_list_read_query(&query, data, size, NULL) != VD_OK) return;
  require(size == VD_SUBMISSION_LIST_QUERY_LEN && query.operator_number >= 1 && query.operator_number <= 15);
  require(vd_submission_origin(origin_hash, "one.example/log", NULL) == VD_OK);
  enum vd_error error = vd_submission_list_admit(fixture->context, &query, data, fixture->trust, 1, 2, origin_hash,
                                                 FIXTURE_NOW_S, &admitted, NULL);
  require(error == VD_OK || error == VD_KEY || error == VD_DATA);
  require((error == VD_OK) == (admitted.key != NULL));
  struct frag_slice bytes = {data, size - 64};
  if (error == VD_OK)
    require(frag_submission_check(fixture->context, fixture->trust, query.kid, bytes, data + size - 64) == FRAG_OK);
}

static void read_list(const uint8_t *data, size_t size) {
  static struct vd_submission_list list;
  static uint8_t again[VD_SUBMISSION_LIST_BYTES_MAX];
  if (vd_submission_list_read(&list, 0, data, size, NULL) != VD_OK) {
    require(list.count == 0 && list.next_number == 0);
    return;
  }
  require(vd_submission_list_write(again, &list) == size && memcmp(again, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_query(data, size);
  read_list(data, size);
  return 0;
}
