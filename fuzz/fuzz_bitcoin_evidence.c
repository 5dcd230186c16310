// Targets: vd_bitcoin_evidence_read, vd_bitcoin_evidence_write
#include <assert.h>
#include <string.h>

#include "chain/bitcoin_evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What can be read has one form only; a block's hash cannot be under its own root. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct vd_bitcoin_header header;
  struct vd_bitcoin_branch branch;
  uint8_t again[VD_BITCOIN_EVIDENCE_MAX];
  if (vd_bitcoin_evidence_read(&header, &branch, data, size, NULL) != VD_OK) return 0;
  assert(vd_bitcoin_evidence_write(again, &header, &branch) == size);
  assert(memcmp(again, data, size) == 0);
  assert(!vd_bitcoin_branch_check(&branch, header.hash, header.merkle_root));
  return 0;
}
