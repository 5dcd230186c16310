#include "chain/bitcoin_evidence.h"

#include <assert.h>
#include <string.h>

enum { HEAD_LEN = VD_BITCOIN_HEADER_LEN + 4 };

size_t vd_bitcoin_evidence_write(uint8_t bytes[static VD_BITCOIN_EVIDENCE_MAX],
                                 const struct vd_bitcoin_header *header, const struct vd_bitcoin_branch *branch) {
  assert(branch->count <= VD_BITCOIN_BRANCH_MAX);
  memcpy(bytes, header->bytes, VD_BITCOIN_HEADER_LEN);
  for (unsigned i = 0; i < 4; i++) bytes[VD_BITCOIN_HEADER_LEN + i] = (uint8_t)(branch->index >> (24 - 8 * i));
  memcpy(bytes + HEAD_LEN, branch->hashes, branch->count * 32);
  return HEAD_LEN + branch->count * 32;
}

enum vd_error vd_bitcoin_evidence_read(struct vd_bitcoin_header *header, struct vd_bitcoin_branch *branch,
                                       const uint8_t *bytes, size_t len, struct vd_failure *failure) {
  if (len < HEAD_LEN || len > VD_BITCOIN_EVIDENCE_MAX || (len - HEAD_LEN) % 32 != 0)
    return vd_fail(failure, VD_DATA, "the evidence of a transaction's block is not well formed");
  memset(branch, 0, sizeof *branch);
  for (unsigned i = 0; i < 4; i++) branch->index = branch->index << 8 | bytes[VD_BITCOIN_HEADER_LEN + i];
  branch->count = (len - HEAD_LEN) / 32;
  memcpy(branch->hashes, bytes + HEAD_LEN, len - HEAD_LEN);
  return vd_bitcoin_header_read(header, bytes, failure);
}
