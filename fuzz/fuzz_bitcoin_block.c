// Targets: vd_bitcoin_block_read, vd_bitcoin_block_branch, vd_bitcoin_branch_check, vd_bitcoin_header_read
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "chain/bitcoin_block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct last {
  uint32_t count;
  uint8_t id[32];
};

static void take(void *context, uint32_t index, const struct vd_bitcoin_transaction *transaction) {
  struct last *last = context;
  assert(index == last->count);
  last->count++;
  memcpy(last->id, transaction->id, 32);
}

/* What a right block gives out is under its root. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
  struct last last = {0};
  if (vd_bitcoin_block_read(&header, data, size, take, &last, NULL) != VD_OK) {
    assert(last.count == 0);
    return 0;
  }
  assert(vd_bitcoin_block_branch(&branch, data, size, last.count - 1, NULL) == VD_OK);
  assert(vd_bitcoin_branch_check(&branch, last.id, header.merkle_root));
  assert(vd_bitcoin_block_branch(&branch, data, size, last.count, NULL) == VD_DATA);
  return 0;
}
